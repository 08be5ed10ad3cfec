"""Arms: what the agents of a benchmark learn from, and what follows from that."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeAlias

from rlhf_gym.basics.words import near
from rlhf_gym.presets.feedback_settings import FeedbackSettings

__all__ = ["ARMS", "BENCHMARK_ARMS", "Arm", "arm_named", "arm_of", "arm_of_teacher"]

Source: TypeAlias = Literal["nothing", "true reward", "formula", "window", "demonstrations"]

ORACLE = {"beta": math.inf, "gamma": 1.0, "mistake": 0.0, "skip": 0.0, "equal": 0.0}
"""Settings of the synthetic teacher without faults."""
EVALUATION = frozenset({"env_id", "seed", "evaluation_episodes"})
"""Settings on which the result of a random policy depends."""
LABELLING = frozenset(
    {
        *(knob.name for knob in fields(FeedbackSettings)),
        *ORACLE,
        *("teacher", "annotator", "goal", "tie_breaker", "wait"),
    }
)
"""Settings on which a result depends only where somebody answers."""


@dataclass(frozen=True)
class Arm:
    """What the agents of one arm learn from.

    Attributes:
        name: in suites, rows and reports.
        source: where the learning signal comes from.
        teacher: settings of the teacher that are not those of the oracle.
        taught: whether agents learn what their teacher really prefers: from a person, from a
            formula that stands for one, or from one without faults.
        shuffled: whether answers are drawn regardless of the clips: a control.
        algorithm: whether its rows name an algorithm; those without belong to every algorithm.
    """

    name: str
    source: Source = "formula"
    teacher: Mapping[str, float | str] = field(default_factory=dict)
    taught: bool = False
    shuffled: bool = False
    algorithm: bool = True

    @property
    def answered(self) -> bool:
        """Whether somebody answers queries."""
        return self.source in ("formula", "window")

    @property
    def demonstrated(self) -> bool:
        """Whether agents learn from demonstrations."""
        return self.source == "demonstrations"

    @property
    def needs_reward(self) -> bool:
        """Whether the environment must have a reward function that says what is wanted."""
        return self.source in ("true reward", "demonstrations")

    @property
    def order(self) -> tuple[int, str]:
        """Sorts arms for readers: the true reward, what was taught, the controls, the rest."""
        names = [arm.name for arm in ARMS]
        first = self.name.split()[0]  # of several faults
        return names.index(first if first in names else "stochastic"), self.name

    def relevant_settings(self, settings: Mapping[str, str]) -> dict[str, str]:
        """Select the settings on which a result of this arm depends, from dotted names.

        >>> settings = {"seed": "1", "steps": "100", "reward_model.members": "3"}
        >>> arm_of("true").relevant_settings(settings)
        {'seed': '1', 'steps': '100'}
        >>> arm_of("random").relevant_settings(settings)
        {'seed': '1'}
        """
        if self.answered:
            return dict(settings)
        wanted = {name.split(".")[0] for name in settings} - LABELLING
        if self.source == "nothing":
            wanted &= EVALUATION
        return {name: value for name, value in settings.items() if name.split(".")[0] in wanted}


# The faulty teachers are those of B-Pref (Lee et al. 2021, section 3), with its numbers.
ARMS = (
    Arm("true", "true reward"),
    Arm("learned", taught=True),
    Arm("window", "window", taught=True),
    Arm("person", teacher={"teacher": "person"}, taught=True),
    Arm("shuffled", shuffled=True),
    Arm("shuffled person", teacher={"teacher": "person"}, shuffled=True),
    Arm("equal", teacher={"equal": 0.1}),
    Arm("mistake", teacher={"mistake": 0.1}),
    Arm("myopic", teacher={"gamma": 0.9}),
    Arm("skip", teacher={"skip": 0.1}),
    Arm("stochastic", teacher={"beta": 1.0}),
    Arm("bc", "demonstrations", algorithm=False),
    Arm("gail", "demonstrations"),
    Arm("airl", "demonstrations"),
    Arm("random", "nothing", algorithm=False),
)
"""Every arm, in the order in which reports show them."""

BENCHMARK_ARMS = tuple(arm for arm in ARMS if arm.source != "window")
"""The arms that a benchmark can run."""

OLD_NAMES = {"stoc": "stochastic"}
"""Names in suites and rows of version 0.1.0, and the names now."""


def arm_of(name: str) -> Arm:
    """Return the arm of a row; an unknown name is that of a teacher with several faults.

    >>> arm_of("stoc").name, arm_of("skip equal").answered
    ('stochastic', True)
    """
    name = OLD_NAMES.get(name, name)
    return next((arm for arm in ARMS if arm.name == name), Arm(name))


def arm_named(name: str) -> Arm:
    """Return the arm that a suite names.

    Raises:
        ValueError: a benchmark has no such arm.
    """
    arm, known = arm_of(name), [arm.name for arm in BENCHMARK_ARMS]
    if arm.name not in known:
        raise ValueError(f"there is no arm {name!r}{near(name, known)}")
    return arm


def arm_of_teacher(config: Mapping[str, Any]) -> str:
    """Name the arm of a single run: its teacher, or the faults of a formula, if it has any.

    Args:
        config: the settings of the run, as `rlhf-gym train` writes them.

    >>> arm_of_teacher({"teacher": "synthetic", "beta": 1.0, "gamma": 1.0})
    'stochastic'
    """
    if config.get("teacher", "synthetic") != "synthetic":
        return str(config["teacher"])
    names = {setting: arm.name for arm in ARMS for setting in arm.teacher}
    faults = [names[name] for name, none in ORACLE.items() if config.get(name, none) != none]
    return " ".join(faults) or "learned"
