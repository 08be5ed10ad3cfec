"""A reward that is anchored at the end of episodes, after which nothing counts."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from builders import LEFT_RIGHT, NUMBER

from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.last_seen import beyond_end
from rlhf_gym.clips.observations import leaves
from rlhf_gym.clips.steps import Transitions
from rlhf_gym.feedback.query import Query
from rlhf_gym.reward_model import RewardEnsemble

LENGTH = 6
OVER = 3.0
"""What is seen behind an end, and nowhere else."""


def clip_of(rng: np.random.Generator, live: int) -> Clip:
    """A clip whose episode terminates after some steps, or goes on."""
    clip = Clip(
        rng.normal(size=(live, 1)).astype(np.float32),
        rng.integers(2, size=live),
        np.ones(live, np.float32),
        ended="terminated" if live < LENGTH else None,
        ended_at=live - 1 if live < LENGTH else None,
    )
    seen = np.full((1, 1), OVER, np.float32)
    return clip if live == LENGTH else beyond_end(clip, LENGTH - live, seen)


@cache
def taught(*, longer_is_better: bool | None, anchored: bool = True) -> RewardEnsemble:
    """A model that was told whether longer lives are better; None: no end has been seen."""
    rng = np.random.default_rng(0)
    model = RewardEnsemble(NUMBER, LEFT_RIGHT, seed=0, device="cpu", anchored=anchored)
    queries, labels = {}, {}
    for id_ in range(1, 61):
        lives = rng.permutation(LENGTH)[:2] + 1 if longer_is_better is not None else [LENGTH] * 2
        queries[id_] = Query((clip_of(rng, lives[0]), clip_of(rng, lives[1])), id=id_)
        labels[id_] = float((lives[0] > lives[1]) == bool(longer_is_better))
    model.update(labels, queries)
    behind = ends(rng) if longer_is_better is not None else ends(rng)[:0]
    model.normalise(steps(rng), behind, valued_terminals=False)
    for _ in range(3):
        model.fit()
    model.normalise(steps(rng), behind, valued_terminals=False)
    return model


def steps(rng: np.random.Generator, n: int = 500) -> Transitions:
    seen = rng.normal(size=(n, 1)).astype(np.float32)
    return Transitions.within_episodes(seen, rng.integers(2, size=n))


def ends(rng: np.random.Generator, seen: float = OVER) -> Transitions:
    """Steps behind ends."""
    live = steps(rng, 20)
    assert isinstance(live.observations, np.ndarray)
    return replace(
        live, observations=np.full_like(live.observations, seen), absorbing=np.ones(20, bool)
    )


@pytest.mark.parametrize("longer", [True, False])
def test_each_step_is_worth_more_than_an_end_if_longer_lives_are_better_and_else_less(
    longer: bool,
) -> None:
    rewards = taught(longer_is_better=longer).predict(steps(np.random.default_rng(1)))
    assert np.sign(rewards.mean()) == (1 if longer else -1)
    assert np.sqrt(np.mean(rewards**2)) == pytest.approx(1.0, abs=0.1)


def test_without_an_anchor_the_mean_is_0_whatever_was_told() -> None:
    model = taught(longer_is_better=True, anchored=False)
    rewards = model.predict(steps(np.random.default_rng(1)))
    assert rewards.mean() == pytest.approx(0.0, abs=0.2)


def test_before_there_was_an_end_the_mean_is_0() -> None:
    rewards = taught(longer_is_better=None).predict(steps(np.random.default_rng(1)))
    assert rewards.mean() == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize("seen", [2.0, -2.0])
def test_an_end_that_no_label_is_about_is_worth_what_it_shows(seen: float) -> None:
    rng = np.random.default_rng(0)
    model = RewardEnsemble(NUMBER, LEFT_RIGHT, seed=0, device="cpu", anchored=True)
    queries = {i: Query((clip_of(rng, LENGTH), clip_of(rng, LENGTH)), id=i) for i in range(1, 61)}
    sums = {i: [leaves(clip.observations)[0].sum() for clip in q.clips] for i, q in queries.items()}
    higher = {i: float(first > second) for i, (first, second) in sums.items()}
    model.update(higher, queries)
    model.fit()
    model.normalise(steps(rng), ends(rng, seen), valued_terminals=False)
    assert np.sign(model.predict(steps(rng)).mean()) == -np.sign(seen)


@pytest.mark.parametrize("longer", [True, False])
def test_what_labels_say_of_one_end_holds_for_the_next_wherever_it_is(longer: bool) -> None:
    rng, model = np.random.default_rng(1), taught(longer_is_better=longer)
    elsewhere = ends(rng, -OVER)  # no clip that was labelled ended there
    beside = model.predict_each(replace(elsewhere, absorbing=np.zeros(20, bool)))
    assert np.sign((beside - model.predict_each(elsewhere)).mean()) == (1 if longer else -1)


def test_absorbing_steps_are_worth_nothing() -> None:
    model = taught(longer_is_better=True)
    live = steps(np.random.default_rng(1), 4)
    half = replace(live, absorbing=np.array([False, False, True, True]))
    rewards = model.predict(half)
    np.testing.assert_allclose(rewards[:2], model.predict(live)[:2])
    assert rewards[2:].tolist() == [0.0, 0.0]


def test_returns_of_clips_that_an_end_cuts_short_need_no_steps_behind_it() -> None:
    model, rng = taught(longer_is_better=True), np.random.default_rng(2)
    live = replace(steps(rng, LENGTH)).in_clips(LENGTH)
    until = np.arange(LENGTH)
    returns = [model.predict_returns(live, (until < n)[None]).mean() for n in (1, 3, LENGTH)]
    assert 0 < returns[0] < returns[1] < returns[2]


def test_a_preference_counts_all_steps_also_those_behind_an_end() -> None:
    model, rng = taught(longer_is_better=True), np.random.default_rng(2)
    short, long = clip_of(rng, 2), clip_of(rng, 5)
    assert model.predict_preference(Query((long, short))) > 0.8
    assert model.predict_preference(Query((short, long))) < 0.2


def test_it_stays_anchored_in_a_file(tmp_path: Path) -> None:
    model = taught(longer_is_better=True)
    model.save(tmp_path / "model.pt")
    loaded = RewardEnsemble.load(tmp_path / "model.pt", NUMBER, LEFT_RIGHT, device="cpu")
    assert loaded.anchored
    live = steps(np.random.default_rng(1))
    np.testing.assert_array_equal(loaded.predict(live), model.predict(live))
