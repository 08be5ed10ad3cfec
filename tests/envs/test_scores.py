"""Scores that tell clips apart, against the physics of the environments they are for."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
import pytest

from rlhf_gym import score_of
from rlhf_gym.envs.scores import Score, coasting_height, hovering, tip_height
from rlhf_gym.envs.step_notes import notes_of

SCORED = [
    spec.id for spec in gym.registry.values() if spec.namespace == "rlhf" and score_of(spec.id)
]


def score(env_id: str) -> Score:
    """The score of an environment that is known to have one."""
    found = score_of(env_id)
    assert found is not None
    return found


def steps(env_id: str, n: int = 400) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """What a random policy sees and does."""
    env = gym.make(env_id)
    env.action_space.seed(0)
    observation, _ = env.reset(seed=0)
    observations, actions = [], []
    for _ in range(n):
        observations.append(observation)
        actions.append(env.action_space.sample())
        observation, _, _, truncated, info = env.step(actions[-1])
        if truncated or notes_of(info).ended:
            observation, _ = env.reset()
    return np.array(observations), np.array(actions)


@pytest.mark.parametrize("env_id", SCORED)
def test_a_score_gives_every_step_a_number_of_its_own(env_id: str) -> None:
    observations, actions = steps(env_id)
    scores = score(env_id)(observations, actions)
    assert scores.shape == (400,) and scores.dtype == np.float32
    assert np.isfinite(scores).all() and len(np.unique(scores)) > 300


def test_a_car_that_rolls_without_its_motor_keeps_its_coasting_height() -> None:
    env: Any = gym.make("MountainCar-v0").unwrapped
    env.reset(seed=0)
    env.state = np.array([-0.9, 0.0])
    seen = np.array([env.step(1)[0] for _ in range(80)])
    assert np.ptp(seen[:, 0]) > 0.5  # it did roll
    heights = coasting_height(seen, np.ones(80))
    assert np.ptp(heights) < 0.1 < np.ptp(coasting_height(seen * [1, 0], np.ones(80)))


@pytest.mark.parametrize("env_id", ["MountainCar-v0", "MountainCarContinuous-v0"])
def test_a_car_at_the_flag_is_better_than_any_way_to_it(env_id: str) -> None:
    env: Any = gym.make(env_id).unwrapped
    flag = env.goal_position
    there, before = score(env_id)(np.array([(flag, 0.0), (flag - 1e-3, 0.07)]), np.zeros(2))
    assert there > 50 * before > 0


def test_hovering_is_best_still_and_upright_in_the_middle_of_the_frame() -> None:
    best = (0.0, 0.75, 0, 0, 0, 0, 0, 0)
    others = [best[:i] + (best[i] + off,) + best[i + 1 :] for i in range(5) for off in (-0.1, 0.1)]
    scores = hovering(np.array([best, *others]), np.zeros(11))
    assert scores[0] == 0 and scores[1:] == pytest.approx([-0.1] * 4 + [-0.05] * 4 + [-0.1] * 2)


def test_acrobot_ends_when_its_tip_is_higher_than_one() -> None:
    env: Any = gym.make("Acrobot-v1").unwrapped
    rng = np.random.default_rng(0)
    for _ in range(200):
        env.reset()
        env.state = np.concatenate([rng.uniform(-np.pi, np.pi, 2), np.zeros(2)])
        height = tip_height(env._get_ob()[None], np.zeros(1))[0]
        assert abs(height - 1) < 1e-4 or env._terminal() == (height > 1)


def test_other_environments_need_no_score() -> None:
    assert score_of("CartPole-v1") is None and score_of("LunarLander-v3") is None
