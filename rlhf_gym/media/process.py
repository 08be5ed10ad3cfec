"""The drawing process: draws the clips of open queries while the agent trains."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType

from gymnasium.envs.registration import EnvSpec

from rlhf_gym.basics.faults import FAULTS, first_line, in_one_line
from rlhf_gym.basics.interrupts import on_stop
from rlhf_gym.basics.processes import when_parent_dies
from rlhf_gym.clips.drawing import environment_of
from rlhf_gym.clips.rebuilding import is_tested
from rlhf_gym.clips.rendering import frame_of, off_screen
from rlhf_gym.feedback import DiskFull, FeedbackStore, StoreError, StoreLocked
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.media.drawing import film_of, sound_of
from rlhf_gym.media.video import encode

__all__ = ["draw_clips", "main"]

POLL_SECONDS = 0.1
"""Time between two looks for queries to draw, in seconds."""


def draw_clips(
    run: Path | str,
    stop: Callable[[], bool],
    *,
    until_done: bool = False,
    retry_seconds: float = 5.0,
) -> None:
    """Draw the clips of a run's open queries as they are asked, the newest first.

    A clip that cannot be drawn is marked in the store, which withdraws its queries. On a full
    disk or a locked store it waits and tries again.

    Args:
        run: the run folder, with the store in it; the videos go to its folder ``clips``.
        stop: asked before each clip whether to end.
        until_done: end when there is nothing left to draw.
        retry_seconds: how long to wait for a full disk or a locked store.

    Raises:
        StoreError: if there is no store, or it cannot be used.
    """
    run = Path(run)
    RunFolder(run).clips.mkdir(exist_ok=True)
    with FeedbackStore.open(RunFolder(run).store) as store:
        _warm_up(store.environment.spec_json)
        said: set[str] = set()
        while not stop():
            try:
                drawn = _draw_next(store, run, said)
            except (OSError, StoreLocked, DiskFull) as error:  # a person may free disk or lock
                print(f"drawing is paused: {error}", file=sys.stderr, flush=True)
                time.sleep(retry_seconds)
                continue
            if not drawn and until_done:
                return
            if not drawn:
                time.sleep(POLL_SECONDS)


def _warm_up(spec_json: str) -> None:
    """Draw once before there is a clip, since making an environment and its display takes time.

    Others than tested environments may be made once only, or change when they are drawn.
    """
    if spec_json and is_tested(EnvSpec.from_json(spec_json)):
        with suppress(Exception), off_screen():  # what is wrong is told of the first clip
            frame_of(environment_of(spec_json))


def _draw_next(store: FeedbackStore, run: Path, said: set[str]) -> bool:
    """Draw one clip if there is one to draw; why it cannot be drawn is ``said`` once."""
    clips = store.undrawn(limit=1)
    if not clips:
        return False
    (clip,) = clips
    environment = store.environment
    try:
        frames, fps = film_of(clip, environment)
        sound = sound_of(clip, environment.spec_json)
    except FAULTS as error:  # of any environment's: one clip must not block the others
        if (why := first_line(error)) not in said:
            print(f"clip {clip.id} cannot be drawn: {why}", file=sys.stderr, flush=True)
        said.add(why)
        store.mark_undrawable(clip.id, in_one_line(error))
        return True
    path = f"clips/{clip.id:06d}.mp4"
    media = encode(frames, run / path, fps, sound)
    store.add_media(clip.id, replace(media, path=path))
    return True


def main(arguments: list[str]) -> int:
    """Draw for one run, at low priority, until the parent process ends.

    Args:
        arguments: the run folder, and the id of the parent process, by default that of now; if it
            is given, the parent makes the store.

    Returns:
        The exit code: 0 done, 1 failed, 2 wrong usage.
    """
    if len(arguments) not in (1, 2):
        print("usage: python -m rlhf_gym.media RUN", file=sys.stderr)
        return 2
    if hasattr(os, "nice"):
        os.nice(10)
    parent = int(arguments[1]) if arguments[1:] else os.getppid()
    when_parent_dies(parent, lambda: os._exit(1))  # also in the middle of a picture
    told: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        told.append(number)
        raise KeyboardInterrupt

    try:
        with on_stop(stop):
            while arguments[1:] and not RunFolder(Path(arguments[0])).store.exists():
                time.sleep(POLL_SECONDS)  # the trainer is about to make it
            draw_clips(arguments[0], stop=lambda: os.getppid() != parent)
    except KeyboardInterrupt:  # what was not finished is removed by now
        if told and told[-1] != signal.SIGINT:
            signal.signal(told[-1], signal.SIG_DFL)
            os.kill(os.getpid(), told[-1])
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    return 0
