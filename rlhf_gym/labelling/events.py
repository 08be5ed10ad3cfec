"""Events, which happen to a session, and effects, which the front end has to carry out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from rlhf_gym.feedback.judgement import Judgement
from rlhf_gym.labelling.ending import Films
from rlhf_gym.labelling.state import Action, Pair, Status

__all__ = ["Effect", "Event"]


@dataclass(frozen=True)
class Tick:
    """Time has passed."""


@dataclass(frozen=True)
class Press:
    """A person asked for an action: by the key ``key``, or by the mouse where that is empty.

    `Action.VISIT` is about the answered query ``query``.
    """

    action: Action
    key: str = ""
    query: int = 0


@dataclass(frozen=True)
class Release:
    """The key ``key`` went up."""

    key: str


@dataclass(frozen=True)
class Typed:
    """Text was typed into the note."""

    text: str


@dataclass(frozen=True)
class Scaled:
    """The person chose another size of texts and buttons."""

    scale: float


@dataclass(frozen=True)
class Focus:
    """The window got or lost the keyboard."""

    focused: bool


@dataclass(frozen=True)
class Visible:
    """The window was shown or minimised."""

    visible: bool


@dataclass(frozen=True)
class Scroll:
    """A person scrolls the picture of a side, or of both, by heights of its place."""

    by: float
    sides: tuple[int, ...] = (0, 1)


@dataclass(frozen=True)
class Reach:
    """How far the pictures of the pair on the screen can be scrolled, in heights of their place."""

    reach: tuple[float, float]


@dataclass(frozen=True)
class Arrived:
    """Pairs are loaded and leased."""

    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class Recalled:
    """A pair that the person answered in an earlier session, the one before those recalled."""

    pair: Pair


@dataclass(frozen=True)
class ToReview:
    """As many answers are there to be reviewed in this session."""

    count: int


@dataclass(frozen=True)
class StatusRead:
    """The live numbers were read from the store."""

    status: Status


@dataclass(frozen=True)
class FilmsOpened:
    """The films of the agent can be shown."""

    films: Films


@dataclass(frozen=True)
class Noticed:
    """There is something to say about watching the agent or opening the report."""

    text: str


@dataclass(frozen=True)
class Failed:
    """Something went wrong; ``judgement`` could not be stored, if there is one."""

    text: str
    judgement: Judgement | None = None


@dataclass(frozen=True)
class NoSound:
    """There is no device to play sounds on."""


@dataclass(frozen=True)
class Record:
    """Store this judgement, now."""

    judgement: Judgement


@dataclass(frozen=True)
class Remark:
    """Store the flag and the note of a judgement, which changes no answer."""

    judgement: Judgement


@dataclass(frozen=True)
class GiveBack:
    """Release the lease of these queries."""

    queries: tuple[int, ...]


@dataclass(frozen=True)
class TakeBack:
    """Lease these queries again, which were given back."""

    queries: tuple[int, ...]


@dataclass(frozen=True)
class Remember:
    """Keep the person's settings for their next session."""

    practised: bool


@dataclass(frozen=True)
class SetFullScreen:
    """Fill the screen, or leave it."""

    on: bool


@dataclass(frozen=True)
class TextInput:
    """Start or stop listening for typed text."""

    on: bool


@dataclass(frozen=True)
class Hear:
    """Play the sound of one side of a pair, from its beginning."""

    query: int
    side: int


@dataclass(frozen=True)
class Hush:
    """Stop the sound that is played."""


@dataclass(frozen=True)
class SetGoal:
    """Keep what the agent should do, for all who label this run from now on."""

    goal: str


@dataclass(frozen=True)
class LeaveOff:
    """Let training go on without answers, or ask for them again."""

    on: bool


@dataclass(frozen=True)
class Watch:
    """Open another window, in which the agent acts."""


@dataclass(frozen=True)
class OpenReport:
    """Write the report, if it is not there, and open it in the browser."""


@dataclass(frozen=True)
class Quit:
    """Close the window."""


Event: TypeAlias = (
    "Tick | Press | Release | Typed | Scaled | Focus | Visible | Scroll | Reach | Arrived"
    " | Recalled | ToReview | StatusRead | FilmsOpened | Noticed | Failed | NoSound"
)
Effect: TypeAlias = (
    "Record | Remark | GiveBack | TakeBack | Remember | SetFullScreen | TextInput | Hear | Hush"
    " | SetGoal | LeaveOff | Watch | OpenReport | Quit"
)
