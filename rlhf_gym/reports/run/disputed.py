"""Pictures of the most disputed clips."""

from __future__ import annotations

import warnings
from dataclasses import replace

from rlhf_gym.basics.faults import FAULTS, first_line
from rlhf_gym.feedback import StoreError, StoreReader
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.feedback.seals import ENVIRONMENT, is_sealed
from rlhf_gym.media import Undrawable, encode, film_of, sound_of
from rlhf_gym.results.answers import AnswerLog
from rlhf_gym.results.disputed import most_disputed

__all__ = ["draw_missing"]


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
        with StoreReader.open(run.store) as store:
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
                        encode(frames, path, fps, sound_of(clip, environment.spec_json))
                    found[clip.id] = path
    except (Undrawable, StoreError, OSError):  # a report without pictures is better than none
        pass
    except FAULTS as error:  # of the environment or the encoder
        warnings.warn(f"clips are missing in the report: {first_line(error)}", stacklevel=3)
    return replace(log, media=found)
