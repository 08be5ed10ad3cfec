"""ClipBuffer: the newest steps of all environments in ring arrays, from which clips are cut."""

from __future__ import annotations

import time
from collections.abc import Iterator

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.clip import Clip, Start
from rlhf_gym.clips.clip_words import ClipWords
from rlhf_gym.clips.environment_steps import EnvironmentSteps
from rlhf_gym.clips.episodes import TERMINATED, EpisodeEnds, Positions
from rlhf_gym.clips.frame_stack import FrameStack
from rlhf_gym.clips.observations import Array
from rlhf_gym.clips.observed_rings import ObservedRings
from rlhf_gym.clips.recordings import Recordings
from rlhf_gym.clips.steps import Transitions, VecStep

__all__ = ["ClipBuffer"]

RECORDINGS_PART = 8
"""``max_bytes / RECORDINGS_PART`` bytes are reserved for snapshots and camera frames."""
RECENT = 100_000
"""Steps, of all environments, from which clips and steps are drawn by default."""
SHOW_END = 0.15
"""Share of the clips that show an end where terminal states are valued: few do by chance, and they
say the most."""


class ClipBuffer:
    """The newest steps of ``n_envs`` environments, bounded in bytes; a source of clips.

    Steps lie in ring arrays of shape ``(capacity, n_envs, ...)``: a step of the vector environment
    is one assignment, and clips are copies, so that nothing keeps an old episode alive. An episode
    shorter than ``clip_length`` is one clip, as long as the episode. A clip never starts on an
    absorbing step (see `rlhf_gym.wrappers.FixedHorizon`), where there is nothing to judge, unless
    asked to.

    Args:
        observation_space: of one environment.
        action_space: of one environment.
        n_envs: number of environments.
        clip_length: steps of a clip.
        max_bytes: bound of everything that is kept, in bytes.
        frame_stack: set where image observations are stacked frames; each is then stored once.
        valued_terminals: whether episodes can end well or badly. A share `SHOW_END` of the drawn
            clips then shows an end, rare as ends are.
        keep_next: whether next observations are kept, for a reward model that uses them.
        environment_actions: the environments' own action space, where wrappers around the vector
            environment may change actions or observations (see `EnvironmentSteps`), else None.
        transcript: whether a clip keeps the last of its filmed pictures alone, which tells all.
        env_id: written into the clips.

    Raises:
        ValueError: if ``clip_length`` is not positive, or not even two clips fit into
            ``max_bytes``.
    """

    def __init__(
        self,
        observation_space: gym.Space[object],
        action_space: gym.Space[object],
        n_envs: int,
        clip_length: int,
        *,
        max_bytes: int = 2**30,
        frame_stack: FrameStack | None = None,
        valued_terminals: bool = False,
        keep_next: bool = False,
        environment_actions: gym.Space[object] | None = None,
        transcript: bool = False,
        env_id: str = "",
    ) -> None:
        if clip_length < 1:
            raise ValueError(f"clip_length must be at least 1 step, but is {clip_length}")
        self.n_envs, self.clip_length, self.env_id = n_envs, clip_length, env_id
        self.valued_terminals, self._transcript = valued_terminals, transcript
        self._observed = ObservedRings(
            observation_space, n_envs, frame_stack=frame_stack, keep_next=keep_next
        )
        self._history = self._observed.history
        action = np.zeros(action_space.shape or (), dtype=action_space.dtype)
        bookkeeping = EpisodeEnds.bytes_a_step + 4 + 8  # and true reward, agent step
        if environment_actions is not None:
            bookkeeping += EnvironmentSteps.bytes_a_step(environment_actions)
        per_step = self._observed.bytes_a_step + action.nbytes + bookkeeping
        ring_bytes = max_bytes - max_bytes // RECORDINGS_PART
        self.capacity = ring_bytes // (per_step * n_envs)
        least = 2 * clip_length + self._history
        if self.capacity < least:
            raise ValueError(
                f"max_bytes={max_bytes} holds {self.capacity} steps of {n_envs} environments "
                f"({per_step} bytes a step), but two clips of {clip_length} steps need {least}; "
                f"give max_bytes >= {-(-8 * per_step * n_envs * least // 7)}"
            )
        rows = (self.capacity, n_envs)
        self._observed.allocate(self.capacity)
        self._actions = np.zeros((*rows, *action.shape), action.dtype)
        self._true_rewards = np.zeros(rows, np.float32)
        self._agent_step = np.zeros(self.capacity, np.int64)
        self._environment_steps = (
            None
            if environment_actions is None
            else EnvironmentSteps(self.capacity, n_envs, environment_actions)
        )
        self._ends = EpisodeEnds(self.capacity, n_envs)
        self._recordings = Recordings(n_envs, max_bytes // RECORDINGS_PART)
        self._words = ClipWords(n_envs, min(self.capacity, RECENT))

    @property
    def rows(self) -> int:
        """The number of rows ever written."""
        return self._ends.rows

    def __len__(self) -> int:
        """Return the number of steps, of all environments, that are kept."""
        return min(self.rows, self.capacity) * self.n_envs

    @property
    def keeps_next(self) -> bool:
        """Whether next observations are kept."""
        return self._observed.keeps_next

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays, snapshots and frames; never more than ``max_bytes``."""
        return sum(ring.nbytes for _, ring in self._rings()) + self._recordings.nbytes

    def add(self, step: VecStep, agent_step: int = 0) -> None:
        """Write one step of all environments.

        Args:
            step: its next observations are read with ``keep_next``.
            agent_step: training steps so far.

        Raises:
            ValueError: observations are no stacks of frames, but ``frame_stack`` says so.
        """
        row = self.rows % self.capacity
        self._observed.add(self.rows, self._ends.next_step, step.transitions)
        self._actions[row] = step.transitions.actions
        self._true_rewards[row] = step.true_rewards
        self._agent_step[row] = agent_step
        self._recordings.add(self.rows, step.notes)
        self._words.add(self.rows, step.notes)
        if self._environment_steps is not None:
            self._environment_steps.add(row, step.notes)
        self._ends.add(step)
        self._recordings.forget_before(self.rows - self.capacity)

    def positions(
        self,
        n: int,
        rng: np.random.Generator,
        *,
        newest: int = RECENT,
        drawable: bool = False,
        absorbing: bool = False,
    ) -> Positions:
        """Draw ``n`` clips at random, with replacement, from the ``newest`` steps.

        Args:
            n: number of clips.
            rng: the randomness.
            newest: number of newest steps from which clips are drawn.
            drawable: whether only clips are drawn that can be rendered again.
            absorbing: whether the clips are of absorbing steps; False: none starts on one.

        Returns:
            ``n`` positions, or none at all while no clip is complete.
        """
        everything = self._ends.clips(
            self.clip_length, newest=newest, history=self._history, absorbing=absorbing
        )
        if drawable:
            everything = everything[np.flatnonzero(self._drawable(everything))]
        if len(everything) == 0:
            return everything
        drawn = rng.integers(len(everything), size=n)
        if self.valued_terminals and not absorbing:
            at_end = np.flatnonzero(self._ends.show_end(everything))
            if len(at_end):
                chosen = rng.random(n) < SHOW_END
                drawn[chosen] = at_end[rng.integers(len(at_end), size=int(chosen.sum()))]
        return everything[drawn]

    def _drawable(self, positions: Positions) -> npt.NDArray[np.bool_]:
        """Return which clips were filmed, or have a snapshot before them in their episode."""
        steps = self._ends.steps_before(positions)
        drawable = np.zeros(len(positions), bool)
        for env in range(self.n_envs):
            of = np.flatnonzero(positions.env == env)
            first = positions.first[of]
            filmed = self._recordings.has_frames(env, first, positions.length[of])
            drawable[of] = filmed | self._recordings.has_snapshot(env, first - steps[of], first)
        return drawable

    def batch(self, positions: Positions) -> tuple[Transitions, Array, Array]:
        """Return copies of ``n`` clips at once, padded to one length.

        Returns:
            transitions with leading axes ``(n, clip_length)``, a mask ``(n, clip_length)`` bool of
            the steps that count, and true rewards ``(n, clip_length)``.
        """
        offset = np.arange(self.clip_length)
        mask = offset < positions.length[:, None]
        rows = positions.first[:, None] + np.minimum(offset, positions.length[:, None] - 1)
        env = np.broadcast_to(positions.env[:, None], rows.shape)
        true_rewards = self._true_rewards[rows % self.capacity, env] * mask
        return self._transitions(rows, env), mask, true_rewards

    def transitions(
        self, n: int, rng: np.random.Generator, *, newest: int = RECENT, absorbing: bool = False
    ) -> Transitions:
        """Return copies of ``n`` random steps, drawn with replacement.

        Args:
            n: number of steps.
            rng: the randomness.
            newest: number of newest steps from which they are drawn.
            absorbing: whether only absorbing steps are drawn; where there are none, none are
                returned.
        """
        oldest = self.rows - self.capacity + self._history
        first = max(oldest, self.rows - -(-newest // self.n_envs), 0)
        if absorbing:
            found = np.argwhere(self._ends.absorbing[np.arange(first, self.rows) % self.capacity])
            rows, env = found[rng.integers(len(found), size=n if len(found) else 0)].T
            return self._transitions(rows + first, env)
        rows = rng.integers(first, self.rows, n)
        return self._transitions(rows, rng.integers(self.n_envs, size=n))

    def clip(self, position: Positions) -> Clip:
        """Return the one clip at ``position``, with what is needed to draw it again."""
        env, first, length = next(position.triples())
        rows = np.arange(first, first + length)
        ended, ended_at = self._ends.end(env, rows)
        steps = self._transitions(rows, np.full(length, env))
        end = "" if ended_at is None else self._words.end(env, first + ended_at)
        skipped = length - 1 if self._transcript else 0
        return Clip(
            observations=steps.observations,
            actions=steps.actions,
            true_rewards=self._true_rewards[rows % self.capacity, env],
            ended=ended,
            ended_at=ended_at,
            next_observations=steps.next_observations,
            start=self._start(env, rows),
            frames=self._recordings.frames(env, first + skipped, length - skipped),
            env_id=self.env_id,
            agent_step=int(self._agent_step[rows[-1] % self.capacity]),
            wall_time=time.time(),
            end=end,
            mission=self._words.mission(env, first),
        )

    def _start(self, env: int, rows: Array) -> Start | None:
        first, own = int(rows[0]), self._environment_steps
        row = self._recordings.snapshot_row(env, first)
        if row is None or first - row > self._ends.step[first % self.capacity, env]:
            return None
        between, within = np.arange(row, first) % self.capacity, rows % self.capacity
        snapshot = self._recordings.snapshot(env, row)
        if own is None:
            return Start(snapshot, self._actions[between, env])
        actions = own.actions[between, env], own.actions[within, env]
        return Start(snapshot, *actions, own.checksums[within, env])

    def _transitions(self, rows: Array, env: Array) -> Transitions:
        """Return copies of steps; ``rows`` and ``env`` have one shape."""
        at = (rows % self.capacity, env)
        number = self._ends.step[at]
        return Transitions(
            self._observed.before(rows, env, number),
            self._actions[at],
            self._ends.ended[at] == TERMINATED,
            self._ends.absorbing[at],
            self._observed.after(rows, env, number),
        )

    def begin_episodes(self, envs: slice = slice(None)) -> None:  # noqa: B008  immutable
        """Let the next step begin a new episode in these environments."""
        self._ends.begin_episodes(envs)

    def state(self) -> dict[str, Array]:
        """Return the kept steps, snapshots and frames as plain arrays, for `load_state`.

        They are not copied: write them before the next step is added.
        """
        kept = min(self.rows, self.capacity)
        state = {name: ring[:kept] for name, ring in self._rings()}
        state |= {"next_step": self._ends.next_step.copy(), "rows": np.array(self.rows)}
        state |= {"as_they_lie": np.array(True)}
        return state | self._recordings.state() | self._words.state()

    def _rings(self) -> Iterator[tuple[str, Array]]:
        """Yield all ring arrays, with their names in `state`."""
        yield from self._observed.arrays().items()
        yield "actions", self._actions
        yield "true_rewards", self._true_rewards
        yield "agent_step", self._agent_step
        yield from self._ends.arrays().items()
        if self._environment_steps is not None:
            yield from self._environment_steps.arrays().items()

    def load_state(self, state: dict[str, Array]) -> None:
        """Take over what `state` gave.

        Raises:
            ValueError: if it comes from a buffer of other spaces, sizes or bound.
        """
        shape = (min(int(state["rows"]), self.capacity), self.n_envs)
        if state["step"].shape != shape:
            raise ValueError(
                f"these steps do not fit: they are (rows, environments) = {state['step'].shape}, "
                f"but this buffer takes {shape}; use as many environments and as many bytes as "
                "the buffer that they come from"
            )
        if "held" in state:  # of a checkpoint of version 0.1.0
            state = {**state, "absorbing": state["held"]}
        self._ends.rows = int(state["rows"])
        at: Array | slice = slice(shape[0])
        if "as_they_lie" not in state:  # written oldest first
            at = np.arange(self.rows - shape[0], self.rows) % self.capacity
        for name, ring in self._rings():
            ring[at] = state[name]
        self._ends.next_step[:] = state["next_step"]
        self._recordings.load_state(state)
        self._words.load_state(state)
