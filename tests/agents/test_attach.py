"""The learned reward is attached by kind of agent."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from stable_baselines3 import A2C, DQN, PPO, SAC
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym import A3C, make_vec_env
from rlhf_gym.agents.attach import Attached, WrappedReward, attach
from rlhf_gym.agents.relabelling import RelabelledRewards
from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.reward_model import RewardEnsemble
from rlhf_gym.wrappers.clip_recorder import ClipRecorder
from rlhf_gym.wrappers.learned_reward import VecLearnedReward


def wrapped(env_id: str) -> tuple[VecEnv, WrappedReward]:
    venv = make_vec_env(env_id, 2, seed=0)
    model = RewardEnsemble(venv.observation_space, venv.action_space, seed=0, device="cpu")
    recorder = ClipRecorder(venv, ClipBuffer(venv.observation_space, venv.action_space, 2, 5))
    env = VecLearnedReward(recorder, model.predict)
    return env, WrappedReward(model, recorder, env)


def agent_of(kind: type[BaseAlgorithm], env: VecEnv) -> BaseAlgorithm:
    settings: dict[str, Any] = {"buffer_size": 200} if kind in (DQN, SAC) else {}
    settings |= {"n_workers": 2} if kind is A3C else {}
    return kind("MlpPolicy", env, seed=0, device="cpu", **settings)


@pytest.mark.parametrize("kind", [PPO, A2C])
def test_an_on_policy_agent_learns_from_the_rewards_of_its_steps(kind: type[BaseAlgorithm]) -> None:
    env, reward = wrapped("CartPole-v1")
    attached = attach(agent_of(kind, env), reward)
    assert attached.holds and not attached.in_workers
    assert attached.state() == {}


def test_an_off_policy_agent_is_relabelled_as_long_as_it_keeps_its_replay_buffer() -> None:
    env, reward = wrapped("Pendulum-v1")
    agent = agent_of(SAC, env)
    attached = attach(agent, reward)
    assert isinstance(agent, SAC) and agent.replay_buffer is not None
    assert isinstance(agent.replay_buffer.rewards, RelabelledRewards)
    assert attached.holds and not attached.in_workers
    agent.replay_buffer = copy.deepcopy(agent.replay_buffer)  # as load_replay_buffer gives it
    assert not attached.holds


def test_the_replay_buffer_of_an_agent_is_restored_in_another() -> None:
    env, reward = wrapped("CartPole-v1")
    agent = agent_of(DQN, env)
    attached = attach(agent, reward)
    agent.learn(40)
    env, other_reward = wrapped("CartPole-v1")
    other = agent_of(DQN, env)
    attach(other, other_reward).load_state(attached.state())
    assert isinstance(agent, DQN) and isinstance(other, DQN)
    assert agent.replay_buffer is not None and other.replay_buffer is not None
    assert other.replay_buffer.pos == agent.replay_buffer.pos == 20
    for name in ("observations", "next_observations", "actions", "dones"):
        ours, theirs = (getattr(a.replay_buffer, name)[:20] for a in (agent, other))
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(
        agent.replay_buffer.rewards[:20], other.replay_buffer.rewards[:20]
    )


def test_the_workers_of_a3c_predict_rewards_with_the_weights_that_are_published() -> None:
    env, reward = wrapped("CartPole-v1")
    agent = agent_of(A3C, env)
    attached = attach(agent, reward)
    assert attached.in_workers
    attached.publish()
    seen: list[float] = []

    def note(variables: dict[str, Any], _: Any) -> bool:
        seen.extend(info["learned_reward"] for info in variables["infos"])
        np.testing.assert_allclose(variables["rewards"], seen[-2:], rtol=1e-5)
        return True

    agent.learn(40, callback=note)
    assert len(seen) == 40 and reward.recorder.agent_step == 40


def test_a_kind_of_agent_of_ones_own_may_be_registered() -> None:
    class Mine(PPO):
        pass

    class OutsideOfHere(Attached):
        in_workers = True

    @attach.register(Mine)
    def _(agent: Mine, reward: WrappedReward) -> Attached:
        return OutsideOfHere()

    env, reward = wrapped("CartPole-v1")
    assert attach(agent_of(Mine, env), reward).in_workers
    assert not attach(agent_of(PPO, env), reward).in_workers
