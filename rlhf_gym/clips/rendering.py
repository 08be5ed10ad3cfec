"""Rendering: the picture that an environment draws, and drawing where there is no display."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.pictures import picture
from rlhf_gym.envs.known import known

__all__ = ["SMALLEST_IMAGE", "SMALLEST_PICTURE", "frame_of", "off_screen", "transcript_of"]

SMALLEST_PICTURE = 36
"""Pixels in height and width that stable-baselines3's NatureCNN needs."""
SMALLEST_IMAGE = 8
"""Pixels; what is smaller in width or height is not worth a convolution of ours."""

_OFF_SCREEN = {
    # A list, of which SDL takes the first that works: highway-env draws nothing for "dummy" alone.
    "SDL_VIDEODRIVER": "dummy,offscreen",
    "SDL_AUDIODRIVER": "dummy",
    # SDL would catch SIGTERM and turn it into an event that is never read: `kill` would do nothing.
    "SDL_NO_SIGNAL_HANDLERS": "1",
    "PYGAME_HIDE_SUPPORT_PROMPT": "1",
}

Env: TypeAlias = "gym.Env[Any, Any]"


def frame_of(env: Env) -> npt.NDArray[np.uint8]:
    """Return the picture that ``env`` draws now, in mode ``"rgb_array"``, as people see it.

    What they could not see is marked in it where it is known of (`Known.mark`): where a lander is
    that has left the picture.

    Returns:
        ``(height, width, 3)`` uint8, see `picture`; a copy, since environments may draw into one
        array for good.

    Raises:
        ValueError: if it draws something else.

    >>> env = gym.make("CartPole-v1", render_mode="rgb_array")
    >>> _ = env.reset(seed=0)
    >>> frame_of(env).shape
    (400, 600, 3)
    """
    return _marked(env, picture(env.render()))


def _marked(env: Env, frame: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    mark = known(env.spec.id).mark if env.spec is not None else None
    if mark is not None:
        try:
            mark(env.unwrapped, frame)
        except AttributeError:  # another library has registered something else under the id
            return frame
    return frame


def transcript_of(env: Env, steps: int) -> npt.NDArray[np.uint8]:
    """Return the picture that tells all of the last steps of an environment.

    It is what ``transcript(steps)`` draws, if the environment has that method, else `frame_of`.
    Only environments with ``metadata["transcript"]`` have such a picture.

    Raises:
        ValueError: if it draws something else.
    """
    if not env.has_wrapper_attr("transcript"):
        return frame_of(env)
    return picture(env.get_wrapper_attr("transcript")(steps))


@contextmanager
def off_screen() -> Iterator[None]:
    """Let environments that begin to draw in this block draw into memory only.

    >>> import gymnasium
    >>> with off_screen():
    ...     env = gymnasium.make("CartPole-v1", render_mode="rgb_array")
    ...     state, info = env.reset(seed=0)
    ...     env.render().shape
    (400, 600, 3)
    """
    settings = dict(_OFF_SCREEN)
    if sys.platform == "linux" and "MUJOCO_GL" not in os.environ:
        settings["MUJOCO_GL"] = "egl"  # else MuJoCo looks for a display
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
