"""Transitions: a batch of steps; and how a step ended its episode, from its info."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.observations import Array, Observations, leaves, map_leaves
from rlhf_gym.envs.step_notes import StepNotes, notes_of

__all__ = [
    "RewardFunction",
    "Transitions",
    "VecStep",
    "end_of",
    "is_absorbing",
    "joined_steps",
    "vec_step",
]

Bools: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Transitions:
    """A batch of steps.

    The leading axis ``(n,)`` may be two axes ``(n, length)``, for padded clips.

    Attributes:
        observations: ``(n, *obs)``, seen before each action.
        actions: ``(n, *act)``.
        terminated: ``(n,)`` bool, whether the step ended its episode, other than by a time limit.
        absorbing: ``(n,)`` bool, whether the episode was over before the step (see `FixedHorizon`).
        next_observations: ``(n, *obs)``, seen after each action, or None if they are not kept.
    """

    observations: Observations
    actions: Array
    terminated: Bools
    absorbing: Bools
    next_observations: Observations | None = None

    @classmethod
    def within_episodes(
        cls,
        observations: Observations,
        actions: Array,
        next_observations: Observations | None = None,
    ) -> Transitions:
        """Return steps of which none terminates or is absorbing.

        >>> len(Transitions.within_episodes(np.zeros((5, 4)), np.zeros(5)))
        5
        """
        nowhere = np.zeros(len(actions), bool)
        return cls(observations, actions, nowhere, nowhere, next_observations)

    def __len__(self) -> int:
        """Return the number of steps, or of clips where there are two leading axes."""
        return len(self.actions)

    def __getitem__(self, index: Array | slice) -> Transitions:
        """Return the steps at ``index``."""
        return self._map(lambda array: array[index])

    def flat(self) -> Transitions:
        """Merge the two leading axes ``(n, length)`` into one ``(n * length,)``."""
        return self._map(lambda array: array.reshape(-1, *array.shape[2:]))

    def in_clips(self, length: int) -> Transitions:
        """Split the leading axis ``(n * length,)`` into two, ``(n, length)``; see `flat`."""
        return self._map(lambda array: array.reshape(-1, length, *array.shape[1:]))

    def arrays(self) -> list[Array]:
        """Return all arrays, those of the observations in the order of their keys."""
        seen = [] if self.next_observations is None else leaves(self.next_observations)
        return [*leaves(self.observations), self.actions, self.terminated, self.absorbing, *seen]

    def _map(self, function: Callable[[Array], Array]) -> Transitions:
        seen = self.next_observations
        return Transitions(
            map_leaves(function, self.observations),
            function(self.actions),
            function(self.terminated),
            function(self.absorbing),
            None if seen is None else map_leaves(function, seen),
        )


RewardFunction: TypeAlias = Callable[[Transitions], npt.NDArray[np.float32]]
"""``transitions (n steps) -> rewards (n,)``, batched."""


@dataclass(frozen=True, eq=False)
class VecStep:
    """One step of a vector environment.

    Attributes:
        transitions: the step of each environment ``(n_envs,)``.
        true_rewards: ``(n_envs,)``.
        truncated: ``(n_envs,)`` bool, whether the step ended its episode by a time limit.
        dones: ``(n_envs,)`` bool, whether the vector environment has begun a new episode after it.
        notes: what is noted about the step in the info of each environment.
    """

    transitions: Transitions
    true_rewards: Array
    truncated: Bools
    dones: Bools
    notes: Sequence[StepNotes]


def is_absorbing(info: Mapping[str, Any]) -> bool:
    """Return whether an episode was over before the step with this info.

    >>> from rlhf_gym.envs.step_notes import noted
    >>> is_absorbing({}), is_absorbing(noted({}, absorbing=True))
    (False, True)
    """
    return notes_of(info).absorbing


def end_of(done: bool, info: Mapping[str, Any]) -> str | None:
    """Return why a step ended its episode: ``"terminated"``, ``"truncated"`` or None.

    Args:
        done: whether the environment says that the episode is over.
        info: of the step, in which `FixedHorizon` notes an end before the horizon.

    >>> from rlhf_gym.envs.step_notes import noted
    >>> end_of(True, {}), end_of(True, noted({}, absorbing=True))
    ('terminated', None)
    >>> end_of(False, noted({}, ended="truncated"))
    'truncated'
    """
    notes = notes_of(info)
    if notes.absorbing:
        return None
    if notes.ended:
        return notes.ended
    if not done:
        return None
    return "truncated" if info.get("TimeLimit.truncated", False) else "terminated"


def vec_step(
    before: Any,
    actions: Array,
    after: Any,
    true_rewards: Array,
    dones: Bools,
    infos: Sequence[Mapping[str, Any]] = (),
    *,
    keep_next: bool = True,
) -> VecStep:
    """Return the step of a vector environment, from what its ``step`` returned.

    Args:
        before: observations ``(n_envs, *obs)`` before the step.
        actions: ``(n_envs, *act)``.
        after: observations that the vector environment returned; where an episode is over they are
            of the next one, and the last observation is in the info.
        true_rewards: ``(n_envs,)``.
        dones: ``(n_envs,)`` bool.
        infos: of the step; by default nothing is known.
        keep_next: whether the next observations are wanted.
    """
    notes = [notes_of(info) for info in infos]
    terminated, truncated, absorbing = _ends(dones, infos, notes)
    seen = _seen_after(after, dones, infos) if keep_next else None
    transitions = Transitions(before, actions, terminated, absorbing, seen)
    return VecStep(transitions, true_rewards, truncated, dones, notes)


def joined_steps(parts: Sequence[VecStep]) -> VecStep:
    """Join the steps of several groups of environments into one of all."""
    steps = [part.transitions for part in parts]
    seen = [step.next_observations for step in steps if step.next_observations is not None]
    return VecStep(
        Transitions(
            _joined([step.observations for step in steps]),
            np.concatenate([step.actions for step in steps]),
            np.concatenate([step.terminated for step in steps]),
            np.concatenate([step.absorbing for step in steps]),
            _joined(seen) if seen else None,
        ),
        np.concatenate([part.true_rewards for part in parts]),
        np.concatenate([part.truncated for part in parts]),
        np.concatenate([part.dones for part in parts]),
        [notes for part in parts for notes in part.notes],
    )


def _joined(parts: Sequence[Observations]) -> Observations:
    first = parts[0]
    if isinstance(first, dict):
        return {key: np.concatenate([part[key] for part in parts]) for key in first}
    return np.concatenate(parts)  # type: ignore[arg-type]


def _ends(
    dones: Bools, infos: Sequence[Mapping[str, Any]], notes: Sequence[StepNotes]
) -> tuple[Bools, Bools, Bools]:
    """Return which steps terminated, which were truncated, and which are absorbing."""
    terminated, truncated, absorbing = np.zeros((3, len(dones)), bool)
    if not infos:
        terminated[:] = dones
    # Nearly all steps end nothing, and this is done at each: look closer only where one may.
    for env, (done, noted_) in enumerate(zip(dones.tolist(), notes, strict=False)):
        if done or noted_.ended or noted_.absorbing:
            absorbing[env], end = noted_.absorbing, end_of(done, infos[env])
            terminated[env], truncated[env] = end == "terminated", end == "truncated"
    return terminated, truncated, absorbing


def _seen_after(after: Any, dones: Bools, infos: Sequence[Mapping[str, Any]]) -> Observations:
    """Return the observations after a step, also of episodes that ended; copies only then."""
    if not dones.any():
        return after  # type: ignore[no-any-return]
    seen = map_leaves(np.array, after)
    for env in np.flatnonzero(dones).tolist():
        last = leaves(infos[env]["terminal_observation"])
        for leaf, value in zip(leaves(seen), last, strict=True):
            leaf[env] = value
    return seen
