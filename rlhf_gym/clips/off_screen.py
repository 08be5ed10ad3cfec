"""Drawing where nobody looks: no window, no display, no words of SDL's."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["off_screen"]

_SETTINGS = {
    # A list, of which SDL takes the first that works: highway-env draws nothing for "dummy" alone.
    "SDL_VIDEODRIVER": "dummy,offscreen",
    "SDL_AUDIODRIVER": "dummy",
    # SDL would catch SIGTERM and turn it into an event that nobody reads: `kill` would do nothing.
    "SDL_NO_SIGNAL_HANDLERS": "1",
    "PYGAME_HIDE_SUPPORT_PROMPT": "1",
}


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
    settings = dict(_SETTINGS)
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
