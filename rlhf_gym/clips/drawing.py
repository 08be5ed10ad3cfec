"""Draws a clip: simulates it again from its start and renders each step."""

from __future__ import annotations

from functools import cache
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.envs.registration import EnvSpec

from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.environment_steps import UNKNOWN
from rlhf_gym.clips.observations import checksum_of, leaves
from rlhf_gym.clips.pictures import stacked
from rlhf_gym.clips.rebuilding import rebuild
from rlhf_gym.clips.rendering import frame_of, off_screen, transcript_of
from rlhf_gym.clips.snapshots import restore
from rlhf_gym.clips.steps import is_absorbing
from rlhf_gym.envs.description import describe_env, describe_spec

__all__ = ["ClipMismatch", "Undrawable", "draw", "environment_of"]

Env = gym.Env[Any, Any]
Frames = npt.NDArray[np.uint8]

MIN_HEIGHT = 240
"""Height in pixels below which pictures are enlarged by a whole factor, so that they stay sharp."""


_OTHER = (
    "run again, {} shows another observation than recorded at step {} of the clip: either it is "
    "not deterministic, or a wrapper around the vector environment takes several steps at once"
)


class Undrawable(RuntimeError):
    """A clip cannot be drawn."""


class ClipMismatch(Undrawable):
    """A clip that was simulated again differs from the recording."""


@off_screen()
def draw(clip: Clip, spec_json: str, every: int = 1) -> Frames:
    """Draw what was seen before each action of a clip.

    Where an action and its result are visible only after it (as in a conversation), the
    environment's ``metadata["drawn_after"]`` is true, and each frame shows what followed an action.

    The environment is made once per process and reused. Nothing appears on a screen.

    Args:
        clip: with ``start``, or with ``frames`` where a camera filmed it.
        spec_json: Gymnasium's JSON of the specification of the environment and its wrappers.
        every: steps from one frame to the next. Of an environment whose last picture tells all
            (``metadata["transcript"]``) there is that one alone.

    Returns:
        ``(frames, height, width, 3)`` uint8, at least 240 pixels high.

    Raises:
        ClipMismatch: if the environment does not repeat the recorded observations.
        Undrawable: if there is nothing to draw from, or the environment draws no pictures.
    """
    if clip.frames is not None:
        return _enlarge(clip.frames[::every])
    if clip.start is None:
        raise Undrawable(
            "the clip has neither a start to run it again from nor filmed frames; make the "
            "environment with rlhf_gym.make_vec_env, which records them"
        )
    env = environment_of(spec_json)
    try:
        restore(env, clip.start.snapshot)
    except ValueError as error:
        raise ClipMismatch(str(error)) from error
    return _enlarge(stacked(_run_again(env, clip, clip.start.actions, every)))


def _run_again(env: Env, clip: Clip, run_up: npt.NDArray[Any], every: int) -> list[Frames]:
    """Step through the run-up and the clip, and render before (or after) each of its actions.

    The frame of an absorbing state is drawn once.
    """
    frames: list[Frames] = []
    described, over = describe_env(env), False
    still: Frames | None = None
    after, told_steps = described.drawn_after, len(clip) if described.transcript else None
    first = -len(run_up)
    own = None if clip.start is None else clip.start.clip_actions
    actions = [*run_up, *(clip.actions if own is None else own)]
    for step, action in enumerate(actions, start=first):
        drawn = step >= 0 and (step + 1 == len(clip) if described.transcript else step % every == 0)
        if drawn and not after:
            still = _frame(env) if still is None else still
            frames.append(still)
        if not over and (after or step + 1 < len(clip)):
            observation, _, terminated, _, info = env.step(action.copy())
            absorbing = is_absorbing(info)
            still = still if absorbing else None
            over = terminated and not absorbing  # then it must not be stepped any more
            if 0 <= step + 1 < len(clip):
                _check(clip, step + 1, observation)
        if drawn and after:
            still = _frame(env, told_steps) if still is None else still
            frames.append(still)
    return frames


def _check(clip: Clip, step: int, observation: Any) -> None:
    """Compare an observation with the recorded one; both must be equal to the last bit."""
    checksums = None if clip.start is None else clip.start.checksums
    if checksums is not None:  # the recorded one has been changed after the environment showed it
        if checksums[step] not in (UNKNOWN, checksum_of(observation)):
            raise ClipMismatch(_OTHER.format(clip.env_id or "the environment", step))
        return
    for recorded, seen in zip(leaves(clip.observations), leaves(observation), strict=True):
        seen = np.asarray(seen)
        newest = tuple(slice(-side, None) for side in seen.shape)  # of frames stacked above
        if not np.array_equal(seen.astype(recorded.dtype), recorded[step][newest]):
            raise ClipMismatch(_OTHER.format(clip.env_id or "the environment", step))


@cache
def environment_of(spec_json: str) -> Env:
    """Return the environment in which clips are drawn, which is made once in a process.

    Raises:
        Undrawable: if it cannot be made, or draws no pictures.
    """
    if not spec_json:
        raise Undrawable(
            "the environment has no specification to make it again from; register it with "
            "gymnasium.register and make it by its id"
        )
    spec = EnvSpec.from_json(spec_json)
    modes = describe_spec(spec).render_modes
    if modes is not None and "rgb_array" not in modes:
        raise Undrawable(
            f"{spec.id} draws no pictures: its render modes are {list(modes)}, and 'rgb_array' is "
            "needed for a person to see clips; use a simulated teacher, or add the mode"
        )
    env = rebuild(spec_json)
    env.reset()
    return env


def _frame(env: Env, told_steps: int | None = None) -> Frames:
    try:
        return frame_of(env) if told_steps is None else transcript_of(env, told_steps)
    except ValueError as error:
        raise Undrawable(str(error)) from error


def _enlarge(frames: Frames) -> Frames:
    factor = -(-MIN_HEIGHT // frames.shape[1])
    return frames.repeat(factor, axis=1).repeat(factor, axis=2) if factor > 1 else frames
