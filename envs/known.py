"""What is known of environments besides their own metadata: one table, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from gymnasium.envs.registration import ENV_ID_RE

from rlhf_gym.envs import ends, marks
from rlhf_gym.envs.melody_taste import features
from rlhf_gym.envs.scores import (
    Score,
    Tastes,
    backflipping,
    coasting_height,
    hovering,
    manner,
    spinning,
    strictness,
    tip_height,
)

__all__ = [
    "GENERAL_GOAL",
    "KNOWN",
    "MISSION_GOAL",
    "Goal",
    "Known",
    "known",
    "score_of",
    "tastes_of",
]


@dataclass(frozen=True)
class Goal:
    """The instruction above the two clips.

    Attributes:
        text: the goal in one sentence.
        tie_breaker: what decides between two clips that reach (or miss) the goal alike.
    """

    text: str
    tie_breaker: str


GENERAL_GOAL = Goal(
    "Prefer the clip that shows more of the behaviour that you want.",
    "If both show as much of it, say so: the agent learns from that, too.",
)
MISSION_GOAL = Goal(
    "Do what the mission says.",
    "If neither has done it, prefer the clip that comes nearer to it; if both, the quicker one.",
)
"""Where each episode has a mission of its own, which is shown with each clip."""


@dataclass(frozen=True)
class Known:
    """What is known of one environment.

    Attributes:
        goal: what a person is asked to look for, unless ``metadata["goal"]`` says it.
        valued_terminals: whether its episodes can terminate well or badly, as in a landing or a
            crash, unless ``metadata["valued_terminals"]`` says it.
        fixed_horizon: whether all its episodes end at the time limit, unless
            ``metadata["fixed_horizon"]`` says it.
        keep_termination: whether agents were found to learn as well where its episodes end early;
            ``horizon`` and ``hold`` are then of use only where ends are held all the same.
        ends: how a person is told that an episode has ended, by its kind, unless
            ``metadata["ends"]`` says it.
        say_end: says how an episode has terminated, from the unwrapped environment, where that can
            be in several ways.
        mark: draws into the picture of the unwrapped environment what a person cannot see there.
        score: judges clips in place of a true reward that is the same at nearly every step; a
            function of observations and actions.
        tastes: the features of a step in which people's tastes differ.
        horizon: length of a training episode in steps; None is the environment's own time limit.
        hold: absorbing steps after an early end; None is all until the horizon.
    """

    goal: Goal = GENERAL_GOAL
    valued_terminals: bool = False
    fixed_horizon: bool = False
    keep_termination: bool = False
    ends: Mapping[str, str] = field(default_factory=dict)
    say_end: Callable[[Any], str] | None = None
    mark: Callable[[Any, Any], None] | None = None
    score: Score | None = None
    tastes: Tastes | None = None
    horizon: int | None = None
    hold: int | None = None


def _asking(goal: str, tie_breaker: str, **more: Any) -> Known:
    return Known(Goal(goal, tie_breaker), **more)


_FELL = {"terminated": "fell"}
_UPRIGHT = Goal(
    "Keep the pole upright and the cart near the middle.",
    "If the pole falls in both, the one that stays up longer is better; if it falls in neither, "
    "the calmer one.",
)
_STEADY = "If both are as fast, prefer the steadier and smoother one."
_FAST = "If both fall, the one that gets further is better; if both are as fast, the steadier one."
_RUN = Goal("Move forward (to the right) as fast as possible without falling.", _FAST)
_CLIMB = "If neither arrives, prefer the one that climbs higher or gains more speed."
_SHOOT = "If neither hits anything, prefer the one that is in less danger."
_LANDER = _asking(
    "Land softly and upright between the two flags.",
    "If neither lands, prefer the one that is slower, more upright and nearer to the flags.",
    valued_terminals=True,
    say_end=ends.lander,
    mark=marks.lander_above,
    horizon=400,
    hold=10,
)
_LAKE = _asking(
    "Walk over the ice to the present, and fall into no hole.",
    "If both fall, or neither, prefer the one that gets nearer to the present.",
    valued_terminals=True,
    say_end=ends.frozen_lake,
)

KNOWN: dict[str, Known] = {
    # Classic control, Box2D and toy text.
    "Acrobot": _asking(
        "Swing the lower end of the two links above the line.",
        "If neither reaches it, prefer the one that swings higher.",
        ends={"terminated": "reached the line"},
        score=tip_height,
        keep_termination=True,
        hold=15,
    ),
    "CartPole": Known(_UPRIGHT, ends=_FELL, say_end=ends.pole, keep_termination=True, hold=25),
    "MountainCar": _asking(
        "Drive the car up to the flag on the right hill.",
        _CLIMB,
        ends={"terminated": "reached the flag"},
        score=coasting_height,
        keep_termination=True,
        hold=20,
    ),
    "MountainCarContinuous": _asking(
        "Drive the car up to the flag on the right hill with little force.",
        _CLIMB,
        ends={"terminated": "reached the flag"},
        score=partial(coasting_height, flag=0.45),
        horizon=400,
        hold=40,
    ),
    "Pendulum": _asking(
        "Swing the pendulum up and hold it still, pointing upwards.",
        "If neither is up, prefer the one that swings higher; if both are, the stiller one.",
        fixed_horizon=True,
    ),
    "BipedalWalker": Known(_RUN, valued_terminals=True, say_end=ends.walker),
    "BipedalWalkerHardcore": Known(_RUN, valued_terminals=True, say_end=ends.walker),
    "CarRacing": _asking(
        "Drive along the road, fast, and stay on it.",
        "If both leave the road, prefer the one that gets further along it.",
        valued_terminals=True,
        say_end=ends.race,
    ),
    "LunarLander": _LANDER,
    "LunarLanderContinuous": _LANDER,
    "Blackjack": _asking(
        "Get nearer to 21 than the dealer, and not above it.",
        "If neither wins, prefer the one that comes nearer to winning.",
        valued_terminals=True,
        say_end=ends.card_game,
    ),
    "CliffWalking": _asking(
        "Walk to the goal at the lower right, and do not step over the cliff.",
        "If neither arrives, prefer the one that gets nearer and keeps off the cliff.",
        ends={"terminated": "reached the goal"},
    ),
    "FrozenLake": _LAKE,
    "FrozenLake8x8": _LAKE,
    "Taxi": _asking(
        "Pick the passenger up and take them to the place that is marked for them.",
        "If neither gets there, prefer the one that comes nearer and wastes fewer moves.",
        ends={"terminated": "passenger delivered"},
    ),
    # Robots.
    "Ant": Known(_RUN, ends=_FELL, horizon=500),
    "HalfCheetah": _asking(
        "Run forward (to the right) as fast as possible.", _STEADY, fixed_horizon=True
    ),
    "Hopper": _asking(
        "Hop forward (to the right) as fast as possible without falling.",
        _FAST,
        ends=_FELL,
        horizon=500,
    ),
    "Humanoid": Known(_RUN, ends=_FELL),
    "HumanoidStandup": _asking(
        "Stand up.", "If neither stands, prefer the higher head.", fixed_horizon=True
    ),
    "InvertedDoublePendulum": _asking(
        "Keep both poles upright and the cart near the middle.",
        "If the poles fall in both, the one that stays up longer is better; if they fall in "
        "neither, the calmer one.",
        ends=_FELL,
        horizon=500,
    ),
    "InvertedPendulum": Known(_UPRIGHT, ends=_FELL),
    "Pusher": _asking(
        "Push the cylinder to the goal.",
        "If neither arrives, prefer the nearer cylinder.",
        fixed_horizon=True,
    ),
    "Reacher": _asking(
        "Bring the fingertip to the target and hold it there.",
        "If neither arrives, prefer the nearer fingertip; if both do, the steadier one.",
        fixed_horizon=True,
    ),
    "Swimmer": _asking(
        "Swim forward (to the right) as fast as possible.", _STEADY, fixed_horizon=True
    ),
    "Walker2d": _asking(
        "Walk forward (to the right) as fast as possible without falling.",
        _FAST,
        ends=_FELL,
        horizon=500,
    ),
    # Behaviours and case studies, whose classes name their goals.
    "CartPoleWindmill": Known(score=spinning),
    "HopperBackflip": Known(mark=marks.anticlockwise, score=backflipping, horizon=300),
    "LunarLanderHover": Known(
        say_end=ends.lander, mark=marks.lander_above, score=hovering, hold=10
    ),
    "Melody": Known(tastes=features),
    "Moderation": Known(tastes=strictness),
    "PendulumSpin": Known(score=spinning),
    "SupportChat": Known(tastes=manner),
    # Atari's games.
    "BeamRider": _asking(
        "Shoot as many ships as you can, and let none hit yours.",
        "If neither hits a ship, prefer the one that is in less danger.",
    ),
    "Breakout": _asking(
        "Break as many bricks as you can, and do not let the ball fall.",
        "If both are alike, prefer the paddle that is nearer to where the ball comes down.",
    ),
    "Enduro": _asking(
        "Overtake as many cars as you can, and touch none.",
        "If neither overtakes a car, prefer the faster one.",
    ),
    "Hero": _asking(
        "Get down to the trapped miner: blast the walls, shoot the creatures, and do not die.",
        "If both are alike, prefer the one that is deeper down.",
    ),
    "MontezumaRevenge": _asking(
        "Fetch the key, open doors and collect jewels, and do not die.",
        "If neither gets anything, prefer the one that is nearer to the key or a door.",
    ),
    "Pong": _asking(
        "Win points: return the ball with the green paddle on the right, so that the other "
        "one misses it.",
        "If no point is made, prefer the paddle that hits the ball or is nearer to it.",
    ),
    "PrivateEye": _asking(
        "Collect the stolen things and bring them back, and avoid what is thrown at the car.",
        "If neither gets anything, prefer the one that goes further.",
    ),
    "Qbert": _asking(
        "Hop onto every cube so that it changes colour, and keep away from the others.",
        "If both are alike, prefer the one that is in less danger.",
    ),
    "Seaquest": _asking(
        "Shoot fish and submarines, pick up divers, and surface for air in time.", _SHOOT
    ),
    "SpaceInvaders": _asking(
        "Shoot as many invaders as you can, and do not get hit.",
        "If neither hits an invader, prefer the one that is in less danger.",
    ),
}
"""By Gymnasium's name of the environment: ``"Hopper"`` for ``Hopper-v4`` and ``rlhf/Hopper-v5``.

