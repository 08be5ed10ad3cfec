"""BeforeAndAfter: measures and films a run's agent before and after training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from stable_baselines3.common.base_class import BaseAlgorithm

from rlhf_gym.agents.random_states import kept_random_states
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.runs.evaluation import can_be_drawn, record_video, true_returns
from rlhf_gym.runs.outcome import OutcomeFile
from rlhf_gym.runs.records import Evaluation, read_evaluation
from rlhf_gym.runs.settings import TrainSettings

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
    """

    settings: TrainSettings
    folder: RunFolder
    video_seconds: float
    log: Callable[[str], None]

    def before(self, agent: BaseAlgorithm) -> None:
        """Measure and film the agent before training, which this does not change."""
        with kept_random_states(agent):
            self._announce("untrained")
            returns = self._returns(agent)
            self._film(agent, "before")
        Evaluation(before=returns).write(self.folder.evaluation)

    def after(self, agent: BaseAlgorithm) -> None:
        """Film and measure the trained agent; the window shows each as soon as it is there."""
        outcome, episodes = OutcomeFile(self.folder), self.settings.evaluation_episodes
        self._announce("trained")
        outcome.filming()
        outcome.not_filmed(self._film(agent, "after"))
        outcome.evaluating(0, episodes)
        returns = self._returns(agent, lambda done: outcome.evaluating(done, episodes))
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
            f"evaluating the {which} agent: {self.settings.evaluation_episodes} episodes of the "
            "untouched environment"
        )

    @property
    def _made(self) -> dict[str, Any]:
        return {"env_kwargs": self.settings.env_kwargs, "wrappers": self.settings.wrapper}

    def _returns(
        self, agent: BaseAlgorithm, progress: Callable[[int], None] | None = None
    ) -> tuple[float, ...]:
        return true_returns(
            agent,
            self.settings.env_id,
            self.settings.evaluation_episodes,
            seed=self.settings.seed,
            horizon=self.settings.horizon,
            deterministic=False,
            progress=progress,
            **self._made,
        )

    def _film(self, agent: BaseAlgorithm, when: str) -> str:
        """Record a video of the agent; return why there is none, or an empty text."""
        settings = self.settings
        if self.video_seconds <= 0:
            return "no films were asked for (--video-seconds 0)"
        try:
            if not can_be_drawn(settings.env_id, **self._made):
                return "the environment draws no pictures"
            record_video(
                agent,
                settings.env_id,
                self.folder.videos / f"{when}.mp4",
                seed=settings.seed,
                deterministic=False,
                seconds=self.video_seconds,
                **self._made,
            )
        except Exception as error:  # of the environment or the encoder
            reason = str(error) or type(error).__name__
            self.log(f"there is no video {when} training: {reason}")
            return reason
        return ""
