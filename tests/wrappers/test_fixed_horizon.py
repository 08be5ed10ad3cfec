"""FixedHorizon on a three-state chain and on Gymnasium's CartPole."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec
from gymnasium.utils.env_checker import check_env

from rlhf_gym.envs.step_notes import notes_of
from rlhf_gym.wrappers.fixed_horizon import FixedHorizon


class Chain(gym.Env[np.int64, np.int64]):
    """Walk right by one a step with reward 1; the inner episode ends after three steps."""

    observation_space = gym.spaces.Discrete(10)
    action_space = gym.spaces.Discrete(2)

    def __init__(self, end: str = "terminated") -> None:
        self.end = end
        self.position = 0

    def reset(self, **_: Any) -> tuple[np.int64, dict[str, Any]]:
        self.position = 0
        return np.int64(0), {}

    def step(self, action: np.int64) -> tuple[np.int64, float, bool, bool, dict[str, Any]]:
        self.position += 1
        ended = self.position == 3
        return (
            np.int64(self.position),
            1.0,
            ended and self.end == "terminated",
            ended and self.end == "truncated",
            {"inner": True},
        )


def episode(env: gym.Env[Any, Any]) -> list[Any]:
    env.reset(seed=0)
    steps = [env.step(np.int64(0))]
    while not (steps[-1][2] or steps[-1][3]):
        steps.append(env.step(np.int64(0)))
    return steps


@pytest.mark.parametrize("end", ["terminated", "truncated"])
def test_the_last_observation_is_held_with_reward_zero_until_the_horizon(end: str) -> None:
    steps = episode(FixedHorizon(Chain(end), horizon=5))
    assert [int(step[0]) for step in steps] == [1, 2, 3, 3, 3]
    assert [step[1] for step in steps] == [1.0, 1.0, 1.0, 0.0, 0.0]
    assert [step[2] for step in steps] == [False] * 5
    assert [step[3] for step in steps] == [False] * 4 + [True]
    assert [notes_of(step[4]).ended for step in steps] == [None, None, end, None, None]
    assert [notes_of(step[4]).absorbing for step in steps] == [False] * 3 + [True] * 2


def test_an_end_that_is_final_is_terminated_behind_its_held_steps() -> None:
    steps = episode(FixedHorizon(Chain(), horizon=9, hold=2, final=True))
    assert [notes_of(step[4]).absorbing for step in steps] == [False] * 3 + [True] * 2
    assert [step[2:4] for step in steps] == [(False, False)] * 4 + [(True, False)]
    steps = episode(FixedHorizon(Chain(), horizon=5, hold=2, final=True))
    assert steps[-1][2:4] == (True, True)
    steps = episode(FixedHorizon(Chain(), horizon=4, hold=2, final=True))
    assert steps[-1][2:4] == (False, True)


def test_a_termination_at_the_horizon_itself_is_still_told() -> None:
    steps = episode(FixedHorizon(Chain(), horizon=3))
    assert steps[-1][2:4] == (False, True)
    assert notes_of(steps[-1][4]).ended == "terminated"


def test_a_time_limit_at_the_horizon_is_no_early_end() -> None:
    steps = episode(FixedHorizon(Chain("truncated"), horizon=3))
    assert steps[-1][2:4] == (False, True)
    assert notes_of(steps[-1][4]).ended is None


def test_a_reset_begins_a_new_inner_episode() -> None:
    env = FixedHorizon(Chain(), horizon=5)
    first = episode(env)
    assert [step[:4] for step in episode(env)] == [step[:4] for step in first]


def test_the_horizon_is_the_environments_own_time_limit_unless_given() -> None:
    assert FixedHorizon(gym.make("CartPole-v1")).horizon == 500
    assert len(episode(FixedHorizon(gym.make("CartPole-v1")))) == 500


def test_an_environment_without_a_time_limit_needs_a_horizon() -> None:
    with pytest.raises(ValueError, match=r"no time limit.*horizon=.*--horizon"):
        FixedHorizon(Chain())


def test_a_horizon_must_be_positive() -> None:
    with pytest.raises(ValueError, match="at least 1, but is 0"):
        FixedHorizon(Chain(), horizon=0)


def test_the_last_state_stays_on_the_screen() -> None:
    env = FixedHorizon(gym.make("CartPole-v1", render_mode="rgb_array"), horizon=30)
    env.reset(seed=0)
    for _ in range(29):
        env.step(1)
    frame = env.render()
    env.step(0)
    np.testing.assert_array_equal(np.asarray(frame), np.asarray(env.render()))
    env.close()


def test_the_spec_rebuilds_the_stack() -> None:
    env = FixedHorizon(gym.make("CartPole-v1"), horizon=40)
    assert env.spec is not None
    rebuilt = gym.make(EnvSpec.from_json(env.spec.to_json()))
    assert str(rebuilt) == str(env)
    assert len(episode(rebuilt)) == 40


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_it_passes_gymnasiums_checker() -> None:
    check_env(FixedHorizon(gym.make("CartPole-v1").unwrapped, horizon=40), skip_render_check=True)


def test_hold_truncates_an_episode_so_many_steps_after_its_end() -> None:
    env = FixedHorizon(gym.make("CartPole-v1"), horizon=200, hold=5)
    env.reset(seed=0)
    steps: list[Any] = []
    while not steps or not steps[-1][3]:
        steps.append(env.step(1))
    ended = [i for i, step in enumerate(steps) if notes_of(step[4]).ended]
    assert len(steps) == ended[0] + 1 + 5
    assert not any(terminated for _, _, terminated, _, _ in steps)


def test_hold_counts_anew_in_each_episode() -> None:
    env = FixedHorizon(gym.make("CartPole-v1"), horizon=200, hold=5)
    for seed in (0, 0):
        env.reset(seed=seed)
        held = 0
        truncated = False
        while not truncated:
            _, _, _, truncated, info = env.step(1)
            held += bool(notes_of(info).absorbing)
        assert held == 5


def test_a_hold_of_no_steps_is_refused() -> None:
    with pytest.raises(ValueError, match="hold must be at least 1, but is 0"):
        FixedHorizon(gym.make("CartPole-v1"), hold=0)
