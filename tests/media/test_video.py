"""Videos appear whole, keep their frames, and look as drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import gymnasium as gym
import numpy as np
import numpy.typing as npt
import pytest

from rlhf_gym.media import decode, encode, first_picture, has_sound
from rlhf_gym.media.video import converted


def drawn(length: int) -> npt.NDArray[np.uint8]:
    env = gym.make("CartPole-v1", render_mode="rgb_array")
    env.reset(seed=0)
    frames = []
    for _ in range(length):
        frames.append(np.asarray(env.render()))
        env.step(len(frames) % 2)
    return np.stack(frames)


def test_a_video_keeps_every_frame_and_its_looks(tmp_path: Path) -> None:
    frames = drawn(9)
    media = encode(frames, tmp_path / "a.mp4", 50)
    assert (media.width, media.height, media.fps, media.frames) == (600, 400, 50, 9)
    again = decode(media.path)
    assert again.shape == frames.shape and again.dtype == np.uint8
    error = np.abs(again.astype(int) - frames)
    assert error.mean() < 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_odd_sides_are_made_even(tmp_path: Path) -> None:
    frames = np.full((3, 33, 35, 3), 200, dtype=np.uint8)
    media = encode(frames, tmp_path / "a.mp4", 12.5)
    assert (media.width, media.height) == (36, 34)
    assert np.abs(decode(media.path).astype(int) - 200).max() <= 2


def test_an_existing_video_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    encode(np.zeros((3, 32, 32, 3), np.uint8), path, 30)
    encode(np.zeros((5, 32, 32, 3), np.uint8), path, 30)
    assert len(decode(path)) == 5


def test_a_failed_encoding_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        encode(np.zeros((3, 32, 32, 3), np.uint8), tmp_path / "missing" / "a.mp4", 30)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        (np.zeros((0, 4, 4, 3), np.uint8), r"uint8 \(0, 4, 4, 3\)"),
        (np.zeros((2, 4, 4, 3), np.float32), "float32"),
        (np.zeros((2, 4, 4), np.uint8), r"\(2, 4, 4\)"),
    ],
)
def test_other_arrays_are_refused(tmp_path: Path, frames: npt.NDArray[np.uint8], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        encode(frames, tmp_path / "a.mp4", 30)
    with pytest.raises(ValueError, match="fps must be positive, but is 0"):
        encode(np.zeros((2, 4, 4, 3), np.uint8), tmp_path / "a.mp4", 0)


@pytest.mark.parametrize("read", [decode, first_picture, has_sound])
def test_what_is_no_video_is_refused(tmp_path: Path, read: Callable[[Path], object]) -> None:
    path = tmp_path / "a.mp4"
    with pytest.raises(FileNotFoundError):
        read(path)
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match="is no video, or a broken one"):
        read(path)
    with av.open(str(path), "w", format="mp4") as container:  # sound alone
        stream = container.add_stream("aac", rate=22050, layout="mono")
        heard = av.AudioFrame.from_ndarray(np.zeros((1, 4096), np.int16), "s16", "mono")
        heard.sample_rate = 22050
        container.mux(stream.encode(heard))
        container.mux(stream.encode())
    with pytest.raises(ValueError, match="is no video, or a broken one"):
        read(path)


def test_the_first_picture_of_a_video_is_a_jpeg(tmp_path: Path) -> None:
    frames = np.full((3, 48, 64, 3), 200, np.uint8)
    encode(frames, tmp_path / "clip.mp4", 30)
    still = first_picture(tmp_path / "clip.mp4")
    assert still.startswith(b"\xff\xd8") and still.endswith(b"\xff\xd9")
    (tmp_path / "clip.mp4").write_bytes(still)
    with pytest.raises(ValueError, match="is no video"):
        first_picture(tmp_path / "clip.mp4")


def test_a_scaled_picture_holds_nothing_that_was_not_drawn() -> None:
    """Where several threads scale, dark dashes are left at the borders of their slices."""
    drawn_ = np.full((400, 600, 3), 250, np.uint8)
    frame = converted(av.VideoFrame.from_ndarray(drawn_, format="rgb24"), "yuv420p")
    for _ in range(60):
        scaled = converted(frame, "bgra", 586, 391).to_ndarray()
        assert scaled.min() >= 245
