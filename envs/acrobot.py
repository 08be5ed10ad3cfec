"""Acrobot: Gymnasium's two links that are swung up, in episodes of one length."""

from __future__ import annotations

from math import cos, pi, sin
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from gymnasium.envs.classic_control.acrobot import AcrobotEnv, bound, wrap

from rlhf_gym.envs.absorbing import Absorbing

__all__ = ["Acrobot"]

State: TypeAlias = tuple[float, float, float, float]
"""Angles of the upper and the lower link in rad, and their angular velocities in rad/s."""

_GRAVITY = 9.8


class _Acrobot(AcrobotEnv):
    """Gymnasium's Acrobot, equal to the last bit, in floats instead of small arrays."""

    state: Any
    """Two angles and two velocities; None before the first reset."""

    def step(self, a: Any) -> tuple[npt.NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        a0, a1, v0, v1 = map(float, self.state)
        upper, lower, upper_velocity, lower_velocity = _later(
            (a0, a1, v0, v1), self.AVAIL_TORQUE[a], self.dt
        )
        self.state = (
            wrap(upper, -pi, pi),  # type: ignore[no-untyped-call]
            wrap(lower, -pi, pi),  # type: ignore[no-untyped-call]
            bound(upper_velocity, -self.MAX_VEL_1, self.MAX_VEL_1),  # type: ignore[no-untyped-call]
            bound(lower_velocity, -self.MAX_VEL_2, self.MAX_VEL_2),  # type: ignore[no-untyped-call]
        )
        arrived = self._terminal()  # type: ignore[no-untyped-call]
        if self.render_mode == "human":
            self.render()  # type: ignore[no-untyped-call]
        observation = self._get_ob()  # type: ignore[no-untyped-call]
        return observation, 0.0 if arrived else -1.0, arrived, False, {}


class Acrobot(Absorbing, _Acrobot):
    """Swing the end of two links above a line.

    The physics are those of Gymnasium's ``Acrobot-v1``, computed faster: two links hang from a
    fixed point, and the motor between them is too weak to lift them at once. The agent observes the
    angles and angular velocities of both links as ``(6,)`` float32. Its action is a torque of -1, 0
    or 1 N m on the joint between the links. The reward is -1 for each step before the one at which
    the end is above the line, and 0 from then on; two short clips mostly earn the same, so
    simulated teachers judge them by `rlhf_gym.envs.scores.tip_height`. Episodes are truncated after
    500 steps and never terminated, because their length would give the reward away: at the goal the
    state is absorbing.

    ## Action space
    ``Discrete(3)``: a torque of -1 N m (0), none (1), or 1 N m (2).

    ## Observation space
    ``Box(6,)`` float32. The upper link's angle is 0 if it hangs down, the lower link's is relative
    to the upper one.

    | index | quantity | from | to |
    |---|---|---|---|
    | 0, 1 | cosine and sine of the upper link's angle | -1 | 1 |
    | 2, 3 | cosine and sine of the lower link's angle | -1 | 1 |
    | 4 | angular velocity of the upper link, rad/s | -12.57 | 12.57 |
    | 5 | angular velocity of the lower link, rad/s | -28.27 | 28.27 |

    ## Start
    Angles and velocities are drawn uniformly from -0.1 to 0.1. The line is one length of a link
    above the fixed point.

    ## Source
    Sutton, "Generalization in reinforcement learning: successful examples using sparse coarse
    coding", 1996; Gymnasium's implementation.

    >>> env = Acrobot()
    >>> observation, info = env.reset(seed=0)
    >>> env.step(2)[1]
    -1.0
    """

    metadata = {
        **AcrobotEnv.metadata,
        "fixed_horizon": True,
        "goal": "Swing the lower end of the two links above the line.",
        "tie_breaker": (
            "If it gets there in both (the picture freezes), the one that is there first is "
            "better; if in neither, the one that swings higher."
        ),
        "keys_to_action": {"left": 0, "": 1, "right": 2},
    }


def _later(state: State, torque: float, seconds: float) -> State:
    """Return the state some seconds later, by one Runge-Kutta step of fourth order."""
    first = _change(state, torque)
    second = _change(_moved(state, first, seconds / 2), torque)
    third = _change(_moved(state, second, seconds / 2), torque)
    fourth = _change(_moved(state, third, seconds), torque)
    a, b, c, d = (
        s + seconds / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        for s, k1, k2, k3, k4 in zip(state, first, second, third, fourth, strict=True)
    )
    return a, b, c, d


def _moved(state: State, change: State, seconds: float) -> State:
    a, b, c, d = state
    da, db, dc, dd = change
    return a + seconds * da, b + seconds * db, c + seconds * dc, d + seconds * dd


def _change(state: State, torque: float) -> State:
    """Return the state's derivative (Sutton and Barto's book); masses, lengths, inertias are 1."""
    upper, lower, upper_velocity, lower_velocity = state
    cos_lower, sin_lower = cos(lower), sin(lower)
    d1 = 0.25 + (1.25 + cos_lower) + 1 + 1
    d2 = 0.25 + 0.5 * cos_lower + 1
    phi2 = 0.5 * _GRAVITY * cos(upper + lower - pi / 2)
    phi1 = (
        -0.5 * lower_velocity**2 * sin_lower
        - lower_velocity * upper_velocity * sin_lower
        + 1.5 * _GRAVITY * cos(upper - pi / 2)
        + phi2
    )
    lower_change = (torque + d2 / d1 * phi1 - 0.5 * upper_velocity**2 * sin_lower - phi2) / (
        1.25 - d2**2 / d1
    )
    return upper_velocity, lower_velocity, -(d2 * lower_change + phi1) / d1, lower_change
