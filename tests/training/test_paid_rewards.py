"""Rewards that leave off-policy training are the learned ones, and so are those of others' use."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stable_baselines3 import DQN, PPO, SAC
from stable_baselines3.common.callbacks import BaseCallback, CheckpointCallback
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper, VecMonitor, VecNormalize

from rlhf_gym import HumanFeedback, RewardEnsemble, make_vec_env
from rlhf_gym.clips.steps import Transitions
from rlhf_gym.wrappers.learned_reward import LearnedReward, VecLearnedReward


def small() -> dict[str, Any]:
    """Settings for a quick agent; made anew each time, since agents write into policy_kwargs."""
    return {
        "learning_starts": 40,
        "batch_size": 8,
        "train_freq": 10,
        "buffer_size": 500,
        "seed": 0,
        "policy_kwargs": {"net_arch": [8]},
        "device": "cpu",
    }


def plug_in(labels: int = 8) -> HumanFeedback:
    asking = {"clip_length": 5, "warm_up_steps": 40, "first_share": 0.5}
    return HumanFeedback("synthetic", labels, settings=asking, device="cpu")


def trained(
    outside: Callable[[VecEnv], VecEnv] = lambda venv: venv,
    callbacks: tuple[BaseCallback, ...] = (),
    env_id: str = "Pendulum-v1",
    kind: Any = SAC,
    **making: Any,
) -> tuple[HumanFeedback, OffPolicyAlgorithm]:
    feedback = plug_in()
    env = outside(feedback.wrap(make_vec_env(env_id, 2, seed=0, **making)))
    agent = kind("MlpPolicy", env, **small())
    agent.learn(200, callback=[feedback, *callbacks])
    return feedback, agent


class Seen(BaseCallback):
    """Notes the rewards that other callbacks see."""

    def __init__(self) -> None:
        super().__init__()
        self.rewards = list[Any]()

    def _on_step(self) -> bool:
        self.rewards.append(np.array(self.locals["rewards"]))
        return True


def test_a_saved_replay_buffer_and_a_copy_hold_the_newest_rewards(tmp_path: Path) -> None:
    kept = CheckpointCallback(100, str(tmp_path), "agent", save_replay_buffer=True)
    seen = Seen()
    feedback, agent = trained(callbacks=(kept, seen))
    assert agent.replay_buffer is not None
    expected = np.array(agent.replay_buffer.rewards[:100])
    assert np.count_nonzero(expected) == 200 and np.ptp(expected) > 1
    for buffer in (
        copy.deepcopy(agent.replay_buffer),
        pickle.loads(pickle.dumps(agent.replay_buffer)),
    ):
        assert type(buffer.rewards) is np.ndarray
        np.testing.assert_array_equal(buffer.rewards[:100], expected)
    np.testing.assert_array_equal(np.array(agent.replay_buffer.rewards)[:100], expected)
    assert agent.replay_buffer.rewards.shape == (250, 2)
    (file,) = tmp_path.glob("*replay_buffer*.pkl")
    saved = pickle.loads(file.read_bytes()).rewards[:99]
    np.testing.assert_allclose(saved, expected[:99], atol=1e-4)  # all labels had been given
    assert all(np.count_nonzero(rewards) == 2 for rewards in seen.rewards)
    np.testing.assert_allclose(seen.rewards[-1], expected[-1], atol=1e-4)


def test_a_replay_buffer_that_is_loaded_between_two_trainings_is_relabelled(tmp_path: Path) -> None:
    feedback, agent = trained(kind=DQN, env_id="CartPole-v1", keep_termination=False)
    agent.save_replay_buffer(tmp_path / "buffer.pkl")
    assert agent.replay_buffer is not None
    absorbing = agent.replay_buffer.reward_notes["reward_over"][:100].copy()  # type: ignore[attr-defined]
    agent.load_replay_buffer(tmp_path / "buffer.pkl")
    with pytest.warns(UserWarning, match="total_steps"):
        agent.learn(20, callback=feedback, reset_num_timesteps=False)
    buffer: Any = agent.replay_buffer
    np.testing.assert_array_equal(buffer.reward_notes["reward_over"][:100], absorbing)
    assert absorbing.any()
    before, model = np.array(buffer.rewards[:100]), feedback.reward_model
    assert isinstance(model, RewardEnsemble)
    model.scale.offset = model.scale.offset + 3 * model.scale.scale
    model.scale.absorbing = model.scale.absorbing - 3
    model.version += 1
    np.testing.assert_allclose(buffer.rewards[:100], before - 3, atol=1e-4)


def test_the_wrapped_environment_pays_the_learned_reward_after_training() -> None:
    feedback, agent = trained()
    assert agent.env is not None
    agent.env.reset()
    paid = [agent.env.step(np.zeros((2, 1), np.float32))[1] for _ in range(20)]
    assert np.count_nonzero(paid) == 40
    assert feedback.recorder.newest is not None
    np.testing.assert_array_equal(paid[-1], feedback.reward_model.predict(feedback.recorder.newest))


class Outside(VecEnvWrapper):
    """A wrapper around the learned reward."""

    def reset(self) -> Any:
        return self.venv.reset()

    def step_wait(self) -> Any:
        observations, rewards, dones, infos = self.venv.step_wait()
        return observations, self.changed(rewards), dones, infos

    def changed(self, rewards: Any) -> Any:
        return rewards


class Bonus(Outside):
    """Adds less and less, and some noise."""

    def __init__(self, venv: VecEnv) -> None:
        super().__init__(venv)
        self.steps, self.rng, self.paid_bonus = 0, np.random.default_rng(0), list[Any]()

    def changed(self, rewards: Any) -> Any:
        self.steps += 1
        bonus = 1 / self.steps + self.rng.normal(size=2) + np.random.uniform(size=2)
        self.paid_bonus.append(bonus)
        return rewards + bonus.astype(np.float32)


class Scaled(Outside):
    def changed(self, rewards: Any) -> Any:
        return 0.1 * rewards


class Clipped(Outside):
    def changed(self, rewards: Any) -> Any:
        return np.clip(rewards, -10, 10)


class TrueReward(Outside):
    def step_wait(self) -> Any:
        observations, _, dones, infos = self.venv.step_wait()
        return observations, np.array([info["true_reward"] for info in infos]), dones, infos


class CannotBeCopied(Scaled):
    def __init__(self, venv: VecEnv) -> None:
        super().__init__(venv)
        self.file = (step for step in range(3))  # as open files, cannot be copied


class Smaller(Outside):
    def step_wait(self) -> Any:
        observations: Any
        observations, *others = self.venv.step_wait()
        return (observations / 2, *others)

    def reset(self) -> Any:
        observations: Any = self.venv.reset()
        return observations / 2


class Gentle(Outside):
    def step_async(self, actions: Any) -> None:
        self.venv.step_async(actions / 2)


@pytest.mark.parametrize(
    "outside",
    [
        Bonus,
        lambda venv: Bonus(VecMonitor(venv)),
        lambda venv: VecNormalize(Bonus(venv), norm_reward=False),
    ],
)
@pytest.mark.filterwarnings("ignore:The environment is already wrapped with a `Monitor`")
@pytest.mark.filterwarnings("ignore:VecMonitor outside feedback.wrap")
def test_what_is_added_to_the_reward_stays_added_to_the_newest(outside: Any) -> None:
    feedback, agent = trained(outside)
    buffer, env = agent.replay_buffer, agent.env
    assert env is not None and buffer is not None
    seen, actions = buffer.observations[:100], 2 * buffer.actions[:100]
    steps = Transitions.within_episodes(seen.reshape(200, 3), actions.reshape(200, 1))
    learned = feedback.reward_model.predict(steps).reshape(100, 2)
    expected = learned + np.array(env.paid_bonus)  # type: ignore[attr-defined]
    np.testing.assert_allclose(buffer.rewards[:100], expected, atol=1e-4)
    np.testing.assert_allclose(copy.deepcopy(buffer).rewards[:100], expected, atol=1e-4)


class Intrinsic(BaseCallback):
    """Adds an intrinsic reward, as libraries do, to the array that is stored."""

    def _on_step(self) -> bool:
        self.locals["rewards"] += 50.0
        return True


def test_what_a_callback_adds_to_the_reward_stays_added() -> None:
    _, agent = trained(callbacks=(Intrinsic(),))
    assert agent.replay_buffer is not None
    assert np.mean(agent.replay_buffer.rewards[:100]) == pytest.approx(50, abs=1.5)


@pytest.mark.parametrize(
    ("outside", "message"),
    [
        (Scaled, "Scaled outside feedback.wrap.* changes the reward, and not by adding to it"),
        (Clipped, "Clipped .* not by adding"),
        (TrueReward, "TrueReward .* not by adding"),
        (CannotBeCopied, "CannotBeCopied .* not by adding"),
        (lambda venv: VecNormalize(Scaled(venv)), "Scaled .* not by adding"),
        (lambda venv: Bonus(VecNormalize(venv)), "Bonus .* changes the reward outside VecNorm"),
        (Smaller, "Smaller outside feedback.wrap.* changes observations"),
        (Gentle, "Gentle outside feedback.wrap.* changes actions"),
    ],
)
def test_what_cannot_be_predicted_again_is_refused_at_the_first_step(
    outside: Any, message: str
) -> None:
    feedback = plug_in()
    env = outside(feedback.wrap(make_vec_env("Pendulum-v1", 2, seed=0)))
    agent = SAC("MlpPolicy", env, **small())
    with pytest.raises(ValueError, match=message):
        agent.learn(200, callback=feedback)
    assert agent.num_timesteps == 2


def test_trying_what_wrappers_do_changes_neither_them_nor_what_is_drawn() -> None:
    rewards = []
    for outside in (Outside, lambda venv: venv):
        seen = Seen()
        trained(outside, (seen,))
        rewards.append(seen.rewards)
    np.testing.assert_array_equal(rewards[0], rewards[1])
    _, agent = trained(Bonus)
    assert agent.env is not None and agent.env.steps == 100  # type: ignore[attr-defined]


@pytest.mark.parametrize("outside", [Scaled, Smaller, lambda venv: Bonus(VecNormalize(venv))])
def test_an_on_policy_agent_is_paid_what_wrappers_make_of_the_reward(outside: Any) -> None:
    feedback, seen = plug_in(), Seen()
    env = outside(feedback.wrap(make_vec_env("Pendulum-v1", 2, seed=0)))
    agent = PPO("MlpPolicy", env, n_steps=50, batch_size=50, n_epochs=1, device="cpu")
    agent.learn(140, callback=[feedback, seen])
    if outside is Scaled:
        np.testing.assert_allclose(seen.rewards[-1], 0.1 * feedback.agent_reward.wrapper.paid)


def test_a_kind_of_agent_whose_rewards_are_not_known_is_refused() -> None:
    contrib = pytest.importorskip("sb3_contrib")
    feedback = plug_in()
    agent = contrib.ARS("LinearPolicy", feedback.wrap(make_vec_env("Pendulum-v1", 2, seed=0)))
    with pytest.raises(ValueError, match="how ARS gets its rewards is not known"):
        agent.learn(100, callback=feedback)
    assert agent.num_timesteps == 0


@pytest.mark.parametrize(
    ("env_id", "kind"), [("CartPole-v1", DQN), ("LunarLander-v3", PPO), ("Pendulum-v1", SAC)]
)
def test_a_saved_reward_model_pays_alone_what_training_paid(
    env_id: str, kind: Any, tmp_path: Path
) -> None:
    feedback = plug_in()
    venv = make_vec_env(env_id, 2, seed=0, horizon=60)
    settings = small() if kind is not PPO else {"n_steps": 50, "batch_size": 50, "device": "cpu"}
    agent = kind("MlpPolicy", feedback.wrap(venv), **settings)
    agent.learn(240, callback=feedback)
    assert isinstance(feedback.reward_model, RewardEnsemble)
    feedback.reward_model.save(tmp_path / "reward.pt")
    paid, alone = agent.env, make_vec_env(env_id, 2, seed=0, horizon=60)
    spaces = alone.observation_space, alone.action_space
    loaded = RewardEnsemble.load(tmp_path / "reward.pt", *spaces, device="cpu")
    again = VecLearnedReward(alone, loaded.predict)
    single = LearnedReward(make_vec_env(env_id, 1, horizon=60).envs[0], loaded.predict)  # type: ignore[attr-defined]
    paid.seed(7)
    again.seed(7)
    np.testing.assert_array_equal(paid.reset(), again.reset())
    single.reset(seed=7)
    spaces[1].seed(0)
    over = False
    for _ in range(60):
        actions = np.array([spaces[1].sample(), spaces[1].sample()])
        rewards = paid.step(actions)[1]
        np.testing.assert_array_equal(again.step(actions)[1], rewards)
        if not over:
            _, reward, *ends, _ = single.step(actions[0])
            assert reward == pytest.approx(rewards[0], abs=1e-5)
            over = any(ends)
