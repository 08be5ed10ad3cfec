"""A population: people whose tastes differ."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from builders import a_clip

from rlhf_gym import HumanFeedback, Population, make_vec_env, tastes_of
from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback.query import Query
from rlhf_gym.teachers import SyntheticTeacher

Array = np.ndarray[Any, Any]


def felt(reward: float, feature: float = 0.0) -> Clip:
    return a_clip(reward, 0, observations=np.full((2, 1), feature, np.float32))


def queries(n: int) -> list[Query]:
    rng = np.random.default_rng(0)
    clips = [felt(*rng.normal(size=2)) for _ in range(2 * n)]
    return [
        Query((a, b), id=i) for i, (a, b) in enumerate(zip(clips[::2], clips[1::2], strict=True))
    ]


def feature(observations: Array, actions: Array) -> Array:
    return observations


def test_people_without_tastes_and_never_wrong_answer_as_the_oracle() -> None:
    oracle = SyntheticTeacher()
    for people in (Population(feature, spread=0.0), Population(None, spread=9.0)):
        for query in queries(100):
            known, said = oracle.answer(query), people.answer(query)
            assert known and said and said.preference is known.preference
            assert said.query == query.id


def test_people_differ_and_answer_under_their_names() -> None:
    people = Population(feature, size=12, spread=1.0)
    query = Query((felt(0.1), felt(0.0, 1.0)))
    said: dict[str, set[str]] = {}
    for _ in range(300):
        judgement = people.answer(query)
        assert judgement is not None
        said.setdefault(judgement.annotator, set()).add(judgement.preference.value)
    assert set(said) == {f"person {number}" for number in range(1, 13)}
    assert all(len(answers) == 1 for answers in said.values())  # each of one mind
    assert set.union(*said.values()) == {"first", "second"}


def test_a_taste_of_a_feature_is_worth_it_at_each_step() -> None:
    (person,) = Population(feature, size=1, spread=1.0, seed=3).people
    taste = np.random.default_rng([3, 7, 0, 1]).normal(0, 1.0, 1)[0]
    worth = 2 * taste * 0.5  # of two steps of feature 0.5
    for more, expected in ((0.01, "first"), (-0.01, "second")):
        judgement = person.answer(Query((felt(worth + more), felt(0.0, 0.5))))
        assert judgement and judgement.preference.value == expected


def test_tastes_have_their_spread_and_no_common_side() -> None:
    people = Population(feature, size=2000, spread=0.5, seed=0).people
    tastes = [person._rewards(felt(0.0, 1.0))[0] for person in people]
    assert np.mean(tastes) == pytest.approx(0, abs=0.05)
    assert np.std(tastes) == pytest.approx(0.5, abs=0.03)


def test_people_differ_in_care() -> None:
    people = Population(None, size=2000, beta=5.0, beta_spread=0.5, seed=0).people
    logarithms = np.log([person.beta for person in people])
    assert np.mean(logarithms) == pytest.approx(math.log(5), abs=0.05)
    assert np.std(logarithms) == pytest.approx(0.5, abs=0.03)
    assert all(person.beta == math.inf for person in Population(None, beta_spread=0.5).people)


def test_answers_follow_bradley_and_terry() -> None:
    people = Population(None, size=1, beta=2.0)
    query = Query((felt(0.5), felt(0.0)))
    said = [judgement.preference.value for _ in range(4000) if (judgement := people.answer(query))]
    assert said.count("first") / 4000 == pytest.approx(1 / (1 + math.exp(-1)), abs=0.025)


def test_the_same_seed_gives_the_same_answers_and_another_one_others() -> None:
    first, again, other = (
        [
            Population(feature, spread=1.0, beta=1.0, seed=seed).answer(query)
            for query in queries(40)
        ]
        for seed in (4, 4, 5)
    )
    assert first == again and first != other


def test_it_goes_on_where_its_state_was_taken() -> None:
    asked = queries(60)
    people = Population(feature, spread=1.0, beta=1.0, equal=0.1)
    for query in asked[:30]:
        people.answer(query)
    people.episode_ended(3.0, 10)
    state = people.state()
    later = [people.answer(query) for query in asked[30:]]
    fresh = Population(feature, spread=1.0, beta=1.0, equal=0.1)
    fresh.load_state(state)
    assert [fresh.answer(query) for query in asked[30:]] == later


def test_nearly_equal_clips_are_a_tie_if_so_set() -> None:
    people = Population(None, size=1, equal=0.2)
    answers = [people.answer(Query((felt(a), felt(0.0)))) for a in (10.0, 0.1)]
    assert [answer and answer.preference.value for answer in answers] == ["first", "tie"]


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"size": 0}, "size must be at least 1, but is 0"),
        ({"spread": -1.0}, "spread must be at least 0, but is -1"),
        ({"beta_spread": math.inf}, "beta_spread must be finite"),
        ({"beta": -1.0}, "beta must be at least 0, but is -1"),
        ({"mistake": 2.0}, "mistake must be at most 1, but is 2"),
    ],
)
def test_numbers_out_of_range_are_refused(settings: dict[str, Any], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        Population(feature, **settings)


def test_tastes_that_are_no_features_of_each_step_are_refused() -> None:
    people = Population(lambda observations, actions: np.zeros(3, np.float32))
    with pytest.raises(ValueError, match=r"features \(n, k\) of the 2 steps.*\(3,\)"):
        people.answer(queries(1)[0])


def test_it_teaches_through_the_plug_in() -> None:
    from stable_baselines3 import PPO

    people = Population(tastes_of("rlhf/Moderation-v1"), size=5)
    feedback = HumanFeedback(people, labels=12)
    env = feedback.wrap(make_vec_env("rlhf/Moderation-v1", 2, seed=0))
    agent = PPO("MlpPolicy", env, n_steps=64, seed=0, device="cpu")
    agent.learn(1000, callback=feedback)
    assert feedback.labels_given == 12
    names = {judgement.annotator for judgement in feedback.store.judgements()}
    assert len(names) > 2 and all(name.startswith("person ") for name in names)
