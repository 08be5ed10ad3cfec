"""The state of a labelling session, as plain data; `reducer` makes the next one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from rlhf_gym.basics.words import capitalised
from rlhf_gym.envs.known import GENERAL_GOAL, MISSION_GOAL
from rlhf_gym.feedback.judgement import Judgement
from rlhf_gym.labelling.actions import Action, Choice, Screen
from rlhf_gym.labelling.ending import Films
from rlhf_gym.labelling.items import Item, Pair, Skipped
from rlhf_gym.labelling.pace import Pace
from rlhf_gym.labelling.status import Status

__all__ = [
    "Action",
    "Change",
    "Choice",
    "Item",
    "Pair",
    "Screen",
    "Skipped",
    "State",
    "Status",
]

FREEZE_SECONDS = 0.2  # both clips hold their last frames before they start again
FLASH_SECONDS = 0.12  # the answer is shown on its side before the next pair comes
GUARD_SECONDS = 0.15  # answers this soon after a pair appeared were meant for the one before
IDLE_SECONDS = 120.0  # nobody is there who has done nothing for so long: a pair takes seconds
SPEEDS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
SCALES = (0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0)
NOTE_LENGTH = 200
ALONE_SECONDS = 1.0  # after which skipped pairs come back, where no other is open
PATIENT_SECONDS = 5.0  # the same where others are open, but are not drawn yet or others see them
PAGE = 0.5  # heights of its place by which a key scrolls a picture


@dataclass(frozen=True)
class Change:
    """An answer that was changed.

    Attributes:
        query: the query.
        before: the judgement that was in force before.
        depth: how many answers of this session undo can take back before it comes to the change.
    """

    query: int
    before: Judgement
    depth: int


@dataclass(frozen=True)
class State:
    """A session at one moment; `rlhf_gym.labelling.reducer.reduce` makes the next state.

    Attributes:
        annotator: name of the person.
        instruction: version of the instruction text.
        items: the pairs of this session in order; those before ``index`` are answered, the first
            of them perhaps in an earlier session.
        index: the pair on the screen; ``len(items)`` when there is none.
        visited: the query of the answered pair that is on the screen for a moment, in place of that
            of ``index``, or None.
        changes: the answers that were changed in this session, the newest last.
        review: number of given answers through which this session goes again; None if it asks for
            new ones.
        overlay: PAUSED, HELP, KEYS, NOTE, GOAL, CLOSING or ERROR, or None.
        beneath: the overlays under HELP, KEYS, GOAL or CLOSING, from the lowest to the one to
            return to.
        now: monotonic seconds of the last event.
        position: seconds on the clock of both clips.
        scrolled: how far down the left and the right picture are scrolled, in heights of their
            place; only pictures that stand still are.
        reach: how far they can be.
        playing: whether that clock runs.
        speed: its speed.
        focused: whether the window has the keyboard.
        visible: whether it is not minimised.
        appeared: when the pair appeared, or None before it was shown.
        touched: when the person last did something.
        pressed: the key of the last answer while it is still down.
        flash_until: until when the answer just given is shown, or None.
        scale: of texts and buttons, which are no larger than leaves the clips their size.
        hearing: the side whose sound is played now, or None; the clips have their own speed then.
        silent: whether no sound device was found.
        enlarged: the side whose clip is shown alone, or None.
        unsaved: judgements that the store has refused so far.
        skipped: the pairs that were skipped and have not come back, in the order of the skips.
        draft: the note, or the goal, being written.
        menu: the chosen line of the pause menu.
        practised: whether the person has seen or skipped the practice pairs, now or earlier.
        run: the run folder, for the command that resumes it.
        ends_training: whether training ends with this window, since the trainer has opened it.
        draws: whether open pairs are drawn while nobody trains, too.
        never_waits: whether training goes on without answers once it has the first labels.
        left: whether the person lets training go on without their answers.
        blind: whether true return and accuracy are hidden.
        strip: whether the last answers are shown, where there is room.
        pace: how fast the trainer trains, as far as this session has seen it.
        films: those of the agent before and after training, once they are loaded.
        notice: what became of watching the agent or of opening the report.
        gap: when the last pair was answered, if the next one is not there yet.
        missed: when an answer was last given that no pair takes.
        goal_asked: whether this session has asked what the agent should do.
    """

    annotator: str
    instruction: str = ""
    environment: str = ""
    goal: str = ""
    tie_breaker: str = ""
    items: tuple[Item, ...] = ()
    index: int = 0
    visited: int | None = None
    changes: tuple[Change, ...] = ()
    review: int | None = None
    overlay: Screen | None = None
    beneath: tuple[Screen, ...] = ()
    now: float = 0.0
    position: float = 0.0
    scrolled: tuple[float, float] = (0.0, 0.0)
    reach: tuple[float, float] = (0.0, 0.0)
    playing: bool = True
    speed: float = 1.0
    scale: float = 1.0
    hearing: int | None = None
    silent: bool = False
    enlarged: int | None = None
    full_screen: bool = False
    focused: bool = True
    visible: bool = True
    appeared: float | None = None
    touched: float = 0.0
    pressed: str | None = None
    flash_until: float | None = None
    status: Status = field(default_factory=Status)
    unsaved: tuple[Judgement, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    draft: str = ""
    menu: int = 0
    error: str = ""
    practised: bool = False
    run: str = ""
    ends_training: bool = False
    draws: bool = False
    never_waits: bool = False
    left: bool = False
    blind: bool = False
    strip: bool = True
    pace: Pace = Pace()
    films: Films = Films()
    notice: str = ""
    gap: float | None = None
    missed: float | None = None
    goal_asked: bool = False

    @property
    def item(self) -> Item | None:
        """The pair on the screen."""
        return self.items[self.place] if self.place < len(self.items) else None

    @property
    def place(self) -> int:
        """Where the pair on the screen is among the items."""
        if self.visited is None:
            return self.index
        return next(n for n, item in enumerate(self.items) if item.pair.query == self.visited)

    @property
    def lacks_goal(self) -> bool:
        """Whether nobody has said what the agent should do."""
        return self.goal == GENERAL_GOAL.text

    @property
    def asks_goal(self) -> bool:
        """Whether to ask now what the agent should do, before the first pair that may come."""
        may_ask = not self.goal_asked and self.review is None
        return may_ask and self.lacks_goal and self.status.wants_answers

    @property
    def shown_goal(self) -> str:
        """The goal of the pair on the screen: of practice, of a common mission, or of the run."""
        if self.item is None:
            return self.goal
        pair = self.item.pair
        if pair.goal:
            return pair.goal
        first, second = pair.missions
        common = first == second and self.goal == MISSION_GOAL.text
        return capitalised(first) if common and first else self.goal

    @property
    def base(self) -> Screen:
        """The page beneath the overlays."""
        if self.item is not None:
            return Screen.PRACTICE if self.item.pair.purpose == "practice" else Screen.LABEL
        if self.review is not None:
            return Screen.DONE if self.index >= self.review else Screen.WAITING
        if self.status.ending is not None and self.status.ending.measured:
            return Screen.ENDING
        return Screen.DONE if self.status.finished else Screen.WAITING

    @property
    def screen(self) -> Screen:
        """The page that the person sees."""
        return self.overlay or self.base

    @property
    def attending(self) -> bool:
        """Whether the person can see and answer the pair; only such time is counted."""
        return (
            self.overlay is None
            and self.focused
            and self.visible
            and self.playing
            and not self.idle
            and self.item is not None
            and (self.item.given is None or self.revisits)
        )

    @property
    def idle(self) -> bool:
        """Whether the person seems to have left: nothing was done since long before."""
        return self.now - max(self.touched, self.appeared or 0.0) > IDLE_SECONDS

    @property
    def revisits(self) -> bool:
        """Whether the pair on the screen has an answer that can be kept or changed."""
        return self.item is not None and self.item.answered and self.flash_until is None

    @property
    def sees_again(self) -> bool:
        """Whether the pair on the screen was answered before: a visit, or a review."""
        return self.visited is not None or (self.review is not None and self.item is not None)

    @property
    def answered(self) -> tuple[Item, ...]:
        """The pairs answered in this session, in order, without practice."""
        return tuple(item for item in self.items if item.answered and not item.earlier)

    @property
    def pending(self) -> tuple[int, ...]:
        """The queries that wait for an answer: the one on the screen and those that follow."""
        return tuple(
            i.pair.query for i in self.items if i.given is None and i.pair.purpose != "practice"
        )

    @property
    def menu_actions(self) -> tuple[Action, ...]:
        """The lines of the pause menu."""
        practises = self.base is Screen.PRACTICE
        practice = Action.SKIP_PRACTICE if practises else Action.PRACTISE
        train = (practice,) if self.review is None else ()
        goal = (Action.SAY_GOAL,) if self.lacks_goal else ()
        leave = (Action.STOP_ANSWERING,) if self.can_leave else ()
        return (Action.MENU, Action.INSTRUCTIONS, *goal, *train, *leave, Action.QUIT)

    @property
    def can_leave(self) -> bool:
        """Whether training can go on without answers: it needs some labels, and wants more."""
        wanted = self.status.runs and not (self.status.finished or self.left)
        return self.ends_training and wanted and self.status.labels > 0

    @property
    def nothing_comes(self) -> bool:
        """Whether no pair is there, or can come before the training goes on."""
        idle = self.base is Screen.WAITING and self.review is None and not self.status.runs
        return idle and (not self.status.open or bool(self.status.error))

    @property
    def brings_back(self) -> bool:
        """Whether skipped pairs come back: nothing else is left, or nothing has come for long."""
        closed = self.left or self.status.finished or bool(self.status.error)
        if not self.skipped or closed or self.base is not Screen.WAITING:
            return False
        alone = self.status.open <= len(self.skipped)
        return self.now - (self.gap or 0.0) >= (ALONE_SECONDS if alone else PATIENT_SECONDS)

    @property
    def closing_stops(self) -> bool:
        """Whether training stops when this window is closed."""
        goes_on = self.left or (self.never_waits and self.status.trainer == "training")
        return self.ends_training and self.status.runs and not (self.status.finished or goes_on)

    @property
    def asks_to_close(self) -> bool:
        """Whether to ask before the window is closed: no page on the screen says what follows."""
        told = (Screen.PAUSED, Screen.CLOSING, Screen.ERROR)
        return self.closing_stops and self.overlay not in told

    @property
    def can_watch(self) -> bool:
        """Whether the trained agent may be watched, which shows its return."""
        ending = self.status.ending
        done = ending.done if ending is not None and ending.measured else None
        return done is not None and done.change != "untrained" and not self.blind

    @property
    def can_open_report(self) -> bool:
        """Whether the report may be opened, which shows return and accuracy."""
        ending = self.status.ending
        return ending is not None and not (ending.comes and ending.measured) and not self.blind

    def frame(self, side: int) -> int:
        """Index of the frame to show on ``side`` (0 left, 1 right); a shorter clip holds its last.

        >>> pair = Pair(1, frames=(30, 10), fps=10.0)
        >>> state = State("ada", items=(Item(pair),), position=1.25)
        >>> state.frame(0), state.frame(1)
        (12, 9)
        """
        if self.item is None:
            return 0
        pair = self.item.pair
        # The small term keeps 3 / 30 * 30 from becoming 2.
        return min(int(self.position * pair.fps + 1e-6), pair.frames[side] - 1)


def with_item(state: State, item: Item) -> State:
    """``state`` with ``item`` in the place of the pair on the screen."""
    items = (*state.items[: state.place], item, *state.items[state.place + 1 :])
    return replace(state, items=items)
