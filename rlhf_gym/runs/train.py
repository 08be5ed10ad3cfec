"""Training of a run, as the commands ``train`` and ``demo`` do it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.logger import (
    CSVOutputFormat,
    KVWriter,
    Logger,
    TensorBoardOutputFormat,
)
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym.agents import algorithm
from rlhf_gym.basics.closing import closing
from rlhf_gym.basics.faults import FAULTS, in_one_line
from rlhf_gym.basics.interrupts import leave_terminal, on_stop
from rlhf_gym.basics.program import program
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.feedback.told_work import told_work
from rlhf_gym.runs.announced import first_labels, said_of_resuming, said_of_settings
from rlhf_gym.runs.before_and_after import BeforeAndAfter
from rlhf_gym.runs.config import as_table, read_settings, write_settings
from rlhf_gym.runs.loading import evaluate, load
from rlhf_gym.runs.outcome import OutcomeFile, outcome_of
from rlhf_gym.runs.parts import (
    make_agent,
    make_plug_in,
    make_teacher,
    make_training_env,
    wrap_with_normalisation,
)
from rlhf_gym.runs.progress_bar import TrainingBar
from rlhf_gym.runs.quick_start import without_compiler
from rlhf_gym.runs.settings import VIDEO_SECONDS, TrainSettings, extended, fill_in
from rlhf_gym.runs.spare_time import SpareTime
from rlhf_gym.runs.tracking import Tracker, check_trackers
from rlhf_gym.teachers.teacher import Teacher
from rlhf_gym.training.drawn_clips import ClipsNotDrawn
from rlhf_gym.training.human_feedback import HumanFeedback
from rlhf_gym.training.trust import require_trust

__all__ = ["evaluate", "load", "resume", "train"]


def train(
    settings: TrainSettings,
    run: str | Path | None = None,
    *,
    progress: bool = True,
    video_seconds: float = VIDEO_SECONDS,
    log: Callable[[str], None] = print,
    teacher: Teacher | None = None,
) -> RunFolder:
    """Train an agent from comparisons of clips in a run folder, then evaluate and film it.

    Args:
        settings: the settings of the run.
        run: the folder; by default ``runs/ENV-ALGO-DATE``.
        progress: show a progress bar.
        video_seconds: length of the videos before and after training; with 0 there are none.
        log: receives messages, one line at a time.
        teacher: who answers; by default as the settings say.

    Raises:
        ValueError: if a setting cannot work; raised before any time is spent.
        FileExistsError: if the folder holds files.
    """
    settings = fill_in(settings)
    folder = RunFolder(Path(run)) if run else RunFolder.new(settings.env_id, settings.algo)
    training = _Training(settings, folder, progress, video_seconds, log, teacher)
    folder.create()
    with folder.held(), ExitStack() as stack:
        with without_compiler():
            with _removed_after_errors(folder):
                write_settings(folder, settings)  # first: then a run that is killed can be resumed
                feedback, env = training.plug_in(resuming=False)
                stack.enter_context(closing(env))
                agent = make_agent(settings, env)
                steps = settings.steps or 0
                feedback.warm_up.check(agent, steps, steps)
        log(f"run folder: {folder.path}")
        for line in said_of_settings(settings, agent):
            log(line)
        return training.learn(feedback, agent, training.measured.before(agent))


def resume(
    run: str | Path,
    *,
    steps: int | None = None,
    labels: int | None = None,
    progress: bool = True,
    video_seconds: float = VIDEO_SECONDS,
    log: Callable[[str], None] = print,
    teacher: Teacher | None = None,
    trust: bool = False,
) -> RunFolder:
    """Continue a stopped run from its last checkpoint, with all its labels.

    Args:
        run: the folder.
        steps: total training steps, to train for longer than planned.
        labels: labels in all, to ask for more than planned.
        progress: show a progress bar.
        video_seconds: length of the videos before and after training; with 0 there are none.
        log: receives messages, one line at a time.
        teacher: who answers; by default as the settings say.
        trust: run the code of a run folder from elsewhere.

    Raises:
        ValueError: if there is no run in the folder; or ``steps`` or ``labels`` are fewer than
            planned; or there are more labels, but no steps left in which they could be used; or the
            folder is from elsewhere, or was changed since, and is not trusted.
    """
    folder = RunFolder.open(run)
    require_trust(folder, trust)
    settings = read_settings(folder, TrainSettings)
    settings = extended(settings, folder.path, steps=steps, labels=labels)
    with folder.held():
        training = _Training(settings, folder, progress, video_seconds, log, teacher)
        feedback, env = training.plug_in(resuming=True)
        with closing(env):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # they were shown when the run began
                untrained = make_agent(settings, env)
            before = training.measured.before(untrained)
            try:
                agent = feedback.restore(
                    algorithm(settings.algo), env, settings.device, trust=trust
                )
            except FileNotFoundError:
                log("the run has no checkpoint yet: training starts again, labels are kept")
                agent = untrained
            if labels is not None and agent.num_timesteps >= (settings.steps or 0):
                raise ValueError(
                    f"the run in {run} has taken all its {settings.steps:,} steps, and more labels "
                    "are of use only while it trains: add --steps, too"
                )
            write_settings(folder, settings)
            log(said_of_resuming(folder, settings.steps or 0, agent))
            return training.learn(feedback, agent, before)


@contextmanager
def _removed_after_errors(folder: RunFolder) -> Iterator[None]:
    """Remove a new folder again if the block, in which nothing is asked yet, raises."""
    try:
        yield
    except BaseException:
        with suppress(OSError):  # a system may not remove what is open
            for path in folder.path.glob(f"{folder.store.name}*"):
                path.unlink()
        folder.undo_create()
        raise


@dataclass(frozen=True)
class _Training:
    """What the steps of a training need to know."""

    settings: TrainSettings
    folder: RunFolder
    progress: bool
    video_seconds: float
    log: Callable[[str], None]
    teacher: Teacher | None = None

    @property
    def measured(self) -> BeforeAndAfter:
        """What measures and films the agent."""
        return BeforeAndAfter(
            self.settings, self.folder, self.video_seconds, self.log, shown=self.progress
        )

    def plug_in(self, *, resuming: bool) -> tuple[HumanFeedback, VecEnv]:
        """Make the plug-in and the environments as the agent sees them."""
        check_trackers(self.settings.track)
        with told_work(self.folder) as work:
            venv = make_training_env(self.settings, work=work)
        teacher = self.teacher or make_teacher(self.settings)
        feedback = make_plug_in(self.settings, teacher, self.folder.path, resuming=resuming)
        return feedback, wrap_with_normalisation(self.settings, feedback.wrap(venv))

    def learn(self, feedback: HumanFeedback, agent: BaseAlgorithm, before: SpareTime) -> RunFolder:
        """Train the agent for the steps that remain; evaluate it unless it was stopped.

        The work ``before`` is done first, but where a person answers, it is done while training
        waits for them, and what is left of it at the end.
        """
        settings, folder = self.settings, self.folder
        if not feedback.teacher.live:
            self.measured.do_now(before)
        else:
            feedback.loop.rest = partial(before.spend, feedback.store)
        if settings.teacher == "window" and not feedback.labels_given:
            self.log(first_labels(settings))
        remaining = (settings.steps or 0) - agent.num_timesteps
        if remaining > 0:
            self.measured.forget_after()
            logging = _logger(settings, folder, feedback.resuming)
            bar = TrainingBar(
                feedback, agent.num_timesteps, settings.steps or 0, shown=self.progress
            )
            told = _tells_why_it_ends(feedback, agent, folder, self.log)
            with told, logging as logger, _stops_cleanly(feedback, self.log), bar:
                agent.set_logger(logger)
                agent.learn(
                    remaining,
                    callback=[bar, feedback],
                    reset_num_timesteps=not feedback.resuming,
                )
        if feedback.stopped:
            before.close()
            self.log(
                f"stopped with everything saved; go on with: {program()} train --resume "
                f"{folder.path}"
            )
            return folder
        self.measured.do_now(before)
        if feedback.agent_reward.changed:
            self.measured.after(agent)
        else:
            self.log(outcome_of(folder.path).verdict)
            OutcomeFile(folder).done()
        return folder


@contextmanager
def _logger(settings: TrainSettings, folder: RunFolder, resuming: bool) -> Iterator[Logger]:
    """Provide SB3's logger, and close all its outputs however training ends."""
    outputs = _outputs(settings, folder, resuming)
    with ExitStack() as stack:
        opened = [stack.enter_context(closing(output)) for output in outputs]
        yield Logger(str(folder.path), opened)


