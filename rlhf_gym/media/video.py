"""Encodes frames as a video file, and decodes it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from rlhf_gym.basics.durable import replacing
from rlhf_gym.envs.sound import RATE, Samples
from rlhf_gym.feedback import Media

__all__ = ["converted", "decode", "encode", "first_picture", "has_sound", "steps_a_frame"]

Frames = npt.NDArray[np.uint8]

_QUALITY = {"crf": "16", "preset": "ultrafast"}  # no visible loss; as sharp as slower presets

_MOST_FPS = 50  # frames per second; more are not visible, and drawing takes the time

_ONE_THREAD = {"threads": 1} if "threads" in str(av.VideoFrame.reformat.__doc__) else {}


def converted(
    frame: av.VideoFrame, format: str, width: int | None = None, height: int | None = None
) -> av.VideoFrame:
    """Return ``frame`` in another format, and in another size if one is given.

    One thread does it: several leave dashes where their slices of the picture meet.
    """
    how: dict[str, Any] = {"interpolation": "FAST_BILINEAR", **_ONE_THREAD}
    return frame.reformat(width, height, format, **how)


def steps_a_frame(fps: float) -> int:
    """Return the steps between two frames in a video of an environment of ``fps`` steps a second.

    >>> steps_a_frame(50.0), steps_a_frame(125.0)
    (1, 3)
    """
    return max(1, math.ceil(fps / _MOST_FPS))


def encode(frames: Frames, path: Path | str, fps: float, sound: Samples | None = None) -> Media:
    """Write frames, and sound if there is any, as an H.264 video that the window and browsers play.

    The file appears whole or not at all. A side of an odd length is made even by repeating its
    last pixel.

    Args:
        frames: ``(length, height, width, 3)`` uint8.
        path: the file, ending in ``.mp4``.
        fps: frames a second.
        sound: ``(samples,)`` int16 at 22,050 a second, as long as the video.

    Raises:
        ValueError: if there is no frame, its shape or type is another, or ``fps`` is not positive.
    """
    path = Path(path)
    if frames.ndim != 4 or frames.shape[3] != 3 or 0 in frames.shape or frames.dtype != np.uint8:
        raise ValueError(
            "frames must be a uint8 array (length, height, width, 3) with at least one frame, but "
            f"are {frames.dtype} {frames.shape}"
        )
    if not fps > 0:
        raise ValueError(f"fps must be positive, but is {fps}")
    odd = [(0, 0), (0, frames.shape[1] % 2), (0, frames.shape[2] % 2), (0, 0)]
    frames = np.pad(frames, odd, mode="edge") if any(map(any, odd)) else frames
    with replacing(path) as unfinished:
        _write(frames, unfinished, Fraction(fps).limit_denominator(1001), sound)
    length, height, width, _ = frames.shape
    return Media(path=str(path), width=width, height=height, fps=fps, frames=length)


def decode(path: Path | str) -> Frames:
    """Read a video back as ``(length, height, width, 3)`` uint8.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is no video.
    """
    with _reading(path) as container:
        frames = [converted(frame, "rgb24").to_ndarray() for frame in container.decode(video=0)]
        return np.stack(frames)


def first_picture(path: Path | str) -> bytes:
    """Return the first frame of a video as a JPEG.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is no video.
    """
    with _reading(path) as container:
        frame = converted(next(container.decode(video=0)), "yuvj420p")
    frame.pts = 0
    coder = av.CodecContext.create("mjpeg", "w")
    coder.width, coder.height, coder.pix_fmt = frame.width, frame.height, "yuvj420p"
    coder.time_base = Fraction(1, 25)
    return b"".join(bytes(packet) for packet in [*coder.encode(frame), *coder.encode()])


def has_sound(path: Path | str) -> bool:
    """Whether a video can be heard.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is no video.
    """
    with _reading(path) as container:
        return bool(container.streams.audio)


@contextmanager
def _reading(path: Path | str) -> Iterator[av.container.InputContainer]:
    """Open a video; whatever in it cannot be read is a `ValueError`.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is no video, or has no picture where one is read.
    """
    try:
        with av.open(str(path), format="mp4") as container:
            if not container.streams.video:
                raise ValueError("no pictures")
            yield container
    except FileNotFoundError:
        raise
    except (av.error.FFmpegError, StopIteration, ValueError) as error:
        raise ValueError(f"{path} is no video, or a broken one") from error


def _write(frames: Frames, path: Path, rate: Fraction, sound: Samples | None) -> None:
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=rate, options=_QUALITY)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        audio = None if sound is None else container.add_stream("aac", rate=RATE, layout="mono")
        for frame in frames:
            picture = av.VideoFrame.from_ndarray(frame, format="rgb24")
            container.mux(stream.encode(converted(picture, "yuv420p")))
        container.mux(stream.encode())
        if audio is not None and sound is not None:
            heard = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="s16", layout="mono")
            heard.sample_rate = RATE
            container.mux(audio.encode(heard))
            container.mux(audio.encode())
