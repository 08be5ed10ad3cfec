"""PersonTeacher against the shares that it names, and against cases worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from builders import a_clip

from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query
from rlhf_gym.teachers import PersonTeacher

FIRST, SECOND, TIE = Preference.FIRST, Preference.SECOND, Preference.TIE
N = 2_000


def sure(**changes: float) -> PersonTeacher:
    """Somebody without any fault but those that are given."""
    none = {"noise": 0.0, "tie": 0.0, "lapse": 0.0, "side": 0.0, "fatigue": 0.0}
    return PersonTeacher(**{**none, **changes})  # type: ignore[arg-type]


def moving(reward: float) -> Clip:
    """A clip of two steps in which something moves."""
    return a_clip(reward, 0.0, observations=np.array([[0.0], [1.0]]))


def sitting(person: PersonTeacher, seed: int = 0) -> Iterator[tuple[float, Judgement]]:
    """By how much the left one leads, of clips of normal returns, and what is said of them."""
    rng = np.random.default_rng(seed)
    for number in range(N):
        first, second = rng.normal(size=2).tolist()
        left = int(rng.integers(2))
        lead = (first, second)[left] - (second, first)[left]
        yield lead, person.answer(Query((moving(first), moving(second)), id=number, left=left))


def names_left(judgement: Judgement) -> bool:
    return (judgement.preference is FIRST) == (judgement.left == 0)


def decided(answers: list[tuple[float, Judgement]]) -> list[tuple[float, Judgement]]:
    return [(lead, said) for lead, said in answers if said.preference in (FIRST, SECOND)]


def wrong(answers: list[tuple[float, Judgement]]) -> float:
    return float(np.mean([names_left(said) != (lead > 0) for lead, said in decided(answers)]))


def near(share: float, expected: float, n: int = N) -> bool:
    """Whether a share lies within 4 standard deviations of the binomial distribution."""
    return abs(share - expected) <= 4 * math.sqrt(expected * (1 - expected) / n)


def test_without_faults_they_name_the_higher_return_on_either_side() -> None:
    for left in (0, 1):
        judgement = sure().answer(Query((moving(1), moving(0)), id=7, left=left))
        assert (judgement.query, judgement.preference, judgement.left) == (7, FIRST, left)
        assert sure().answer(Query((moving(0), moving(1)), left=left)).preference is SECOND


def test_the_defaults_give_the_shares_that_they_are_documented_with() -> None:
    answers = list(sitting(PersonTeacher(fatigue=0.0)))
    ties = np.mean([said.preference is TIE for _, said in answers])
    # 21 % are perceived as closer than .4; of those 6 % are answered at random.
    assert near(float(ties), 0.20)
    assert near(wrong(answers), 0.07, len(decided(answers)))
    close = [(lead, said) for lead, said in answers if abs(lead) < 0.5]
    assert near(wrong(close), 0.24, len(decided(close)))
    seconds = np.array([said.response_seconds for _, said in answers])
    assert 4.3 < seconds.mean() < 4.7 and seconds.min() > 0.5


def test_a_tired_person_errs_more() -> None:
    tired = wrong(list(sitting(PersonTeacher(fatigue=0.4)))[500:])
    # The noise is 3 times as large after 500 answers: arccos(rho) / pi with rho = .69 in place of
    # .94, without the pairs that are perceived as the same.
    assert tired > 0.07 + 0.08


def test_an_obvious_pair_is_answered_faster_than_a_close_one() -> None:
    answers = list(sitting(PersonTeacher()))
    times = {
        obvious: np.mean([s.response_seconds for lead, s in answers if (abs(lead) > 2) is obvious])
        for obvious in (True, False)
    }
    assert times[True] < 3.5 < 4.5 < times[False]


def test_a_side_is_preferred_by_as_much_as_was_set() -> None:
    answers = list(sitting(sure(side=0.5)))
    left = np.mean([names_left(said) for _, said in answers])
    # P(N(0, 2) > -.5) = Phi(.5 / sqrt(2)) = .638
    assert near(float(left), 0.638)


def test_a_lapse_is_an_answer_at_random() -> None:
    assert near(wrong(list(sitting(sure(lapse=0.3)))), 0.15)


def test_pairs_of_equal_return_are_about_the_same_and_still_pictures_cannot_be_told() -> None:
    assert sure().answer(Query((moving(1), moving(1)))).preference is TIE
    still = a_clip(0.0, 0.0, observations=np.zeros((2, 1)))
    assert sure().answer(Query((still, still))).preference is Preference.CANNOT_TELL
    assert sure().answer(Query((still, moving(0)))).preference is TIE
    one_picture = a_clip(0.0, observations=np.zeros((1, 1)))
    assert sure().answer(Query((one_picture, one_picture))).preference is TIE


def test_they_judge_by_a_score_where_one_is_given() -> None:
    person = PersonTeacher(score=lambda observations, actions: -observations[:, 0], lapse=0.0)
    assert person.answer(Query((moving(1), moving(1)))).preference is TIE


def test_they_go_on_where_a_checkpoint_was_taken() -> None:
    one, other = PersonTeacher(seed=3), PersonTeacher(seed=4)
    for _ in zip(range(20), sitting(one), strict=False):
        pass
    other.load_state(one.state())
    for (_, first), (_, second), _ in zip(sitting(one), sitting(other), range(50), strict=False):
        assert first == second


@pytest.mark.parametrize(
    ("wrongly", "sentence"),
    [
        ({"noise": -1}, "noise must be at least 0, but is -1"),
        ({"lapse": 1.5}, "lapse must be at most 1, but is 1.5"),
        ({"tie": "much"}, "tie must be a number, but is 'much'"),
        ({"side": math.nan}, "side must be"),
    ],
)
def test_numbers_out_of_range_are_refused(wrongly: dict[str, object], sentence: str) -> None:
    with pytest.raises((ValueError, TypeError), match=sentence):
        PersonTeacher(**wrongly)  # type: ignore[arg-type]
