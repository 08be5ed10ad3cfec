"""Training a run from settings: what the commands ``train`` and ``demo`` do."""

from __future__ import annotations

import importlib.util
import math
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import Annotated, Literal

import torch
import tyro
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.logger import (
    CSVOutputFormat,
    KVWriter,
    Logger,
    TensorBoardOutputFormat,
)
from stable_baselines3.common.vec_env import DummyVecEnv, SubprocVecEnv, VecEnv

from rlhf_gym.algorithms import algorithm, check_fits
from rlhf_gym.algorithms.presets import preset_of
from rlhf_gym.checkpoints import latest_checkpoint
from rlhf_gym.environments import make_vec_env
from rlhf_gym.envs.scores import score_of
from rlhf_gym.evaluation import (
    Evaluation,
    can_be_drawn,
    read_evaluation,
    record_video,
    true_returns,
)
from rlhf_gym.feedback import HumanFeedback
from rlhf_gym.judgements import Strategy
from rlhf_gym.reward_model import RewardModel, RewardModelSettings
from rlhf_gym.runs import RunFolder
from rlhf_gym.teachers import SyntheticTeacher
from rlhf_gym.wrappers.clip_recorder import check_finite

__all__ = ["TrainSettings", "evaluate", "filled", "load", "resume", "train"]


@dataclass(frozen=True)
class TrainSettings:
    """Settings of a training run; None takes the preset's value (see `preset_of`)."""

    env_id: Annotated[str, tyro.conf.Positional] = "CartPole-v1"
    """Any Gymnasium id."""
    algo: str = "ppo"
    """ppo, a2c, a3c, dqn, sac, td3, or module:Class."""
    teacher: Literal["synthetic", "window"] = "synthetic"
    """Who answers: a formula that knows the true reward, or a person in a window."""
    labels: int | None = None
    """How many answers to spend."""
    steps: int | None = None
    """Training steps, the untrained agent's first ones included."""
    n_envs: int | None = None
    """Environments beside each other."""
    horizon: int | None = None
    """Length of a training episode in steps; by default the environment's own."""
    hold: int | None = None
    """Steps for which an early end of an episode is held; by default the preset's."""
    seed: int = 0
    """Seed of everything."""
    clip_seconds: float | None = None
    """Length of a clip."""
    strategy: Strategy | None = None
    """Which clips to ask about."""
    schedule: Literal["hyperbolic", "constant"] = "hyperbolic"
    """When to ask."""
    first_share: float | None = None
    """Share of the labels that is asked for before training."""
    wait: bool | None = None
    """Whether training waits for a person behind the first labels: for every answer (True), never
    (False), or by default when it is more than 8 labels ahead."""
    annotator: str | None = None
    """Name of the person who labels."""
    goal: str | None = None
    """What the agent shall do, shown to the person; by default the environment's own."""
    tie_breaker: str | None = None
    """What decides between two clips that seem equal."""
    beta: float = math.inf
    """Synthetic teacher: rationality; inf is deterministic."""
    gamma: float = 1.0
    """Synthetic teacher: below 1 it is myopic."""
    mistake: float = 0.0
    """Synthetic teacher: share of answers flipped."""
    skip: float = 0.0
    """Synthetic teacher: pairs of which both are worse than this share of the mean are skipped."""
    equal: float = 0.0
    """Synthetic teacher: returns that differ by less than this share of the mean are ties."""
    keep_termination: bool = False
    """Let episodes end early, although that leaks the reward."""
    subprocesses: bool = False
    """Run each environment in a process of its own."""
    device: str = "auto"
    """cpu, cuda, or auto."""
    evaluation_episodes: int = 20
    """Episodes of the final evaluation on the untouched environment."""
    reward_model: RewardModelSettings = field(default_factory=RewardModelSettings)
    """Settings of the reward model; those of the preset where all are left as they are."""


def train(
    settings: TrainSettings,
    run: str | Path | None = None,
    *,
    progress: bool = True,
    tell: Callable[[str], None] = print,
) -> RunFolder:
    """Train an agent from comparisons of clips, in a run folder; evaluate and film it.

    Args:
        settings: what to train, and how.
        run: the folder; by default ``runs/ENV-ALGO-DATE``.
        progress: show a progress bar.
        tell: gets what is worth telling on the way, a line at a time.

    Raises:
        ValueError: if a setting cannot work; said before any time is spent.
        FileExistsError: if the folder holds files.
    """
    settings = filled(settings)
    folder = RunFolder(Path(run)) if run else RunFolder.new(settings.env_id, settings.algo)
    feedback, env = _plug_in(settings, folder, resuming=False)
    with folder.held():
        folder.write_settings(settings)
        agent = _agent(settings, env)
        tell(f"run folder: {folder.path}")
        before = true_returns(
            agent, settings.env_id, settings.evaluation_episodes, seed=settings.seed
        )
        Evaluation(after=(), before=before).write(folder.evaluation)
        _film(settings, agent, folder, "before")
        return _learn(settings, folder, feedback, agent, progress, tell)


