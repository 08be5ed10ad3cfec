"""EnduroPace: drive level with the other cars."""

from __future__ import annotations

from typing import Any

import numpy as np

from rlhf_gym.envs.atari import Atari, ObsType, Picture, Setting

__all__ = ["EnduroPace"]

_NEAR = slice(27, 30)
"""Bytes of the memory that say where across the road a car is, nearest first; 0: there is none."""
_SPEED, _THEIRS, _LEVEL = 22, 24, 4
"""Byte of one's own speed, the speed of the others in its unit, and how near to that is level."""


class EnduroPace(Atari):
    """Drive level with the other cars, instead of passing them.

    ## Description
    The race of Enduro, see `Atari`, in which points are for passing. Here a car shall stay beside
    the others, as in Christiano et al. 2017, section 3.2. Nobody wrote a reward for it: it is there
    to be taught.

    ## Action space
    ``Discrete(9)``: none, accelerate, right, left, brake, and the last three with a turn.

    ## Observation space
    ``Box(0, 255, (84, 84, 4))`` uint8, or the memory, see `Atari`.

    ## Rewards
    None: 0 at every step. ``info["probe"]`` is what a test counts: 1 for a step at whose end
    another car is near and one's own speed within a sixth of theirs, else 0.

    ## Start
    At a standstill, behind 200 cars.

    ## End
    Never terminated; truncated after 1,000 steps, which is 67 seconds.

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
        """Make the race.

        Args:
            render_mode: ``"rgb_array"``, ``"human"`` or None.
            obs_type: ``"grayscale"`` or ``"ram"``.
            setting: ``"machado2018"`` or ``"mnih2015"``.

        Raises:
            ModuleNotFoundError: ale-py or OpenCV is missing.
            ValueError: there is no such observation, setting or render mode.
        """
        super().__init__("enduro", render_mode, obs_type=obs_type, setting=setting)

    def step(self, action: np.int64 | int) -> tuple[Picture, float, bool, bool, dict[str, Any]]:
        """Hold an action for four frames."""
        observation, *_ = super().step(action)
        memory = self._ale.getRAM()
        level = abs(int(memory[_SPEED]) - _THEIRS) <= _LEVEL and bool(memory[_NEAR].any())
        return observation, 0.0, False, False, {"probe": float(level)}
