"""HumanFeedback in real runs of stable-baselines3, of few steps."""

from __future__ import annotations

import copy
import itertools
from collections import deque
from dataclasses import fields
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import torch
from gymnasium import spaces
from kept import Kept
from stable_baselines3 import A2C, DQN, PPO, SAC, TD3
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.vec_env import SubprocVecEnv, VecFrameStack, VecNormalize
from stepping import steps

from rlhf_gym import A3C, HumanFeedback, ScriptedTeacher, SyntheticTeacher, make_vec_env
from rlhf_gym.agents.a3c.agent import AHEAD
from rlhf_gym.envs.known import score_of
from rlhf_gym.presets import FeedbackSettings
from rlhf_gym.reports.run import build_report
from rlhf_gym.reward_model import RewardModel, RewardModelSettings
from rlhf_gym.runs.records import read_curve

SHORT_PPO: dict[str, Any] = {"n_steps": 64, "batch_size": 64, "n_epochs": 1}
OFF_POLICY: dict[str, Any] = {"learning_starts": 50, "batch_size": 16}


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


def feedback_of(teacher: Any = "synthetic", labels: int = 6, **settings: Any) -> HumanFeedback:
    """A plug-in with small settings; those that are no settings of feedback are its arguments."""
    known = {field.name for field in fields(FeedbackSettings)} - {"reward_model"}
    arguments = {name: value for name, value in settings.items() if name not in known}
    asking = {"clip_length": 10, "first_share": 0.25, "strategy": "disagreement"}
    asking |= {name: value for name, value in settings.items() if name in known}
    return HumanFeedback(teacher, labels, settings=asking, device="cpu", **arguments)


def trained(
    feedback: HumanFeedback,
    steps: int = 600,
    env_id: str = "CartPole-v1",
    algorithm: type[BaseAlgorithm] = PPO,
    n_envs: int = 2,
    policy: str = "MlpPolicy",
    callbacks: tuple[BaseCallback, ...] = (),
    **settings: Any,
) -> BaseAlgorithm:
    env = feedback.wrap(make_vec_env(env_id, n_envs, seed=0))
    settings = settings or (SHORT_PPO if algorithm is PPO else {})
    agent = algorithm(policy, env, seed=0, device="cpu", **settings)
    return agent.learn(steps, callback=[feedback, *callbacks])


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
    nothing = feedback.buffer.transitions(100, np.random.default_rng(0), absorbing=True)
    assert len(nothing) == 0
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


@pytest.mark.parametrize(
    "teacher",
    [
        SyntheticTeacher(skip=0.5, equal=0.1, seed=1),
        ScriptedTeacher(itertools.cycle(["cannot_tell", None, "first", 0.5])),
        lambda first, second: None if first.true_return < second.true_return else "tie",
    ],
)
def test_skipped_pairs_and_cannot_tell_cost_no_label(teacher: Any) -> None:
    feedback = feedback_of(teacher, labels=9)
    trained(feedback, env_id="Pendulum-v1")
    counts = feedback.store.counts()
    assert feedback.labels_given == counts.answered - counts.cannot_tell == 9
    assert feedback.asking.asked == counts.asked > 9
    assert counts.open == 0


def test_a_teacher_that_can_tell_nothing_ends_training_before_it_begins() -> None:
    feedback = feedback_of(ScriptedTeacher([]), labels=2)
    with (
        pytest.warns(UserWarning, match="1 labels are left"),
        pytest.raises(ValueError, match="could tell nothing about any of 10 pairs of clips"),
    ):
        trained(feedback)
    assert feedback.store.counts().open == 0


def test_many_ties_among_the_first_labels_are_warned_of_once() -> None:
    feedback = feedback_of(SyntheticTeacher(), labels=20, first_share=0.5)
    with pytest.warns(UserWarning, match="labels are ties") as warned:
        trained(feedback, env_id="MountainCar-v0")
    assert "SyntheticTeacher(score=score_of('MountainCar-v0'))" in str(warned[0].message)
    assert sum("ties" in str(warning.message) for warning in warned) == 1


@pytest.mark.parametrize(
    "teacher", ["synthetic", SyntheticTeacher(score=score_of("MountainCar-v0"))]
)
def test_a_score_leaves_no_tie_to_warn_of(teacher: str | SyntheticTeacher) -> None:
    feedback = feedback_of(teacher, labels=20, first_share=0.5)
    trained(feedback, env_id="MountainCar-v0")
    assert feedback.labels_given == 20


