"""Pairs: what a page tells about an answered pair of clips, as the person saw it."""

from __future__ import annotations

from typing import Any

from rlhf_gym.basics.words import number
from rlhf_gym.feedback.judgement import Preference
from rlhf_gym.reports.run.videos import Videos
from rlhf_gym.results.answers import Answer, AnswerLog

__all__ = ["shown_pair"]

CLIPS = (Preference.FIRST, Preference.SECOND)
ANSWERS = {
    Preference.TIE: "about the same",
    Preference.CANNOT_TELL: "cannot tell",
    Preference.UNDONE: "none",
}
REASONS = {
    "uniform": "drawn at random",
    "disagreement": "the members of the reward model disagreed most about it",
    "entropy": "the reward model was least sure of it",
    "diverse": "unlike the other pairs",
}


def shown_pair(answer: Answer, log: AnswerLog, videos: Videos) -> dict[str, Any]:
    """Return what the template shows of a pair: the left clip first."""
    judgement, left = answer.judgement, answer.judgement.left
    said, clips = ANSWERS.get(judgement.preference, ""), []
    for side, clip in (("left", left), ("right", 1 - left)):
        chosen = judgement.preference is CLIPS[clip]
        said = f"the {side} clip is better" if chosen else said
        clips.append(
            {
                "name": f"{side} clip".capitalize(),
                "video": videos.embed(log.media.get(answer.clips[clip])),
                "chosen": chosen,
                "true_return": number(answer.true_returns[clip]),
            }
        )
    seconds = judgement.response_seconds
    return {
        "clips": clips,
        "answer": said,
        "flagged": judgement.flagged,
        "note": judgement.note,
        "who": f"{judgement.annotator} in {seconds:.1f} s" if seconds else judgement.annotator,
        "predicted": _predicted(answer.predicted, left),
        "reason": _reason(answer),
    }


def _predicted(first: float | None, left: int) -> str:
    """Name the clip that the reward model finds better, and how surely."""
    if first is None:
        return ""
    of_left = 1 - first if left else first
    side, probability = ("left", of_left) if of_left >= 0.5 else ("right", 1 - of_left)
    return f"the {side} clip is better ({probability:.0%} sure)"


def _reason(answer: Answer) -> str:
    if answer.purpose == "repeat":
        return "shown again, to see whether the answer stays the same"
    return REASONS.get(answer.strategy, f"chosen by {answer.strategy}")
