"""The clips most disputed: where the reward model contradicts an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rlhf_gym.feedback import FeedbackStore, StoreError
from rlhf_gym.media import Undrawable, encode, film_of
from rlhf_gym.results.answers import Answer, Feedback

__all__ = ["draw_missing", "most_disputed"]


def most_disputed(answers: Sequence[Answer], count: int) -> list[Answer]:
    """The answers that the reward model contradicts most; without one, of the highest scores.

    It contradicts an answer where it finds another one more probable.
    """
    asked = [answer for answer in answers if answer.purpose != "practice"]
    if any(answer.predicted is not None for answer in asked):
        asked = [answer for answer in asked if answer.contradicted]
    return sorted(asked, key=lambda answer: (-answer.dispute, -answer.score))[:count]


def draw_missing(run: Path, feedback: Feedback, count: int) -> Feedback:
    """Draw those clips of the most disputed answers that nobody had to look at before.

    A simulated teacher needs no pictures, so its clips are drawn for the report only. What cannot
    be drawn stays without a picture.
    """
    disputed = most_disputed(feedback.answers, count)
    missing = {answer.judgement.query for answer in disputed if not _drawn(answer, feedback)}
    if not missing:
        return feedback
    found = dict(feedback.media)
    try:
        with FeedbackStore.open(run / "feedback.db") as store:
            environment = store.environment
            for query in store.queries(sorted(missing)):
                for clip in query.clips:
                    path = run / "clips" / f"{clip.id:06d}.mp4"
                    if not path.is_file():
                        path.parent.mkdir(exist_ok=True)
                        frames, fps = film_of(clip, environment)
                        encode(frames, path, fps)
                    found[clip.id] = path
    except (Undrawable, StoreError, OSError):  # pictures are worth having, but no report depends
        pass
    return replace(feedback, media=found)


def _drawn(answer: Answer, feedback: Feedback) -> bool:
    return all(clip in feedback.media for clip in answer.clips)
