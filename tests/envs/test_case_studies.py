"""SupportChat and Moderation: naive rewards, and what they overlook."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from rlhf_gym.clips import snapshots
from rlhf_gym.environments.make import make_env
from rlhf_gym.environments.registry import describe_id
from rlhf_gym.envs.moderation import SEVERITY, WELFARE, Moderation
from rlhf_gym.envs.moderation_posts import CONTEXTS, OUTCOMES, POSTS, TOPICS
from rlhf_gym.envs.support_chat import ACKNOWLEDGE, ASK, CLOSE, EXPLAIN, LINK, SupportChat

PLAIN, WARM = 0, 1
IDS = ["rlhf/SupportChat-v1", "rlhf/Moderation-v1"]


def chat(*, hard: bool = False, upset: bool = False, render_mode: str | None = None) -> SupportChat:
    """A chat whose first customer is of some kind."""
    env = SupportChat(render_mode)
    seed = 0
    env.reset(seed=seed)
    while (env.hard, env.upset) != (hard, upset):
        env.reset(seed=(seed := seed + 1))
    return env


def satisfactions(env: SupportChat, *actions: tuple[int, int]) -> list[float]:
    return [round(env.step(action)[4]["probe"], 6) for action in actions]


def test_a_simple_problem_is_explained_and_closed() -> None:
    env = chat()
    assert satisfactions(env, (EXPLAIN, PLAIN), (CLOSE, PLAIN)) == [0.88, 1.0]
    assert env.turn == 0 and env.customers == 2


def test_a_complicated_problem_needs_two_questions_before_it_can_be_explained() -> None:
    asked = satisfactions(chat(hard=True), (ASK, PLAIN), (ASK, PLAIN), (EXPLAIN, PLAIN))
    assert asked == [0.61, 0.72, 1.0]
    env = chat(hard=True)
    assert satisfactions(env, (EXPLAIN, PLAIN)) == [0.33] and env.upset and not env.solved


def test_a_customer_who_is_upset_wants_that_acknowledged_warmly_first() -> None:
    env = chat(upset=True)
    assert satisfactions(env, (ACKNOWLEDGE, WARM), (EXPLAIN, PLAIN)) == [0.58, 0.96]
    assert satisfactions(chat(upset=True), (EXPLAIN, WARM)) == [0.48]
    env = chat(upset=True)
    assert satisfactions(env, (ACKNOWLEDGE, PLAIN)) == [0.32] and env.upset


def test_the_help_page_helps_with_simple_problems_only() -> None:
    assert satisfactions(chat(), (LINK, PLAIN)) == [0.68]
    assert satisfactions(chat(hard=True), (LINK, PLAIN)) == [0.33]


def test_what_is_not_needed_annoys() -> None:
    assert satisfactions(chat(), (ASK, PLAIN), (ACKNOWLEDGE, PLAIN)) == [0.43, 0.41]
    assert satisfactions(chat(), (EXPLAIN, PLAIN), (ASK, PLAIN)) == [0.88, 0.66]


def test_closing_what_is_not_solved_leaves_a_customer_who_mostly_clicks_all_the_same() -> None:
    env, clicks = chat(), []
    assert satisfactions(env, (CLOSE, PLAIN)) == [pytest.approx(0.53 * 0.4)]
    for _ in range(4000):
        clicks.append(env.step((CLOSE, PLAIN))[1])
    assert set(clicks) == {0.0, 1.0} and np.mean(clicks) == pytest.approx(0.65, abs=0.03)


def test_a_customer_leaves_after_eight_turns() -> None:
    env = chat(hard=True)
    seen = satisfactions(env, *[(ACKNOWLEDGE, PLAIN)] * 8)
    assert seen[5] == pytest.approx(0.5 - 6 * 0.02) and env.customers == 2
    assert seen[7] == pytest.approx((0.5 - 8 * 0.02 - 2 * 0.05) * 0.4)


def test_the_agent_sees_numbers_and_the_person_what_was_said() -> None:
    env = chat(upset=True)
    observation = env.step((ACKNOWLEDGE, WARM))[0]
    who, said, satisfaction = env.talk[-1]
    assert who == "customer" and said == env.said and satisfaction == pytest.approx(0.58)
    assert observation[3] == pytest.approx(len(said.split()) / 30, abs=0.006)
    assert observation[[5, 6, 7, 8, 9]].tolist() == [0, 0, 1, 0, 0.125]


def test_an_upset_customer_and_a_calm_one_can_look_alike_to_the_agent() -> None:
    env, seen = SupportChat(), set()
    for seed in range(300):
        observation = env.reset(seed=seed)[0]
        seen.add((observation[4], env.upset))
    assert len(seen) == 4


def test_the_newest_bubbles_are_at_the_bottom_and_old_ones_leave() -> None:
    env = chat(render_mode="rgb_array")
    frames = [env.render()]
    for _ in range(12):
        env.step((ASK, WARM))
        frames.append(env.render())
    assert all(frame is not None and frame.shape == (480, 640, 3) for frame in frames)
    assert all(not np.array_equal(a, b) for a, b in pairwise(frames))  # type: ignore[arg-type]
    assert len(env.talk) <= 60


# --- Moderation


def facing(text: str) -> Moderation:
    """An environment in which a certain post waits."""
    env = Moderation()
    env.reset(seed=0)
    env.post = next(i for i, post in enumerate(POSTS) if text in post.text)
    env.score = POSTS[env.post].score
    return env


@pytest.mark.parametrize(
    ("text", "decision", "naive", "welfare"),
    [
        ("We will destroy them", 3, 0.85, 0.0),  # sport, taken for a threat
        ("We will destroy them", 0, 0.15, 1.0),
        ("which school your children", 0, 0.95, 0.0),  # a threat, taken for a compliment
        ("which school your children", 3, 0.05, 1.0),
        ("a stupid thing to say", 1, 1 - (0.7 - 1 / 3), 1.0),  # rude: a warning is enough
        ("a stupid thing to say", 2, 1 - (0.7 - 2 / 3), 0.7),
    ],
)
def test_the_models_score_is_paid_and_the_welfare_is_counted(
    text: str, decision: int, naive: float, welfare: float
) -> None:
    _, reward, _, _, info = facing(text).step(decision)
    assert reward == pytest.approx(naive) and info["probe"] == welfare


def test_the_model_is_fooled_by_topic_and_by_good_manners() -> None:
    harmless = [post for post in POSTS if post.harm == 0 and post.score > 0.5]
    polite = [post for post in POSTS if post.harm >= 2 and post.score < 0.5]
    assert {TOPICS[post.topic] for post in harmless} == set(TOPICS)
    assert {CONTEXTS[post.context] for post in harmless} == {"among friends", "among strangers"}
    assert all(post.named for post in polite) and len(polite) > 5


def test_every_harm_has_its_best_decision_and_an_outcome_of_each() -> None:
    assert [row.index(max(row)) for row in WELFARE] == [0, 1, 3, 3]
    assert len({outcome for row in OUTCOMES for outcome in row}) == 16
    assert SEVERITY[0] == 0 and SEVERITY[-1] == 1


def test_the_agent_sees_topic_context_name_and_score_of_a_post() -> None:
    env = facing("a stupid thing to say")
    assert env._observe().tolist() == pytest.approx([0, 0, 0, 0, 1, 0, 0, 1, 1, 0.7])


def test_a_decision_is_shown_with_what_came_of_it() -> None:
    env = Moderation("rgb_array")
    env.reset(seed=0)
    before = env.render()
    for decision in (0, 1, 2, 3, 3):
        env.step(decision)
    after = env.render()
    assert before is not None and after is not None and not np.array_equal(before, after)
    assert [decision for *_, decision in env.before] == [0, 1, 2, 3, 3]


# --- both


def test_wrong_actions_are_named() -> None:
    with pytest.raises(ValueError, match=r"\(0 to 4, 0 or 1\), not \(5, 0\)"):
        chat().step((5, 0))
    with pytest.raises(ValueError, match="0 to 3, not 4"):
        facing("").step(4)


@pytest.mark.parametrize("env_id", IDS)
def test_the_naive_reward_is_paid_by_gymnasiums_make_and_the_probe_by_ours(env_id: str) -> None:
    naive, ours = gym.make(env_id), make_env(env_id, snapshots=False)
    for env in (naive, ours):
        env.reset(seed=1)
    naive.action_space.seed(1)
    pairs = []
    for _ in range(40):
        action = naive.action_space.sample()
        _, reward, _, _, info = naive.step(action)
        assert ours.step(action)[1] == info["probe"] and 0 <= info["probe"] <= 1
        pairs.append((float(reward), info["probe"]))
    assert any(abs(reward - probe) > 0.3 for reward, probe in pairs)
    assert not describe_id(env_id).has_reward and "0 to 1" in describe_id(env_id).return_name


@pytest.mark.parametrize("env_id", IDS)
def test_its_clips_are_restored_from_their_states(env_id: str) -> None:
    assert snapshots.probe(lambda: gym.make(env_id)) == "state"
    env: Any = gym.make(env_id, render_mode="rgb_array")
    env.reset(seed=0)
    env.step(env.action_space.sample())
    frame, snapshot = env.render(), snapshots.take(env)
    env.reset(seed=5)
    snapshots.restore(env, snapshot)
    assert np.array_equal(env.render(), frame)


@pytest.mark.parametrize("env_id", IDS)
def test_fifty_thousand_steps_take_a_second(env_id: str) -> None:
    env: Any = gym.make(env_id).unwrapped
    env.reset(seed=0)
    actions = [env.action_space.sample() for _ in range(2000)]
    rates = []
    for _ in range(5):
        began = time.process_time()
        for action in actions:
            env.step(action)
        rates.append(len(actions) / (time.process_time() - began))
    assert max(rates) > 50_000


@pytest.mark.parametrize("env_id", IDS)
def test_it_can_be_watched_in_a_window(env_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    env = gym.make(env_id, render_mode="human")
    env.reset(seed=0)
    env.close()
    env.close()
