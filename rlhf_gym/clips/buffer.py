"""ClipBuffer: the newest steps of all environments in ring arrays, from which clips are cut."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.clip import Clip, Start
from rlhf_gym.clips.episodes import TERMINATED, EpisodeMarks, Positions
from rlhf_gym.clips.frame_stack import FrameStack
from rlhf_gym.clips.observations import Array, Observations, leaves, map_leaves
from rlhf_gym.clips.recordings import ClipExtras
from rlhf_gym.clips.steps import After

__all__ = ["ClipBuffer"]

EXTRAS_SHARE = 8
"""One byte in so many is kept for snapshots and camera frames."""
SHOW_END = 0.15
"""Where ends differ, this share of the clips show one: few do by chance, and they tell the most."""


class ClipBuffer:
    """The newest steps of ``n_envs`` environments, bounded in bytes; a source of clips.

    Steps lie in ring arrays of shape ``(capacity, n_envs, ...)``: a step of the vector environment
    is one assignment, and clips are copies, so that nothing keeps an old episode alive. An episode
    shorter than ``clip_length`` is one clip, as long as the episode. A clip never starts on a held
    step (see `rlhf_gym.wrappers.FixedHorizon`), where there is nothing to judge, unless asked to.

    Args:
        observation_space: of one environment.
        action_space: of one environment.
        n_envs: number of environments.
        clip_length: steps of a clip.
        max_bytes: bound of all that is kept, in bytes.
        frame_stack: set where image observations are stacked frames; each is then stored once.
        ends_differ: episodes can end well or badly. Of the clips that are drawn then, a share
            `SHOW_END` show an end, rare as ends are.
        keep_next: keep what was seen after each step as well, for a reward model that looks at it.
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
        ends_differ: bool = False,
        keep_next: bool = False,
        env_id: str = "",
    ) -> None:
        if clip_length < 1:
            raise ValueError(f"clip_length must be at least 1 step, but is {clip_length}")
        self.n_envs, self.clip_length, self.env_id = n_envs, clip_length, env_id
        self._stack, self.ends_differ = frame_stack, ends_differ
        self._history = frame_stack.history if frame_stack else 0
        example = _zeros(observation_space)
        stored = map_leaves(frame_stack.newest, example) if frame_stack else example
        action = np.zeros(action_space.shape or (), dtype=action_space.dtype)
        bookkeeping = EpisodeMarks.bytes_a_step + 4 + 8  # and true reward, agent step
        observation = sum(leaf.nbytes for leaf in leaves(stored))
        per_step = observation * (1 + keep_next) + action.nbytes + bookkeeping
        ring_bytes = max_bytes - max_bytes // EXTRAS_SHARE
        self.capacity = ring_bytes // (per_step * n_envs)
        least = 2 * clip_length + self._history
        if self.capacity < least:
            raise ValueError(
                f"max_bytes={max_bytes} holds {self.capacity} steps of {n_envs} environments "
                f"({per_step} bytes a step), but two clips of {clip_length} steps need {least}; "
                f"give max_bytes >= {-(-8 * per_step * n_envs * least // 7)}"
            )
        rows = (self.capacity, n_envs)

        def ring(leaf: Array) -> Array:
            return np.zeros((*rows, *leaf.shape), leaf.dtype)

        self._observations = map_leaves(ring, stored)
        self._next_observations = map_leaves(ring, stored) if keep_next else None
        self._actions = np.zeros((*rows, *action.shape), action.dtype)
        self._true_rewards = np.zeros(rows, np.float32)
        self._agent_step = np.zeros(self.capacity, np.int64)
        self._marks = EpisodeMarks(self.capacity, n_envs)
        self._extras = ClipExtras(n_envs, max_bytes // EXTRAS_SHARE)

    @property
    def rows(self) -> int:
        """Number of rows ever written."""
        return self._marks.rows

    def __len__(self) -> int:
        """Number of steps (of all environments) that are kept."""
        return min(self.rows, self.capacity) * self.n_envs

    @property
    def keeps_next(self) -> bool:
        """Whether it keeps what was seen after each step."""
        return self._next_observations is not None

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays, snapshots and frames; never more than ``max_bytes``."""
        return sum(ring.nbytes for _, ring in self._rings()) + self._extras.nbytes

    def add(
        self,
        observations: Observations,
        actions: Array,
        true_rewards: Array,
        dones: Array,
        infos: Sequence[dict[str, object]] = (),
        agent_step: int = 0,
        next_observations: Observations | None = None,
    ) -> None:
        """Write one step of all environments.

        Args:
            observations: ``(n_envs, *obs)``, seen before the step.
            actions: ``(n_envs, *act)``.
            true_rewards: ``(n_envs,)``.
            dones: ``(n_envs,)`` bool, whether the episode is over after the step.
            infos: of the step; ``held``, ``ended``, ``TimeLimit.truncated``, ``snapshot`` and
                ``frame`` are read.
            agent_step: training steps so far.
            next_observations: ``(n_envs, *obs)``, seen after the step, also where its episode is
                over; read with ``keep_next``.
        """
        row = self.rows % self.capacity
        if self._next_observations is not None:
            assert next_observations is not None
            pairs = zip(leaves(self._next_observations), leaves(next_observations), strict=True)
            for ring, leaf in pairs:
                ring[row] = leaf
        for ring, leaf in zip(leaves(self._observations), leaves(observations), strict=True):
            ring[row] = self._stack.newest(leaf, batch=1) if self._stack else leaf
        self._actions[row] = actions
        self._true_rewards[row] = true_rewards
        self._agent_step[row] = agent_step
        for env, info in enumerate(infos):
            snapshot, frame = info.get("snapshot"), info.get("frame")
            if isinstance(snapshot, bytes):
                self._extras.add_snapshot(self.rows, env, snapshot)
            if isinstance(frame, np.ndarray):
                self._extras.add_frame(self.rows, env, frame)
        self._marks.add(dones, infos)
        self._extras.forget_before(self.rows - self.capacity)

    def positions(
        self,
        n: int,
        rng: np.random.Generator,
        *,
        newest: int = 100_000,
        drawable: bool = False,
        held: bool = False,
    ) -> Positions:
        """Draw ``n`` clips at random, with replacement, from the ``newest`` steps.

        Args:
            n: number of clips.
            rng: the randomness.
            newest: only steps among so many newest ones.
            drawable: only clips that can be drawn again.
            held: only clips of what is behind an end, and no others.

        Returns:
            ``n`` positions, or none at all while no clip is complete.
        """
        everything = self._marks.clips(
            self.clip_length, newest=newest, history=self._history, held=held
        )
        if drawable:
            everything = everything[np.flatnonzero(self._drawable(everything))]
        if len(everything) == 0:
            return everything
        drawn = rng.integers(len(everything), size=n)
        if self.ends_differ and not held:
            at_end = np.flatnonzero(self._marks.show_end(everything))
            if len(at_end):
                chosen = rng.random(n) < SHOW_END
                drawn[chosen] = at_end[rng.integers(len(at_end), size=int(chosen.sum()))]
        return everything[drawn]

    def _drawable(self, positions: Positions) -> npt.NDArray[np.bool_]:
        """Which clips were filmed, or have a snapshot before them in their episode."""
        steps = self._marks.steps_before(positions)
        drawable = np.zeros(len(positions), bool)
        for env in range(self.n_envs):
            of = np.flatnonzero(positions.env == env)
            first = positions.first[of]
            filmed = self._extras.has_frames(env, first, positions.length[of])
            drawable[of] = filmed | self._extras.has_snapshot(env, first - steps[of], first)
        return drawable

    def batch(self, positions: Positions) -> tuple[Observations, Array, After | None, Array, Array]:
        """Copies of many clips at once, padded to one length.

        Returns:
            observations ``(n, clip_length, *obs)``, actions ``(n, clip_length, *act)``, what the
            steps led to (None without ``keep_next``), true rewards ``(n, clip_length)`` and a mask
            ``(n, clip_length)`` of the steps that count.
        """
        offset = np.arange(self.clip_length)
        mask = offset < positions.length[:, None]
        rows = positions.first[:, None] + np.minimum(offset, positions.length[:, None] - 1)
        env = positions.env[:, None]
        at = (rows % self.capacity, env)
        return (
            self._gather(rows, np.broadcast_to(env, rows.shape)),
            self._actions[at],
            self._after(at),
            self._true_rewards[at] * mask,
            mask,
        )

    @property
    def held(self) -> npt.NDArray[np.bool_]:
        """``(n_envs,)``, whether the newest step lies behind the end of its episode."""
        return np.asarray(self._marks.held[(self.rows - 1) % self.capacity])

    @property
    def ended(self) -> npt.NDArray[np.bool_]:
        """``(n_envs,)``, whether the newest step ended its episode, other than by a time limit."""
        return np.asarray(self._marks.ended[(self.rows - 1) % self.capacity] == TERMINATED)

    def transitions(
        self, n: int, rng: np.random.Generator, *, newest: int = 100_000, held: bool = False
    ) -> tuple[Observations, Array, After | None, Array]:
        """``n`` random steps of the ``newest``.

        Observations, actions, what they led to (None without ``keep_next``) and true rewards.

        Args:
            n: number of steps.
            rng: the randomness.
            newest: only steps among so many newest ones.
            held: only held steps; there may be none, and then none are returned.
        """
        oldest = self.rows - self.capacity + self._history
        first = max(oldest, self.rows - -(-newest // self.n_envs), 0)
        if held:
            found = np.argwhere(self._marks.held[np.arange(first, self.rows) % self.capacity])
            rows, env = found[rng.integers(len(found), size=n if len(found) else 0)].T
            rows = rows + first
        else:
            rows = rng.integers(first, self.rows, n)
            env = rng.integers(self.n_envs, size=n)
        at = (rows % self.capacity, env)
        return (
            self._gather(rows, env),
            self._actions[at],
            self._after(at),
            self._true_rewards[at],
        )

    def clip(self, position: Positions) -> Clip:
        """The one clip at ``position``, with what is needed to draw it again."""
        env, first, length = next(position.triples())
        rows = np.arange(first, first + length)
        at = (rows % self.capacity, env)
        ended, ended_at = self._marks.end(env, rows)
        return Clip(
            observations=self._gather(rows, np.full(length, env)),
            actions=self._actions[at],
            true_rewards=self._true_rewards[at],
            ended=ended,
            ended_at=ended_at,
            next_observations=self._next(at),
            start=self._start(env, first),
            frames=self._extras.frames(env, first, length),
            env_id=self.env_id,
            agent_step=int(self._agent_step[rows[-1] % self.capacity]),
            wall_time=time.time(),
        )

    def _start(self, env: int, first: int) -> Start | None:
        row = self._extras.snapshot_row(env, first)
        if row is None or first - row > self._marks.step[first % self.capacity, env]:
            return None
        between = np.arange(row, first) % self.capacity
        return Start(self._extras.snapshot(env, row), self._actions[between, env])

    def _gather(self, rows: Array, env: Array) -> Observations:
        if self._stack is None:
            return map_leaves(lambda ring: ring[rows % self.capacity, env], self._observations)
        stack, step = self._stack, self._marks.step[rows % self.capacity, env]
        return map_leaves(lambda ring: stack.restack(ring, rows, env, step), self._observations)

    def _next(self, at: tuple[Array, Array | int]) -> Observations | None:
        if self._next_observations is None:
            return None
        return map_leaves(lambda ring: ring[at], self._next_observations)

    def _after(self, at: tuple[Array, Array | int]) -> After | None:
        seen = self._next(at)
        return None if seen is None else After(seen, self._marks.ended[at] == TERMINATED)

    def last_episode(self, env: int) -> tuple[Observations, Array, After | None, Array]:
        """The newest episode of one environment, as far as it is kept; call it when it is over.

        Observations ``(length, *obs)``, actions ``(length, *act)``, what they led to (None without
        ``keep_next``), and which steps were held.
        """
        length = int(self._marks.step[(self.rows - 1) % self.capacity, env]) + 1
        rows = np.arange(self.rows - min(length, self.capacity - self._history), self.rows)
        env_of = np.full(len(rows), env)
        at = (rows % self.capacity, env)
        return (
            self._gather(rows, env_of),
            self._actions[at],
            self._after(at),
            self._marks.held[at],
        )

    def begin_episodes(self, envs: slice = slice(None)) -> None:  # noqa: B008  immutable
        """Say that the next step begins a new episode in these environments."""
        self._marks.begin_episodes(envs)

    def state(self) -> dict[str, Array]:
        """The kept steps, snapshots and frames as plain arrays, for `load_state`."""
        at = np.arange(self._marks.first_kept, self.rows) % self.capacity
        state = {name: ring[at] for name, ring in self._rings()}
        state |= {"next_step": self._marks.next_step.copy(), "rows": np.array(self.rows)}
        return state | self._extras.state()

    def _rings(self) -> Iterator[tuple[str, Array]]:
        """All ring arrays, by their names in `state`."""
        for i, leaf in enumerate(leaves(self._observations)):
            yield f"observations_{i}", leaf
        if self._next_observations is not None:
            for i, leaf in enumerate(leaves(self._next_observations)):
                yield f"next_observations_{i}", leaf
        yield "actions", self._actions
        yield "true_rewards", self._true_rewards
        yield "agent_step", self._agent_step
        yield from self._marks.arrays().items()

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
        self._marks.rows = int(state["rows"])
        at = np.arange(self.rows - len(state["step"]), self.rows) % self.capacity
        for name, ring in self._rings():
            ring[at] = state[name]
        self._marks.next_step[:] = state["next_step"]
        self._extras.load_state(state)


def _zeros(space: gym.Space[object]) -> Observations:
    if isinstance(space, gym.spaces.Dict):
        return {key: np.zeros(part.shape or (), part.dtype) for key, part in space.items()}
    return np.zeros(space.shape or (), space.dtype)
