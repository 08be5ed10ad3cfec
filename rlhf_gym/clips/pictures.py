"""Pictures as environments give them, brought into one form: ``(height, width, 3)`` uint8."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["picture", "stacked"]

Pixels = npt.NDArray[np.uint8]

_CHANNELS = (1, 2, 3, 4)
"""Grey, grey with opacity, red-green-blue, and these with opacity."""
_PALETTES = ("P", "PA", "CMYK", "YCbCr", "LAB", "HSV", "I", "F", "I;16")
"""Modes of PIL's pictures whose numbers are no colours of a screen."""
_FILL = 0
"""Brightness of what surrounds a picture that is smaller than others of its film."""


def picture(rendered: Any) -> Pixels:
    """Return what ``render`` gave as a picture of its own.

    It may be an array, nested lists, a picture of PIL, or a list of pictures, of which the last
    counts; grey or in colours, with or without opacity (it then lies on white); with its channels
    last or first; of bytes, of other whole numbers from 0 to 255, of truth values, or of real
    numbers from 0 to 1, or to 255 where one is above 1.

    Raises:
        ValueError: if it is no picture.

    >>> picture([[0.0, 0.5, 1.0]]).tolist()
    [[[0, 0, 0], [128, 128, 128], [255, 255, 255]]]
    """
    pixels = _bytes(_array(rendered))
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.shape[2] not in _CHANNELS and pixels.shape[0] in _CHANNELS:
        pixels = np.moveaxis(pixels, 0, 2)
    if pixels.shape[2] not in _CHANNELS:
        raise _no_picture(rendered)
    if pixels.shape[2] in (2, 4):
        opacity = pixels[:, :, -1:].astype(np.float64) / 255
        on_white = pixels[:, :, :-1] * opacity + 255 * (1 - opacity)
        pixels = np.round(on_white).astype(np.uint8)
    return np.array(np.broadcast_to(pixels, (*pixels.shape[:2], 3)))


def stacked(frames: Sequence[Pixels]) -> Pixels:
    """Join pictures ``(height, width, 3)`` to ``(length, height, width, 3)``.

    Where their sizes differ, smaller ones are put into the middle of a black field.
    """
    height = max(frame.shape[0] for frame in frames)
    width = max(frame.shape[1] for frame in frames)
    if all(frame.shape == (height, width, 3) for frame in frames):
        return np.stack(frames)
    joined = np.full((len(frames), height, width, 3), _FILL, np.uint8)
    for field, frame in zip(joined, frames, strict=True):
        top, left = (height - frame.shape[0]) // 2, (width - frame.shape[1]) // 2
        field[top : top + frame.shape[0], left : left + frame.shape[1]] = frame
    return joined


def _array(rendered: Any) -> npt.NDArray[Any]:
    """Return the last picture as an array of numbers."""
    try:
        if getattr(rendered, "mode", "RGB") in _PALETTES:
            rendered = rendered.convert("RGB")
        if isinstance(rendered, (list, tuple)) and rendered:
            last = np.asarray(rendered[-1])
            if last.ndim == 3 or (last.ndim == 2 and last.shape[1] not in _CHANNELS):
                rendered = last
        pixels = np.asarray(rendered)
    except ValueError as error:  # nested lists of different lengths
        raise _no_picture(rendered) from error
    if pixels.ndim not in (2, 3) or pixels.dtype.kind not in "biuf" or 0 in pixels.shape:
        raise _no_picture(rendered)
    return pixels


def _bytes(pixels: npt.NDArray[Any]) -> Pixels:
    if pixels.dtype.kind == "b":
        pixels = pixels * 255
    if pixels.dtype.kind == "f":
        pixels = np.nan_to_num(pixels.astype(np.float64), posinf=255, neginf=0)
        pixels = np.round(pixels if pixels.max() > 1 else pixels * 255)
    clipped: npt.NDArray[Any] = pixels.clip(0, 255)
    return clipped.astype(np.uint8)


def _no_picture(rendered: Any) -> ValueError:
    found = getattr(rendered, "shape", None) or type(rendered).__name__
    return ValueError(
        f"render() must return a picture, as an array (height, width, 3), but returned {found}"
    )
