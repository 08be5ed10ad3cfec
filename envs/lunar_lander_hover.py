"""LunarLanderHover: keep a lander in the air, in one place."""

from __future__ import annotations

from typing import Any

import numpy as np

from rlhf_gym.envs.held import Observation
from rlhf_gym.envs.lunar_lander import LunarLander
from rlhf_gym.envs.screen import ORANGE, Frame

__all__ = ["LunarLanderHover"]

_HEIGHT, _ACROSS, _UP, _TILT = 0.75, 0.3, 0.25, 0.3
"""The middle of the frame above the ground, half its sides, and the tilt that is allowed, rad."""
_ROW = 282
"""Row of pixels at which the lander's height is 0."""


class LunarLanderHover(LunarLander):
    """Keep a lander in the air, upright and in one place.

    ## Description
    The lander of `LunarLander`, which is there to be landed; here it shall hover in a frame that
    the picture shows and the agent does not see. Nobody wrote a reward for it: it is there to be
    taught.

    ## Action space
    ``Discrete(4)``: none, left, main and right engine, see `LunarLander`.

    ## Observation space
    ``Box(8,)`` float32, see `LunarLander`.

    ## Rewards
    None: 0 at every step. ``info["probe"]`` is what a test counts: 1 for a step at which the lander
    is in the frame (within 0.3 across and 0.25 upwards of the point 0.75 above the place to land
    on) and leans by less than 0.3 rad, else 0.

    ## Start
    At the top in the middle, with a random push.

    ## End
    Never terminated; truncated after 400 steps of 0.02 s. After a crash, or when the lander has
    left the picture or rests, the last state is held and shown, and nothing is counted.

    ## Source
    Made for rlhf-gym, from Gymnasium's ``LunarLander-v3``.

    >>> env = LunarLanderHover()
    >>> observation, info = env.reset(seed=0)
    >>> observation, reward, _, _, info = env.step(2)
    >>> reward, info["probe"]
    (0.0, 0.0)
    """

    metadata = {
        **LunarLander.metadata,
        "ends_differ": False,
        "probe": "steps in the frame",
        "goal": "Hover in the frame: stay in the air, upright and still.",
        "tie_breaker": (
            "If neither is in the frame, prefer the one that is nearer to it, slower and more "
            "upright. On the ground is worse than anywhere in the air."
        ),
    }

    def step(self, action: Any) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Fire an engine for a fiftieth of a second."""
        observation, _, _, _, info = super().step(action)
        across, height, tilt = (float(observation[i]) for i in (0, 1, 4))
        inside = abs(across) <= _ACROSS and abs(height - _HEIGHT) <= _UP and abs(tilt) <= _TILT
        flying = inside and "held" not in info and "ended" not in info
        return observation, 0.0, False, False, {**info, "probe": float(flying)}

    def render(self) -> Frame | None:
        """Draw it, with the frame: ``(400, 600, 3)`` uint8 in mode ``"rgb_array"``."""
        picture = super().render()  # type: ignore[no-untyped-call]
        if picture is None:
            return None
        frame = np.array(picture)
        top, bottom = (_ROW - round(200 * up) for up in (_HEIGHT + _UP, _HEIGHT - _UP))
        left, right = 300 - round(300 * _ACROSS), 300 + round(300 * _ACROSS)
        for edge in (slice(top, top + 2), slice(bottom - 2, bottom)):
            frame[edge, left:right] = ORANGE
        for edge in (slice(left, left + 2), slice(right - 2, right)):
            frame[top:bottom, edge] = ORANGE
        return frame
