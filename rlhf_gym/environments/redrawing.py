"""Find out, in a process of its own, whether clips are drawn as an environment draws itself."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.envs.registration import EnvSpec

from rlhf_gym.basics.closing import closing
from rlhf_gym.basics.faults import FAULTS
from rlhf_gym.basics.processes import module_command
from rlhf_gym.basics.temporary import temporary_folder
from rlhf_gym.clips.clip import Clip, Start
from rlhf_gym.clips.observations import batch_of, copy_of
from rlhf_gym.clips.packing import pack, pack_clip
from rlhf_gym.clips.pictures import stacked
from rlhf_gym.clips.rebuilding import is_tested, rebuild
from rlhf_gym.clips.rendering import frame_of, off_screen, transcript_of
from rlhf_gym.clips.snapshots import Kind, take, take_reset
from rlhf_gym.envs.action_masks import sample_action
from rlhf_gym.envs.description import describe_env

__all__ = ["kind_by_pictures"]

Env: TypeAlias = "gym.Env[Any, Any]"
Frames: TypeAlias = npt.NDArray[np.uint8]

RUN_UP, LENGTH = 5, 10
"""Steps from a snapshot to a clip that is tried, and steps of the clip."""
ATTEMPTS = 20
"""Number of episodes that may end before such a clip begins."""
GLANCES, GLANCE = 4, 1
"""Number of further episodes that are looked at, and steps of each: what is hidden and has two
places is where the drawing process has left it in all of them once in 32 times."""
SECONDS = 120.0
"""Time that the process has to import the environment and to draw, in seconds."""


def kind_by_pictures(spec_json: str, kind: Kind) -> Kind:
    """Return how clips can be drawn again so that they show what was there.

    What is drawn need not be observed: a hidden goal, a wing that flaps. So clips are drawn the way
    all will be, in a fresh process from what describes the environment, and compared with pictures
    of the environment that is recorded. What cannot be compared stays as it is: environments that
    draw nothing, or cannot draw here, and those of Gymnasium and of this project, which have been
    tried.

    Args:
        spec_json: what describes the environment, see `rlhf_gym.clips.rebuilding`.
        kind: what `probe` found, by observations alone.
    """
    if kind == "camera" or is_tested(EnvSpec.from_json(spec_json)):
        return kind
    try:
        return _compared(spec_json, kind)
    except FAULTS:  # one that cannot draw here may raise anything, and may draw the next time
        return kind


@cache
def _compared(spec_json: str, kind: Kind) -> Kind:
    kinds: list[Kind] = ["state", "episode"] if kind == "state" else ["episode"]
    tried = {each: _pieces(spec_json, each) for each in kinds}
    if not any(piece.frames for pieces in tried.values() for piece in pieces):
        return kind
    named = {
        (each, f"{each}{i}"): piece
        for each, pieces in tried.items()
        for i, piece in enumerate(pieces)
    }
    drawn = _drawn({name: piece.clip for (_, name), piece in named.items()}, spec_json)
    false = {
        each for (each, name), piece in named.items() if not piece.is_shown_by(drawn.get(name))
    }
    return next((each for each in kinds if each not in false), "camera")


@dataclass(frozen=True)
class _Piece:
    """A clip to try, and the pictures of it, none if it was only observed."""

    clip: Clip
    frames: list[Frames]

    def is_shown_by(self, drawn: Frames | None) -> bool:
        """Return whether these pictures show what was there; small ones have been enlarged."""
        if drawn is None or not self.frames:
            return drawn is not None
        own = stacked(self.frames)
        factor = max(1, drawn.shape[1] // own.shape[1])
        return np.array_equal(drawn[:, ::factor, ::factor], own)


def _pieces(spec_json: str, kind: Kind) -> list[_Piece]:
    """Record pieces of episodes: one that is not drawn meanwhile, as in training, and films.

    An environment that draws differently, or goes on differently, because it is drawn, shows in
    the first one; what is put somewhere else in each episode, in one of the films.
    """
    with off_screen(), closing(rebuild(spec_json)) as env:
        if env.render_mode != "rgb_array":
            return []
        env.action_space.seed(0)
        # The first episode of some differs from others.
        _random_steps(env, env.reset(seed=0)[0], RUN_UP)
        lengths = [LENGTH, LENGTH, *[GLANCE] * GLANCES]
        return [
            _recorded(env, kind, number * ATTEMPTS, length, filmed=number > 0)
            for number, length in enumerate(lengths)
        ]


def _recorded(env: Env, kind: Kind, first_seed: int, length: int, *, filmed: bool) -> _Piece:
    """Record a clip of a new episode, and film it if ``filmed``.

    Raises:
        RuntimeError: if episodes end too soon.
    """
    for seed in range(first_seed, first_seed + ATTEMPTS):
        snapshot = b"" if kind == "state" else take_reset(env, seed, None)
        observation, _ = env.reset(seed=seed)
        before = min(RUN_UP, length)  # a glance is short, since steps of some take long
        if kind == "state":
            observation, _ = _random_steps(env, observation, before)
            snapshot = take(env)
        observation, run_up = _random_steps(env, observation, before)
        if run_up:
            return _filmed(env, observation, snapshot, run_up, length, filmed=filmed)
    raise RuntimeError("the episodes are too short to compare pictures of them")


def _random_steps(env: Env, observation: Any, steps: int) -> tuple[Any, list[Any]]:
    """Take some random steps; return what is seen then, and the actions.

    If the episode ends, another one has begun, and there are no actions.
    """
    actions: list[Any] = []
    for _ in range(steps):
        action = sample_action(env)
        actions.append(copy_of(action))
        observation, _, terminated, truncated, _ = env.step(action)
        if terminated or truncated:
            return env.reset()[0], []
    return observation, actions


def _filmed(
    env: Env, observation: Any, snapshot: bytes, run_up: list[Any], length: int, *, filmed: bool
) -> _Piece:
    """Record a clip of ``length`` steps from here on, or until the episode ends."""
    described = describe_env(env)
    after, steps = described.drawn_after, filmed and not described.transcript
    seen, actions, frames = list[Any](), list[Any](), list[Frames]()
    for _ in range(length):
        seen.append(copy_of(observation))
        actions.append(sample_action(env))
        if steps and not after:
            frames.append(frame_of(env))
        observation, _, terminated, truncated, _ = env.step(copy_of(actions[-1]))
        if steps and after:
            frames.append(frame_of(env))
        if terminated or truncated:
            break
    if filmed and described.transcript:
        frames = [transcript_of(env, len(actions))]
    start = Start(snapshot, np.stack(run_up))
    nothing = np.zeros(len(actions), np.float32)
    return _Piece(Clip(batch_of(seen), np.stack(actions), nothing, start=start), frames)


def _drawn(clips: Mapping[str, Clip], spec_json: str) -> dict[str, Frames]:
    """Draw clips in a process of their own; those that could not be drawn are left out."""
    arrays = {name: np.frombuffer(pack_clip(clip), np.uint8) for name, clip in clips.items()}
    with temporary_folder() as folder:
        source, target = folder / "clips.npz", folder / "frames.npz"
        spec = np.frombuffer(spec_json.encode(), np.uint8)
        source.write_bytes(pack({"spec": spec, **arrays}))
        command = module_command("rlhf_gym.clips.trial", str(source), str(target))
        try:
            subprocess.run(command, timeout=SECONDS, capture_output=True, check=True)
        except (subprocess.SubprocessError, OSError):
            return {}
        with np.load(target, allow_pickle=False) as frames:
            return dict(frames)
