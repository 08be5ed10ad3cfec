"""EnduroPace: drive level with the other cars."""

from __future__ import annotations

from typing import Any

import numpy as np

from rlhf_gym.envs.atari import Atari, ObsType
from rlhf_gym.envs.atari_console import Setting

__all__ = ["EnduroPace"]

_NEAR = slice(27, 30)
"""Bytes of the memory with the cars' places across the road, nearest first; 0 is no car."""
_SPEED, _THEIRS, _LEVEL = 22, 24, 4
"""Byte of the agent's speed, the others' speed in its unit, and the largest level difference."""


class EnduroPace(Atari):
    """Drive level with the other cars, instead of passing them.

    The game is Enduro, see `Atari`, but the car is to stay next to the others, as in Christiano et
    al. 2017, section 3.2. The agent observes the last 4 pictures as ``(84, 84, 4)`` uint8, or the
    memory. Its action is one of 9 and is held for 4 frames. There is no reward function, so that
    the behaviour has to be taught: the reward is 0, and ``info["probe"]``, which evaluation counts,
    is 1 for a step after which another car is near and the agent's speed is within a sixth of
    theirs, else 0. Episodes are truncated after 1,000 steps, which is 67 seconds, and never
    terminated.

    ## Action space
    ``Discrete(9)``: none, accelerate, right, left, brake, and the last three with a turn.

    ## Observation space
    ``Box(0, 255, (84, 84, 4))`` uint8, or the memory, see `Atari`.

    ## Start
    The car stands still behind 200 others.

    ## Source
    Made for rlhf-gym, from ALE's Enduro.

    >>> env = EnduroPace()
    >>> observation, info = env.reset(seed=0)
    >>> observation, reward, _, _, info = env.step(1)
    >>> reward, info["probe"]
    (0.0, 0.0)
    """

    metadata = {
        **{name: value for name, value in Atari.metadata.items() if name != "vec_env"},
        "probe": "steps level with another car",
        "goal": "Keep level with the other cars: neither pass them nor fall back.",
        "tie_breaker": (
            "If no car is near in either, prefer the one that drives on the road at about the pace "
            "of the others. Standing still and crashing are worst."
        ),
    }

    def __init__(
        self,
        render_mode: str | None = None,
        *,
        obs_type: ObsType = "grayscale",
        setting: Setting = "machado2018",
    ) -> None:
        """Make the race; the arguments are those of `Atari`."""
        super().__init__("enduro", render_mode, obs_type=obs_type, setting=setting)

    def _take(self, action: np.int64 | int) -> tuple[float, dict[str, Any]]:
        super()._take(action)
        memory = self._ale.getRAM()
        level = abs(int(memory[_SPEED]) - _THEIRS) <= _LEVEL and bool(memory[_NEAR].any())
        return 0.0, {"probe": float(level)}