def resume(
    run: str | Path, *, progress: bool = True, tell: Callable[[str], None] = print
) -> RunFolder:
    """Go on with a run after any stop, from its last checkpoint and with all its labels.

    Raises:
        ValueError: if there is no run in the folder.
    """
    folder = RunFolder.open(run)
    settings = folder.read_settings(TrainSettings)
    with folder.held():
        feedback, env = _plug_in(settings, folder, resuming=True)
        try:
            agent = feedback.restore(algorithm(settings.algo), env, settings.device)
        except FileNotFoundError:
            tell("the run stopped before its first checkpoint: it starts anew, labels are kept")
            agent = _agent(settings, env)
        folder.write_command()
        tell(f"going on at step {agent.num_timesteps:,} with {feedback.labels_given} labels")
        return _learn(settings, folder, feedback, agent, progress, tell)


def load(run: str | Path) -> tuple[BaseAlgorithm, RewardModel, TrainSettings]:
    """The agent, the reward model and the settings of a run's last checkpoint.

    Raises:
        ValueError: if there is no run in the folder.
        FileNotFoundError: if it has no checkpoint yet.
    """
    folder = RunFolder.open(run)
    settings = folder.read_settings(TrainSettings)
    checkpoint = latest_checkpoint(folder)
    agent = algorithm(settings.algo).load(checkpoint / "agent.zip", device=settings.device)
    venv = _make_venv(replace(settings, n_envs=1, subprocesses=False))
    reward_model = RewardModel.load(
        checkpoint / "reward_model.pt",
        venv.observation_space,
        venv.action_space,
        device=settings.device,
    )
    venv.close()
    return agent, reward_model, settings


def evaluate(run: str | Path, episodes: int) -> Evaluation:
    """Evaluate a run's agent on the untouched environment, and note it in the run folder."""
    folder = RunFolder.open(run)
    agent, _, settings = load(run)
    known = read_evaluation(folder.evaluation)
    returns = true_returns(agent, settings.env_id, episodes, seed=settings.seed)
    evaluation = replace(known, after=returns)
    evaluation.write(folder.evaluation)
    return evaluation


def filled(settings: TrainSettings) -> TrainSettings:
    """The settings with the preset's values where they were left open."""
    preset = preset_of(settings.env_id, settings.algo)
    names = (
        "labels",
        "steps",
        "n_envs",
        "horizon",
        "hold",
        "clip_seconds",
        "strategy",
    )
    open_ = {name: getattr(preset, name) for name in names if getattr(settings, name) is None}
    labels = settings.labels or preset.labels
    if settings.first_share is None and labels > 0:
        open_["first_share"] = preset.share_before_training(labels)
    if settings.reward_model == RewardModelSettings():
        open_["reward_model"] = preset.reward_model
    settings = replace(settings, **open_)
    for name in ("steps", "n_envs", "labels", "evaluation_episodes"):
        if getattr(settings, name) < 1:
            raise ValueError(f"{name} must be at least 1, but is {getattr(settings, name)}")
    for name in ("clip_seconds", "first_share"):
        if not getattr(settings, name) > 0:
            raise ValueError(f"{name} must be positive, but is {getattr(settings, name)}")
    if settings.device.startswith("cuda") and not torch.cuda.is_available():
        raise ValueError(
            f"device is {settings.device!r}, but PyTorch finds no GPU; `rlhf-gym doctor` says why; "
            "without one, leave --device out"
        )
    return settings


def _make_venv(settings: TrainSettings) -> VecEnv:
    with _without_interrupts():  # Ctrl-C reaches all processes, but only this one shall heed it
        return make_vec_env(
            settings.env_id,
            settings.n_envs or 1,
            seed=settings.seed,
            horizon=settings.horizon,
            hold=settings.hold,
            keep_termination=settings.keep_termination,
            vec_env_cls=SubprocVecEnv if settings.subprocesses else DummyVecEnv,
        )


