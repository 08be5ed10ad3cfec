"""The loop of the labelling window: events in, effects out, sixty frames a second."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame

from rlhf_gym.basics.account import user_name
from rlhf_gym.basics.interrupts import STOPS
from rlhf_gym.envs.sound import Loudspeaker
from rlhf_gym.feedback import FeedbackStore, StoreError
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.labelling import events as e
from rlhf_gym.labelling.reducer import reduce
from rlhf_gym.labelling.state import Screen
from rlhf_gym.window.desktop import fitting_size, icon, set_full_screen
from rlhf_gym.window.ending.companions import Companions
from rlhf_gym.window.first_state import first_state
from rlhf_gym.window.inputs import Inputs
from rlhf_gym.window.loading.loader import Loader
from rlhf_gym.window.loading.wanted import wanted_of
from rlhf_gym.window.memory import Remembered, remember
from rlhf_gym.window.opening import opened_store
from rlhf_gym.window.painter import Painter
from rlhf_gym.window.places import picture_size
from rlhf_gym.window.timing import Timing
from rlhf_gym.window.transcript import reaches

__all__ = ["App", "run_window"]

FRAMES_PER_SECOND = 60
"""Frames drawn in a second, at most."""
REDRAWN = (
    pygame.WINDOWRESTORED,
    pygame.WINDOWSHOWN,
    pygame.WINDOWEXPOSED,
    pygame.WINDOWSIZECHANGED,
)
"""Events after which the display may have lost its content."""


def run_window(
    run: Path | str,
    annotator: str | None = None,
    *,
    with_practice: bool | None = None,
    ends_training: bool = False,
    draws: bool = False,
    blind: bool = False,
    review: Sequence[int] | None = None,
    size: tuple[int, int] = (1280, 800),
    timing_file: Path | str | None = None,
    trainer: int | None = None,
    environment: str = "",
) -> None:
    """Let a person answer the queries of a run until they close the window.

    Args:
        run: the run folder, with the store in it.
        annotator: the person's name in the store; by default the name of the account.
        with_practice: whether the practice pairs come first; by default if the annotator has not
            seen them yet and there is something to label.
        ends_training: whether training stops when the window is closed.
        draws: whether open pairs are drawn while nobody trains, too.
        blind: whether true return and accuracy are hidden, as by the settings of the run.
        review: go through the person's answers again, these disputed queries first.
        size: of the window in pixels.
        timing_file: where to write frame times and answer latencies at the end.
        trainer: id of the process that has started this one and makes the store; until it has, the
            window shows that the training is starting.
        environment: the environment's id, to be shown until then.

    Raises:
        StoreError: the run has no store, or it cannot be used.
        NoDisplay: there is no screen.
        WrongPygame: the other edition of pygame is installed.
    """
    since = 0.0 if trainer is None else time.time()
    with opened_store(Path(run), trainer, environment, size) as store:
        if store is not None:
            name = annotator or user_name()
            app = App(Path(run), store, name, with_practice, size, review, since)
            blind = blind or app.state.blind
            app.state = replace(app.state, ends_training=ends_training, draws=draws, blind=blind)
            app.loop()
            if timing_file is not None:
                app.timing.write(Path(timing_file))


class App:
    """The window: its state, the surface, the store and the loader."""

    def __init__(
        self,
        run: Path,
        store: FeedbackStore,
        annotator: str,
        with_practice: bool | None = None,
        size: tuple[int, int] = (1280, 800),
        review: Sequence[int] | None = None,
        since: float = 0.0,
    ) -> None:
        """Open the window; `loop` runs it."""
        self.timing = Timing()
        practises = with_practice if review is None else False
        self.state = first_state(run, store, annotator, practises, since)
        self.loader = Loader(run, annotator, review, since)
        if review is not None:
            self.state = replace(self.state, review=self.loader.to_review, overlay=None)
        self.companions = Companions(run)
        self._run, self._store = run, store
        pygame.display.set_icon(icon())
        pygame.display.set_caption(f"{self.state.environment} · rlhf-gym")
        if pygame.display.get_surface() is None:
            pygame.display.set_mode(fitting_size(size), pygame.RESIZABLE)
        writes = self.state.overlay is Screen.GOAL
        pygame.key.start_text_input() if writes else pygame.key.stop_text_input()
        self._inputs = Inputs()
        self.loudspeaker = Loudspeaker()
        self._painter = Painter()
        self._open = True
        self._arrivals = 0
        self._answered_at: float | None = None

    def loop(self) -> None:
        """Show the window until it is closed."""
        for number in STOPS[1:]:
            signal.signal(number, self._terminate)
        sys.setswitchinterval(0.001)  # the loader must not hold up a frame
        clock = pygame.time.Clock()
        self.start()
        before = time.perf_counter()
        try:
            while self._open:
                self.turn()
                clock.tick(FRAMES_PER_SECOND)
                now = time.perf_counter()
                self.timing.frames.append(now - before)
                before = now
        except KeyboardInterrupt:
            pass
        finally:
            self.leave()

    def start(self) -> None:
        """Let the loader fetch the first pairs."""
        self._tell_loader()
        self.loader.start()

    def turn(self) -> None:
        """Handle what has happened and draw one frame."""
        for event in pygame.event.get():
            self._translate(event)
        while not self.loader.events.empty():
            self.handle(self.loader.events.get())
        while not self.companions.news.empty():
            self.handle(e.Noticed(self.companions.news.get()))
        self.handle(e.Tick())
        self._tell_loader()
        self._tell_reach()
        started = time.perf_counter()
        surface = pygame.display.get_surface()
        if surface is not None and self.state.visible:
            pictures = self.loader.pictures | self.loader.films
            self._painter.paint(surface, self.state, pictures, self._inputs.pointer)
            self.timing.drawing.append(time.perf_counter() - started)
        if self._answered_at is not None and self._shows_what_follows:
            self.timing.answers.append(time.perf_counter() - self._answered_at)
            self._answered_at = None

    @property
    def _shows_what_follows(self) -> bool:
        """Whether the next pair is on the screen, or none is to come."""
        state = self.state
        comes = state.status.runs and not (state.status.finished or state.left)
        return state.flash_until is None and (state.item is not None or not comes)

    def handle(self, event: e.Event) -> None:
        """Pass one event to the reducer and carry out its effects in order."""
        self._arrivals += isinstance(event, e.Arrived)
        self.state, effects = reduce(self.state, event, time.monotonic())
        for effect in effects:
            self._do(effect)

    def _do(self, effect: e.Effect) -> None:
        try:
            if isinstance(effect, e.Record):
                self._answered_at = time.perf_counter()
                self.loudspeaker.hush()
                self._store.record(effect.judgement)
                self.loader.hurry()
            elif isinstance(effect, e.Remark):
                self._store.record(effect.judgement)
            elif isinstance(effect, e.GiveBack):
                self._store.release(effect.queries, self.state.annotator)
                self.loader.hurry()
            elif isinstance(effect, e.TakeBack):
                self._store.renew(effect.queries, self.state.annotator)
            elif isinstance(effect, e.SetGoal):
                self._store.set_goal(effect.goal)
        except (StoreError, ValueError) as error:
            refused = effect.judgement if isinstance(effect, (e.Record, e.Remark)) else None
            self.handle(e.Failed(str(error), refused))
        if isinstance(effect, e.Remember):
            now = self.state
            known = Remembered(effect.practised, now.speed, now.scale, now.strip)
            remember(self.state.annotator, known)
        elif isinstance(effect, e.SetFullScreen):
            set_full_screen(effect.on)
            self._painter.forget()
        elif isinstance(effect, e.TextInput):
            (pygame.key.start_text_input if effect.on else pygame.key.stop_text_input)()
        elif isinstance(effect, e.Hear) and effect.query in self.loader.sounds:
            self.loudspeaker.hush()
            if not self.loudspeaker.play(self.loader.sounds[effect.query][effect.side]):
                self.handle(e.NoSound())
        elif isinstance(effect, e.Hush):
            self.loudspeaker.hush()
        elif isinstance(effect, e.LeaveOff):
            _leave_off(self._run, effect.on)
        elif isinstance(effect, e.Watch):
            self.companions.watch()
        elif isinstance(effect, e.OpenReport):
            self.companions.open_report()
        elif isinstance(effect, e.Quit):
            self._open = False

    def _translate(self, event: pygame.Event) -> None:
        """Pass what an event of pygame's means to the reducer."""
        if event.type in REDRAWN:
            self._painter.forget()
        for each in self._inputs.read(event, self.state):
            self.handle(each)

    def _tell_reach(self) -> None:
        """Tell the reducer how far the pictures on the screen can be scrolled."""
        place = picture_size(pygame.display.get_window_size(), self.state)
        reach = reaches(self.state, self.loader.pictures, place)
        if reach != self.state.reach:
            self.handle(e.Reach(reach))

    def _tell_loader(self) -> None:
        surface = pygame.display.get_surface()
        assert surface is not None
        self.loader.wanted = wanted_of(self.state, surface.get_size(), self._arrivals)

    def _terminate(self, number: int, frame: FrameType | None) -> None:
        self._open = False

    def leave(self) -> None:
        """Release the pairs that were not answered, and print what could not be stored."""
        self.loader.stop()
        self.loudspeaker.close()
        while not self.loader.events.empty():  # pairs that came too late to be shown
            event = self.loader.events.get()
            if isinstance(event, e.Arrived):
                self.state, _ = reduce(self.state, event, time.monotonic())
        try:
            self._store.release(self.state.pending, self.state.annotator)
        except StoreError as error:
            reserved = "the pairs on the screen stay reserved for two minutes"
            print(f"{reserved}: {error}", file=sys.stderr)
        for judgement in self.state.unsaved:
            print(f"this judgement could not be stored: {judgement}", file=sys.stderr)


def _leave_off(run: Path, on: bool) -> None:
    """Let the trainer go on without answers, or let it ask again."""
    mark = RunFolder(run).no_more_answers
    mark.touch() if on else mark.unlink(missing_ok=True)
