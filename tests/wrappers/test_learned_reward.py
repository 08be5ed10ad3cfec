"""LearnedReward and VecLearnedReward with plain functions as reward models."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.envs import SimpleMultiObsEnv
from stable_baselines3.common.vec_env import DummyVecEnv, SubprocVecEnv, VecEnv

from rlhf_gym.wrappers.fixed_horizon import FixedHorizon
from rlhf_gym.wrappers.learned_reward import LearnedReward, VecLearnedReward


def position_plus_action(steps: Any) -> Any:
    return steps.observations[:, 0] + 10.0 * steps.actions


def venv(n_envs: int = 2, cls: Any = DummyVecEnv) -> VecEnv:
    return make_vec_env("CartPole-v1", n_envs=n_envs, seed=0, vec_env_cls=cls)


def test_a_single_environment_pays_the_prediction_from_before_the_step() -> None:
    env = LearnedReward(gym.make("CartPole-v1"), position_plus_action)
    before, _ = env.reset(seed=0)
    for action in (1, 0, 1):
        after, reward, _, _, info = env.step(action)
        assert reward == pytest.approx(float(before[0]) + 10.0 * action)
        assert info["true_reward"] == 1.0
        before = after


def test_the_prediction_may_look_at_what_a_step_changed() -> None:
    def gained(steps: Any) -> Any:
        return (steps.next_observations - steps.observations)[:, 0]

    env = LearnedReward(gym.make("CartPole-v1"), gained)
    before, _ = env.reset(seed=0)
    after, reward, *_ = env.step(1)
    assert reward == pytest.approx(float(after[0] - before[0]))


@pytest.mark.parametrize("vector", [False, True])
def test_a_terminal_state_that_is_held_terminates_once_and_is_absorbing_after_that(
    vector: bool,
) -> None:
    noted: list[tuple[bool, bool]] = []

    def note(steps: Any) -> Any:
        noted.extend(zip(steps.terminated.tolist(), steps.absorbing.tolist(), strict=True))
        return np.zeros(len(steps), np.float32)

    def make() -> Any:
        return FixedHorizon(gym.make("CartPole-v1"), hold=3, final=True)

    if vector:
        venv = VecLearnedReward(DummyVecEnv([make]), note)
        venv.reset()
        while not venv.step(np.array([1]))[2][0]:
            pass
    else:
        env = LearnedReward(make(), note)
        env.reset(seed=0)
        while not env.step(1)[2]:
            pass
    assert noted[-4:] == [(True, False), *[(False, True)] * 3]
    assert sum(terminated for terminated, _ in noted) == 1


@pytest.mark.parametrize("cls", [DummyVecEnv, SubprocVecEnv])
def test_a_vector_environment_pays_the_prediction_from_before_the_step(cls: Any) -> None:
    env = VecLearnedReward(venv(2, cls), position_plus_action)
    before = np.asarray(env.reset())
    finished = 0
    for step in range(60):
        actions = np.array([step % 2, 1])
        after, rewards, dones, infos = env.step(actions)
        np.testing.assert_allclose(rewards, before[:, 0] + 10.0 * actions, rtol=1e-6)
        assert rewards.dtype == np.float32
        assert [info["true_reward"] for info in infos] == [1.0, 1.0]
        finished += int(dones.sum())
        before = np.asarray(after)
    assert finished > 0
    env.close()


def test_an_episode_begins_with_the_reset_observation_and_ends_with_the_terminal_one() -> None:
    seen: list[Any] = []
    remembered: list[Any] = []

    def remember(steps: Any) -> Any:
        seen.append(steps.observations.copy())
        remembered.append(steps)
        return np.zeros(len(steps), np.float32)

    env = VecLearnedReward(venv(1), remember)
    env.reset()
    done, terminal, after = False, np.zeros(0), np.zeros(0)
    while not done:
        observed, _, dones, infos = env.step(np.array([1]))
        after = np.asarray(observed)
        done, terminal = bool(dones[0]), infos[0].get("terminal_observation", terminal)
    env.step(np.array([1]))
    np.testing.assert_array_equal(seen[-1], after)
    np.testing.assert_array_equal(remembered[-2].next_observations[0], terminal)
    for before, step in zip(seen[1:-1], remembered, strict=False):
        np.testing.assert_array_equal(step.next_observations, before)
    assert [bool(step.terminated[0]) for step in remembered[-3:]] == [False, True, False]
    assert not np.array_equal(seen[-1][0], terminal)


class ReusesItsBuffer(DummyVecEnv):
    """Returns the same array from every step, as some vector environments do."""

    def _obs_from_buf(self) -> Any:
        return next(iter(self.buf_obs.values()))


def test_a_vector_environment_may_reuse_its_observation_buffer() -> None:
    honest = VecLearnedReward(venv(1), position_plus_action)
    reusing = VecLearnedReward(venv(1, ReusesItsBuffer), position_plus_action)
    honest.reset(), reusing.reset()
    for _ in range(5):
        reusing_rewards = reusing.step(np.array([1]))[1]
        np.testing.assert_array_equal(honest.step(np.array([1]))[1], reusing_rewards)


def test_there_is_one_prediction_a_vector_step() -> None:
    sizes: list[int] = []

    def count(steps: Any) -> Any:
        sizes.append(len(steps))
        return np.zeros(len(steps), np.float32)

    env = VecLearnedReward(venv(3), count)
    env.reset()
    env.step(np.array([0, 1, 0]))
    assert sizes == [3]


def test_dict_observations_reach_the_reward_function_as_a_dict() -> None:
    def from_vector(steps: Any) -> Any:
        return steps.observations["vec"].sum(axis=1)

    make: Callable[[], Any] = SimpleMultiObsEnv
    env = VecLearnedReward(DummyVecEnv([make, make]), from_vector)
    before: Any = env.reset()
    expected = before["vec"].sum(axis=1)
    _, rewards, _, _ = env.step(np.array([1, 2]))
    np.testing.assert_allclose(rewards, expected, rtol=1e-6)


def test_the_monitor_inside_still_logs_the_true_return() -> None:
    env = VecLearnedReward(venv(4), lambda steps: np.full(len(steps), -7.0, np.float32))
    agent = PPO("MlpPolicy", env, n_steps=64, batch_size=64, n_epochs=1, device="cpu")
    agent.learn(256)
    assert agent.ep_info_buffer
    assert all(episode["r"] == episode["l"] for episode in agent.ep_info_buffer)


def test_a_reward_function_of_the_wrong_shape_is_refused() -> None:
    env = VecLearnedReward(venv(2), lambda steps: np.zeros((2, 1), np.float32))
    env.reset()
    with pytest.raises(ValueError, match=r"shape \(2, 1\) for 2 steps.*shape \(2,\)"):
        env.step(np.array([0, 1]))


def test_attributes_of_the_environments_stay_within_reach() -> None:
    env = VecLearnedReward(venv(2), position_plus_action)
    assert env.num_envs == 2
    assert env.get_attr("spec")[0].id == "CartPole-v1"
    assert "VecLearnedReward" in repr(env)


@pytest.mark.parametrize("vector", [False, True])
def test_a_reward_function_of_three_arguments_still_works_with_a_warning(vector: bool) -> None:
    def gained(observations: Any, actions: Any, after: Any) -> Any:
        return (after.observations - observations)[:, 0] + 10.0 * after.ended

    with pytest.warns(DeprecationWarning, match="gained takes .*let it take one argument"):
        env: Any = (
            VecLearnedReward(venv(1), gained)  # type: ignore[arg-type]
            if vector
            else LearnedReward(gym.make("CartPole-v1"), gained)  # type: ignore[arg-type]
        )
    rewards = []
    env.seed(0) if vector else None
    env.reset() if vector else env.reset(seed=0)
    done = False
    while not done:
        step = env.step(np.array([1]) if vector else 1)
        rewards.append(float(step[1][0]) if vector else step[1])
        done = bool(step[2][0]) if vector else step[2]
    assert all(abs(reward) < 1 for reward in rewards[:-1]) and 9 < rewards[-1] < 11


@pytest.mark.parametrize(
    "function",
    [
        lambda steps: np.ones(len(steps)),
        lambda steps, scale=2.0: np.ones(len(steps)),
        lambda *steps: np.ones(len(steps[0])),
        partial(lambda scale, steps: np.full(len(steps), scale), 1.0),
    ],
)
def test_a_function_of_one_argument_is_called_with_transitions(function: Any) -> None:
    env = LearnedReward(gym.make("CartPole-v1"), function)
    env.reset(seed=0)
    assert env.step(1)[1] == 1.0


def test_the_old_name_of_what_a_step_led_to_warns() -> None:
    import rlhf_gym

    with pytest.warns(DeprecationWarning, match="reward functions take Transitions"):
        after = rlhf_gym.After
    assert after(np.zeros((2, 1)), np.zeros(2, bool)).ended.shape == (2,)
