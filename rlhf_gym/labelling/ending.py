"""The end of a training, as a person is shown it: what came of it, and what they gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rlhf_gym.basics.program import program
from rlhf_gym.basics.words import capitalised, counted
from rlhf_gym.feedback.agreement import AnsweredPair, self_agreement
from rlhf_gym.feedback.judgement import Preference
from rlhf_gym.feedback.outcome import Change, Outcome
from rlhf_gym.feedback.store_records import Counts

__all__ = [
    "Ending",
    "Films",
    "Given",
    "given_by",
    "missing_words",
    "repeats_words",
    "title",
    "told",
    "uncounted_words",
]

TITLES: dict[Change, str] = {
    "better": "Your agent got better",
    "worse": "Your agent got worse",
    "same": "Your agent did not get better",
    "unknown": "Your agent is trained",
    "untrained": "Nothing was learned",
}


@dataclass(frozen=True)
class Given:
    """What a person gave to a training.

    Attributes:
        answers: their answers in force.
        seconds: for which they looked at these pairs, without pauses.
        cannot_tell: their answers "can't tell".
        repeats: pairs that they were shown again, and answered both times.
        alike: repeats that they answered as the first time.
        labels: labels of the whole run.
        budget: labels wanted, or None.
        unanswered: pairs that nobody answered.
    """

    answers: int = 0
    seconds: float = 0.0
    cannot_tell: int = 0
    repeats: int = 0
    alike: int = 0
    labels: int = 0
    budget: int | None = None
    unanswered: int = 0


@dataclass(frozen=True)
class Films:
    """The films of the agent before and after training.

    Attributes:
        frames: numbers of frames, 0 where there is no film.
        fps: frames per second of both.
    """

    frames: tuple[int, int] = (0, 0)
    fps: float = 30.0

    @property
    def seconds(self) -> float:
        """Length of the longer film."""
        return max(self.frames) / self.fps

    def frame(self, side: int, position: float) -> int:
        """Index of the frame to show at ``position`` seconds; a shorter film holds its last.

        >>> Films((100, 50), 50.0).frame(1, 1.5)
        49
        """
        return min(int(position * self.fps + 1e-6), self.frames[side] - 1)


@dataclass(frozen=True)
class Ending:
    """What is known of a training that has ended.

    Attributes:
        given: what the person gave.
        outcome: what came of it, or None as long as that is not told.
        works: whether a process still works on the run.
        measured: whether a process measures and films the agent; a person's own script does not.
    """

    given: Given = Given()
    outcome: Outcome | None = None
    works: bool = False
    measured: bool = True

    @property
    def comes(self) -> bool:
        """Whether there is more to come."""
        return self.works and (self.outcome is None or self.outcome.stage != "done")

    @property
    def done(self) -> Outcome | None:
        """What came of the training, once it is known."""
        return self.outcome if self.outcome is not None and self.outcome.stage == "done" else None

    @property
    def filmed_later(self) -> bool:
        """Whether films of the agent may still come; that of the untrained one can be late, too."""
        return self.comes and (self.outcome is None or self.outcome.stage == "filming")


def given_by(
    annotator: str, answered: Sequence[AnsweredPair], counts: Counts, budget: int | None
) -> Given:
    """Return what an annotator gave, or all together where they gave nothing.

    Args:
        annotator: their name.
        answered: all judgements in force.
        counts: how many queries there are.
        budget: labels wanted, or None.
    """
    own = [pair for pair in answered if pair.judgement.annotator == annotator] or list(answered)
    again = self_agreement(own)
    return Given(
        answers=len(own),
        seconds=sum(pair.judgement.response_seconds for pair in own),
        cannot_tell=sum(pair.judgement.preference is Preference.CANNOT_TELL for pair in own),
        repeats=again.total,
        alike=again.hits,
        labels=counts.labels,
        budget=budget,
        unanswered=counts.open,
    )


def title(ending: Ending, blind: bool = False) -> str:
    """Return the page's title: what came of the training.

    >>> title(Ending(outcome=Outcome(change="worse"))), title(Ending(works=True))
    ('Your agent got worse', 'Training is done')
    """
    done = ending.done
    if done is None or (blind and done.change != "untrained"):
        return "Training is done"
    return TITLES[done.change]


def told(ending: Ending, run: str, blind: bool = False) -> str:
    """Return the sentence under the title: the report's verdict, or what is being done for it.

    >>> told(Ending(works=True, outcome=Outcome("evaluating", (12, 20))), "runs/a")
    'Evaluating the agent: 12 of 20 episodes.'
    """
    outcome = ending.outcome
    if ending.comes:
        if outcome is None or outcome.stage == "filming":
            return (
                "Filming the agent, which is then evaluated. You may close this window meanwhile."
            )
        done, wanted = outcome.episodes
        return f"Evaluating the agent: {done:,} of {counted(wanted, 'episode')}."
    if ending.done is None:
        return (
            "The agent was not evaluated to the end, since its process has gone. Measure it with: "
            f"{program()} evaluate {run or 'RUN'}"
        )
    if blind and ending.done.change != "untrained":
        return "Return and accuracy stay hidden here. Thank you for your answers."
    sentence = _sentence(ending.done.verdict)
    own = "That is the environment's own measure; look whether the agent meets your goal."
    return f"{sentence} {own}" if ending.done.own_goal else sentence


def _sentence(text: str) -> str:
    text = capitalised(text)
    return text if text.endswith(".") or not text else f"{text}."


def missing_words(given: Given) -> str:
    """Say why there are fewer labels than were planned, or nothing where there are enough.

    >>> missing_words(Given(labels=96, budget=100))
    '4 labels were never asked for, since training ended first.'
    >>> missing_words(Given(labels=96, budget=100, unanswered=3))
    'Of the 4 labels that are missing, 3 pairs were not answered and 1 was never asked for.'
    """
    missing = max((given.budget or 0) - given.labels, 0)
    if not missing:
        return ""
    unanswered = min(given.unanswered, missing)
    never = missing - unanswered
    were = "was" if never == 1 else "were"
    if not unanswered:
        return f"{counted(missing, 'label')} {were} never asked for, since training ended first."
    if not never:
        pairs = "1 pair was" if unanswered == 1 else f"{unanswered:,} pairs were"
        return f"{pairs} still to be answered when training ended."
    pairs = f"{counted(unanswered, 'pair')} {'was' if unanswered == 1 else 'were'}"
    return (
        f"Of the {missing:,} labels that are missing, {pairs} not answered and {never:,} {were} "
        "never asked for."
    )


def repeats_words(given: Given) -> str:
    """Say what repeats are and how they were answered, or nothing where there were none.

    >>> repeats_words(Given(repeats=5, alike=4))
    '5 pairs were shown again, to see how alike you judge: 4 got the same answer.'
    """
    if not given.repeats:
        return ""
    if given.repeats == 1:
        got = "the same answer" if given.alike else "another answer"
        return f"1 pair was shown again, to see how alike you judge: it got {got}."
    shown = f"{given.repeats:,} pairs were shown again, to see how alike you judge"
    return f"{shown}: {given.alike:,} got the same answer."


def uncounted_words(given: Given) -> str:
    """Say which answers are no labels, or nothing where all are.

    >>> uncounted_words(Given(repeats=5, cannot_tell=2))
    "Repeats and “can't tell” are no labels."
    """
    kinds = ["repeats"] * bool(given.repeats) + ["“can't tell”"] * bool(given.cannot_tell)
    words = f"{' and '.join(kinds)} {'are no labels' if given.repeats else 'is no label'}."
    return capitalised(words) if kinds else ""
