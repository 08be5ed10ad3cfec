"""What the window shows before its trainer has a store: that the training is starting."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

import pygame

from rlhf_gym.basics.interrupts import on_stop
from rlhf_gym.feedback import FeedbackStore, StoreError, StoreMissing, StoreReader
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.labelling.state import State, Status
from rlhf_gym.window.desktop import fitting_size, icon, open_display
from rlhf_gym.window.painter import Painter
from rlhf_gym.window.view import Pointer

__all__ = ["awaited_store", "known_status", "opened_store"]

FRAMES_PER_SECOND = 20
LOOK_SECONDS = 0.2
"""Time between two looks for the store."""


@contextmanager
def opened_store(
    run: Path, trainer: int | None, environment: str, size: tuple[int, int]
) -> Iterator[FeedbackStore | None]:
    """Provide the store of a run, and a display for the window.

    Args:
        run: the run folder.
        trainer: id of the process that has started this one and makes the store; None if there is
            one already.
        environment: as of `awaited_store`, which says what is shown until there is one.
        size: as of `awaited_store`.

    Raises:
        StoreError: there is no store, or it cannot be used.
        NoDisplay: there is no screen.
    """
    path = RunFolder(run).store
    with ExitStack() as stack:
        store = FeedbackStore.open(path) if trainer is None else None
        open_display()
        stack.callback(pygame.display.quit)
        if store is None:
            lives, told = (lambda: os.getppid() == trainer), RunFolder(run).told
            store = awaited_store(path, environment, size, lives, told)
        yield None if store is None else stack.enter_context(store)


def awaited_store(
    path: Path,
    environment: str,
    size: tuple[int, int],
    lives: Callable[[], bool],
    told: Callable[[], str] = str,
) -> FeedbackStore | None:
    """Open a store, and until there is one show that the training is starting.

    The store of a run that is to go on is there at once. It is opened as soon as it has pairs to
    show, or the trainer has reported: how an earlier training ended is no news.

    Args:
        path: the file.
        environment: id of the environment, to be shown.
        size: of the window in pixels.
        lives: whether the trainer, which makes the store, still runs.
        told: gives what takes the trainer long at present, or ``""``.

    Returns:
        The store; None if the person closed the window, or the trainer ended without one.
    """
    since = time.time()
    store = _usable_store(path, since)
    if store is not None:
        return store
    known = known_status(path)
    closed: list[int] = []

    def close(number: int, frame: FrameType | None) -> None:
        closed.append(number)

    pygame.display.set_icon(icon())
    pygame.display.set_caption(f"{environment} · rlhf-gym")
    surface = pygame.display.set_mode(fitting_size(size), pygame.RESIZABLE)
    painter, clock, looked = Painter(), pygame.time.Clock(), time.monotonic()
    with on_stop(close):
        while lives() and not closed:
            if any(event.type == pygame.QUIT for event in pygame.event.get()):
                return None
            if time.monotonic() - looked >= LOOK_SECONDS:
                looked = time.monotonic()
                store = _usable_store(path, since)
                if store is not None:
                    return store
            status = replace(known, doing=told())
            state = State("", environment=environment, status=status, now=time.monotonic())
            painter.forget()  # the display may have lost its content
            painter.paint(surface, state, {}, Pointer())
            clock.tick(FRAMES_PER_SECOND)
    return None


def known_status(path: Path) -> Status:
    """Return what a store tells of the labels before its trainer reports; they are not lost."""
    status = Status(trainer="starting")
    try:
        with StoreReader.open(path) as store:
            progress = store.progress()
            budget = progress.budget or None if progress else None
            return replace(status, labels=store.counts().labels, budget=budget)
    except StoreError:
        return status


def _usable_store(path: Path, since: float) -> FeedbackStore | None:
    """Open the store, unless there is none yet, or nothing to show before its trainer reports."""
    try:
        store = FeedbackStore.open(path)
    except StoreMissing:
        return None
    progress = store.progress()
    if progress is not None and progress.heartbeat < since:
        if progress.state == "done" or progress.error or not store.counts().ready:
            store.close()
            return None
    return store
