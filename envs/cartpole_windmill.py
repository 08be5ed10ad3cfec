"""CartPoleWindmill: make a pole on a cart go round and round."""

from __future__ import annotations

from math import cos, pi, sin, tau
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from rlhf_gym.envs.screen import BLUE, FAINT, GREY, ORANGE, Drawing, DrawnEnv, Frame

__all__ = ["CartPoleWindmill"]

_GRAVITY, _FORCE, _SECONDS = 9.8, 10.0, 0.02
_CART, _POLE, _HALF = 1.0, 0.1, 0.5
"""Masses in kg and half the pole's length in m, as in CartPole."""
_TRACK = 2.4
_FASTEST = 20.0
_PIXELS = 80.0
"""Pixels per metre."""
_PUSHES = (-_FORCE, 0.0, _FORCE)

Observation = npt.NDArray[np.float32]


class CartPoleWindmill(DrawnEnv[Observation, "np.int64 | int"]):
    """Make a pole on a cart go round and round, like a windmill.

    The cart and the pole are those of CartPole, but the pole hangs down and can go all the way
    round. The agent observes the positions and velocities of cart and pole as ``(5,)`` float32. Its
    action pushes the cart with 10 N to the left or to the right, or lets it roll. There is no
    reward function, so that the behaviour has to be taught: the reward is 0, and ``info["probe"]``,
    which evaluation counts, is by how many turns the pole has moved away from where it began, in
    either direction; its sum is the number of full turns less those that were taken back. Episodes
    are truncated after 400 steps of 0.02 s and never terminated; walls stop the cart at both ends.

    ## Action space
    ``Discrete(3)``: push to the left (0), roll (1), push to the right (2).

    ## Observation space
    ``Box(5,)`` float32

    | index | quantity | from | to |
    |---|---|---|---|
    | 0 | position of the cart, m | -2.4 | 2.4 |
    | 1 | velocity of the cart, m/s | unbounded | |
    | 2, 3 | cosine and sine of the pole's angle, which is 0 if upright | -1 | 1 |
    | 4 | angular velocity of the pole, rad/s, positive clockwise | -20 | 20 |

    ## Start
    The pole hangs down and the cart is in the middle; each quantity is off by up to 0.05.

    ## Source
    Made for rlhf-gym; the physics are those of Gymnasium's ``CartPole-v1``.

    >>> env = CartPoleWindmill()
    >>> observation, info = env.reset(seed=0)
    >>> observation, reward, *_ = env.step(2)
    >>> observation.shape, reward
    ((5,), 0.0)
    """

    metadata = {
        **DrawnEnv.metadata,
        "render_fps": 50,
        "probe": "full turns of the pole",
        "goal": "Make the pole go round and round, always the same way, like a windmill.",
        "tie_breaker": (
            "If it goes round in neither, the one that swings higher is better; if in both, the "
            "faster one."
        ),
        "keys_to_action": {"left": 0, "": 1, "right": 2},
    }

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        self.action_space = gym.spaces.Discrete(3)
        high = np.array([_TRACK, np.inf, 1, 1, _FASTEST], dtype=np.float32)
        self.observation_space = gym.spaces.Box(-high, high)
        self.state = (0.0, 0.0, pi, 0.0)
        """The cart's position and velocity, the pole's angle (0 if upright) and its velocity."""
        self.turned = 0.0
        """Angle by which the pole has turned since the start, rad."""

    def _begin(self) -> None:
        x, velocity, angle, spin = self.np_random.uniform(-0.05, 0.05, size=4).tolist()
        self.state, self.turned = (x, velocity, pi + angle, spin), 0.0

    def _take(self, action: np.int64 | int) -> tuple[float, dict[str, Any]]:
        action = self._checked(action)
        x, velocity, angle, spin = self.state
        sine, cosine = sin(angle), cos(angle)
        push = (_PUSHES[action] + _POLE * _HALF * spin**2 * sine) / (_CART + _POLE)
        turning = (_GRAVITY * sine - cosine * push) / (
            _HALF * (4 / 3 - _POLE * cosine**2 / (_CART + _POLE))
        )
        velocity += _SECONDS * (push - _POLE * _HALF * turning * cosine / (_CART + _POLE))
        spin = min(max(spin + _SECONDS * turning, -_FASTEST), _FASTEST)
        x += _SECONDS * velocity
        if abs(x) > _TRACK:
            x, velocity = min(max(x, -_TRACK), _TRACK), 0.0
        self.state = (x, velocity, angle + _SECONDS * spin, spin)
        turned, self.turned = self.turned, self.turned + _SECONDS * spin
        return 0.0, {"probe": (abs(self.turned) - abs(turned)) / tau}

    def _draw(self) -> Frame:
        x, _, angle, _ = self.state
        axle = (300 + _PIXELS * x, 200.0)
        length = 2 * _HALF * _PIXELS
        end = (axle[0] + length * sin(angle), axle[1] - length * cos(angle))
        drawing = Drawing(600, 400)
        drawing.line((300 - _PIXELS * _TRACK, 200), (300 + _PIXELS * _TRACK, 200), 3, FAINT)
        drawing.circle(axle, length, FAINT, 1)
        drawing.box(axle, 76, 36, GREY)
        drawing.line(axle, end, 12, ORANGE)
        drawing.circle(axle, 7, BLUE)
        return drawing.frame()

    def _observe(self) -> Observation:
        x, velocity, angle, spin = self.state
        return np.array([x, velocity, cos(angle), sin(angle), spin], dtype=np.float32)
