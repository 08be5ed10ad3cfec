"""SnapshotRecorder: notes in infos what is needed to draw the steps later."""

from __future__ import annotations

import warnings
from functools import cached_property
from typing import Any, SupportsFloat

import gymnasium as gym
import numpy as np
from gymnasium.core import ActType, ObsType
from gymnasium.utils import RecordConstructorArgs
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym.basics.closing import close
from rlhf_gym.clips.observations import checksum_of, copy_of
from rlhf_gym.clips.rebuilding import spec_json_of
from rlhf_gym.clips.rendering import frame_of
from rlhf_gym.clips.snapshots import Kind, restore, take, take_reset
from rlhf_gym.envs.description import EnvironmentDescription, describe_env
from rlhf_gym.envs.episode_words import end_words, mission_of
from rlhf_gym.envs.step_notes import noted, notes_of

__all__ = ["SnapshotRecorder", "ensure_drawable"]


class SnapshotRecorder(gym.Wrapper[ObsType, ActType, ObsType, ActType], RecordConstructorArgs):
    """Note in the info of a step (see `StepNotes`) what restores the state before it.

    Of kind ``"state"``, a ``snapshot`` is noted at the first step of an episode and at every
    ``every``-th one after it. Of kind ``"episode"``, only at the first step; the episode's seed is
    drawn here where none is given. Of kind ``"camera"``, the ``frame`` before each step is noted
    (after it, where ``metadata["drawn_after"]`` says so), from the call of `film` on.

    What a person is told of an episode is noted in any case: its ``mission`` at the first step, and
    at the last one in which way it ended.

    >>> from rlhf_gym.envs.step_notes import notes_of
    >>> env = SnapshotRecorder(gym.make("CartPole-v1"), "state", every=2)
    >>> _ = env.reset(seed=0)
    >>> [notes_of(env.step(0)[4]).snapshot is not None for _ in range(5)]
    [True, False, True, False, True]
    """

    def __init__(
        self, env: gym.Env[ObsType, ActType], kind: Kind, every: int = 64, forgets: bool = False
    ) -> None:
        """Wrap ``env``.

        Args:
            env: the environment, with all wrappers that are to be drawn again.
            kind: what `rlhf_gym.clips.snapshots.probe` finds for it.
            every: steps from one snapshot to the next; only for kind ``"state"``.
            forgets: what `rlhf_gym.clips.snapshots.forgets` finds for it; only for kind
                ``"episode"``. After the same seed it then notes the same, whatever was before.

        Raises:
            ValueError: ``every`` is not positive.
        """
        if every < 1:
            raise ValueError(f"every must be at least 1 step, but it is {every}")
        RecordConstructorArgs.__init__(self, kind=kind, every=every, forgets=forgets)
        gym.Wrapper.__init__(self, env)
        self.snapshot_kind: Kind = kind
        self.filming = False
        self.every = every
        self._forgets = forgets
        self._steps = 0
        self._traced = False
        self._checksum: int | None = None
        self._reset_snapshot = b""
        self._mission = ""
        self._seeds = np.random.default_rng()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[ObsType, dict[str, Any]]:
        """Begin an episode."""
        self._steps = 0
        by_seed = seed is not None and self._forgets
        if self.snapshot_kind == "episode":
            if seed is None:
                seed = int(self._seeds.integers(2**31))
            else:
                self._seeds = np.random.default_rng(seed)
            if not by_seed:
                self._reset_snapshot = take_reset(self.env, seed, options)
        observation, info = self.env.reset(seed=seed, options=options)
        if by_seed:
            self._reset_snapshot = take_reset(self.env, seed, options)
        self._mission = mission_of(self.env)
        self._look(observation)
        return observation, info

    def close(self) -> None:
        """Close the environment; if it fails, a warning says so."""
        close(self.env)

    def step(self, action: ActType) -> tuple[ObsType, SupportsFloat, bool, bool, dict[str, Any]]:
        """Step, and add to a copy of the info what was noted before."""
        recorded = self._record()
        if self._traced:
            recorded |= {"action": copy_of(action), "checksum": self._checksum}
        if self._steps == 0 and self._mission:
            recorded["mission"] = self._mission
        self._steps += 1
        observation, reward, terminated, truncated, info = self.env.step(action)
        notes = notes_of(info)
        if (terminated or truncated or notes.ended) and not notes.absorbing:
            kind = notes.ended or ("terminated" if terminated else "truncated")
            recorded["end"] = notes.end or end_words(self.env, kind, self._description)
        if self.filming and self._description.drawn_after:
            recorded["frame"] = frame_of(self.env)
        self._look(observation)
        if terminated or truncated:  # the environment may write its next observation over this one
            observation = copy_of(observation)
        return observation, reward, terminated, truncated, noted(info, **recorded)

    def film(self) -> None:
        """Draw the picture before each step from now on; only for kind ``"camera"``.

        Raises:
            ValueError: the environment draws no pictures.
        """
        if self.env.render_mode != "rgb_array":
            raise ValueError(
                f"{self.env} cannot be restored, so its clips must be filmed as it runs, but its "
                f"render_mode is {self.env.render_mode!r}; make it with render_mode='rgb_array'"
            )
        self.filming = True

    def trace(self) -> None:
        """Note the ``action`` and the ``checksum`` of each step from now on.

        By these clips can be drawn where wrappers around the vector environment change actions or
        observations.
        """
        self._traced = True

    @cached_property
    def _description(self) -> EnvironmentDescription:
        return describe_env(self.env)

    def _look(self, observation: ObsType) -> None:
        self._checksum = checksum_of(observation) if self._traced else None

    def _record(self) -> dict[str, Any]:
        if self.snapshot_kind == "camera":
            before = self.filming and not self._description.drawn_after
            return {"frame": frame_of(self.env)} if before else {}
        if self.snapshot_kind == "episode":
            return {"snapshot": self._reset_snapshot} if self._steps == 0 else {}
        return {"snapshot": take(self.env)} if self._steps % self.every == 0 else {}

    @property
    def spec_json(self) -> str:
        """What another process makes the environment from, see `spec_json_of`."""
        return spec_json_of(self.env)

    @property
    def environment_description(self) -> EnvironmentDescription:
        """What is known of the environment, as data that can be sent to other processes."""
        return describe_env(self.env)

    @property
    def restorable(self) -> bool:
        """Whether a run can go on in the middle of an episode."""
        return self.snapshot_kind == "state"

    def take_snapshot(self) -> bytes:
        """Return the present state of the wrapped environment."""
        return take(self.env)

    def restore_snapshot(self, snapshot: bytes) -> None:
        """Go back to where `take_snapshot` was called, in this or another process."""
        restore(self.env, snapshot)
        self._steps, self._checksum = 0, None
        self._mission = mission_of(self.env)


def ensure_drawable(venv: VecEnv) -> None:
    """Make sure that clips of ``venv`` can be shown to a person.

    Where its environments cannot be restored, the first one films its steps, with a warning.

    Raises:
        ValueError: the environments record no snapshots, or must film and draw no pictures.
    """
    try:
        (kind,) = venv.get_attr("snapshot_kind", [0]) if venv.has_attr("snapshot_kind") else [None]
        if kind is None:
            raise AttributeError("snapshot_kind")
    except Exception as error:  # what a vector environment of others does is its own affair
        raise ValueError(
            "a person is to judge clips, but the environments do not record how to draw them; "
            "build them with rlhf_gym.make_vec_env, or wrap each in "
            "rlhf_gym.wrappers.SnapshotRecorder"
        ) from error
    if kind == "camera":
        venv.env_method("film", indices=[0])
        warnings.warn(
            "this environment cannot be brought back to an earlier state, so the first of its "
            "copies draws a picture at every step and all clips come from it: training is slower",
            stacklevel=3,
        )
