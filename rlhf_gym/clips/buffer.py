"""ClipBuffer: the newest steps of all environments in ring arrays, from which clips are cut."""

from __future__ import annotations

import time

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.clip import Clip, Start
from rlhf_gym.clips.clip_words import ClipWords
from rlhf_gym.clips.episodes import Positions
from rlhf_gym.clips.frame_stack import FrameStack
from rlhf_gym.clips.last_seen import LastSeen, beyond_end
from rlhf_gym.clips.observations import Array
from rlhf_gym.clips.recordings import Recordings
from rlhf_gym.clips.step_rings import StepRings
from rlhf_gym.clips.steps import Transitions, VecStep

__all__ = ["ClipBuffer"]

RECORDINGS_PART = 8
"""``max_bytes / RECORDINGS_PART`` bytes are reserved for snapshots and camera frames."""
LAST_SEEN_PART = 16
"""``max_bytes / LAST_SEEN_PART`` bytes are reserved for what terminated episodes showed last."""
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
        anchored: whether episodes may terminate, and are worth nothing from then on. Clips reach
            beyond ends, as far as they are long: a share `SHOW_END` of them.
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
        anchored: bool = False,
        keep_next: bool = False,
        environment_actions: gym.Space[object] | None = None,
        transcript: bool = False,
        env_id: str = "",
    ) -> None:
        if clip_length < 1:
            raise ValueError(f"clip_length must be at least 1 step, but is {clip_length}")
        self.n_envs, self.clip_length, self.env_id = n_envs, clip_length, env_id
        self.valued_terminals, self._transcript = valued_terminals, transcript
        self._steps = StepRings(
            observation_space,
            action_space,
            n_envs,
            frame_stack=frame_stack,
            keep_next=keep_next,
            environment_actions=environment_actions,
        )
        per_step = self._steps.bytes_a_step
        ring_bytes = max_bytes - max_bytes // RECORDINGS_PART
        ring_bytes -= max_bytes // LAST_SEEN_PART if anchored else 0
        self.capacity = ring_bytes // (per_step * n_envs)
        least = 2 * clip_length + self._steps.history
        if self.capacity < least:
            raise ValueError(
                f"max_bytes={max_bytes} holds {self.capacity} steps of {n_envs} environments "
                f"({per_step} bytes a step), but two clips of {clip_length} steps need {least}; "
                f"give max_bytes >= {-(-8 * per_step * n_envs * least // 7)}"
            )
        self._steps.allocate(self.capacity)
        self._ends = self._steps.ends
        self._recordings = Recordings(n_envs, max_bytes // RECORDINGS_PART)
        self.anchored = anchored
        self._last_seen = LastSeen(n_envs, max_bytes // LAST_SEEN_PART)
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
        """Whether next observations are wanted."""
        return self._steps.keeps_next or self.anchored

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays, snapshots and frames; never more than ``max_bytes``."""
        return self._steps.nbytes + self._recordings.nbytes + self._last_seen.nbytes

    def add(self, step: VecStep, agent_step: int = 0) -> None:
        """Write one step of all environments.

        Args:
            step: its next observations are read with ``keep_next``.
            agent_step: training steps so far.

        Raises:
            ValueError: observations are no stacks of frames, but ``frame_stack`` says so.
        """
        self._recordings.add(self.rows, step.notes)
        self._words.add(self.rows, step.notes)
        if self.anchored:
            self._last_seen.add(self.rows, step.transitions)
            self._last_seen.forget_before(self.rows - self.capacity)
        self._steps.add(step, agent_step)
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
            self.clip_length, newest=newest, history=self._steps.history, absorbing=absorbing
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
        found = everything[drawn]
        if self.anchored and not absorbing:
            cut = self._cut_short(n, rng, newest, drawable)
            if len(cut):
                found = cut.where(rng.random(n) < SHOW_END, found)
        return found

    def _cut_short(
        self, n: int, rng: np.random.Generator, newest: int, drawable: bool
    ) -> Positions:
        """Draw ``n`` clips whose episodes terminate before they are over, or none."""
        found = self._ends.cut_short(
            4 * n, self.clip_length, rng, newest=newest, history=self._steps.history
        )
        if drawable:
            found = found[np.flatnonzero(self._drawable(found))]
        return found[np.arange(n) % len(found)] if len(found) else found

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
        true_rewards = self._steps.true_rewards(rows, env) * mask
        return self._steps.transitions(rows, env), mask, true_rewards

    def transitions(
        self, n: int, rng: np.random.Generator, *, newest: int = RECENT, absorbing: bool = False
    ) -> Transitions:
        """Return copies of ``n`` random steps, drawn with replacement.

        Args:
            n: number of steps.
            rng: the randomness.
            newest: number of newest steps from which they are drawn.
            absorbing: whether only absorbing steps are drawn; where there are none, none are
                returned. If anchored, they are what would follow the ends of all kept steps.
        """
        if absorbing and self.anchored and len(self._last_seen):
            return self._behind_ends(n, rng)
        oldest = self.rows - self.capacity + self._steps.history
        first = max(oldest, self.rows - -(-newest // self.n_envs), 0)
        if absorbing:
            found = np.argwhere(self._ends.absorbing[np.arange(first, self.rows) % self.capacity])
            rows, env = found[rng.integers(len(found), size=n if len(found) else 0)].T
            return self._steps.transitions(rows + first, env)
        rows = rng.integers(first, self.rows, n)
        return self._steps.transitions(rows, rng.integers(self.n_envs, size=n))

    def _behind_ends(self, n: int, rng: np.random.Generator) -> Transitions:
        seen, places = self._last_seen.drawn(n, rng)
        env, rows = places.T
        nowhere = np.zeros(len(rows), bool)
        following = seen if self._steps.keeps_next else None
        return Transitions(seen, self._steps.actions(rows, env), nowhere, ~nowhere, following)

    def clip(self, position: Positions) -> Clip:
        """Return the one clip at ``position``, with what is needed to draw it again."""
        env, first, length = next(position.triples())
        rows = np.arange(first, first + length)
        ended, ended_at = self._ends.end(env, rows)
        steps = self._steps.transitions(rows, np.full(length, env))
        end = "" if ended_at is None else self._words.end(env, first + ended_at)
        skipped = length - 1 if self._transcript else 0
        clip = Clip(
            observations=steps.observations,
            actions=steps.actions,
            true_rewards=self._steps.true_rewards(rows, env),
            ended=ended,
            ended_at=ended_at,
            next_observations=steps.next_observations,
            start=self._start(env, rows),
            frames=self._recordings.frames(env, first + skipped, length - skipped),
            env_id=self.env_id,
            agent_step=self._steps.agent_step(int(rows[-1])),
            wall_time=time.time(),
            end=end,
            mission=self._words.mission(env, first),
        )
        absorbing = self.clip_length - length
        if not (self.anchored and ended == "terminated" and ended_at == length - 1 and absorbing):
            return clip
        return beyond_end(clip, absorbing, self._last_seen.get(env, int(rows[-1])))

    def _start(self, env: int, rows: Array) -> Start | None:
        first, own = int(rows[0]), self._steps.own
        row = self._recordings.snapshot_row(env, first)
        if row is None or first - row > self._ends.step[first % self.capacity, env]:
            return None
        run_up = np.arange(row, first)
        snapshot = self._recordings.snapshot(env, row)
        if own is None:
            return Start(snapshot, self._steps.actions(run_up, env))
        between, within = run_up % self.capacity, rows % self.capacity
        actions = own.actions[between, env], own.actions[within, env]
        return Start(snapshot, *actions, own.checksums[within, env])

    def begin_episodes(self, envs: slice = slice(None)) -> None:  # noqa: B008  immutable
        """Let the next step begin a new episode in these environments."""
        self._ends.begin_episodes(envs)

    def state(self) -> dict[str, Array]:
        """Return the kept steps, snapshots and frames as plain arrays, for `load_state`.

        They are not copied: write them before the next step is added.
        """
        kept = (self._steps, self._recordings, self._words, self._last_seen)
        return {name: array for each in kept for name, array in each.state().items()}

    def load_state(self, state: dict[str, Array]) -> None:
        """Take over what `state` gave.

        Raises:
            ValueError: if it comes from a buffer of other spaces, sizes or bound.
        """
        self._steps.load_state(state)
        self._recordings.load_state(state)
        self._words.load_state(state)
        self._last_seen.load_state(state)
