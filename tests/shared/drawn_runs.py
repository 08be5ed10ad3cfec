"""Run folders with real drawn clips, for the tests of the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback import EnvironmentRecord, FeedbackStore, Progress
from rlhf_gym.feedback.query import Query
from rlhf_gym.media.video import encode

__all__ = ["MakeRun", "Pictures", "fill", "frames", "run_with"]

MakeRun = Callable[[int], Path]
Pictures = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
FPS = 30.0


def frames(number: int, length: int = 12) -> Pictures:
    """A square that moves; its speed is the clip's number."""
    drawn = np.full((length, 80, 120, 3), 240, np.uint8)
    for frame in range(length):
        x = (frame * (number % 7 + 1)) % 100
        drawn[frame, 30:50, x : x + 20] = (number * 37 % 200, 60, 140)
    return drawn


def fill(run: Path, queries: int, first: int = 0, draw: Callable[[int], Pictures] = frames) -> None:
    """Add queries with drawn clips to the store of ``run``."""
    with FeedbackStore.open(run / "feedback.db") as store:
        for number in range(first, first + queries):
            clips = [
                Clip(
                    observations=np.zeros((12, 4), np.float32),
                    actions=np.zeros(12, np.int64),
                    true_rewards=np.zeros(12, np.float32),
                    env_id="CartPole-v1",
                )
                for _ in range(2)
            ]
            (query,) = store.add_queries([Query((clips[0], clips[1]), left=number % 2)])
            for clip in query.clips:
                path = f"clips/{clip.id:06d}.mp4"
                media = encode(draw(clip.id), run / path, FPS)
                store.add_media(clip.id, replace(media, path=path))


def run_with(folder: Path, queries: int) -> Path:
    """Make a run folder with as many open queries."""
    (folder / "clips").mkdir(parents=True)
    environment = EnvironmentRecord(
        "CartPole-v1", fps=FPS, goal="Keep the pole upright.", tie_breaker="The calmer one."
    )
    with FeedbackStore.create(folder / "feedback.db", environment=environment) as store:
        store.publish(Progress(1000, 50_000, 0, 200, 21.0, 0.75))
    fill(folder, queries)
    return folder
