"""The content of a replay buffer as plain arrays, for a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from stable_baselines3.common.buffers import ReplayBuffer

from rlhf_gym.agents.replay_rewards import reward_state, stored_rewards
from rlhf_gym.clips.observations import Array, leaves

__all__ = ["load_replay", "replay_state"]


def replay_state(buffer: ReplayBuffer) -> dict[str, Array]:
    """Return the filled rows of a replay buffer, and what is known of its rewards."""
    return {"pos": np.array(buffer.pos), "full": np.array(buffer.full), **_filled_rows(buffer)}


def load_replay(buffer: ReplayBuffer, state: Mapping[str, Array]) -> None:
    """Fill a replay buffer with what `replay_state` gave.

    What is known of the rewards is taken over as well if the buffer is relabelled.
    """
    buffer.pos, buffer.full = int(state["pos"]), bool(state["full"])
    for name, rows in _filled_rows(buffer).items():
        if name in state:  # else the checkpoint is of a version that did not know it
            rows[:] = state[name]


def _filled_rows(buffer: ReplayBuffer) -> dict[str, Array]:
    """Return views of the filled rows of all arrays, by their names in a checkpoint."""
    arrays = reward_state(buffer)
    for name in ("observations", "next_observations"):
        for i, leaf in enumerate(leaves(getattr(buffer, name, {}))):
            arrays[f"{name}_{i}"] = leaf
    arrays["rewards"] = stored_rewards(buffer)
    for name in ("actions", "dones", "timeouts"):
        arrays[name] = getattr(buffer, name)
    # With optimize_memory_usage the newest next observation lies one row further.
    filled = buffer.buffer_size if buffer.full else buffer.pos + 1
    return {name: array[:filled] for name, array in arrays.items()}
