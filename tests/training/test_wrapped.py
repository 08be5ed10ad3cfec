"""An agent trains on the learned reward, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from stable_baselines3 import PPO, SAC
from stable_baselines3.common.callbacks import (
    BaseCallback,
    CheckpointCallback,
    EvalCallback,
    EveryNTimesteps,
)
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.vec_env import VecEnv, VecMonitor, VecNormalize

from rlhf_gym import A3C, HumanFeedback, make_vec_env

SMALL: dict[str, Any] = {"n_steps": 32, "batch_size": 64, "n_epochs": 1, "device": "cpu"}


def plug_in(labels: int = 4, **settings: Any) -> HumanFeedback:
    asking = {"clip_length": 5, "warm_up_steps": 40, **settings}
    return HumanFeedback("synthetic", labels, settings=asking, device="cpu")


def venv_of(env_id: str = "CartPole-v1") -> VecEnv:
    return make_vec_env(env_id, 2, seed=0)


class Typed(gym.ObservationWrapper[Any, Any, Any]):
    """Observations with a key that is also a method of PyTorch's modules."""

    def __init__(self, env: gym.Env[Any, Any]) -> None:
        super().__init__(env)
        self.observation_space = gym.spaces.Dict({"type": env.observation_space})

    def observation(self, observation: Any) -> Any:
        return {"type": observation}


def test_keys_that_agents_cannot_have_are_refused_before_there_is_an_agent() -> None:
    env = make_vec_env("CartPole-v1", 2, seed=0, wrappers=(Typed,))
    with pytest.raises(ValueError, match="other uses for 'type'.*give these parts other names"):
        plug_in().wrap(env)


def test_a_feedback_that_has_wrapped_nothing_trains_nothing() -> None:
    agent = PPO("MlpPolicy", "CartPole-v1", device="cpu")
    with pytest.raises(ValueError, match="wrapped no environment"):
        agent.learn(10, callback=plug_in())
    assert agent.num_timesteps == 0


def test_an_agent_that_was_not_given_the_wrapped_environment_trains_nothing() -> None:
    feedback, venv = plug_in(), venv_of()
    feedback.wrap(venv)
    agent = PPO("MlpPolicy", VecNormalize(venv), **SMALL)
    with pytest.raises(ValueError, match=r"what feedback.wrap returned is not the agent's env"):
        agent.learn(100, callback=feedback)
    assert agent.num_timesteps == 0


def test_an_agent_that_is_loaded_with_another_environment_trains_nothing(tmp_path: Path) -> None:
    feedback = plug_in()
    env = VecNormalize(feedback.wrap(venv_of()))
    PPO("MlpPolicy", env, **SMALL).learn(100, callback=feedback).save(tmp_path / "agent.zip")
    loaded = PPO.load(tmp_path / "agent.zip", env=venv_of(), device="cpu")
    with pytest.raises(ValueError, match="acts in another environment than the one that feedback"):
        loaded.learn(100, callback=feedback, reset_num_timesteps=False)
    assert loaded.num_timesteps == 40 + 64
    loaded.set_env(env)
    rows = feedback.buffer.rows
    with pytest.warns(UserWarning, match="total_steps"):
        loaded.learn(64, callback=feedback, reset_num_timesteps=False)
    assert feedback.buffer.rows == rows + 32


def test_an_agent_of_another_feedback_trains_nothing() -> None:
    feedback, other = plug_in(), plug_in()
    feedback.wrap(venv_of())
    agent = PPO("MlpPolicy", other.wrap(venv_of()), **SMALL)
    with pytest.raises(ValueError, match="was wrapped by another HumanFeedback"):
        agent.learn(100, callback=feedback)


def test_an_environment_is_wrapped_once() -> None:
    feedback, venv = plug_in(), venv_of()
    env = feedback.wrap(venv)
    with pytest.raises(ValueError, match="this feedback has wrapped an environment already"):
        feedback.wrap(venv_of())
    with pytest.raises(ValueError, match="wrap each environment once"):
        plug_in().wrap(VecNormalize(env))


