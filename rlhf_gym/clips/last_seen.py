"""LastSeen: what episodes showed last, where they terminated."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from operator import itemgetter

import numpy as np

from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.environment_steps import UNKNOWN
from rlhf_gym.clips.observations import (
    Array,
    Observations,
    batch_of,
    batch_of_one,
    leaves,
    map_leaves,
)
from rlhf_gym.clips.steps import Transitions

__all__ = ["LastSeen", "beyond_end"]

_PREFIX = "last_seen_of:"
"""Of the names of arrays in a state, before the key of a Dict space."""


class LastSeen:
    """The last observations of episodes that terminated, by the rows of their last steps.

    Args:
        n_envs: number of environments.
        max_bytes: bytes of the observations, at most; the oldest are forgotten first.
    """

    def __init__(self, n_envs: int, max_bytes: int) -> None:
        self._kept: list[dict[int, Observations]] = [{} for _ in range(n_envs)]
        self._order: deque[tuple[int, int]] = deque()
        self._max_bytes, self.nbytes = max_bytes, 0

    def add(self, row: int, steps: Transitions) -> None:
        """Keep what was seen after the steps that terminated an episode."""
        for env in np.flatnonzero(steps.terminated).tolist():
            assert steps.next_observations is not None
            seen = map_leaves(itemgetter(env), steps.next_observations)
            self._keep(env, row, map_leaves(np.copy, seen))

    def _keep(self, env: int, row: int, seen: Observations) -> None:
        self._kept[env][row] = seen
        self._order.append((env, row))
        self.nbytes += _size(seen)
        while self.nbytes > self._max_bytes:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        env, row = self._order.popleft()
        self.nbytes -= _size(self._kept[env].pop(row))

    def forget_before(self, row: int) -> None:
        """Forget what was seen after earlier rows."""
        while self._order and self._order[0][1] < row:
            self._forget_oldest()

    def state(self) -> dict[str, Array]:
        """Return all that is kept as plain arrays, for `load_state`."""
        places = {"last_seen_places": np.array(self._order, np.int64).reshape(-1, 2)}
        if not self._order:
            return places
        kept = batch_of([self._kept[env][row] for env, row in self._order])
        named = kept.items() if isinstance(kept, Mapping) else [("", kept)]
        return places | {f"{_PREFIX}{name}": array for name, array in named}

    def load_state(self, state: Mapping[str, Array]) -> None:
        """Take over what `state` gave; before version 0.2.0 nothing was kept."""
        while self._order:
            self._forget_oldest()
        arrays = {
            name.removeprefix(_PREFIX): array
            for name, array in state.items()
            if name.startswith(_PREFIX)
        }
        for at, (env, row) in enumerate(np.asarray(state.get("last_seen_places", ())).tolist()):
            seen = {name: array[at].copy() for name, array in arrays.items()}
            self._keep(env, row, seen.get("", seen))

    def drawn(self, n: int, rng: np.random.Generator) -> tuple[Observations, Array]:
        """Return what ``n`` episodes showed last, or all if there are fewer, and their places.

        There must be one.

        Returns:
            the observations ``(n, *obs)``, and environments and rows ``(n, 2)``.
        """
        places = np.array(self._order)
        if n < len(places):
            places = places[rng.choice(len(places), n, replace=False)]
        return batch_of([self._kept[env][row] for env, row in places.tolist()]), places

    def __len__(self) -> int:
        """Return the number of episodes of which something is kept."""
        return len(self._order)

    def get(self, env: int, row: int) -> Observations | None:
        """Return what was seen after a row, ``(1, *obs)``, or None."""
        seen = self._kept[env].get(row)
        return None if seen is None else batch_of_one(seen)


def beyond_end(clip: Clip, steps: int, last_seen: Observations | None) -> Clip:
    """Return a clip that ends with its episode, with absorbing steps after it.

    Args:
        clip: the clip.
        steps: number of absorbing steps.
        last_seen: what was seen after the end ``(1, *obs)``; by default what was seen before it.
    """
    seen = map_leaves(lambda leaf: leaf[-1:], clip.observations) if last_seen is None else last_seen
    start = clip.start
    if start is not None and start.clip_actions is not None and start.checksums is not None:
        unknown = np.full(steps, UNKNOWN, start.checksums.dtype)
        start = replace(
            start,
            clip_actions=_longer(start.clip_actions, steps),
            checksums=np.concatenate([start.checksums, unknown]),
        )
    following = clip.next_observations
    return replace(
        clip,
        observations=_followed(clip.observations, seen, steps),
        actions=_longer(clip.actions, steps),
        true_rewards=np.concatenate([clip.true_rewards, np.zeros(steps, np.float32)]),
        next_observations=None if following is None else _followed(following, seen, steps),
        start=start,
        frames=None if clip.frames is None else _longer(clip.frames, steps),
    )


def _longer(array: Array, steps: int) -> Array:
    """Repeat the last row as many times."""
    return np.concatenate([array, np.repeat(array[-1:], steps, axis=0)])


def _followed(observations: Observations, seen: Observations, steps: int) -> Observations:
    joined = [
        np.concatenate([array, np.repeat(last, steps, axis=0).astype(array.dtype)])
        for array, last in zip(leaves(observations), leaves(seen), strict=True)
    ]
    if not isinstance(observations, Mapping):
        return joined[0]
    return dict(zip(sorted(observations), joined, strict=True))


def _size(seen: Observations) -> int:
    return sum(leaf.nbytes for leaf in leaves(seen))
