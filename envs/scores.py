"""Scores for simulated teachers where the true reward ties, and features of people's tastes.

All are functions of a batch of observations and actions, see `Score` and `Tastes`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = [
    "Score",
    "Tastes",
    "backflipping",
    "coasting_height",
    "hovering",
    "manner",
    "spinning",
    "strictness",
    "tip_height",
]

Floats: TypeAlias = npt.NDArray[np.float32]

Score: TypeAlias = Callable[[Any, npt.NDArray[Any]], Floats]
"""``(observations (n, *obs), actions (n, *act)) -> scores (n,)`` float32, one for each step."""
Tastes: TypeAlias = Callable[[Any, npt.NDArray[Any]], Floats]
"""``(observations (n, *obs), actions (n, *act)) -> features (n, k)`` float32 of each step."""

_GRAVITY = 0.0025
"""Gravity in both mountain cars, positions per squared step."""
_ARRIVED = 100.0
"""Score at the flag: more than a clip can gain on the way, so that an earlier arrival is better."""


def coasting_height(
    observations: Floats, actions: npt.NDArray[Any], *, flag: float = 0.5
) -> Floats:
    """Return how high a MountainCar would roll without its motor, and 100 at the flag.

    The height, ``min(sin(3 x) + 3 v^2 / (2 g), 1)``, is the mechanical energy over the weight: from
    -1 (at rest in the valley) to 1 (enough for the hilltop).

    Args:
        observations: ``(n, 2)``: position ``x`` and velocity ``v``.
        actions: not used.
        flag: position of the flag.

    >>> valley, slope, arrived = (-np.pi / 6, 0.0), (0.0, 0.0), (0.5, 0.02)
    >>> coasting_height(np.array([valley, slope, arrived]), np.zeros(3)).tolist()
    [-1.0, 0.0, 100.0]
    """
    position, velocity = np.asarray(observations, dtype=np.float64).T
    height = np.sin(3 * position) + 3 * velocity**2 / (2 * _GRAVITY)
    score = np.where(position >= flag, _ARRIVED, np.minimum(height, 1.0))
    return np.asarray(score, dtype=np.float32)


def tip_height(observations: Floats, actions: npt.NDArray[Any]) -> Floats:
    """Return how high the end of an Acrobot's lower link is above the fixed point.

    The height is ``-cos(a) - cos(a + b)`` with the joints' angles ``a`` and ``b``, in lengths of a
    link: from -2 (hanging) to 2 (upright). Gymnasium's episode terminates above 1.

    Observations are ``(n, 6)``: ``cos(a), sin(a), cos(b), sin(b)`` and two velocities; actions are
    not used.

    >>> hanging, upright = (1, 0, 1, 0, 0, 0), (-1, 0, 1, 0, 0, 0)
    >>> tip_height(np.array([hanging, upright]), np.zeros(2)).tolist()
    [-2.0, 2.0]
    """
    cos_a, sin_a, cos_b, sin_b = np.asarray(observations, dtype=np.float64).T[:4]
    return np.asarray(-cos_a - (cos_a * cos_b - sin_a * sin_b), dtype=np.float32)


def spinning(observations: Floats, actions: npt.NDArray[Any]) -> Floats:
    """Return how fast a CartPoleWindmill or a PendulumSpin turns, rad/s, in either direction.

    Observations are ``(n, d)``, the angular velocity last; actions are not used.

    >>> spinning(np.array([(1, 0, -8.0), (1, 0, 2.0)]), np.zeros(2)).tolist()
    [8.0, 2.0]
    """
    return np.asarray(np.abs(observations[:, -1]), dtype=np.float32)


def hovering(observations: Floats, actions: npt.NDArray[Any]) -> Floats:
    """Return how near a LunarLanderHover is to the middle of the frame, how slow and upright.

    The score is minus the sum of the distance, half the speed and the tilt. Observations are
    ``(n, 8)``: position, velocity, angle, ...; actions are not used.

    >>> still, fallen = (0, 0.75, 0, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0.5, 0, 1, 1)
    >>> hovering(np.array([still, fallen]), np.zeros(2)).tolist()
    [0.0, -1.25]
    """
    across, height, across_speed, up_speed, tilt = np.asarray(observations, np.float64).T[:5]
    away = np.hypot(across, height - 0.75)
    score = 0.0 - (away + np.hypot(across_speed, up_speed) / 2 + np.abs(tilt))
    return np.asarray(score, dtype=np.float32)


def backflipping(observations: Floats, actions: npt.NDArray[Any]) -> Floats:
    """Return how fast a HopperBackflip turns over backwards, high up and by its own force.

    This is the reward that Christiano et al. ("Deep reinforcement learning from human preferences",
    2017) wrote by hand to compare people's answers with: ``-w (1 + 0.3 z + 0.1 a . j - 0.05 v)``
    with the torso's angular velocity ``w``, height ``z`` and velocity forward ``v``, the action
    ``a``, and the joints' angular velocities ``j``. Observations are ``(n, 12)``, see
    `HopperBackflip`, and actions ``(n, 3)``.

    >>> turning = np.zeros((1, 12))
    >>> turning[0, [0, 8]] = 1.0, -2.0
    >>> backflipping(turning, np.zeros((1, 3))).tolist()
    [2.5999999046325684]
    """
    seen = np.asarray(observations, np.float64)
    force = np.sum(np.asarray(actions, np.float64) * seen[:, 9:12], axis=1)
    score = -seen[:, 8] * (1 + 0.3 * seen[:, 0] + 0.1 * force - 0.05 * seen[:, 6])
    return np.asarray(score, dtype=np.float32)


def manner(observations: Floats, actions: npt.NDArray[Any]) -> Floats:
    """Return whether a turn of SupportChat is warm, is a question, and is a link.

    Some people like to be asked questions and to be spoken to kindly, others prefer it short.
    Actions are ``(n, 2)``: act and tone; observations are not used. The features are ``(n, 3)``,
    each 0 or 1.

    >>> manner(np.zeros((2, 10)), np.array([(0, 1), (3, 0)])).tolist()
    [[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    act, tone = np.asarray(actions).T
    return np.stack([tone == 1, act == 0, act == 3], axis=1).astype(np.float32)


def strictness(observations: Floats, actions: npt.NDArray[Any]) -> Floats:
    """Return how severe a decision of Moderation is, and whether it is a hidden one (limit).

    Some people would rather see too much removed, others too little, and some object to what the
    author does not learn of. Actions are ``(n,)``, the decisions; observations are not used. The
    features are ``(n, 2)``, from 0 to 1.

    >>> strictness(np.zeros((3, 10)), np.array([0, 2, 3])).tolist()  # doctest: +ELLIPSIS
    [[0.0, 0.0], [..., 1.0], [1.0, 0.0]]
    """
    decision = np.asarray(actions).reshape(-1)
    return np.stack([decision / 3, decision == 2], axis=1).astype(np.float32)