@pytest.mark.parametrize("steps", [1, 30, 100])
def test_very_few_steps_crash_nothing(steps: int) -> None:
    feedback = feedback_of(labels=3)
    if steps == 1:
        with pytest.raises(ValueError, match="1 step is too few for one clip"):
            trained(feedback, steps)
    else:
        trained(feedback, steps)
        assert feedback.labels_given == 3


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


def test_warm_up_that_leaves_nothing_to_train_is_refused() -> None:
    with pytest.raises(ValueError, match="warm_up_steps=300 leaves none of the 300"):
        trained(feedback_of(warm_up_steps=300), 300)


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


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"labels": 0}, "labels must be at least 1, but is 0"),
        ({"labels": -5}, "labels must be at least 1, but is -5"),
        ({"warm_up_steps": 0}, "warm_up_steps must be at least 1"),
        ({"first_share": 0.0}, "first_share must be more than 0"),
        ({"last_label": 1.2}, "last_label must be at most 1"),
        ({"strategy": "best"}, "strategy must be one of uniform, .* or a function"),
        ({"schedule": lambda share: 1 - share}, "the schedule must not decrease"),
        ({"teacher": "oracle"}, "there is no teacher 'oracle'"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_at_once(
    settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        feedback_of(**settings)


def test_clips_are_no_longer_than_short_episodes_unless_somebody_says_so() -> None:
    feedback = HumanFeedback("synthetic", 5)
    feedback.wrap(make_vec_env("Pendulum-v1", horizon=4))  # clips of 0.2 s would be 6 steps
    assert feedback.buffer.clip_length == 4


def test_a_clip_longer_than_an_episode_is_refused_and_no_folder_is_made(tmp_path: Path) -> None:
    feedback = HumanFeedback("synthetic", 5, settings={"clip_length": 201}, run=tmp_path / "run")
    with pytest.raises(ValueError, match="longer than an episode of Pendulum-v1"):
        feedback.wrap(make_vec_env("Pendulum-v1"))
    assert not (tmp_path / "run").exists()


def test_a_teacher_that_talks_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="'left' is no answer; expected"):
        trained(feedback_of(lambda first, second: "left"))


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


class Broken(gym.Env[Any, Any]):
    """Shows something that is no number at its third step."""

    observation_space = spaces.Box(-1, 1, (2,), np.float32)
    action_space = spaces.Discrete(2)
    metadata = {"render_modes": [], "render_fps": 10}

    def __init__(self, value: float = np.nan, at: int = 3) -> None:
        self.value, self.at, self.steps = value, at, 0

    def _show(self) -> Any:
        return np.array([0, self.value if self.steps >= self.at else 0], np.float32)

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.steps = 0
        return self._show(), {}

    def step(self, action: Any) -> Any:
        self.steps += 1
        return self._show(), 0.0, False, False, {}


@pytest.mark.parametrize(("value", "at"), [(np.nan, 3), (np.inf, 0)])
def test_observations_that_are_not_finite_are_refused(value: float, at: int) -> None:
    feedback = feedback_of()
    env = feedback.wrap(make_vec_env(lambda: Broken(value, at), 2, horizon=20))
    agent = PPO("MlpPolicy", env, device="cpu", **SHORT_PPO)
    with pytest.raises(ValueError, match=r"an observation holds (nan|inf) \(environment 0, entry"):
        agent.learn(100, callback=feedback)


def test_a_space_that_cannot_be_read_is_refused() -> None:
    class Words(Broken):
        observation_space = spaces.Text(5)  # type: ignore[assignment]

    with pytest.raises(ValueError, match="cannot read the observation space Text"):
        feedback_of().wrap(make_vec_env(Words, 1, horizon=20))


# --- the presets are the defaults


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
    venv = make_vec_env("CartPole-v1", seed=0)
    assert venv.get_attr("hold") == [25] and venv.get_attr("horizon") == [500]
    assert make_vec_env("CartPole-v1", seed=0, hold=7).get_attr("hold") == [7]
    assert make_vec_env("LunarLander-v3", seed=0).get_attr("horizon") == [400]
    with pytest.raises(ValueError, match="hold must be at least 1, but is 0"):
        make_vec_env("CartPole-v1", seed=0, hold=0)


@pytest.mark.parametrize("env", ["CartPole-v1", gym.make("CartPole-v1")], ids=type)
def test_what_is_no_vector_environment_is_refused(env: Any) -> None:
    with pytest.raises(ValueError, match="wrap needs a vector environment"):
        feedback_of().wrap(env)


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
