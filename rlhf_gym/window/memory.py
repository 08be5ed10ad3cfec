"""Settings of a person that outlive a session, kept in the run folder."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from rlhf_gym.basics.durable import write_text

__all__ = ["Remembered", "recall", "remember"]

FILE = "window.json"


@dataclass(frozen=True)
class Remembered:
    """A person's settings.

    Attributes:
        practised: whether the practice pairs were seen or skipped.
        speed: of the clips.
        scale: of texts and buttons.
    """

    practised: bool = False
    speed: float = 1.0
    scale: float = 1.0


def recall(run: Path, annotator: str) -> Remembered:
    """Read a person's settings; the defaults where there are none or the file is damaged."""
    try:
        known = _read(run)[annotator]
        return Remembered(bool(known["practised"]), float(known["speed"]), float(known["scale"]))
    except (KeyError, TypeError, ValueError):
        return Remembered()


def remember(run: Path, annotator: str, remembered: Remembered) -> None:
    """Write a person's settings; failing to (on a full disk) does not stop the labelling."""
    people = {**_read(run), annotator: asdict(remembered)}
    with suppress(OSError):
        write_text(run / FILE, json.dumps(people, indent=1))


def _read(run: Path) -> dict[str, dict[str, float]]:
    try:
        people = json.loads((run / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return people if isinstance(people, dict) else {}
