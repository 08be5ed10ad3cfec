"""The content of a replay buffer as plain arrays, for a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from stable_baselines3.common.buffers import ReplayBuffer

from rlhf_gym.agents.relabelling import reward_state
from rlhf_gym.clips.observations import Array, leaves

__all__ = ["load_replay", "replay_state"]


def replay_state(buffer: ReplayBuffer) -> dict[str, Array]:
    """Return the filled rows of a replay buffer, and what is known of its rewards."""
    rows = _filled(buffer)
    state: dict[str, Array] = {"pos": np.array(buffer.pos), "full": np.array(buffer.full)}
    for name in ("observations", "next_observations"):
        for i, leaf in enumerate(leaves(getattr(buffer, name, {}))):
            state[f"{name}_{i}"] = leaf[rows]
    for name in ("actions", "rewards", "dones", "timeouts"):
        state[name] = np.asarray(getattr(buffer, name))[rows]
    return state | {name: array[rows] for name, array in reward_state(buffer).items()}


def load_replay(buffer: ReplayBuffer, state: Mapping[str, Array]) -> None:
    """Fill a replay buffer with what `replay_state` gave.

    What is known of the rewards is taken over as well if the buffer is relabelled.
    """
    buffer.pos, buffer.full = int(state["pos"]), bool(state["full"])
    rows = _filled(buffer)
    for name in ("observations", "next_observations"):
        for i, leaf in enumerate(leaves(getattr(buffer, name, {}))):
            leaf[rows] = state[f"{name}_{i}"]
    for name in ("actions", "dones", "timeouts"):
        getattr(buffer, name)[rows] = state[name]
    np.asarray(buffer.rewards)[rows] = state["rewards"]
    for name, array in reward_state(buffer).items():
        array[rows] = state[name]


def _filled(buffer: ReplayBuffer) -> slice:
    # With optimize_memory_usage the newest next observation lies one row further.
    return slice(0, buffer.buffer_size if buffer.full else buffer.pos + 1)
