"""RelabelledRewards: rewards of a replay buffer that are predicted again where they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from stable_baselines3.common.buffers import ReplayBuffer

from rlhf_gym.clips.observations import Array
from rlhf_gym.clips.steps import Transitions

__all__ = ["RelabelledRewards", "reward_state", "stored_rewards"]

Newest: TypeAlias = Callable[[], Transitions | None]
"""The newest step of each environment ``(n_envs,)``, as far as it is known."""
Paid: TypeAlias = Callable[[], Array | None]
"""The learned rewards ``(n_envs,)`` of the newest step, as far as they are known."""

UNKNOWN = -1
"""Version of a reward that is out of date."""
CHUNK = 1024
"""Number of rewards that are predicted at once, whose observations must fit into memory."""
_NOTES = "reward_notes"


def reward_state(buffer: ReplayBuffer) -> dict[str, Array]:
    """Return what is known of each reward ``(size, n_envs)`` of a buffer, beside its step.

    The version of the reward model that predicted it, whether its step is absorbing, whether it
    terminated, and what wrappers and callbacks added to the learned reward. The arrays are an
    attribute of a relabelled buffer, so they are saved and copied with it.
    """
    known: dict[str, Array] | None = getattr(buffer, _NOTES, None)
    if known is not None:
        return dict(known)
    shape = buffer.rewards.shape
    return {
        "reward_versions": np.full(shape, UNKNOWN, np.int32),
        "reward_over": np.zeros(shape, bool),
        "reward_ended": (buffer.dones > 0) & (buffer.timeouts == 0),
        "reward_added": np.zeros(shape, np.float32),
    }


def stored_rewards(buffer: ReplayBuffer) -> npt.NDArray[np.float32]:
    """Return the array ``(size, n_envs)`` that holds the rewards, without predicting any."""
    rewards: Any = getattr(buffer, "rewards", None)
    return rewards.stored if isinstance(rewards, RelabelledRewards) else rewards


class RelabelledRewards:
    """The rewards of a replay buffer, predicted again where they are read and out of date.

    Reads and writes like the array ``(size, n_envs)`` that it replaces; pickled, copied or turned
    into an array it is that array, up to date. What the buffer writes is out of date from the
    start, since the reward model may have changed between the step and the writing.

    Attributes:
        stored: the array.
    """

    def __init__(
        self,
        buffer: ReplayBuffer,
        predict: Callable[[Array, Array], Array],
        version: Callable[[], int],
        newest: Newest = lambda: None,
        paid: Paid = lambda: None,
    ) -> None:
        """Replace the rewards of a buffer, all of which are out of date.

        Args:
            buffer: its rewards are shared.
            predict: ``(rows, envs)`` -> the newest learned rewards there.
            version: of the reward model.
            newest: the step whose rewards are written, as far as it is known.
            paid: its learned rewards; what is written beyond them was added to them.
        """
        self.stored = stored_rewards(buffer)
        self._state = reward_state(buffer)
        setattr(buffer, _NOTES, self._state)
        self.versions, self.absorbing = self._state["reward_versions"], self._state["reward_over"]
        self.terminated, self.added = self._state["reward_ended"], self._state["reward_added"]
        self.versions[:] = UNKNOWN
        self._buffer_size = buffer.size
        self._predict, self._version = predict, version
        self._newest, self._paid = newest, paid
        self._places = np.arange(self.stored.size).reshape(self.stored.shape)

    def load_state(self, state: Mapping[str, Array]) -> None:
        """Take over what `reward_state` gave, of all rows or the first ones."""
        for name in state.keys() & self._state.keys():
            self._state[name][: len(state[name])] = state[name]

    def __getitem__(self, index: Any) -> Any:
        """Return the newest rewards."""
        version = self._version()
        stale = self.versions[index] != version
        if np.any(stale):
            places = self._places[index][stale].ravel()
            for part in np.split(places, range(CHUNK, len(places), CHUNK)):
                rows, envs = np.divmod(part, self.stored.shape[1])
                self.stored[rows, envs] = self._predict(rows, envs) + self.added[rows, envs]
                self.versions[rows, envs] = version
        return self.stored[index]

    def __setitem__(self, index: Any, rewards: Any) -> None:
        """Write rewards; they are predicted again when they are first read."""
        self.stored[index] = rewards
        self.versions[index] = UNKNOWN
        newest = self._newest()
        paid = None if newest is None else self._paid()
        self.absorbing[index] = False if newest is None else newest.absorbing
        self.terminated[index] = False if newest is None else newest.terminated
        self.added[index] = 0 if paid is None else np.asarray(rewards) - paid

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.stored)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        """Return the array with the newest rewards."""
        self[: self._buffer_size()]
        return np.array(self.stored, dtype, copy=True) if copy else np.asarray(self.stored, dtype)

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the array with the newest rewards, such as its ``shape``."""
        if name.startswith("_") or "stored" not in vars(self):
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return getattr(np.asarray(self), name)

    def __reduce__(self) -> Any:
        """Pickle the array with the newest rewards."""
        return np.asarray(self).__reduce__()
