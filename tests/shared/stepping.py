"""Steps for clip buffers and reward models, built from plain arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.steps import Transitions, vec_step


def add(
    buffer: ClipBuffer,
    observations: Any,
    actions: Any,
    true_rewards: Any,
    dones: Any,
    infos: Sequence[Mapping[str, Any]] = (),
    agent_step: int = 0,
    next_observations: Any = None,
) -> Transitions:
    """Write one step of all environments into a buffer."""
    step = vec_step(observations, actions, None, true_rewards, dones, infos, keep_next=False)
    transitions = replace(step.transitions, next_observations=next_observations)
    buffer.add(replace(step, transitions=transitions), agent_step)
    return transitions


def steps(observations: Any, actions: Any, next_observations: Any = None) -> Transitions:
    """Steps within episodes."""
    return Transitions.within_episodes(observations, np.asarray(actions), next_observations)
