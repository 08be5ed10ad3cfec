"""Loader: a thread that leases queries, decodes their clips and reads the live numbers."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pygame

from rlhf_gym.envs.sound import Samples
from rlhf_gym.feedback import FeedbackStore, StoreError
from rlhf_gym.feedback.query import Query
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.labelling.events import (
    Arrived,
    Event,
    Failed,
    FilmsOpened,
    Recalled,
    StatusRead,
    ToReview,
)
from rlhf_gym.labelling.state import Pair, Status
from rlhf_gym.window.ending.reader import FILMS, EndingReader, OpenFilms
from rlhf_gym.window.loading.answers import Answers
from rlhf_gym.window.loading.decoding import decode, scale_of_stills
from rlhf_gym.window.loading.sound import decode_sound
from rlhf_gym.window.loading.wanted import Wanted
from rlhf_gym.window.practice import draw_practice

__all__ = ["Frames", "Loader", "read_status"]

Frames = tuple[list[pygame.Surface], list[pygame.Surface]]

AHEAD = 3  # the pair on the screen and the next two
POLL_SECONDS = 0.05
LEASE_POLL_SECONDS = 0.2
STATUS_SECONDS = 0.5
RENEW_SECONDS = 30.0
SETTLE_SECONDS = 0.25  # a window that is being dragged changes its size all the time
BYTES_IN_ALL = 450_000_000


def read_status(
    store: FeedbackStore, endings: EndingReader, since: float = 0.0, annotator: str = ""
) -> Status:
    """Read the live numbers, and what came of a training that is done.

    Args:
        store: of the run.
        endings: reads what came of it.
        since: Unix time in seconds; what the trainer did before is not told, as it goes on.
        annotator: whose window it is.
    """
    counts, progress = store.counts(), store.progress()
    status = Status(labels=counts.labels, ready=counts.ready, open=counts.open)
    status = replace(status, shared=store.others_hold(annotator))
    if progress is None:
        return status
    budget, done = progress.budget or None, progress.state == "done"
    status = replace(status, budget=budget)
    if progress.heartbeat < since:
        return status
    return replace(
        status,
        agent_step=progress.agent_step,
        total_steps=progress.total_steps or None,
        true_return=progress.true_return,
        accuracy=progress.accuracy,
        trainer=progress.state,
        error=progress.error,
        awaited=progress.awaited or 0,
        silent_seconds=max(time.time() - progress.heartbeat, 0.0),
        ending=endings.read(store, counts, budget) if done else None,
    )


class Loader(threading.Thread):
    """Keeps the next pairs ready.

    The window reads `pictures`, `sounds` and `events`, and sets `wanted`.
    """

    def __init__(
        self,
        run: Path,
        annotator: str,
        review: Sequence[int] | None = None,
        since: float = 0.0,
    ) -> None:
        """Load pairs of ``run`` for ``annotator``; with ``review``, those that they answered.

        ``since`` is as of `read_status`.
        """
        super().__init__(name="loader", daemon=True)
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.pictures: dict[int, Frames] = {}
        self.sounds: dict[int, tuple[Samples, Samples]] = {}
        self.films: dict[int, OpenFilms] = {}
        self.wanted = Wanted()
        self._folder = RunFolder(run)
        self._annotator = annotator
        self._store = FeedbackStore.open(self._folder.store)
        self._since = since
        self._answers = Answers(self._store, self._folder, annotator, review)
        self._endings = EndingReader(self._folder, annotator)
        self._wake = threading.Event()
        self._stopped = False
        self._put = 0
        self._due = dict.fromkeys(("status", "lease", "renew"), 0.0)
        self._size = (0, 0)
        self._film_place: tuple[int, int] | None = None
        self._settled = 0.0
        self._sizes: dict[int, tuple[int, int]] = {}

    @property
    def to_review(self) -> int:
        """Number of answers of a review."""
        return self._put + len(self._answers.left)

    def hurry(self) -> None:
        """Look for new pairs at once, since an answer was given."""
        self._due["status"] = self._due["lease"] = 0.0
        self._wake.set()

    def stop(self) -> None:
        """End the thread."""
        self._stopped = True
        self._wake.set()
        self.join(timeout=5.0)

    def run(self) -> None:
        """Load until `stop` is called."""
        while not self._stopped:
            try:
                self._turn(self.wanted)
            except (StoreError, OSError) as error:
                self.events.put(Failed(str(error)))
                self._wake.wait(5.0)
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()
        self._store.close()

    def _turn(self, wanted: Wanted) -> None:
        if self._is_due("status", STATUS_SECONDS):
            status = read_status(self._store, self._endings, self._since, self._annotator)
            self.events.put(StatusRead(replace(status, doing=self._folder.told())))
        if self._is_due("renew", RENEW_SECONDS) and wanted.pending:
            self._store.renew(wanted.pending, self._annotator)
        self._repaint(wanted)
        self._open_films(wanted)
        if self._answers.reviews:
            self._review(wanted)
            return
        room = len(wanted.pending) < AHEAD and not wanted.finished
        if room and wanted.arrivals == self._put and self._is_due("lease", LEASE_POLL_SECONDS):
            room = self._lease(wanted)
        if not room:  # the next pairs are there, or there are none
            self._recall()

    def _open_films(self, wanted: Wanted) -> None:
        """Open the films of the agent, as they come, for the last page."""
        place = wanted.films
        if place is None or (place != self._film_place and time.monotonic() < self._settled):
            return
        self._film_place = place
        opened = self._endings.films(place)
        if opened is not None:
            films, frames = opened
            self.films = {FILMS: frames}
            self.events.put(FilmsOpened(films))

    def _is_due(self, task: str, every: float) -> bool:
        now = time.monotonic()
        if now < self._due[task]:
            return False
        self._due[task] = now + every
        return True

    def _lease(self, wanted: Wanted) -> bool:
        """Load pairs that are leased now; returns whether there were any."""
        leases = False
        limit = len(wanted.pending) + 1
        leased = self._store.lease(self._annotator, limit, without=wanted.skipped)
        new = [query for query in leased if query.id not in wanted.known]
        for query in new or self._brought_back(wanted):
            if self._stopped:
                continue
            pair = self._answers.pair(query)
            if pair is not None and self._load(pair, wanted.size):
                self._arrive(pair)
                leases = True
        return leases

    def _brought_back(self, wanted: Wanted) -> list[Query]:
        """Lease the query that was skipped first, of those that may come back."""
        for query in wanted.skipped if wanted.brings_back else ():
            if self._store.renew([query], self._annotator):
                return [self._store.query(query)]
        return []

    def _arrive(self, pair: Pair) -> None:
        self._put += 1
        sounds = any(len(side) for side in self.sounds.get(pair.query, ()))
        self.events.put(Arrived((replace(pair, sounds=sounds),)))

    def _review(self, wanted: Wanted) -> None:
        """Load the next answered pairs; those that cannot be shown are left out."""
        left = self._answers.left
        if not left or wanted.ahead >= AHEAD or wanted.arrivals != self._put:
            return
        pair = self._answers.next()
        if pair is not None and self._load(pair, wanted.size):
            self._arrive(pair)
        self.events.put(ToReview(self.to_review))

    def _recall(self) -> None:
        """Tell of one answer of an earlier session, the newest first."""
        if self._answers.left and (pair := self._answers.next()) is not None:
            self.events.put(Recalled(pair))

    def _load(self, pair: Pair, size: tuple[int, int]) -> bool:
        """Load the pictures of a pair; a broken video withdraws its query."""
        if pair.purpose == "practice":
            left, right = (draw_practice(pair.query, side, size) for side in (0, 1))
            self._keep(pair, size, (left, right))
            return True
        sides, sounds = [], list(self.sounds.get(pair.query, ()))
        clip, paths = pair.clips[0], []
        try:
            for clip in pair.clips:
                media = self._store.media(clip)
                paths.append(self._folder.inside(media.path if media else f"clips/{clip:06d}.mp4"))
            scale = scale_of_stills(paths, size) if pair.still else None
            for clip, path in zip(pair.clips, paths, strict=True):  # noqa: B007  the refusal names it
                sides.append(decode(path, size, scale))
                if len(sounds) < len(sides):  # a new size of the window changes no sound
                    sounds.append(decode_sound(path))
        except (OSError, ValueError, IndexError) as error:
            self._store.mark_undrawable(clip, f"it cannot be played: {error}")
            return False
        self.sounds = {**self.sounds, pair.query: (sounds[0], sounds[1])}
        self._keep(pair, size, (sides[0], sides[1]))
        return True

    def _keep(self, pair: Pair, size: tuple[int, int], frames: Frames) -> None:
        self._sizes[pair.query] = size
        pictures = {**self.pictures, pair.query: frames}
        keep = {pair.query, *(shown.query for shown in self.wanted.shown)}
        for query in list(pictures):
            if sum(map(_bytes, pictures.values())) <= BYTES_IN_ALL:
                break
            if query not in keep:
                del pictures[query]
        self.sounds = {query: self.sounds[query] for query in pictures if query in self.sounds}
        self.pictures = pictures

    def _repaint(self, wanted: Wanted) -> None:
        """Load pictures that went missing, or whose place has another size by now."""
        if wanted.size != self._size:
            self._size, self._settled = wanted.size, time.monotonic() + SETTLE_SECONDS
        settled = time.monotonic() >= self._settled
        for pair in wanted.shown:
            missing = pair.query not in self.pictures
            size = wanted.large if wanted.large and pair is wanted.shown[0] else wanted.size
            if missing or (settled and self._sizes.get(pair.query) != size):
                self._load(pair, size)
                return


def _bytes(frames: Frames) -> int:
    return sum(
        side[0].get_width() * side[0].get_height() * 4 * len(side) for side in frames if side
    )
