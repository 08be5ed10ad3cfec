"""What agents are paid and what is logged, while the reward model changes."""

from __future__ import annotations

import copy
from collections import deque

import numpy as np
import pytest
from kept import Kept
from short_trainings import OFF_POLICY, feedback_of, trained
from stable_baselines3 import PPO, SAC
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.vec_env import VecNormalize
from stepping import steps

from rlhf_gym import A3C, HumanFeedback, make_vec_env
from rlhf_gym.agents.a3c.agent import AHEAD
from rlhf_gym.reward_model import RewardModel


class Rollouts(BaseCallback):
    """Notes rewards, the version of the reward model and the true returns."""

    def __init__(self, feedback: HumanFeedback) -> None:
        super().__init__()
        self.feedback = feedback
        self.versions: list[int] = []
        self.wrong = 0
        self.true_return = np.zeros(2)
        self.true_returns: list[float] = []

    def _on_step(self) -> bool:
        self.versions.append(self.feedback.reward_model.version)
        buffer = self.feedback.buffer
        newest = buffer._steps.transitions(np.full(2, buffer.rows - 1), np.arange(2))
        seen = steps(np.asarray(newest.observations), newest.actions)
        rewards = self.feedback.reward_model.predict(seen)
        self.wrong += not np.allclose(self.locals["rewards"], rewards, atol=1e-5)
        self.true_return += [info["true_reward"] for info in self.locals["infos"]]
        for env in np.flatnonzero(self.locals["dones"]):
            self.true_returns.append(self.true_return[env])
            self.true_return[env] = 0
        return True


def test_the_agent_gets_what_the_model_predicts_which_changes_between_rollouts_only() -> None:
    feedback = feedback_of(labels=20, warm_up_steps=100)
    watch = Rollouts(feedback)
    trained(feedback, 100 + 5 * 128, "Pendulum-v1", callbacks=(watch,))
    assert watch.wrong == 0
    assert len(set(watch.versions[:50])) == 1  # of the warm-up
    by_rollout = np.array(watch.versions[50:]).reshape(5, 64)
    assert (by_rollout == by_rollout[:, :1]).all()
    assert len(set(by_rollout[:, 0])) > 2


def test_the_logged_return_is_the_true_one_and_all_keys_are_there() -> None:
    feedback = feedback_of(labels=10, warm_up_steps=20)
    watch, kept = Rollouts(feedback), Kept()
    env = feedback.wrap(make_vec_env("Pendulum-v1", 2, seed=0))
    agent = PPO("MlpPolicy", env, seed=0, device="cpu", n_steps=200, batch_size=80, n_epochs=1)
    agent.set_logger(Logger(None, [kept]))
    agent.learn(1620, callback=[feedback, watch])
    row = kept.rows[-1]
    names = {"labels", "asked", "round", "learned_return", "accuracy", "cross_entropy"}
    names |= {"cross_entropy_floor", "disagreement", "correlation"}
    assert {f"feedback/{name}" for name in names} <= set(row)
    assert {f"time/feedback_{name}_seconds" for name in ("ask", "fit", "predict", "record")} <= set(
        row
    )
    logged = row["rollout/ep_rew_mean"] * len(agent.ep_info_buffer or ())
    assert logged == pytest.approx(sum(watch.true_returns), rel=1e-4)
    assert row["feedback/learned_return"] > -700  # normalised; the true one is about -1200


@pytest.mark.parametrize("normalised", [False, True])
def test_an_off_policy_agent_samples_the_newest_rewards(normalised: bool) -> None:
    feedback = feedback_of(labels=10)
    env = feedback.wrap(make_vec_env("Pendulum-v1", 1, seed=0))
    if normalised:
        env = VecNormalize(env)
    agent = SAC("MlpPolicy", env, seed=0, device="cpu", train_freq=10, **OFF_POLICY)
    agent.learn(450, callback=feedback)
    assert agent.replay_buffer is not None
    batch = agent.replay_buffer.sample(64)
    actions = agent.policy.unscale_action(batch.actions.numpy())
    expected = feedback.reward_model.predict(steps(batch.observations.numpy(), actions))
    np.testing.assert_allclose(batch.rewards.numpy()[:, 0], expected, atol=1e-4)
    assert len(feedback.log.state()["learned_returns"]) == 2


class Fits(BaseCallback):
    """Compares rewards of workers with the fits that they may know, of the newest rollouts."""

    def __init__(self, feedback: HumanFeedback, ahead: int) -> None:
        super().__init__()
        self.feedback = feedback
        self.known: deque[RewardModel] = deque(maxlen=ahead)
        self.versions: set[int] = set()

    def _on_rollout_start(self) -> None:
        self.known.append(copy.deepcopy(self.feedback.reward_model))
        self.versions.add(self.feedback.reward_model.version)

    def _on_step(self) -> bool:
        step, rewards = self.feedback.recorder.newest, self.locals["rewards"]
        assert step is not None
        if not self.feedback.warm_up.done:
            return True
        paid = [np.isclose(fit.predict(step), rewards, atol=1e-5) for fit in self.known]
        assert np.any(paid, axis=0).all()
        infos = self.locals["infos"]
        np.testing.assert_allclose([info["learned_reward"] for info in infos], rewards, rtol=1e-5)
        assert {info["true_reward"] for info in infos} <= {0.0, 1.0}
        return True


@pytest.mark.parametrize(("n_workers", "ahead"), [(1, 1), (2, AHEAD)])
def test_a3c_learns_from_the_reward_that_is_fitted_meanwhile(n_workers: int, ahead: int) -> None:
    feedback = feedback_of()
    fits = Fits(feedback, ahead)
    env = feedback.wrap(make_vec_env("CartPole-v1", 2, seed=0, horizon=50))
    A3C("MlpPolicy", env, n_workers=n_workers, seed=0).learn(1000, callback=[feedback, fits])
    assert feedback.labels_given == feedback.settings.labels
    assert feedback.buffer.rows == 500 and feedback.recorder.agent_step == 1000
    assert len(fits.versions) > 3
