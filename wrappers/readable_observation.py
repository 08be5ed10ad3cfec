"""ReadableObservation: observations of other libraries in a form that can be learned from."""

from __future__ import annotations

from collections.abc import Iterator
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
Place: TypeAlias = "tuple[Any, ...]"

_MOST = 255


class ReadableObservation(gym.Wrapper[Any, Any, Any, Any], RecordConstructorArgs):
    """Bring observations into a form that agents and reward models can read.

    - Text in a Dict observation (MiniGrid's mission, say) is left out: see `left_out`. A text
      ``mission`` is the attribute `mission`, which a person is shown.
    - A Tuple, and spaces within spaces, become one Dict: ``"0"``, ``"1"``, ``"car/wheels/0"``.
    - A point in a key, which PyTorch's modules do not accept, becomes a slash.
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
        self.left_out: tuple[str, ...] = ()
        self._mission = ""
        if not _has_parts(env.observation_space):
            self.observation_space = _read_space(env.observation_space, in_dict=False)
            return
        parts = {_name(place): (place, part) for place, part in _parts(env.observation_space)}
        self.left_out = tuple(name for name, (_, part) in parts.items() if _is_text(part))
        self._parts = {name: parts[name] for name in parts if name not in self.left_out}
        read = {name: _read_space(part, in_dict=True) for name, (_, part) in self._parts.items()}
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
            return {
                name: _as(
                    self.observation_space[name], np.asarray(_at(observation, place)) - _start(own)
                )
                for name, (place, own) in self._parts.items()
            }
        start = _start(self.env.observation_space)
        return _as(self.observation_space, np.asarray(observation) - start)


def is_readable(space: Space) -> bool:
    """Return whether `ReadableObservation` would leave observations of ``space`` as they are.

    >>> is_readable(spaces.Box(0, 1, (2,))), is_readable(spaces.Dict({"said": spaces.Text(9)}))
    (True, False)
    """
    if not _has_parts(space):
        return not _is_changed(space, in_dict=False)
    return isinstance(space, spaces.Dict) and not any(
        place != (_name(place),) or _is_text(part) or _is_changed(part, in_dict=True)
        for place, part in _parts(space)
    )


def _has_parts(space: Space) -> bool:
    return isinstance(space, (spaces.Dict, spaces.Tuple))


def _parts(space: Space, place: Place = ()) -> Iterator[tuple[Place, Space]]:
    """Yield the parts of a space that have no parts themselves, and the keys that lead to each."""
    match space:
        case spaces.Dict() | spaces.Tuple():
            items = space.items() if isinstance(space, spaces.Dict) else enumerate(space)
            for key, part in items:
                yield from _parts(part, (*place, key))
        case _:
            yield place, space


def _name(place: Place) -> str:
    """Return the key of a part in a Dict without further ones in it."""
    return "/".join(map(str, place)).replace(".", "/")


def _at(observation: Any, place: Place) -> Any:
    for key in place:
        observation = observation[key]
    return observation


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
