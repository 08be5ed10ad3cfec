"""StepRings: the newest steps of all environments, in ring arrays."""

from __future__ import annotations

from collections.abc import Mapping

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.environment_steps import EnvironmentSteps
from rlhf_gym.clips.episodes import TERMINATED, EpisodeEnds
from rlhf_gym.clips.frame_stack import FrameStack
from rlhf_gym.clips.observations import Array
from rlhf_gym.clips.observed_rings import ObservedRings
from rlhf_gym.clips.steps import Transitions, VecStep

__all__ = ["StepRings"]


class StepRings:
    """The newest steps of all environments: what was seen and done, and where episodes ended.

    The arrays are of shape ``(capacity, n_envs, ...)``: a step of the vector environment is one
    assignment. Rows are counted from the first ever, and row ``r`` lies at ``r % capacity``.

    Attributes:
        bytes_a_step: bytes that one step of one environment takes.
        history: number of rows before a step from which its observation is rebuilt.
        keeps_next: whether next observations are kept.
        capacity: number of rows that are kept.
        ends: where episodes end.
        own: what the environments themselves got and showed, or None where wrappers around the
            vector environment change nothing.
    """

    def __init__(
        self,
        observation_space: gym.Space[object],
        action_space: gym.Space[object],
        n_envs: int,
        *,
        frame_stack: FrameStack | None,
        keep_next: bool,
        environment_actions: gym.Space[object] | None,
    ) -> None:
        """Plan the rings; `allocate` makes them. For the arguments see `ClipBuffer`."""
        self._observed = ObservedRings(
            observation_space, n_envs, frame_stack=frame_stack, keep_next=keep_next
        )
        self.history, self.keeps_next = self._observed.history, keep_next
        self._n_envs, self._environment_actions = n_envs, environment_actions
        self._action = np.zeros(action_space.shape or (), dtype=action_space.dtype)
        bookkeeping = EpisodeEnds.bytes_a_step + 4 + 8  # and true reward, agent step
        if environment_actions is not None:
            bookkeeping += EnvironmentSteps.bytes_a_step(environment_actions)
        self.bytes_a_step = self._observed.bytes_a_step + self._action.nbytes + bookkeeping

    def allocate(self, capacity: int) -> None:
        """Make room for this number of rows."""
        self.capacity = capacity
        rows = (capacity, self._n_envs)
        self._observed.allocate(capacity)
        self._actions = np.zeros((*rows, *self._action.shape), self._action.dtype)
        self._true_rewards = np.zeros(rows, np.float32)
        self._agent_step = np.zeros(capacity, np.int64)
        own = self._environment_actions
        self.own = None if own is None else EnvironmentSteps(*rows, own)
        self.ends = EpisodeEnds(*rows)

    @property
    def rows(self) -> int:
        """The number of rows ever written."""
        return self.ends.rows

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays."""
        return sum(ring.nbytes for ring in self._arrays().values())

    def add(self, step: VecStep, agent_step: int) -> None:
        """Write one step of all environments; see `ClipBuffer.add`."""
        row = self.rows % self.capacity
        self._observed.add(self.rows, self.ends.next_step, step.transitions)
        self._actions[row] = step.transitions.actions
        self._true_rewards[row] = step.true_rewards
        self._agent_step[row] = agent_step
        if self.own is not None:
            self.own.add(row, step.notes)
        self.ends.add(step)

    def transitions(self, rows: Array, env: Array) -> Transitions:
        """Return copies of steps; ``rows`` and ``env`` have one shape."""
        at = (rows % self.capacity, env)
        number = self.ends.step[at]
        return Transitions(
            self._observed.before(rows, env, number),
            self._actions[at],
            self.ends.ended[at] == TERMINATED,
            self.ends.absorbing[at],
            self._observed.after(rows, env, number),
        )

    def true_rewards(self, rows: Array, env: Array | int) -> npt.NDArray[np.float32]:
        """Return copies of the true rewards of steps."""
        rewards: npt.NDArray[np.float32] = self._true_rewards[rows % self.capacity, env]
        return rewards

    def actions(self, rows: Array, env: int | Array) -> Array:
        """Return copies of actions, as the agent chose them."""
        actions: Array = self._actions[rows % self.capacity, env]
        return actions

    def agent_step(self, row: int) -> int:
        """Return the training steps taken at a row."""
        return int(self._agent_step[row % self.capacity])

    def _arrays(self) -> dict[str, Array]:
        """Return all ring arrays, by their names in `state`."""
        return {
            **self._observed.arrays(),
            "actions": self._actions,
            "true_rewards": self._true_rewards,
            "agent_step": self._agent_step,
            **self.ends.arrays(),
            **({} if self.own is None else self.own.arrays()),
        }

    def state(self) -> dict[str, Array]:
        """Return the kept steps as plain arrays, which are not copied, for `load_state`."""
        kept = min(self.rows, self.capacity)
        return {
            **{name: ring[:kept] for name, ring in self._arrays().items()},
            "next_step": self.ends.next_step.copy(),
            "rows": np.array(self.rows),
            "as_they_lie": np.array(True),
        }

    def load_state(self, state: Mapping[str, Array]) -> None:
        """Take over what `state` gave; see `ClipBuffer.load_state`."""
        shape = (min(int(state["rows"]), self.capacity), self._n_envs)
        if state["step"].shape != shape:
            raise ValueError(
                f"these steps do not fit: they are (rows, environments) = {state['step'].shape}, "
                f"but this buffer takes {shape}; use as many environments and as many bytes as "
                "the buffer that they come from"
            )
        if "held" in state:  # of a checkpoint of version 0.1.0
            state = {**state, "absorbing": state["held"]}
        self.ends.rows = int(state["rows"])
        at: Array | slice = slice(shape[0])
        if "as_they_lie" not in state:  # written oldest first
            at = np.arange(self.rows - shape[0], self.rows) % self.capacity
        for name, ring in self._arrays().items():
            ring[at] = state[name]
        self.ends.next_step[:] = state["next_step"]
