"""LunarLanderHover: keep a lander in the air, in one place."""

from __future__ import annotations

from typing import Any

import numpy as np

from rlhf_gym.envs.absorbing import Observation
from rlhf_gym.envs.lunar_lander import LunarLander
from rlhf_gym.envs.screen import ORANGE, Frame
from rlhf_gym.envs.step_notes import notes_of

__all__ = ["LunarLanderHover"]

_HEIGHT, _ACROSS, _UP, _TILT = 0.75, 0.3, 0.25, 0.3
"""The frame's middle and half its sides, in units of the observation; the largest tilt, rad."""
_ROW = 282
"""Row of pixels at which the height is 0."""


class LunarLanderHover(LunarLander):
    """Keep a spacecraft in the air, upright and in one place.

    The lander of `LunarLander` is not to land but to hover in a frame, which the picture shows and
    the agent does not see. The observations ``(8,)`` float32 and the actions are those of
    `LunarLander`. There is no reward function, so that the behaviour has to be taught: the reward
    is 0, and ``info["probe"]``, which evaluation counts, is 1 for a step in the frame (within 0.3
    across and 0.25 upwards of the point 0.75 above the pad) with a tilt below 0.3 rad, else 0.
    Episodes are truncated after 400 steps of 0.02 s and never terminated. After a crash, at rest or
    outside the picture the state is absorbing, and nothing is counted.

    ## Action space
    ``Discrete(4)``: none, left, main and right engine, see `LunarLander`.

    ## Observation space
    ``Box(8,)`` float32, see `LunarLander`.

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
        "valued_terminals": False,
        "probe": "steps in the frame",
        "goal": "Hover in the frame: stay in the air, upright and still.",
        "tie_breaker": (
            "If neither is in the frame, prefer the one that is nearer to it, slower and more "
            "upright. On the ground is worse than anywhere in the air."
        ),
    }

    def step(self, action: Any) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Fire an engine for 0.02 s."""
        observation, _, _, _, info = super().step(action)
        notes = notes_of(info)
        across, height, tilt = (float(observation[i]) for i in (0, 1, 4))
        inside = abs(across) <= _ACROSS and abs(height - _HEIGHT) <= _UP and abs(tilt) <= _TILT
        flying = inside and not (notes.absorbing or notes.ended)
        return observation, 0.0, False, False, {**info, "probe": float(flying)}

    def render(self) -> Frame | None:
        """Draw the lander and the frame: ``(400, 600, 3)`` uint8 in mode ``"rgb_array"``."""
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
