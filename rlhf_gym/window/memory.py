"""Settings of a person that outlive a run, kept in the account's state folder by their name."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from rlhf_gym.basics.durable import write_text
from rlhf_gym.basics.state_folder import state_folder

__all__ = ["Remembered", "recall", "remember"]


@dataclass(frozen=True)
class Remembered:
    """A person's settings.

    Attributes:
        practised: whether the practice pairs were seen or skipped.
        speed: of the clips.
        scale: of texts and buttons.
        strip: whether the last answers are shown.
    """

    practised: bool = False
    speed: float = 1.0
    scale: float = 1.0
    strip: bool = True


def recall(annotator: str) -> Remembered:
    """Read a person's settings; the defaults where there are none or the file is damaged."""
    try:
        known = json.loads(_file(annotator).read_text(encoding="utf-8"))
        return Remembered(
            practised=bool(known["practised"]),
            speed=float(known["speed"]),
            scale=float(known["scale"]),
            strip=bool(known.get("strip", True)),
        )
    except (OSError, RuntimeError, KeyError, TypeError, ValueError):
        return Remembered()


def remember(annotator: str, remembered: Remembered) -> None:
    """Write a person's settings; failing to (on a full disk) does not stop the labelling."""
    with suppress(OSError, RuntimeError):
        file = _file(annotator)
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_text(file, json.dumps(asdict(remembered), indent=1))


def _file(annotator: str) -> Path:
    """Return a file for each person, so that no two windows write one."""
    return state_folder() / "people" / f"{quote(annotator, safe='')}.json"
