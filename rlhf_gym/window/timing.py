"""Timing of the window: frame times, and latencies from an answer to the next pair."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

__all__ = ["Timing"]


@dataclass
class Timing:
    """Collects times in seconds and writes them as milliseconds."""

    frames: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    drawing: list[float] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Write counts, medians, 99th percentiles, maxima and how many were long, as JSON."""
        names = {"frame": self.frames, "answer_to_next": self.answers, "draw": self.drawing}
        figures = {name: _figures(times) for name, times in names.items()}
        path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _figures(times: list[float]) -> dict[str, float]:
    if not times:
        return {"count": 0}
    milliseconds = np.asarray(times) * 1000
    p50, p99 = np.percentile(milliseconds, (50, 99))
    return {
        "count": len(times),
        "p50_ms": round(float(p50), 2),
        "p99_ms": round(float(p99), 2),
        "max_ms": round(float(milliseconds.max()), 2),
        "over_300_ms": int(np.sum(milliseconds > 300)),
    }