def test_wrapping_that_was_refused_may_be_tried_again() -> None:
    feedback = plug_in(clip_length=201)
    with pytest.raises(ValueError, match="longer than an episode"):
        feedback.wrap(venv_of("Pendulum-v1"))
    feedback.wrap(venv_of())


@pytest.mark.filterwarnings("ignore:The environment is already wrapped with a `Monitor`")
def test_a_monitor_that_would_take_learned_returns_for_true_ones_is_warned_of() -> None:
    feedback = plug_in()
    agent = PPO("MlpPolicy", VecMonitor(feedback.wrap(venv_of())), **SMALL)
    with pytest.warns(UserWarning, match=r"put it inside, feedback.wrap\(VecMonitor"):
        agent.learn(100, callback=feedback)


@pytest.mark.parametrize("make", [PPO, A3C])
def test_a_forgotten_callback_is_an_error_before_the_first_step(make: Any) -> None:
    feedback = plug_in()
    settings = SMALL if make is PPO else {"n_workers": 1}
    agent = make("MlpPolicy", feedback.wrap(venv_of()), **settings)
    with pytest.raises(Exception, match=r"agent.learn\(..., callback=feedback\)"):
        agent.learn(100)
    assert feedback.buffer.rows == 0


def test_a_callback_that_never_hears_of_rollouts_is_refused() -> None:
    feedback = plug_in()
    agent = PPO("MlpPolicy", feedback.wrap(venv_of()), **SMALL)
    with pytest.raises(ValueError, match="EveryNTimesteps"):
        agent.learn(100, callback=EveryNTimesteps(10, feedback))


def test_the_wrapped_environment_can_be_stepped_by_hand_before_and_after_training() -> None:
    feedback = plug_in()
    env = VecNormalize(feedback.wrap(venv_of()), norm_obs=False, norm_reward=False)
    env.reset()
    for _ in range(10):
        env.step(np.array([0, 1]))
    agent = PPO("MlpPolicy", env, **SMALL)
    assert np.mean(evaluate_policy(agent, env, n_eval_episodes=1)[0]) > 0
    agent.learn(100, callback=feedback)
    taken = feedback.log.taken
    assert np.ptp([env.step(np.array([0, 1]))[1] for _ in range(20)]) > 0
    assert feedback.log.taken == taken == 40 + 64


class Watch(BaseCallback):
    """Notes the labels given at the end of each rollout."""

    def __init__(self, feedback: HumanFeedback) -> None:
        super().__init__()
        self.feedback, self.labels = feedback, list[int]()

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        self.labels.append(self.feedback.labels_given)


def labels_over_training(earlier: int, *calls: int, reset: bool = False) -> list[int]:
    total = sum(calls) if len(calls) > 1 else None
    feedback = HumanFeedback(
        "synthetic",
        20,
        settings={"clip_length": 5, "warm_up_steps": 112, "first_share": 0.25},
        device="cpu",
        total_steps=total,
    )
    watch, env = Watch(feedback), feedback.wrap(venv_of("Pendulum-v1"))
    agent = PPO("MlpPolicy", env, **SMALL)
    agent.num_timesteps = earlier  # as PPO.load gives it back
    for steps in calls:
        agent.learn(steps, callback=[feedback, watch], reset_num_timesteps=reset)
    assert watch.n_calls == sum(calls) // 2
    return watch.labels


def test_labels_follow_this_training_over_all_its_calls_of_learn() -> None:
    expected = labels_over_training(0, 1024 + 112)
    assert len(set(expected)) > 4 and expected[-1] == 20
    assert labels_over_training(100_000, 1024 + 112) == expected
    assert labels_over_training(0, 112 + 256, 256, 512) == expected
    assert labels_over_training(0, 112 + 256, 256, 512, reset=True) == expected


