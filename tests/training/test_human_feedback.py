"""HumanFeedback in real runs of stable-baselines3, of few steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import torch
from gymnasium import spaces
from short_trainings import OFF_POLICY, SHORT_PPO, feedback_of, trained
from stable_baselines3 import A2C, DQN, PPO, SAC, TD3
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.vec_env import SubprocVecEnv, VecFrameStack

from rlhf_gym import A3C, HumanFeedback, make_vec_env
from rlhf_gym.clips.observations import leaves
from rlhf_gym.reports.run import build_report
from rlhf_gym.reward_model import RewardModelSettings
from rlhf_gym.runs.records import read_curve


class Mixed(gym.Env[dict[str, Any], Any]):
    """Dict observations (a vector, an image and a name) and two choices at once."""

    metadata = {"render_modes": [], "render_fps": 10, "fixed_horizon": True}

    def __init__(self) -> None:
        self.observation_space = spaces.Dict(
            {
                "vector": spaces.Box(-1, 1, (3,), np.float32),
                "image": spaces.Box(0, 255, (36, 36, 3), np.uint8),
                "name": spaces.Discrete(4),
            }
        )
        self.action_space = spaces.MultiDiscrete([2, 3])

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.observation_space.seed(seed)
        return self.observation_space.sample(), {}

    def step(self, action: Any) -> Any:
        return self.observation_space.sample(), float(action[0]), False, False, {}


@pytest.mark.parametrize(
    ("algorithm", "env_id", "settings"),
    [
        (PPO, "CartPole-v1", SHORT_PPO),
        (A2C, "Pendulum-v1", {}),
        (A3C, "Pendulum-v1", {"n_workers": 2}),
        (DQN, "CartPole-v1", OFF_POLICY),
        (SAC, "Pendulum-v1", {**OFF_POLICY, "train_freq": 10}),
        (TD3, "Pendulum-v1", {**OFF_POLICY, "train_freq": (1, "episode")}),
    ],
)
def test_every_algorithm_trains_unchanged_and_spends_the_labels_exactly(
    algorithm: type[BaseAlgorithm], env_id: str, settings: dict[str, Any]
) -> None:
    feedback = feedback_of(labels=7)
    n_envs = 1 if algorithm is TD3 else 2
    agent = trained(feedback, 400, env_id, algorithm, n_envs, **settings)
    assert feedback.labels_given == feedback.store.counts().answered == 7
    assert agent.num_timesteps >= 400


@pytest.mark.parametrize(
    ("algorithm", "settings"),
    [(PPO, SHORT_PPO), (A3C, {"n_workers": 2}), (DQN, OFF_POLICY)],
)
def test_where_episodes_may_end_no_step_is_spent_behind_an_end_that_some_clips_show(
    algorithm: type[BaseAlgorithm], settings: dict[str, Any]
) -> None:
    feedback = feedback_of(labels=30)
    trained(feedback, 400, "FrozenLake-v1", algorithm, **settings)
    played = feedback.buffer.transitions(10_000, np.random.default_rng(0))
    assert not played.absorbing.any()
    behind = feedback.buffer.transitions(10_000, np.random.default_rng(0), absorbing=True)
    holes_and_goal = [5, 7, 11, 12, 15]
    assert behind.absorbing.all() and np.isin(leaves(behind.observations)[0], holes_and_goal).all()
    stored = (feedback.store.query(id_) for id_ in feedback.store.current())
    clips = [clip for query in stored for clip in query.clips]
    assert {len(clip) for clip in clips} == {10}
    beyond = [clip.transitions.absorbing for clip in clips]
    assert any(each.any() for each in beyond) and not all(each.any() for each in beyond)


@pytest.mark.parametrize(
    ("algorithm", "settings"),
    [(PPO, {"n_steps": 32}), (A3C, {"n_workers": 2}), (DQN, OFF_POLICY)],
)
def test_every_algorithm_trains_on_a_reward_for_changes(
    algorithm: type[BaseAlgorithm], settings: dict[str, Any]
) -> None:
    model = RewardModelSettings(uses_next_observations=True)
    feedback = feedback_of(labels=7, reward_model=model)
    trained(feedback, 400, "CartPole-v1", algorithm, 2, **settings)
    assert feedback.labels_given == 7
    clips = [clip for id_ in range(1, 8) for clip in feedback.store.query(id_).clips]
    for clip in clips:
        before, after = np.asarray(clip.observations), np.asarray(clip.next_observations)
        np.testing.assert_array_equal(before[1:], after[:-1])


def test_environments_may_run_in_processes_of_their_own() -> None:
    feedback = feedback_of()
    env = feedback.wrap(make_vec_env("Pendulum-v1", 2, seed=0, vec_env_cls=SubprocVecEnv))
    PPO("MlpPolicy", env, device="cpu", **SHORT_PPO).learn(400, callback=feedback)
    env.close()
    assert feedback.labels_given == 6


ON_POLICY = pytest.mark.parametrize(
    ("algorithm", "settings"),
    [(PPO, {"n_steps": 32, "batch_size": 32, "n_epochs": 1}), (A3C, {"n_workers": 2})],
)


@ON_POLICY
def test_dict_observations_and_several_choices_at_once(
    algorithm: type[BaseAlgorithm], settings: dict[str, Any]
) -> None:
    feedback = feedback_of(labels=4)
    env = feedback.wrap(make_vec_env(Mixed, 2, seed=0, horizon=20))
    agent = algorithm("MultiInputPolicy", env, device="cpu", seed=0, **settings)
    agent.learn(130, callback=feedback)
    assert feedback.labels_given == 4


@ON_POLICY
@pytest.mark.parametrize("stacked", [False, True])
def test_image_observations(
    stacked: bool, algorithm: type[BaseAlgorithm], settings: dict[str, Any]
) -> None:
    feedback = feedback_of(labels=4)
    venv = make_vec_env("rlhf/MovingDot-v1", 2, seed=0)
    env = feedback.wrap(VecFrameStack(venv, 2) if stacked else venv)
    agent = algorithm("CnnPolicy", env, device="cpu", seed=0, **settings)
    agent.learn(150, callback=feedback)
    assert feedback.labels_given == 4


def test_steps_are_exact_and_warm_up_is_counted() -> None:
    feedback = feedback_of(warm_up_steps=72)
    agent = trained(feedback, 72 + 3 * 128)
    assert agent.num_timesteps == 72 + 3 * 128 == feedback.recorder.agent_step
    assert feedback.buffer.rows == 36 + 3 * 64


def test_an_off_policy_agent_keeps_its_warm_up_and_steps_exactly() -> None:
    feedback = feedback_of(warm_up_steps=80)
    agent = trained(feedback, 300, algorithm=DQN, n_envs=1, **OFF_POLICY)
    assert isinstance(agent, DQN) and agent.replay_buffer is not None
    assert agent.num_timesteps == agent.replay_buffer.pos == 300


@pytest.mark.parametrize(
    ("algorithm", "settings"), [(PPO, SHORT_PPO), (A3C, {"n_workers": 1})], ids=["PPO", "A3C"]
)
def test_one_seed_gives_one_run(algorithm: type[BaseAlgorithm], settings: dict[str, Any]) -> None:
    first, second, other = (feedback_of(seed=seed) for seed in (0, 0, 1))
    runs = [
        trained(feedback, algorithm=algorithm, **settings) for feedback in (first, second, other)
    ]
    labels = [
        [(judgement.query, judgement.preference) for judgement in feedback.store.judgements()]
        for feedback in (first, second, other)
    ]
    assert labels[0] == labels[1] != labels[2]
    weights = [torch.cat([p.flatten() for p in agent.policy.parameters()]) for agent in runs]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_settings_not_given_are_those_measured_in_that_environment() -> None:
    feedback = HumanFeedback("synthetic", device="cpu")
    feedback.wrap(make_vec_env("Pendulum-v1", seed=0))
    settings = feedback.settings
    assert (settings.labels, settings.clip_seconds, settings.first_share) == (50, 0.2, 0.6)
    assert settings.reward_model.members == 7 and settings.strategy == "diverse"
    chosen = HumanFeedback(
        "synthetic", 80, settings={"strategy": "uniform", "first_share": 0.1}, device="cpu"
    )
    chosen.wrap(make_vec_env("Pendulum-v1", seed=0))
    assert (chosen.settings.labels, chosen.settings.strategy) == (80, "uniform")
    assert (chosen.settings.clip_seconds, chosen.settings.first_share) == (0.2, 0.1)


def test_episodes_are_held_as_long_as_was_measured_to_be_good() -> None:
    venv = make_vec_env("CartPole-v1", seed=0, keep_termination=False)
    assert venv.get_attr("hold") == [25] and venv.get_attr("horizon") == [500]
    assert make_vec_env("CartPole-v1", seed=0, hold=7).get_attr("hold") == [7]
    assert make_vec_env("LunarLander-v3", seed=0).get_attr("horizon") == [400]
    with pytest.raises(ValueError, match="hold must be at least 1, but is 0"):
        make_vec_env("CartPole-v1", seed=0, hold=0)


def test_a_script_with_a_run_folder_leaves_what_a_report_needs(tmp_path: Path) -> None:
    feedback = feedback_of(run=tmp_path / "run")
    agent = trained(feedback, 1200, n_envs=4)
    progress = read_curve(tmp_path / "run")
    assert len(progress.series("time/total_timesteps", "rollout/ep_rew_mean")[0]) >= 3
    with pytest.warns(UserWarning, match="an earlier call of learn was taken for the whole"):
        agent.learn(600, callback=feedback)
    assert (tmp_path / "run" / "progress.2.csv").exists()
    page = build_report(tmp_path / "run")
    assert "The agent trained on CartPole-v1" in page.read_text()
