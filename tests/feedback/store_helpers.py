"""Clips, queries and a clock for the tests of the store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rlhf_gym.clips.clip import Clip, Start
from rlhf_gym.feedback import EnvironmentRecord, FeedbackStore, Media
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query

ENVIRONMENT = EnvironmentRecord(
    env_id="CartPole-v1",
    spec_json='{"id": "CartPole-v1"}',
    fps=50.0,
    goal="Keep the pole upright.",
    tie_breaker="The cart nearer the middle.",
    observation_space="Box(4,)",
    action_space="Discrete(2)",
)
MEDIA = Media(path="clips/000001.mp4", width=600, height=400, fps=50.0, frames=50)


@dataclass
class Clock:
    """A clock that is set by hand."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def clip(seed: int = 0, length: int = 50) -> Clip:
    rng = np.random.default_rng(seed)
    return Clip(
        observations=rng.normal(size=(length, 4)).astype(np.float32),
        actions=rng.integers(2, size=length),
        true_rewards=np.ones(length, np.float32),
        start=Start(rng.bytes(400), rng.integers(2, size=7)),
        env_id="CartPole-v1",
        agent_step=100 * seed,
        wall_time=123.5,
    )


def add_query(store: FeedbackStore, *, drawn: bool = True) -> int:
    """Store one query and return its id."""
    (query,) = store.add_queries([Query((clip(1), clip(2)), strategy="disagreement", score=0.25)])
    if drawn:
        draw(store, query)
    return query.id


def draw(store: FeedbackStore, query: Query) -> None:
    for shown in query.clips:
        store.add_media(shown.id, MEDIA)


def new_store(folder: Path, clock: Clock | None = None) -> FeedbackStore:
    return FeedbackStore.create(
        folder / "feedback.db", environment=ENVIRONMENT, clock=clock or Clock()
    )


def say(
    store: FeedbackStore,
    query: int,
    preference: Preference = Preference.FIRST,
    annotator: str = "ada",
) -> Judgement:
    return store.record(Judgement(query, preference, annotator))


def undo(store: FeedbackStore, query: int, annotator: str = "ada") -> Judgement:
    return say(store, query, Preference.UNDONE, annotator)