def test_steps_that_others_take_in_the_environment_are_not_counted() -> None:
    feedback = plug_in()
    env = feedback.wrap(venv_of())
    agent = PPO("MlpPolicy", env, **SMALL)
    agent.learn(168, callback=[feedback, EvalCallback(env, n_eval_episodes=2, eval_freq=40)])
    assert feedback.log.taken == agent.num_timesteps == 168
    assert feedback.buffer.rows > 84


def test_a_total_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="total_steps must be at least 1, but is 0"):
        HumanFeedback("synthetic", 4, total_steps=0)


@pytest.mark.parametrize("nested", [False, True])
def test_statistics_of_observations_reach_an_evaluation_that_nobody_is_asked_about(
    nested: bool,
) -> None:
    asking = {"clip_length": 5, "warm_up_steps": 40}
    feedback = HumanFeedback("synthetic", 2, settings=asking, total_steps=256)
    env = VecNormalize(feedback.wrap(venv_of("Pendulum-v1")))
    evaluation = VecNormalize(venv_of("Pendulum-v1"), training=False, norm_reward=False)
    evaluate: BaseCallback = EvalCallback(evaluation, eval_freq=60, n_eval_episodes=1, verbose=0)
    evaluate = EveryNTimesteps(1, evaluate) if nested else evaluate
    agent = PPO("MlpPolicy", env, **SMALL)
    for _ in range(2):
        agent.learn(128, callback=[evaluate, feedback])
    statistics: Any = evaluation.obs_rms
    assert statistics.mean.any()


class FirstStep(BaseCallback):
    """Ends training at its first step."""

    def _on_step(self) -> bool:
        return False


@pytest.mark.parametrize(("algorithm", "more"), [(PPO, SMALL), (SAC, {"device": "cpu"})])
def test_a_callback_that_ends_training_is_not_called_again(
    algorithm: type[PPO | SAC], more: dict[str, Any]
) -> None:
    feedback, last = plug_in(), FirstStep()
    agent: Any = algorithm("MlpPolicy", feedback.wrap(venv_of("Pendulum-v1")), **more)
    agent.learn(200, callback=[last, feedback])
    assert last.n_calls == 1 and feedback.stopped
    agent.learn(200, callback=[Started(), feedback])
    assert not feedback.stopped and feedback.labels_given == 4


class Started(BaseCallback):
    """Needs to be started before it can take a step, as progress bars do."""

    def _on_training_start(self) -> None:
        self.began = self.num_timesteps

    def _on_step(self) -> bool:
        assert {"new_obs", "actions", "rewards", "dones", "infos"} <= self.locals.keys()
        return self.num_timesteps >= self.began


def test_steps_of_the_warm_up_count_for_other_callbacks(tmp_path: Path) -> None:
    feedback = plug_in(warm_up_steps=70)
    kept = CheckpointCallback(25, str(tmp_path), "agent")
    agent = PPO("MlpPolicy", feedback.wrap(venv_of()), **SMALL)
    agent.learn(70 + 128, callback=[kept, feedback, Started()])
    assert kept.n_calls == feedback.n_calls == (70 + 128) // 2
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        f"agent_{steps}_steps.zip" for steps in (100, 150, 50)
    ]


class Enough(BaseCallback):
    def _on_step(self) -> bool:
        return self.n_calls < 10


@pytest.mark.parametrize("make", [PPO, SAC])
def test_another_callback_may_end_training_during_the_warm_up(make: Any) -> None:
    feedback = plug_in()
    settings = SMALL if make is PPO else {"buffer_size": 100, "device": "cpu"}
    agent = make("MlpPolicy", feedback.wrap(venv_of("Pendulum-v1")), **settings)
    agent.learn(200, callback=[feedback, Enough()])
    assert feedback.stopped and feedback.labels_given == 0
    assert agent.num_timesteps == 20 + 2
