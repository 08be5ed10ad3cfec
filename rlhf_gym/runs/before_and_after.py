"""BeforeAndAfter: measures and films a run's agent before and after training."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from stable_baselines3.common.base_class import BaseAlgorithm

from rlhf_gym.basics.faults import FAULTS, first_line
from rlhf_gym.basics.words import counted
from rlhf_gym.clips.rendering import off_screen
from rlhf_gym.environments.maker import EnvironmentMaker
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.runs.evaluation import can_be_drawn, film_in_steps, result_of, returns_in_steps
from rlhf_gym.runs.outcome import OutcomeFile
from rlhf_gym.runs.progress_bar import episodes_bar
from rlhf_gym.runs.quick_start import import_compiler
from rlhf_gym.runs.records import read_evaluation
from rlhf_gym.runs.settings import TrainSettings
from rlhf_gym.runs.spare_time import SpareTime, frozen_copy

__all__ = ["BeforeAndAfter"]


@dataclass(frozen=True)
class BeforeAndAfter:
    """Measures true returns of a run's agent on the untouched environment, and films it there.

    Both start alike, from the run's seed. Actions are sampled, as in training: the most likely
    action of an untrained agent depends only on its initial weights, and could balance a pole by
    chance.

    Attributes:
        settings: of the run.
        folder: of the run, into which all is written.
        video_seconds: length of the videos; with 0 there are none.
        log: receives messages, one line at a time.
        shown: whether to show progress bars.
    """

    settings: TrainSettings
    folder: RunFolder
    video_seconds: float
    log: Callable[[str], None]
    shown: bool = False

    def before(self, agent: BaseAlgorithm) -> SpareTime:
        """Return the work of measuring and filming the agent as it is now, before training.

        It can be done at any time, also while the agent learns, and changes nothing of that. If
        the environment cannot be evaluated, this is told, and training is not ended by it.
        """
        untrained = frozen_copy(agent)
        work = SpareTime(self._before(untrained), untrained)
        work.done = bool(read_evaluation(self.folder.evaluation).before)
        return work

    def _before(self, agent: BaseAlgorithm) -> Generator[int, None, None]:
        import_compiler()
        yield 0
        try:
            returns = yield from self._returns(agent)
        except FAULTS as error:  # of the environment
            reason = first_line(error)
            self.log(f"the untrained agent is not evaluated: {reason}")
        else:
            known = read_evaluation(self.folder.evaluation)
            replace(known, before=returns).write(self.folder.evaluation)
        for _ in self._film(agent, "before"):
            yield self.settings.evaluation_episodes

    def do_now(self, work: SpareTime) -> None:
        """Do the work that `before` returned, or what is left of it."""
        if not work.done:
            self._announce("untrained")
            with self._bar() as show:
                work.finish(show)

    def after(self, agent: BaseAlgorithm) -> None:
        """Film and measure the trained agent; the window shows each as soon as it is there."""
        outcome, episodes = OutcomeFile(self.folder), self.settings.evaluation_episodes
        self._announce("trained")
        outcome.filming()
        with off_screen():
            outcome.not_filmed(result_of(self._film(agent, "after")))
        outcome.evaluating(0, episodes)
        with self._bar() as show:

            def tell(done: int) -> None:
                show(done)
                outcome.evaluating(done, episodes)

            returns = result_of(self._returns(agent), tell)
        known = read_evaluation(self.folder.evaluation)
        found = replace(known, after=returns, actions="sampled", steps=agent.num_timesteps)
        found.write(self.folder.evaluation)
        outcome.done()

    def forget_after(self) -> None:
        """Remove what was measured of an agent that now trains for longer than it was planned."""
        known = read_evaluation(self.folder.evaluation)
        if known.after:
            replace(known, after=(), steps=None).write(self.folder.evaluation)
        (self.folder.videos / "after.mp4").unlink(missing_ok=True)
        self.folder.outcome.unlink(missing_ok=True)

    def _announce(self, which: str) -> None:
        self.log(
            f"evaluating the {which} agent: "
            f"{counted(self.settings.evaluation_episodes, 'episode')} of the untouched environment"
        )

    def _bar(self) -> AbstractContextManager[Callable[[int], None]]:
        return episodes_bar(self.settings.evaluation_episodes, shown=self.shown)

    @property
    def _maker(self) -> EnvironmentMaker:
        settings = self.settings
        return EnvironmentMaker(settings.env_id, settings.env_kwargs, settings.wrapper)

    def _returns(self, agent: BaseAlgorithm) -> Generator[int, None, tuple[float, ...]]:
        settings = self.settings
        return returns_in_steps(
            agent,
            self._maker,
            settings.evaluation_episodes,
            seed=settings.seed,
            horizon=settings.horizon,
            deterministic=False,
        )

    def _film(self, agent: BaseAlgorithm, when: str) -> Generator[None, None, str]:
        """Record a video of the agent; return why there is none, or an empty text."""
        settings = self.settings
        if self.video_seconds <= 0:
            return "no films were asked for (--video-seconds 0)"
        try:
            made: dict[str, Any] = {"env_kwargs": settings.env_kwargs, "wrappers": settings.wrapper}
            if not can_be_drawn(settings.env_id, **made):
                return "the environment draws no pictures"
            yield from film_in_steps(
                agent,
                self._maker,
                self.folder.videos / f"{when}.mp4",
                seed=settings.seed,
                deterministic=False,
                seconds=self.video_seconds,
            )
        except FAULTS as error:  # of the environment or the encoder
            reason = first_line(error)
            self.log(f"there is no video {when} training: {reason}")
            return reason
        return ""