The key has neither namespace nor version: what is listed here is the same for all versions, and a
new one needs no new entry. `known` says what other libraries' environments share.
"""

FAMILIES: dict[str, Known] = {
    "MiniGrid": Known(say_end=ends.grid),
    **dict.fromkeys(("highway", "merge", "roundabout", "racetrack"), Known(say_end=ends.traffic)),
}
"""By the beginning of the name, up to the first hyphen, where many environments share it."""

_WITH_OUR_SPACES = (None, "rlhf")
"""Namespaces whose environments of a name share observations, actions and time limits."""


def known(env_id: str) -> Known:
    """Return what is known of an environment; an empty `Known` if nothing is.

    Another library's environment of the same name, such as ``MinAtar/Breakout-v1``, shares the
    goal and the value of terminals, but not what depends on its observations and time limit.

    Args:
        env_id: a Gymnasium id, with or without ``module:`` before it.

    Raises:
        ValueError: it is no text.

    >>> known("rlhf/CartPole-v1").hold, known("phys2d/CartPole-v1").hold, known("Taxi-v4").hold
    (25, None, None)
    """
    if not isinstance(env_id, str):
        raise ValueError(f"an environment is named by its id, a text, but {env_id!r} was given")
    parsed = ENV_ID_RE.fullmatch(env_id.rpartition(":")[2])
    if parsed is None:
        return Known()
    name = parsed["name"].removesuffix("-ram")
    found = KNOWN.get(name) or FAMILIES.get(name.partition("-")[0], Known())
    if parsed["namespace"] in _WITH_OUR_SPACES and parsed["version"]:
        return found
    return Known(found.goal, valued_terminals=found.valued_terminals, ends=found.ends)


def score_of(env_id: str) -> Score | None:
    """Return what a `SyntheticTeacher` should judge clips of ``env_id`` by; None: true rewards.

    >>> score_of("rlhf/Acrobot-v1").__name__, score_of("Pendulum-v1")
    ('tip_height', None)
    """
    return known(env_id).score


def tastes_of(env_id: str) -> Tastes | None:
    """Return the features in which people's tastes differ, or None if they are not known.

    >>> tastes_of("rlhf/Moderation-v1").__name__, tastes_of("Pendulum-v1")
    ('strictness', None)
    """
    return known(env_id).tastes
