"""The states of all random generators that a training draws from, outside of our own parts."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from stable_baselines3.common.base_class import BaseAlgorithm

__all__ = [
    "kept_random_states",
    "random_states",
    "set_random_states",
    "set_torch_random_states",
    "torch_random_states",
]


@contextmanager
def kept_random_states(agent: BaseAlgorithm) -> Iterator[None]:
    """Let what happens within the block draw random numbers without changing those after it."""
    states, of_torch = random_states(agent), torch_random_states()
    try:
        yield
    finally:
        set_random_states(agent, states)
        set_torch_random_states(of_torch)


def random_states(agent: BaseAlgorithm) -> dict[str, Any]:
    """Return the states of NumPy, of Python and of the agent's random actions, as plain data."""
    return {
        "numpy": np.random.get_state(legacy=False),
        "python": random.getstate(),
        "actions": agent.action_space.np_random.bit_generator.state,
    }


def set_random_states(agent: BaseAlgorithm, states: Mapping[str, Any]) -> None:
    """Go on from what `random_states` gave."""
    random.setstate(states["python"])
    np.random.set_state(states["numpy"])
    agent.action_space.np_random.bit_generator.state = states["actions"]


def torch_random_states() -> dict[str, Any]:
    """Return the states of torch on the CPU and on each CUDA device."""
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return {"cpu": torch.get_rng_state(), "cuda": cuda}


def set_torch_random_states(states: Mapping[str, Any]) -> None:
    """Go on from what `torch_random_states` gave."""
    torch.set_rng_state(states["cpu"])
    if torch.cuda.device_count() == len(states["cuda"]) > 0:
        torch.cuda.set_rng_state_all(states["cuda"])
