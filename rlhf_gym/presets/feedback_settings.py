"""FeedbackSettings: each knob of collecting feedback, with its default and its check, once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, TypeAlias

from rlhf_gym.basics.checks import Limits, check_fields
from rlhf_gym.queries.schedule import Schedule, check_schedule
from rlhf_gym.queries.strategies import Strategy
from rlhf_gym.reward_model.settings import RewardModelSettings

__all__ = ["FeedbackSettings"]

FIRST_LABELS = 25
"""The least number of labels before training, unless ``first_share`` is given.

A reward learned from fewer can mislead the agent so far that later labels do not correct it.
"""
PERSON_SECONDS = 1.0
"""The shortest clip that a person is shown, in seconds."""
PERSON_LEAST = 200
"""The least number of answers that a person is asked for: about a quarter of an hour.

With 50 answers of `PersonTeacher`, two of ten seeds of Pendulum collapsed, with 100 one of five of
MountainCar; with 200 none of ten in any environment of classic control.
"""
PERSON_LABELS = 500
"""The most answers that a person is asked for: about half an hour."""

Labels: TypeAlias = Annotated[int, Limits(at_least=1, at_most=10**6)]
"""A number of labels."""
Steps: TypeAlias = Annotated[int, Limits(at_least=1, at_most=10**12)]
"""A number of steps."""
_PartOfAll: TypeAlias = Annotated[float, Limits(above=0, at_most=1)]


@dataclass(frozen=True)
class FeedbackSettings:
    """How feedback is collected and learned from.

    A new knob needs two edits: a field here, with its docstring and its limits, and the line where
    it acts. The options of ``rlhf-gym train``, the keys of a run's ``config.toml`` and those of a
    benchmark's ``[settings]`` follow from the fields.

    Raises:
        ValueError: a value cannot work; the message names the field.

    >>> FeedbackSettings(labels=100, clip_seconds=0.5).first_share
    0.25
    >>> FeedbackSettings(labels=0)
    Traceback (most recent call last):
        ...
    ValueError: labels must be at least 1, but is 0
    """

    labels: Labels = 200
    """How many answers to spend; "cannot tell" and skipped pairs are not counted."""
    clip_seconds: Annotated[float, Limits(above=0, at_most=3600)] = 1.5
    """Length of a clip in seconds, at the environment's own frame rate."""
    clip_length: Annotated[int, Limits(at_least=1, at_most=10**6)] | None = None
    """Length of a clip in steps, in place of clip_seconds."""
    strategy: Strategy = "diverse"
    """Which clips to ask about: the name of a strategy or, in a script, a QueryStrategy."""
    schedule: Schedule = "hyperbolic"
    """When to ask: hyperbolic asks most at the beginning, constant at an even rate; in a script, a
    function of the share of training that gives the share of the labels."""
    first_share: _PartOfAll = 0.25
    """Share of the labels that is asked for before training."""
    last_label: _PartOfAll = 0.7
    """Share of training at which the last label is asked for, so that the agent can still learn
    from it."""
    repeats: Annotated[float, Limits(at_least=0, below=1)] = 0.05
    """Share of a person's queries that show an earlier pair again, to measure self-agreement."""
    valued_terminals: bool | None = None
    """Whether episodes can terminate well or badly, as in a landing or a crash. More clips then
    show a terminal step, others are compared with one after it, in which nothing happens, and
    absorbing steps are worth nothing on average. By default as the environment says."""
    warm_up_steps: Steps | None = None
    """Steps of the untrained agent from which the first clips are cut; by default a tenth of
    training, at most 2048 but at least two clips of each environment; in short trainings half."""
    memory_bytes: Annotated[int, Limits(at_least=1, at_most=2**44)] = 2**30
    """Bound of the clip buffer, in bytes."""
    checkpoint_seconds: Annotated[float, Limits(at_least=0)] = 30.0
    """Least time between two checkpoints, in seconds."""
    reward_model: RewardModelSettings = RewardModelSettings()
    """Settings of the reward model."""

    def __post_init__(self) -> None:
        """Refuse what cannot work."""
        check_fields(self)
        check_schedule(self.schedule)

    @property
    def share_before_training(self) -> float:
        """``first_share``, or more where that would be fewer than 25 labels.

        >>> FeedbackSettings(labels=50).share_before_training
        0.5
        """
        return max(self.first_share, min(FIRST_LABELS / self.labels, 1.0))

    def for_a_person(self) -> FeedbackSettings:
        """The same where a person answers: clips that they can judge, and as many as that takes.

        A formula judges a fifth of a second without fail, and thousands of clips in no time. A
        person errs, so that few answers can mislead, and has half an hour or so.

        >>> settings = FeedbackSettings(clip_seconds=0.2, labels=2400).for_a_person()
        >>> settings.clip_seconds, settings.labels
        (1.0, 500)
        """
        return replace(
            self,
            clip_seconds=max(self.clip_seconds, PERSON_SECONDS),
            labels=min(max(self.labels, PERSON_LEAST), PERSON_LABELS),
        )
