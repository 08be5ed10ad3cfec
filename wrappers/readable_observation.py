"""ReadableObservation: observations of other libraries in a form that can be learned from."""

from __future__ import annotations

from typing import Any, TypeAlias

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from gymnasium.utils import RecordConstructorArgs

from rlhf_gym.clips.rendering import SMALLEST_IMAGE, SMALLEST_PICTURE

__all__ = ["ReadableObservation", "is_readable"]

Env: TypeAlias = "gym.Env[Any, Any]"
Space: TypeAlias = "spaces.Space[Any]"

_MOST = 255


class ReadableObservation(gym.Wrapper[Any, Any, Any, Any], RecordConstructorArgs):
    """Bring observations into a form that agents and reward models can read.

    - Text in a Dict observation (MiniGrid's mission, say) is left out: see `left_out`. A text
      ``mission`` is the attribute `mission`, which a person is shown.
    - Bytes on a grid of less than 8 cells in height or width become a vector of the same numbers.
    - A picture in a Dict observation that is too small for stable-baselines3's convolutions (less
      than 36 pixels) becomes a vector of brightnesses from 0 to 1.
    - `Discrete` and `MultiDiscrete` that start elsewhere start at 0.

    `is_readable` says where none of this is needed.

    Attributes:
        left_out: the keys of the observation that are left out.
    """

    def __init__(self, env: Env) -> None:
        """Wrap ``env``."""
        RecordConstructorArgs.__init__(self)
        gym.Wrapper.__init__(self, env)
        space = env.observation_space
        self.left_out: tuple[str, ...] = ()
        self._mission = ""
        if not isinstance(space, spaces.Dict):
            self.observation_space = _read_space(space, in_dict=False)
            return
        self.left_out = tuple(key for key, part in space.items() if _is_text(part))
        read = {
            k: _read_space(part, in_dict=True) for k, part in space.items() if not _is_text(part)
        }
        self.observation_space = spaces.Dict(read)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin an episode."""
        observation, info = self.env.reset(seed=seed, options=options)
        if "mission" in self.left_out:
            self._mission = str(observation["mission"])
        return self._read(observation), info

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Step."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        return self._read(observation), reward, terminated, truncated, info

    @property
    def mission(self) -> str:
        """The mission of this episode, where the environment puts it into its observations.

        Raises:
            AttributeError: it does not.
        """
        if "mission" not in self.left_out:
            raise AttributeError("mission")
        return self._mission

    def _read(self, observation: Any) -> Any:
        if isinstance(self.observation_space, spaces.Dict):
            own: Any = self.env.observation_space
            return {
                key: _as(part, np.asarray(observation[key]) - _start(own[key]))
                for key, part in self.observation_space.items()
            }
        start = _start(self.env.observation_space)
        return _as(self.observation_space, np.asarray(observation) - start)


def is_readable(space: Space) -> bool:
    """Return whether `ReadableObservation` would leave observations of ``space`` as they are.

    >>> is_readable(spaces.Box(0, 1, (2,))), is_readable(spaces.Dict({"said": spaces.Text(9)}))
    (True, False)
    """
    if isinstance(space, spaces.Dict):
        return not any(_is_text(part) or _is_changed(part, in_dict=True) for part in space.values())
    return not _is_changed(space, in_dict=False)


def _is_changed(space: Space, in_dict: bool) -> bool:
    return _highest(space, in_dict) is not None or bool(np.any(_start(space)))


def _start(space: Space) -> Any:
    """Return what the numbers of a space are counted from."""
    return space.start if isinstance(space, (spaces.Discrete, spaces.MultiDiscrete)) else 0


def _is_text(space: Space) -> bool:
    """Return whether a space holds words; MiniGrid's missions are a space of their own."""
    return space.dtype is not None and space.dtype.kind == "U"


def _highest(space: Space, in_dict: bool) -> int | None:
    """Return the largest number of the vector that a space becomes, or None if it stays."""
    if not isinstance(space, spaces.Box) or len(space.shape) != 3 or space.dtype != np.uint8:
        return None
    side = sorted(space.shape)[1]  # pixels; the channels are fewer than either
    if side < SMALLEST_IMAGE:
        return _MOST  # names of what lies on a grid
    return 1 if in_dict and side < SMALLEST_PICTURE else None  # brightnesses


def _read_space(space: Space, in_dict: bool) -> Space:
    if isinstance(space, spaces.Discrete):
        return spaces.Discrete(int(space.n))
    if isinstance(space, spaces.MultiDiscrete):
        return spaces.MultiDiscrete(space.nvec)
    most = _highest(space, in_dict)
    if most is None:
        return space
    return spaces.Box(0, most, (spaces.flatdim(space),), np.float32)


def _as(space: Space, values: npt.NDArray[Any]) -> Any:
    """Return a part of an observation in the shape and type of ``space``."""
    if not isinstance(space, spaces.Box) or values.shape == space.shape:
        return values
    flat = values.reshape(-1).astype(np.float32)
    return flat if space.high.flat[0] == _MOST else flat / np.float32(_MOST)
