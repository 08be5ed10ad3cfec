"""Videos: embeds the videos of a run in its page."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from rlhf_gym.media import first_picture, has_sound

__all__ = ["VIDEO_BYTES", "Video", "Videos"]

VIDEO_BYTES = 3_300_000
"""Bytes of videos, so that the page stays below 5 MB although base64 adds a third."""


@dataclass(frozen=True)
class Video:
    """A video as a page shows it.

    Attributes:
        url: the video, as a data URL.
        still: its first picture, as a data URL.
        sound: whether it can be heard.
    """

    url: str
    still: str
    sound: bool


class Videos:
    """Embeds files as data URLs, as long as the page has room for them.

    Attributes:
        left_out: files that are too large.
        broken: files that cannot be read.
    """

    def __init__(self) -> None:
        self.left_out: list[str] = []
        self.broken: list[str] = []
        self._room = VIDEO_BYTES

    def embed(self, path: Path | None) -> Video | None:
        """Return a file as a video; None if it is missing, broken or too large."""
        if path is None or not path.is_file():
            return None
        if path.stat().st_size > self._room:
            self.left_out.append(f"{path.parent.name}/{path.name}")
            return None
        try:
            still, sound = first_picture(path), has_sound(path)
        except ValueError:
            self.broken.append(f"{path.parent.name}/{path.name}")
            return None
        content = path.read_bytes()
        self._room -= len(content) + len(still)
        return Video(_data_url("video/mp4", content), _data_url("image/jpeg", still), sound)


def _data_url(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
