"""Answers that a person has given in earlier sessions, as pairs that can be shown again."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback import FeedbackStore, Media
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query
from rlhf_gym.feedback.review import last_said, review_order
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.labelling.review import SHOWN
from rlhf_gym.labelling.state import Pair
from rlhf_gym.window.loading.sound import decode_sound

__all__ = ["Answers"]


class Answers:
    """What a person has said of the queries of a run so far.

    Attributes:
        reviews: whether the session goes through all of their answers again.
        left: queries that are still to be shown again, in order: all answers in a review, else the
            last ones for the strip.
    """

    def __init__(
        self,
        store: FeedbackStore,
        folder: RunFolder,
        annotator: str,
        review: Sequence[int] | None = None,
    ) -> None:
        """Read what ``annotator`` has said; a review begins with the queries ``review``."""
        self._store, self._folder = store, folder
        judgements = store.judgements()
        self._said = last_said(judgements, annotator)
        self.reviews = review is not None
        order = review_order(judgements, annotator, review or ())
        newest = [query for query in reversed(self._said) if query in set(order)]
        self.left = deque(order if self.reviews else newest[:SHOWN])

    def next(self) -> Pair | None:
        """Take the next answered pair; None if its clips are no longer there."""
        query = self._store.query(self.left.popleft())
        pair = self.pair(query, self._said[query.id])
        if pair is None:
            return None
        try:
            sounds = [len(decode_sound(path)) for path in self._files(pair)]
        except (OSError, ValueError):  # a video that is missing, broken or outside of the run
            return None
        return replace(pair, sounds=any(sounds))

    def pair(self, query: Query, said: Judgement | None = None) -> Pair | None:
        """Build the pair that the window shows of a query; None if it is not drawn.

        What was flagged or noted of an open query is shown again; whatever was said is not.
        """
        sides = (query.clips[query.left], query.clips[1 - query.left])
        media = [self._store.media(clip.id) for clip in sides]
        if media[0] is None or media[1] is None:
            return None
        if said is None and query.id in self._said:
            said = replace(self._said[query.id], preference=Preference.UNDONE)
        return Pair(
            query=query.id,
            left=query.left,
            clips=(sides[0].id, sides[1].id),
            frames=(media[0].frames, media[1].frames),
            fps=media[0].fps,
            ended=(sides[0].told_end, sides[1].told_end),
            ended_at=(_end_frame(sides[0], media[0]), _end_frame(sides[1], media[1])),
            size=(max(media[0].width, media[1].width), max(media[0].height, media[1].height)),
            missions=(sides[0].mission, sides[1].mission),
            purpose=query.purpose,
            said=said,
        )

    def _files(self, pair: Pair) -> list[Path]:
        media = [self._store.media(clip) for clip in pair.clips]
        return [self._folder.inside(each.path) for each in media if each is not None]


def _end_frame(clip: Clip, media: Media) -> int | None:
    """Return the frame that shows the end of a clip's episode; a frame may stand for some steps."""
    at = clip.ended_at
    return at if at is None or at < 0 else at * media.frames // len(clip)
