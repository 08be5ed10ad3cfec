"""Pictures: what environments draw, as bytes, and how small one may be."""

from __future__ import annotations

from typing import Any, TypeAlias

import gymnasium as gym
import numpy as np
import numpy.typing as npt

__all__ = ["SMALLEST_IMAGE", "SMALLEST_PICTURE", "frame_of"]

SMALLEST_PICTURE = 36
"""Pixels in height and width that stable-baselines3's NatureCNN needs."""
SMALLEST_IMAGE = 8
"""Pixels; what is smaller in width or height is not worth a convolution of ours."""

Env: TypeAlias = "gym.Env[Any, Any]"


def frame_of(env: Env) -> npt.NDArray[np.uint8]:
    """What ``env`` draws now, in mode ``"rgb_array"``.

    Brightnesses from 0 to 1 (as MinAtar's) become bytes from 0 to 255.

    Returns:
        ``(height, width, 3)`` uint8.

    Raises:
        ValueError: it draws something else.

    >>> env = gym.make("CartPole-v1", render_mode="rgb_array")
    >>> _ = env.reset(seed=0)
    >>> frame_of(env).shape
    (400, 600, 3)
    """
    frame: Any = env.render()
    if not isinstance(frame, np.ndarray) or frame.ndim != 3 or frame.shape[2] != 3:
        raise ValueError(
            "render() must return an array (height, width, 3), but returned "
            f"{getattr(frame, 'shape', type(frame).__name__)}"
        )
    pixels: npt.NDArray[Any] = frame
    if pixels.dtype.kind == "f":
        pixels = np.round(pixels * 255).clip(0, 255)
    return pixels.astype(np.uint8, copy=False)
