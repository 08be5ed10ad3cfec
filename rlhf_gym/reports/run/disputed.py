"""The most disputed clips: those whose answers the reward model contradicts."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace

from rlhf_gym.feedback import FeedbackStore, StoreError
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.feedback.seals import ENVIRONMENT, is_sealed
from rlhf_gym.media import Undrawable, encode, film_of
from rlhf_gym.results.answers import Answer, AnswerLog

__all__ = ["draw_missing", "most_disputed"]


def most_disputed(answers: Sequence[Answer], count: int) -> list[Answer]:
    """Select the answers that the reward model contradicts most.

    It contradicts an answer if it finds another one more probable. Without predictions, the queries
    with the highest scores are selected.
    """
    asked = [answer for answer in answers if answer.purpose != "practice"]
    if any(answer.predicted is not None for answer in asked):
        asked = [answer for answer in asked if answer.contradicted]
    return sorted(asked, key=lambda answer: (-answer.dispute, -answer.score))[:count]


def draw_missing(run: RunFolder, log: AnswerLog, count: int) -> AnswerLog:
    """Draw those clips of the most disputed answers that have not been drawn before.

    A simulated teacher needs no pictures, so its clips are drawn for the report only. A clip that
    cannot be drawn stays without a picture, and so does one of a run from elsewhere, whose
    environment would have to be run.
    """
    disputed = most_disputed(log.answers, count)
    missing = {each.judgement.query for each in disputed if not set(each.clips) <= set(log.media)}
    if not missing:
        return log
    found = dict(log.media)
    try:
        with FeedbackStore.open(run.store) as store:
            environment = store.environment
            safe = is_sealed(run.path, ENVIRONMENT, environment.spec_json.encode())
            for query in store.queries(sorted(missing)):
                for clip in query.clips:
                    if not safe and clip.frames is None:
                        continue
                    path = run.clips / f"{clip.id:06d}.mp4"
                    if not path.is_file():
                        path.parent.mkdir(exist_ok=True)
                        frames, fps = film_of(clip, environment)
                        encode(frames, path, fps)
                    found[clip.id] = path
    except (Undrawable, StoreError, OSError):  # a report without pictures is better than none
        pass
    except Exception as error:  # of the environment or the encoder
        warnings.warn(f"clips are missing in the report: {error}", stacklevel=3)
    return replace(log, media=found)