def _plug_in(
    settings: TrainSettings, folder: RunFolder, *, resuming: bool
) -> tuple[HumanFeedback, VecEnv]:
    venv = _make_venv(settings)
    check_fits(algorithm(settings.algo), venv.action_space)
    check_finite(venv.reset())  # type: ignore[arg-type]
    teacher: str | SyntheticTeacher = settings.teacher
    if settings.teacher == "synthetic":
        teacher = SyntheticTeacher(
            beta=settings.beta,
            gamma=settings.gamma,
            mistake=settings.mistake,
            skip=settings.skip,
            equal=settings.equal,
            score=score_of(settings.env_id),
            seed=settings.seed,
        )
    assert settings.labels and settings.clip_seconds and settings.first_share  # filled
    feedback = HumanFeedback(
        teacher,
        settings.labels,
        clip_seconds=settings.clip_seconds,
        strategy=settings.strategy or "diverse",
        schedule=settings.schedule,
        first_share=settings.first_share,
        reward_model=settings.reward_model,
        run=folder.path,
        resume=resuming,
        seed=settings.seed,
        wait=settings.wait,
        goal=settings.goal,
        tie_breaker=settings.tie_breaker,
        annotator=settings.annotator,
        device=settings.device,
    )
    return feedback, preset_of(settings.env_id, settings.algo).normalised(feedback.wrap(venv))


def _agent(settings: TrainSettings, env: VecEnv) -> BaseAlgorithm:
    preset = preset_of(settings.env_id, settings.algo)
    policy = preset.policy_for(env.observation_space)
    return algorithm(settings.algo)(
        policy, env, seed=settings.seed, device=settings.device, **preset.agent
    )


def _learn(
    settings: TrainSettings,
    folder: RunFolder,
    feedback: HumanFeedback,
    agent: BaseAlgorithm,
    progress: bool,
    tell: Callable[[str], None],
) -> RunFolder:
    assert settings.steps is not None
    if settings.teacher == "window" and not feedback.labels_given:
        first = math.ceil(settings.labels * settings.first_share)  # type: ignore[operator]
        tell(f"waiting for the first {first} labels; training begins when they are there")
    remaining = settings.steps - agent.num_timesteps
    if remaining > 0:
        with closing(_logger(folder)) as logger, _stops_cleanly(feedback, tell):
            agent.set_logger(logger)
            agent.learn(
                remaining,
                callback=feedback,
                reset_num_timesteps=not feedback.resuming,
                progress_bar=progress,
            )
    if feedback.stopped:
        tell(f"stopped with everything saved; go on with: rlhf-gym train --resume {folder.path}")
        return folder
    after = true_returns(agent, settings.env_id, settings.evaluation_episodes, seed=settings.seed)
    evaluation = replace(read_evaluation(folder.evaluation), after=after)
    evaluation.write(folder.evaluation)
    _film(settings, agent, folder, "after")
    return folder


def _logger(folder: RunFolder) -> Logger:
    """SB3's logger into the run folder; a resumed run adds a file and leaves the old ones."""
    taken = len(list(folder.path.glob("progress*.csv")))
    name = "progress.csv" if not taken else f"progress.{taken + 1}.csv"
    outputs: list[KVWriter] = [CSVOutputFormat(str(folder.path / name))]
    if importlib.util.find_spec("tensorboard"):
        outputs.append(TensorBoardOutputFormat(str(folder.path / "tensorboard")))
    return Logger(str(folder.path), outputs)


@contextmanager
def _stops_cleanly(feedback: HumanFeedback, tell: Callable[[str], None]) -> Iterator[None]:
    """Ctrl-C ends training after the present rollout; a second one at once."""

    def stop(signum: int, frame: FrameType | None) -> None:
        tell("stopping after this rollout; press Ctrl-C again to stop at once")
        feedback.stop()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    with _on_interrupt(stop):
        yield


def _without_interrupts() -> AbstractContextManager[None]:
    """Processes that are started within ignore Ctrl-C."""
    return _on_interrupt(signal.SIG_IGN)


@contextmanager
def _on_interrupt(handler: Callable[[int, FrameType | None], None] | int) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _film(settings: TrainSettings, agent: BaseAlgorithm, folder: RunFolder, name: str) -> None:
    if can_be_drawn(settings.env_id):
        record_video(agent, settings.env_id, folder.videos / f"{name}.mp4", seed=settings.seed)
