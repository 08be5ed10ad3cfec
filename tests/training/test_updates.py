"""Trainings that are too short to change the agent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.utils import LinearSchedule

from rlhf_gym import HumanFeedback, make_vec_env
from rlhf_gym.teachers import Teacher
from rlhf_gym.training.updates import has_updates

FALLING = LinearSchedule(1e-3, 0.0, 1.0)


def agent_of(kind: type[BaseAlgorithm], env: Any = None, **settings: Any) -> BaseAlgorithm:
    env = env or make_vec_env("CartPole-v1", 2, seed=0)
    return kind("MlpPolicy", env, seed=0, device="cpu", **settings)


def test_a_rate_that_falls_to_0_needs_a_rollout_that_ends_before_the_last_step() -> None:
    falling = agent_of(PPO, n_steps=8, batch_size=16, learning_rate=FALLING)
    constant = agent_of(PPO, n_steps=8, batch_size=16)
    assert [has_updates(falling, 20, total) for total in (21, 36, 37)] == [False, False, True]
    assert [has_updates(falling, 20, total, 2) for total in (52, 53)] == [False, True]
    assert has_updates(constant, 20, 21) and not has_updates(constant, 20, 36, 2)


def test_an_off_policy_agent_needs_a_rollout_that_ends_after_it_starts_to_learn() -> None:
    settings: dict[str, Any] = {"learning_starts": 50, "train_freq": 4, "buffer_size": 9}
    agent = agent_of(DQN, **settings)  # rollouts of 8 steps end at 18, 26, 34, 42, 50, 58
    assert [has_updates(agent, 10, total) for total in (50, 51)] == [False, True]
    assert not has_updates(agent_of(DQN, gradient_steps=0, **settings), 10, 1000)
    assert has_updates(agent_of(DQN, **settings | {"train_freq": (1, "episode")}), 10, 11)


class Unasked(Teacher):
    """Answers nothing, and must not be started."""

    live = True

    def start(self, run: object) -> None:
        """Fail."""
        raise AssertionError("nobody is to be asked")


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        (30, "30 steps are too few for one clip in each of 2 environments"),
        (60, "60 steps are too few for an update that changes the agent"),
    ],
)
def test_the_plug_in_refuses_it_before_anybody_is_asked(
    steps: int, why: str, tmp_path: Any
) -> None:
    feedback = HumanFeedback(Unasked(), 4, settings={"clip_length": 19}, run=tmp_path / "run")
    env = feedback.wrap(make_vec_env("CartPole-v1", 2, seed=0))
    settings = {"n_steps": 64, "batch_size": 64, "learning_rate": FALLING}
    with pytest.raises(ValueError, match=why) as refused:
        agent_of(PPO, env, **settings).learn(steps, callback=feedback)
    fewest = int(re.findall(r"at least (\d+) steps", str(refused.value))[0])
    assert fewest == 80 + 2 * 128 + 1  # two clips of each environment, two updates, one step


def test_the_number_that_is_named_is_enough() -> None:
    feedback = HumanFeedback("synthetic", 4, settings={"clip_length": 19})
    env = feedback.wrap(make_vec_env("CartPole-v1", 2, seed=0))
    settings = {"n_steps": 64, "batch_size": 64, "learning_rate": FALLING}
    agent = agent_of(PPO, env, **settings)
    before = [each.clone() for each in agent.policy.parameters()]
    agent.learn(337, callback=feedback)
    pairs = zip(before, agent.policy.parameters(), strict=True)
    assert all(bool((one != other).any()) for one, other in pairs)
