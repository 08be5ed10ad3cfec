"""TrainSettings: all that can be chosen about a run; presets fill in what is left open."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import tyro

from rlhf_gym.agents import agent_arguments, check_agent_settings, check_algorithm_name
from rlhf_gym.basics.checks import Limits, Seed, Share, Text, check_fields
from rlhf_gym.basics.words import counted
from rlhf_gym.environments.maker import EnvironmentMaker, Environments
from rlhf_gym.envs.known import known
from rlhf_gym.presets import FeedbackSettings, feedback_of, preset_of
from rlhf_gym.presets.feedback_settings import Steps
from rlhf_gym.reward_model.devices import Device
from rlhf_gym.reward_model.settings import RewardModelSettings
from rlhf_gym.runs.config import as_table, from_table
from rlhf_gym.runs.open_fields import open_fields
from rlhf_gym.teachers.synthetic import Discount, Rationality, Tolerance
from rlhf_gym.wrappers.fixed_horizon import EpisodeSteps

__all__ = [
    "VIDEO_SECONDS",
    "TrackerName",
    "TrainSettings",
    "extended",
    "fill_in",
    "reward_model_of",
]

TrackerName: TypeAlias = Literal["wandb", "trackio"]
"""Services that curves can be sent to, in addition to TensorBoard."""

VIDEO_SECONDS = 8.0
"""Length of the videos of an agent, in seconds."""


Episodes: TypeAlias = Annotated[int, Limits(at_least=1, at_most=100_000)]
"""A number of episodes of an evaluation."""


def _default(words: str) -> Any:
    """Show ``words`` in the help as the default, instead of None."""
    return tyro.conf.arg(help_behavior_hint=f"(default: {words})")


THE_PRESETS = _default("the preset's")
OFF: Any = tyro.conf.arg(help_behavior_hint="")

_OpenFeedbackSettings: Any = open_fields(FeedbackSettings)
"""The fields of `FeedbackSettings`, each of which may be left open.

