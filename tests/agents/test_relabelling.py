"""Relabelling with stable-baselines3's own agents and buffers."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces
from stable_baselines3 import DQN, SAC, TD3, HerReplayBuffer
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.envs import BitFlippingEnv, FakeImageEnv, SimpleMultiObsEnv
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
from stable_baselines3.common.vec_env import VecEnv, VecFrameStack, VecNormalize

from rlhf_gym.agents import relabel
from rlhf_gym.agents.relabelling import reward_state
from rlhf_gym.clips.observations import leaves
from rlhf_gym.clips.steps import Transitions
from rlhf_gym.wrappers.learned_reward import VecLearnedReward

STEPS = 120


class Model:
    """A reward model that tells every component of observations and actions apart."""

    def __init__(self) -> None:
        self.scale = 1.0
        self.version = 0
        self.predicted = 0
        self.seen: list[Transitions] = []

    def refit(self, scale: float) -> None:
        self.scale = scale
        self.version += 1

    def __call__(self, steps: Transitions) -> Any:
        self.predicted += len(steps)
        self.seen.append(steps)
        rewards = np.zeros(len(steps))
        for array in (*leaves(steps.observations), steps.actions):
            flat = array.reshape(len(array), -1).astype(np.float64)
            rewards += flat @ np.linspace(1, 2, flat.shape[1]) / flat.shape[1]
        return (self.scale * rewards).astype(np.float32)


class RelabelAtStart(BaseCallback):
    def __init__(self, model: Model, space: spaces.Space[Any]) -> None:
        super().__init__()
        self.function, self.space = model, space

    def _on_training_start(self) -> None:
        assert isinstance(self.model, OffPolicyAlgorithm)
        relabel(self.model, self.function, lambda: self.function.version, self.space)

    def _on_step(self) -> bool:
        return True


def small() -> dict[str, Any]:
    """Settings for a quick agent; made anew each time, since agents write into policy_kwargs."""
    return {
        "policy_kwargs": {"net_arch": [8]},
        "device": "cpu",
        "learning_starts": 20,
        "buffer_size": 400,
        "batch_size": 8,
        "seed": 0,
    }


def cartpole(env: VecEnv) -> OffPolicyAlgorithm:
    return DQN("MlpPolicy", env, **small())


def cartpole_lean(env: VecEnv) -> OffPolicyAlgorithm:
    kwargs = {"handle_timeout_termination": False}
    return DQN("MlpPolicy", env, optimize_memory_usage=True, replay_buffer_kwargs=kwargs, **small())


def pendulum_sac(env: VecEnv) -> OffPolicyAlgorithm:
    return SAC("MlpPolicy", env, **small())


def pendulum_td3(env: VecEnv) -> OffPolicyAlgorithm:
    return TD3("MlpPolicy", env, **small())


def many(env: VecEnv) -> OffPolicyAlgorithm:
    return DQN("MultiInputPolicy", env, **small())


def image(env: VecEnv) -> OffPolicyAlgorithm:
    return DQN("CnnPolicy", env, **small())


def image_env() -> gym.Env[Any, Any]:
    return FakeImageEnv(screen_height=36, screen_width=40, n_channels=3)


Make = Callable[[VecEnv], OffPolicyAlgorithm]
CASES: list[tuple[Make, Any]] = [
    (cartpole, "CartPole-v1"),
    (cartpole_lean, "CartPole-v1"),
    (pendulum_sac, "Pendulum-v1"),
    (pendulum_td3, "Pendulum-v1"),
    (many, SimpleMultiObsEnv),
    (image, image_env),
    (cartpole, "Taxi-v4"),
]


def trained(make: Make, env_id: Any, model: Model, n_envs: int = 2) -> OffPolicyAlgorithm:
    env = VecLearnedReward(make_vec_env(env_id, n_envs=n_envs, seed=0), model)
    agent = make(env)
    agent.learn(STEPS, callback=RelabelAtStart(model, env.observation_space))
    return agent


@pytest.mark.parametrize(("make", "env_id"), CASES)
def test_recomputed_rewards_equal_what_was_paid_while_the_model_is_the_same(
    make: Make, env_id: Any
) -> None:
    model = Model()
    env = VecLearnedReward(make_vec_env(env_id, n_envs=2, seed=0), model)
    agent = make(env)
    agent.learn(STEPS)
    buffer: Any = agent.replay_buffer
    paid = buffer.rewards[: buffer.pos].copy()
    relabel(agent, model, lambda: model.version, env.observation_space)
    recomputed = buffer.rewards[: buffer.pos]
    assert np.ptp(paid) > 0
    np.testing.assert_allclose(recomputed, paid, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("make", "env_id"), CASES)
def test_after_a_refit_every_sampled_reward_is_the_new_models(make: Make, env_id: Any) -> None:
    model = Model()
    agent = trained(make, env_id, model)
    buffer: Any = agent.replay_buffer
    paid = buffer.rewards[: buffer.pos].copy()
    model.refit(-10.0)
    for _ in range(3):
        sampled = buffer.sample(200).rewards.numpy()
        np.testing.assert_allclose(
            np.abs(sampled + 10 * paid.reshape(1, -1)).min(axis=1), 0, atol=1e-3
        )
    np.testing.assert_allclose(buffer.rewards[: buffer.pos], -10 * paid, rtol=1e-4, atol=1e-3)


def test_continuous_actions_are_predicted_in_the_environments_own_units() -> None:
    model = Model()
    agent = trained(pendulum_sac, "Pendulum-v1", model)
    model.refit(3.0)
    assert agent.replay_buffer is not None
    sample: Any = agent.replay_buffer.sample(50)
    expected = sample.observations.numpy() @ [1, 1.5, 2] / 3 + 2 * sample.actions.numpy()[:, 0]
    np.testing.assert_allclose(sample.rewards.numpy()[:, 0], 3 * expected, rtol=1e-4, atol=1e-4)


def test_an_n_step_return_sums_the_new_rewards_of_its_window() -> None:
    model = Model()
    env = VecLearnedReward(make_vec_env("CartPole-v1", n_envs=1, seed=0), model)
    agent = DQN("MlpPolicy", env, n_steps=3, gamma=0.5, **small())
    agent.learn(STEPS, callback=RelabelAtStart(model, env.observation_space))
    buffer: Any = agent.replay_buffer
    model.refit(-1.0)
    sample = buffer._get_samples(np.array([0, 1, 2]))
    observations, actions = buffer.observations[:5, 0], buffer.actions[:5, 0, 0]
    r = -(observations @ np.linspace(1, 2, 4) / 4 + actions)
    expected = [r[t] + 0.5 * r[t + 1] + 0.25 * r[t + 2] for t in range(3)]
    assert not buffer.dones[:5].any()
    np.testing.assert_allclose(sample.rewards.numpy()[:, 0], expected, rtol=1e-5)


def test_only_rewards_that_are_out_of_date_are_recomputed() -> None:
    model = Model()
    agent = trained(cartpole, "CartPole-v1", model)
    buffer: Any = agent.replay_buffer
    model.refit(2.0)
    buffer.rewards[:10]
    model.predicted = 0
    buffer.rewards[:10]
    assert model.predicted == 0
    buffer.rewards[8:12]
    assert model.predicted == 2 * 2


def test_what_is_written_after_a_refit_is_recomputed_as_well() -> None:
    model = Model()
    env = VecLearnedReward(make_vec_env("CartPole-v1", seed=0), model)
    agent = cartpole(env)
    relabel(agent, model, lambda: model.version, env.observation_space)
    before: Any = env.reset()
    after, rewards, dones, infos = env.step(np.array([1]))
    model.refit(5.0)
    buffer: Any = agent.replay_buffer
    buffer.add(before, after, np.array([1]), rewards, dones, infos)
    assert buffer.rewards[0, 0] == pytest.approx(5 * float(rewards[0]))


@pytest.mark.parametrize("less_memory", [False, True])
def test_what_a_step_changed_is_shown_to_a_reward_model_that_looks_at_it(less_memory: bool) -> None:
    model = Model()
    env = VecLearnedReward(make_vec_env("CartPole-v1", n_envs=2, seed=0), model)
    agent = (cartpole_lean if less_memory else cartpole)(env)
    relabel(agent, model, lambda: model.version, env.observation_space, uses_next_observations=True)
    before: Any = env.reset()
    buffer: Any = agent.replay_buffer
    seen = list[Any]()
    for _ in range(4):
        after, rewards, dones, infos = env.step(np.array([1, 0]))
        buffer.add(before, after, np.array([1, 0]), rewards, dones, infos)
        before = after
        seen.append(after)
    buffer.rewards[:4]
    found = model.seen[-1].next_observations
    assert found is not None
    np.testing.assert_array_equal(leaves(found)[0], np.concatenate(seen))
    relabel(agent, model, lambda: 7, env.observation_space)
    buffer.rewards[:4]
    assert model.seen[-1].next_observations is None


def test_the_reward_model_sees_which_steps_were_absorbing_and_which_terminated() -> None:
    model = Model()
    env = VecLearnedReward(make_vec_env("CartPole-v1", n_envs=2, seed=0), model)
    agent = cartpole(env)
    over = np.array([False, True])
    newest = Transitions(np.zeros((2, 4)), np.zeros(2), terminated=~over, absorbing=over)
    relabel(agent, model, lambda: model.version, env.observation_space, lambda: newest)
    before: Any = env.reset()
    actions = np.array([1, 0])
    buffer: Any = agent.replay_buffer
    for _ in range(3):
        after, rewards, dones, infos = env.step(actions)
        buffer.add(before, after, actions, rewards, dones, infos)
    buffer.rewards[:3]
    assert model.seen[-1].absorbing.tolist() == [False, True] * 3
    assert model.seen[-1].terminated.tolist() == [True, False] * 3
    state = {name: array.copy() for name, array in reward_state(buffer).items()}
    relabel(agent, model, lambda: 7, env.observation_space, state=state)
    n_predictions = len(model.seen)
    buffer.rewards[:3]
    assert len(model.seen) == n_predictions + 1
    assert model.seen[-1].absorbing.tolist() == [False, True] * 3


def test_normalised_observations_are_predicted_raw() -> None:
    model = Model()
    inner = VecLearnedReward(make_vec_env("Pendulum-v1", n_envs=2, seed=0), model)
    agent = pendulum_sac(VecNormalize(inner))
    agent.learn(STEPS)
    buffer: Any = agent.replay_buffer
    paid = buffer.rewards[: buffer.pos].copy()
    relabel(agent, model, lambda: model.version, inner.observation_space)
    np.testing.assert_allclose(buffer.rewards[: buffer.pos], paid, rtol=1e-4, atol=1e-4)


def test_the_true_return_stays_what_the_monitor_saw() -> None:
    agent = trained(cartpole, "CartPole-v1", Model())
    assert agent.ep_info_buffer
    assert all(episode["r"] == episode["l"] for episode in agent.ep_info_buffer)


def test_learning_goes_on_after_relabelling_twice() -> None:
    model = Model()
    agent = trained(cartpole, "CartPole-v1", model)
    callback = RelabelAtStart(model, agent.observation_space)
    agent.learn(STEPS, callback=callback, reset_num_timesteps=False)
    assert agent.num_timesteps == 2 * STEPS


def test_a_pickled_buffer_holds_plain_rewards() -> None:
    agent = trained(cartpole, "CartPole-v1", Model())
    buffer: Any = pickle.loads(pickle.dumps(agent.replay_buffer))
    assert type(buffer.rewards) is np.ndarray
    np.testing.assert_array_equal(buffer.rewards, np.asarray(agent.replay_buffer.rewards))  # type: ignore[union-attr]


def test_hindsight_replay_is_refused() -> None:
    env = make_vec_env(BitFlippingEnv, env_kwargs={"n_bits": 3})
    agent = DQN("MultiInputPolicy", env, replay_buffer_class=HerReplayBuffer, **small())
    with pytest.raises(ValueError, match="without replay_buffer_class=HerReplayBuffer"):
        relabel(agent, Model(), lambda: 0, env.observation_space)


def test_observations_that_the_reward_model_does_not_know_are_refused() -> None:
    inner = make_vec_env("CartPole-v1")
    agent = cartpole(VecFrameStack(inner, 4))
    with pytest.raises(ValueError, match=r"shape \(16,\).*shape \(4,\).*feedback.wrap"):
        relabel(agent, Model(), lambda: 0, inner.observation_space)
