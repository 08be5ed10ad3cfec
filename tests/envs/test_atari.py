"""Atari games without score, lives and ends."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from rlhf_gym.environments import goal_of
from rlhf_gym.envs import ATARI_IDS
from rlhf_gym.envs.atari import MASKS, Atari
from rlhf_gym.snapshots import restore, take

GAMES = sorted(ATARI_IDS)


def run(env: Atari, steps: int) -> list[Any]:
    """The screens, and the points of each step, of random play."""
    env.action_space.seed(0)
    return [(env.step(env.action_space.sample())[:2], env.render()) for _ in range(steps)]


def test_the_registered_games_are_those_whose_masks_are_known() -> None:
    assert {gym.spec(name).kwargs["game"] for name in GAMES} == set(MASKS)
    assert all("behaviour that you want" not in goal_of(name).text for name in GAMES)


@pytest.mark.parametrize("game", sorted(MASKS))
def test_what_is_painted_over_is_black_for_the_agent_and_for_people(game: str) -> None:
    env, bare = Atari(game, "rgb_array"), Atari(game, "rgb_array", mask=())
    env.reset(seed=0)
    bare.reset(seed=0)
    was_shown = False
    for ((seen, points), shown), ((_, bare_points), all_shown) in zip(
        run(env, 90), run(bare, 90), strict=True
    ):
        assert points == bare_points and shown is not None and all_shown is not None
        hidden = np.zeros((210, 160), dtype=bool)
        for top, bottom, left, right in MASKS[game]:
            hidden[top:bottom, left:right] = True
            inside = seen[int(np.ceil(top * 0.4)) : int(bottom * 0.4),
                          int(np.ceil(left * 0.525)) : int(right * 0.525), -1]  # fmt: skip
            assert not inside.any()
        shown, all_shown = shown[::2, ::2], all_shown[::2, ::2]
        assert not shown[hidden].any()
        was_shown |= bool(all_shown[hidden].any())
        assert np.array_equal(shown[~hidden], all_shown[~hidden])
    assert was_shown


def test_a_game_that_is_over_is_followed_by_the_next_one() -> None:
    env = Atari("breakout", "rgb_array")
    env.reset(seed=0)
    env.action_space.seed(0)
    lengths = []
    for _ in range(600):
        _, _, terminated, truncated, info = env.step(env.action_space.sample())
        assert not (terminated or truncated or info)
        lengths.append(env.frames_of_this_game)
    assert min(lengths[1:]) < lengths[0] + 100 and np.diff(lengths).min() < 0


@pytest.mark.parametrize("env_id", GAMES)
def test_it_goes_on_from_a_snapshot_and_begins_alike_whatever_was_played_before(
    env_id: str,
) -> None:
    first, second = gym.make(env_id), gym.make(env_id)
    first.action_space.seed(1)
    actions = [first.action_space.sample() for _ in range(200)]
    second.reset(seed=2)
    for action in actions:
        second.step(action)
    assert np.array_equal(first.reset(seed=1)[0], second.reset(seed=1)[0])
    for action in actions[:100]:
        assert np.array_equal(first.step(action)[0], second.step(action)[0])
    snapshot = take(first)
    ahead = [first.step(action) for action in actions[100:]]
    second.reset(seed=3)
    restore(second, snapshot)
    for action, (observation, points, *_) in zip(actions[100:], ahead, strict=True):
        again, same_points, *_ = second.step(action)
        assert np.array_equal(observation, again) and points == same_points


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"game": "pongg"}, "no Atari game 'pongg' among ale-py's .*; did you mean pong"),
        ({"game": "tennis"}, r"where tennis shows score and lives is not known: give mask="),
        ({"game": "pong", "render_mode": "ansi"}, "render_mode must be 'human', 'rgb_array'"),
    ],
)
def test_what_cannot_be_made_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Atari(**arguments)


def test_a_game_without_a_known_mask_can_be_shown_whole() -> None:
    env = Atari("tennis", "rgb_array", mask=())
    env.reset(seed=0)
    frame = env.render()
    assert frame is not None and frame.shape == (420, 320, 3)


def test_an_action_that_is_none_is_refused() -> None:
    env = Atari("pong")
    env.reset(seed=0)
    with pytest.raises(ValueError, match="an action of pong is an integer from 0 to 5, not 6"):
        env.step(6)


def test_a_missing_extra_is_named() -> None:
    program = (
        "import sys; sys.modules['ale_py'] = None\n"
        "import gymnasium; gymnasium.make('rlhf_gym:rlhf/Pong-v1')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert 'pip install "rlhf-gym[atari]"' in done.stderr