Its type is Any, since type checkers cannot follow a class that is made at run time.
"""


@dataclass(frozen=True)
class TrainSettings(_OpenFeedbackSettings):  # type: ignore[misc]
    """Settings of a training run: those below, and each of `FeedbackSettings` by keyword.

    None takes the preset's value (see `preset_of` and `fill_in`).

    >>> TrainSettings("Pendulum-v1", labels=20).clip_seconds is None
    True
    """

    env_id: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="ENV")] = "CartPole-v1"
    """Any Gymnasium id."""
    algo: str = "ppo"
    """ppo, a2c, a3c, dqn, sac, td3, or module:Class."""
    teacher: Literal["synthetic", "person", "window"] = "synthetic"
    """The teacher: a formula that knows the true reward, one that answers as people do, or a person
    in a window."""
    steps: Annotated[Steps | None, THE_PRESETS] = None
    """Number of training steps, including the first ones of the untrained agent."""
    n_envs: Annotated[Environments | None, THE_PRESETS] = None
    """Number of environments that run side by side."""
    horizon: Annotated[
        EpisodeSteps | None, _default("what is known of it, else its own time limit")
    ] = None
    """Length of a training episode in steps."""
    hold: Annotated[
        EpisodeSteps | None, _default("what is known of it, else until the horizon")
    ] = None
    """Absorbing steps after an early end of an episode."""
    seed: Seed = 0
    """Seed of all random numbers."""
    wait: Annotated[bool | None, _default("more than 8 labels ahead")] = None
    """Whether training waits for a person after the first labels: for every answer (True), never
    (False), or by default when it is more than 8 labels ahead, and for the last answers."""
    annotator: Annotated[Text | None, _default("your login name")] = None
    """Name of the person who labels."""
    goal: Annotated[Text | None, _default("the environment's own")] = None
    """What the agent should do; it is shown to the person."""
    tie_breaker: Annotated[Text | None, _default("the environment's own")] = None
    """What decides between two clips that seem equal."""
    blind: Annotated[bool, OFF] = False
    """Hide true return and accuracy from the person who labels, in the window and the terminal."""
    beta: Rationality = math.inf
    """Synthetic teacher: rationality; answers are deterministic at inf."""
    gamma: Discount = 1.0
    """Synthetic teacher: discount of earlier steps; below 1 the teacher is myopic."""
    mistake: Share = 0.0
    """Synthetic teacher: share of answers that are flipped."""
    skip: Tolerance = 0.0
    """Synthetic teacher: it skips pairs whose returns are both below this share of the mean."""
    equal: Tolerance = 0.0
    """Synthetic teacher: returns that differ by less than this share of the mean tie."""
    keep_termination: Annotated[
        bool | None, _default("unless it is known to learn better from ends that are held")
    ] = None
    """Whether episodes end early where the environment says so."""
    subprocesses: Annotated[bool, OFF] = False
    """Run each environment in a process of its own."""
    device: Device = "auto"
    """cpu, cuda, or auto."""
    evaluation_episodes: Episodes = 20
    """Number of episodes in the final evaluation on the untouched environment."""
    track: Annotated[tuple[TrackerName, ...], tyro.conf.UseAppendAction] = ()
    """Service to send the curves to, in addition to TensorBoard; can be repeated."""
    norm_reward: Annotated[bool | None, THE_PRESETS] = None
    """Divide rewards by the deviation of their discounted sum (VecNormalize)."""
    wrapper: Annotated[
        tuple[str, ...], tyro.conf.UseAppendAction, tyro.conf.arg(metavar="MODULE:CLASS")
    ] = ()
    """Wrapper to put around the environment, innermost first; can be repeated."""
    env_kwargs: tyro.conf.Suppress[dict[str, Any]] = field(default_factory=dict)
    """Further arguments of the environment."""
    agent: tyro.conf.Suppress[dict[str, Any]] = field(default_factory=dict)
    """Settings of the agent by SB3's names, instead of the preset's."""

    def __post_init__(self) -> None:
        """Refuse what cannot work.

        Raises:
            ValueError: a setting has a wrong type, or is beyond its limits.
        """
        check_fields(self)

    def with_changes(self, **changes: Any) -> TrainSettings:
        """Return these settings with some changed: `replace` for type checkers."""
        return replace(self, **changes)

    @property
    def maker(self) -> EnvironmentMaker:
        """How the environment is made, with its arguments and wrappers."""
        return EnvironmentMaker(self.env_id, self.env_kwargs, self.wrapper)

    @property
    def for_people(self) -> bool:
        """Whether a person is asked, or a formula that stands for one."""
        return self.teacher != "synthetic"

    @property
    def feedback(self) -> FeedbackSettings:
        """The settings of feedback: those given here, and the environment's for all others.

        >>> TrainSettings("Pendulum-v1", labels=20).feedback.clip_seconds
        0.2
        """
        given = {each.name: getattr(self, each.name) for each in fields(FeedbackSettings)}
        return feedback_of(self.env_id, given, person=self.for_people)


def reward_model_of(env_id: str, given: Mapping[str, Any]) -> RewardModelSettings:
    """Return the environment's settings of the reward model with some replaced.

    Args:
        env_id: id of the environment.
        given: the settings to replace, by name.

    >>> reward_model_of("Hopper-v5", {"members": 5}).members
    5
    """
    of_environment = as_table(feedback_of(env_id).reward_model)
    return from_table(RewardModelSettings, {**of_environment, **given})


def fill_in(settings: TrainSettings) -> TrainSettings:
    """Fill in the settings that were left open from the presets, and check all of them.

    Raises:
        ValueError: if a setting cannot work.

    >>> fill_in(TrainSettings("Pendulum-v1", labels=20)).steps
    100000
    """
    if ":" not in settings.algo:
        settings = replace(settings, algo=settings.algo.lower())  # one name for one algorithm
    settings.maker.check()
    check_algorithm_name(settings.algo)
    if settings.blind and settings.teacher != "window":
        raise ValueError("--blind is for a person who labels: combine it with --teacher window")
    preset = preset_of(settings.env_id, settings.algo, settings.steps)
    environment = known(settings.env_id)
    if settings.keep_termination is None:
        terminates = settings.maker.describe().terminates(settings.hold)
        settings = replace(settings, keep_termination=terminates)
    values: dict[str, Any] = {
        "steps": preset.steps,
        "n_envs": preset.n_envs,
        "norm_reward": preset.norm_reward,
        "horizon": environment.horizon,
        "hold": None if settings.keep_termination else environment.hold,
    }
    values = {name: value for name, value in values.items() if getattr(settings, name) is None}
    feedback = settings.feedback
    values |= {each.name: getattr(feedback, each.name) for each in fields(feedback)}
    if settings.agent:
        check_agent_settings(settings.algo, settings.agent)
        agent_arguments(settings.agent)
    settings = replace(settings, **values, agent={**preset.agent, **settings.agent})
    return settings


def extended(
    settings: TrainSettings, run: Path, *, steps: int | None = None, labels: int | None = None
) -> TrainSettings:
    """Return the settings of a run that is to train for longer, or to ask for more labels.

    Args:
        settings: of the run, with no value left open.
        run: its folder.
        steps: training steps in all; None leaves them as they are.
        labels: labels in all; None leaves them as they are.

    Raises:
        ValueError: they are fewer than planned.
    """
    planned, wanted = settings.steps or 0, settings.labels or 0
    if steps is not None and steps < planned:
        raise ValueError(
            f"the run in {run} takes {planned:,} steps: it can be made longer, not {steps:,}"
        )
    if labels is not None and labels < wanted:
        raise ValueError(
            f"the run in {run} asks for {counted(wanted, 'label')}: it can ask for more, not for "
            f"{labels:,}"
        )
    return settings.with_changes(steps=steps or planned, labels=labels or wanted)
