"""The pairs of a labelling session and what was said of them."""

from __future__ import annotations

from dataclasses import dataclass

from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Purpose
from rlhf_gym.labelling.actions import Choice

__all__ = ["Item", "Pair", "Skipped"]


@dataclass(frozen=True)
class Pair:
    """A query as it is shown.

    Attributes:
        query: the store's number of the query; negative for practice.
        left: which of the query's clips is shown on the left, 0 or 1.
        clips: the store's numbers of the left and the right clip.
        frames: numbers of frames of the left and the right clip.
        fps: frames per second of both.
        ended: how the episode of the left and the right clip ended within it, in words, or None.
        ended_at: the frame at which it ended, for each, -1 if before the first; later frames
            repeat it.
        size: width and height of the larger picture in pixels, where they are known.
        missions: what the environment asked for in the episode of each, ``""`` for nothing.
        sounds: whether the clips can be heard.
        purpose: ``"label"``, ``"repeat"`` or ``"practice"``.
        expected: the known answer of a practice pair.
        lesson: what a practice pair teaches.
        goal: the goal of a practice pair.
        said: what the annotator said of it last in an earlier session, or None.
    """

    query: int
    left: int = 0
    clips: tuple[int, int] = (0, 0)
    frames: tuple[int, int] = (1, 1)
    fps: float = 30.0
    ended: tuple[str | None, str | None] = (None, None)
    ended_at: tuple[int | None, int | None] = (None, None)
    size: tuple[int, int] | None = None
    missions: tuple[str, str] = ("", "")
    sounds: bool = False
    purpose: Purpose = "label"
    expected: Choice | None = None
    lesson: str = ""
    goal: str = ""
    said: Judgement | None = None

    @property
    def still(self) -> bool:
        """Whether both clips are one picture that tells all, as a transcript of a talk does."""
        return max(self.frames) == 1

    @property
    def seconds(self) -> float:
        """Length of the longer clip."""
        return max(self.frames) / self.fps


@dataclass(frozen=True)
class Item:
    """One pair of this session, and its answer.

    Attributes:
        pair: what is shown.
        given: the judgement in force, or None while it is open.
        old: the judgement that was undone; redo gives it again.
        seconds: how long it was looked at, without pauses.
        full_pass: whether both clips played to their ends at least once.
        replays: how often a replay was asked for.
        heard: how many of its sounds have been played by themselves, or need not be.
        flagged: whether it carries a flag.
        note: the annotator's note.
        earlier: whether it was answered in an earlier session, so that its time and its answer do
            not count for this one.
        skipped: whether it was skipped and has come back, since nothing else was left.
    """

    pair: Pair
    given: Judgement | None = None
    old: Judgement | None = None
    seconds: float = 0.0
    full_pass: bool = False
    replays: int = 0
    heard: int = 0
    flagged: bool = False
    note: str = ""
    earlier: bool = False
    skipped: bool = False

    @classmethod
    def of(cls, pair: Pair) -> Item:
        """The item of a pair, with what its annotator said of it in an earlier session."""
        said = pair.said
        if said is None:
            return cls(pair)
        if said.preference is Preference.UNDONE:
            return cls(pair, flagged=said.flagged, note=said.note)
        return cls(
            pair,
            given=said,
            seconds=said.response_seconds,
            full_pass=said.full_pass,
            replays=said.replays,
            flagged=said.flagged,
            note=said.note,
            earlier=True,
        )

    @property
    def answered(self) -> bool:
        """Whether an answer that is stored is in force."""
        return self.given is not None and self.pair.purpose != "practice"

    @property
    def changed(self) -> bool:
        """Whether the answer is another than in the earlier session."""
        said, given = self.pair.said, self.given
        return said is not None and given is not None and given.preference is not said.preference

    @property
    def choice(self) -> Choice | None:
        """The answer in force, by the side of the screen."""
        return None if self.given is None else Choice.of(self.given.preference, self.pair.left)

    @property
    def old_choice(self) -> Choice | None:
        """The answer that was undone, by the side of the screen."""
        return None if self.old is None else Choice.of(self.old.preference, self.pair.left)


@dataclass(frozen=True)
class Skipped:
    """A pair that was skipped, and is kept aside.

    Attributes:
        item: the pair, with what was noted of it.
        depth: how many answers of this session undo can take back before it comes to the skip.
        changes: how many answers had been changed before.
    """

    item: Item
    depth: int
    changes: int

    @property
    def query(self) -> int:
        """The store's number of the query."""
        return self.item.pair.query