def _outputs(settings: TrainSettings, folder: RunFolder, resuming: bool) -> Iterator[KVWriter]:
    """Yield files in the run folder and trackers; a resumed run leaves old files unchanged."""
    yield CSVOutputFormat(str(folder.next_progress()))
    yield TensorBoardOutputFormat(str(folder.path / "tensorboard"))
    for tracker in dict.fromkeys(settings.track):
        yield Tracker(tracker, folder, as_table(settings), resuming=resuming)


@contextmanager
def _tells_why_it_ends(
    feedback: HumanFeedback, agent: BaseAlgorithm, folder: RunFolder, log: Callable[[str], None]
) -> Iterator[None]:
    """Tell the window and the terminal of an error that ends training, and how to go on."""
    try:
        yield
    except ClipsNotDrawn:  # told already
        raise
    except FAULTS as error:
        reason = in_one_line(error)
        feedback.log.publish(agent, feedback.labels_given, "stopped", error=reason)
        log(
            f"training has ended with an error: {reason}. All answers are saved; when it is "
            f"mended, go on with: {program()} train --resume {folder.path}"
        )
        raise


@contextmanager
def _stops_cleanly(feedback: HumanFeedback, log: Callable[[str], None]) -> Iterator[None]:
    """Let a request to stop end training after the current rollout, and a second one at once."""

    def stop(signum: int, frame: FrameType | None) -> None:
        leave_terminal(signum)
        if feedback.loop.stopping:
            raise KeyboardInterrupt
        feedback.stop()
        log("stopping after this rollout; press Ctrl-C again to stop at once")

    with on_stop(stop):
        yield
