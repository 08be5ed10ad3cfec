from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rlhf_gym.basics.words import number
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.rounds import RoundMeasures
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.reports.run.verdict import judge, summarise
from rlhf_gym.results.answers import Answer, AnswerLog
from rlhf_gym.runs.records import STEPS, TRUE_RETURN, Evaluation, LearningCurve, RunRecord
from rlhf_gym.runs.summary import Summary, summary_of

RUN = RunRecord(RunFolder(Path("runs/a")))
GOOD = Summary(
    environment="Pendulum-v1",
    algorithm="PPO",
    teacher="synthetic",
    steps=50_000,
    total_steps=50_000,
    labels=50,
    budget=50,
    before=-1200.0,
    after=-200.0,
    error=12.0,
    evaluated=True,
    best=-190.0,
    accuracy=0.9,
    correlation=0.9,
)


def warnings(result: Summary, run: RunRecord = RUN, feedback: AnswerLog | None = None) -> str:
    return " ".join(judge(result, run, feedback or AnswerLog()).warnings)


def test_a_good_run_is_told_in_one_sentence_without_warnings() -> None:
    verdict = judge(GOOD, RUN, AnswerLog())
    assert verdict.headline == (
        "PPO trained on Pendulum-v1 for 50,000 steps with 50 labels from a simulated teacher: "
        "its true return rose from −1,200 to −200."
    )
    assert verdict.level == "good"
    assert verdict.warnings == ()


def test_a_run_of_a_script_is_named_by_its_environment() -> None:
    result = replace(summarise(RUN, AnswerLog(env_id="CartPole-v1")), steps=9, after=1.0)
    assert judge(result, RUN, AnswerLog()).headline.startswith("The agent trained on CartPole-v1")


def test_an_accuracy_below_chance_is_called_worse_than_guessing() -> None:
    assert "55%, close to guessing" in warnings(replace(GOOD, accuracy=0.55))
    assert "17%, worse than guessing" in warnings(replace(GOOD, accuracy=0.17))


def test_a_reward_model_that_is_too_sure_of_itself_is_not_called_reliable() -> None:
    sure = replace(GOOD, accuracy=0.77, cross_entropy=0.65, confidence=0.9, held_out=100)
    verdict = judge(sure, RUN, AnswerLog())
    assert verdict.level == "mixed"
    assert "predicts 77% of 100 held-out labels but is too sure of itself" in verdict.trust
    assert verdict.warnings == (
        "The reward model ranks well, but is too sure of itself: its cross-entropy is 0.65, where "
        "guessing costs 0.69 and its accuracy allows 0.54. Rely on the order of its rewards more "
        "than on their size.",
    )


@pytest.mark.parametrize(
    ("changes", "level", "told"),
    [
        ({"cross_entropy": 0.61}, "good", ""),  # at most (ln 2 + 0.539) / 2 = 0.616
        ({"cross_entropy": 0.62}, "mixed", "too sure"),
        ({"cross_entropy": 0.62, "cross_entropy_floor": 0.2}, "good", ""),  # 0.638, of ties
        ({"cross_entropy": 0.62, "confidence": 0.55}, "good", "less sure than it could be"),
        ({"cross_entropy": 0.9, "accuracy": 0.65}, "mixed", "better than by guessing, but is too"),
        ({"cross_entropy": 0.9, "accuracy": 0.5}, "poor", "close to guessing"),
        ({"cross_entropy": 0.9, "held_out": 5}, "unknown", "too few to judge"),
    ],
)
def test_cross_entropy_is_judged_by_what_the_accuracy_allows(
    changes: dict[str, float], level: str, told: str
) -> None:
    result = replace(GOOD, **{"accuracy": 0.77, "confidence": 0.9, **changes})  # type: ignore[arg-type]
    verdict = judge(result, RUN, AnswerLog())
    assert verdict.level == level
    assert told in " ".join(verdict.warnings)
    assert bool(told) == bool(verdict.warnings)


def test_confidence_is_read_from_the_last_round_with_held_out_labels() -> None:
    rounds = (
        RoundMeasures(0, 0, 9, 9, accuracy=0.5, calibration=((0.5, 0.5, 9),)),
        RoundMeasures(
            1,
            0,
            40,
            40,
            accuracy=0.75,
            cross_entropy=0.8,
            cross_entropy_floor=0.1,
            calibration=((0.1, 0.2, 30), (0.7, 0.6, 10)),
        ),
        RoundMeasures(2, 0, 40, 40),
    )
    found = summary_of(replace(RUN, rounds=rounds), labels=40)
    assert (found.cross_entropy, found.cross_entropy_floor) == (0.8, 0.1)
    assert found.confidence == pytest.approx((30 * 0.9 + 10 * 0.7) / 40)
    assert found.too_sure


def test_measures_of_a_reward_model_that_had_few_of_its_labels_are_dated() -> None:
    def told(labels: int) -> str:
        run = replace(RUN, rounds=(RoundMeasures(0, 9, labels, labels, accuracy=0.9),))
        return warnings(replace(GOOD, dated=summary_of(run, labels=50).dated), run)

    assert "measured when it had 30 of its 50 labels, and not since" in told(30)
    assert told(40) == ""


def test_few_held_out_labels_or_old_measures_judge_no_reward_model() -> None:
    poor = replace(GOOD, accuracy=0.33)
    assert judge(replace(poor, held_out=20), RUN, AnswerLog()).level == "poor"
    few = judge(replace(poor, held_out=3), RUN, AnswerLog())
    assert few.level == "unknown" and "33% of 3 held-out labels" in few.trust
    assert few.warnings == ("Only 3 held-out labels: too few to judge the reward model by.",)
    dated = judge(replace(poor, dated=True), RUN, AnswerLog())
    assert dated.level == "unknown" and "worse than guessing" not in " ".join(dated.warnings)
    fell = replace(poor, held_out=3, after=-1400.0)
    assert judge(fell, RUN, AnswerLog()).level == "poor"


def test_a_learned_return_that_falls_as_the_true_one_rises_is_called_opposite() -> None:
    assert "hardly agree (correlation 0.1)" in warnings(replace(GOOD, correlation=0.1))
    assert "point in opposite directions (correlation −0.67)" in warnings(
        replace(GOOD, correlation=-0.67)
    )


def test_a_fall_despite_high_accuracy_is_called_a_collapse() -> None:
    verdict = judge(replace(GOOD, after=-1400.0), RUN, AnswerLog())
    assert verdict.level == "poor"
    assert "fell" in verdict.headline
    assert "although the reward model's accuracy is high" in verdict.warnings[0]


def test_a_loss_of_one_unit_of_noise_is_no_drift() -> None:
    noise = replace(GOOD, before=22.5, best=22.6, after=21.6, error=1.5)
    assert "drifted" not in warnings(noise)
    fast = replace(GOOD, before=22.5, best=30.0, after=25.0, error=1.0)
    assert "drifted" in warnings(fast)
    assert "drifted" not in warnings(replace(fast, error=3.0))  # the gain may be chance


def test_returns_measured_in_two_ways_are_not_compared() -> None:
    old = Evaluation(after=(334.0,), before=(22.5,), actions="most likely")
    run = replace(RUN, evaluation=old)
    result = replace(summarise(run, AnswerLog()), steps=10)
    assert (result.before, result.after, result.best) == (None, 334.0, None)
    verdict = judge(result, run, AnswerLog())
    assert verdict.headline.endswith("its true return is 334.")
    assert "measured in another way" in " ".join(verdict.warnings)


def test_what_was_measured_before_training_is_not_compared_with_returns_in_training() -> None:
    curve = LearningCurve({STEPS: np.array([1.0, 2.0]), TRUE_RETURN: np.array([30.0, 40.0])})
    run = replace(RUN, evaluation=Evaluation(before=(22.5,)), curve=curve)
    result = summarise(run, AnswerLog())
    assert (result.before, result.after, result.evaluated) == (30.0, 40.0, False)


def test_giving_back_a_gain_is_warned_of() -> None:
    assert "at its best" in warnings(replace(GOOD, after=-700.0))


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({"accuracy": None}, "unknown"),
        ({"accuracy": 0.55}, "poor"),
        ({"accuracy": 0.7}, "mixed"),
        ({"correlation": 0.1}, "poor"),
        ({"correlation": 0.5}, "mixed"),
        ({"correlation": None}, "good"),
        ({"labels": 10}, "mixed"),
        ({"evaluated": False}, "mixed"),
        ({"steps": 100}, "mixed"),
        ({"after": None}, "unknown"),
    ],
)
def test_the_level_of_trust(change: dict[str, float | None], level: str) -> None:
    assert judge(replace(GOOD, **change), RUN, AnswerLog()).level == level  # type: ignore[arg-type]


def test_an_unfinished_run_says_how_to_go_on() -> None:
    said = warnings(replace(GOOD, steps=25_000))
    assert "25,000 of 50,000 steps (50%)" in said
    assert "--resume runs/a" in said


def test_a_run_that_did_nothing_says_so() -> None:
    nothing = replace(GOOD, steps=0, labels=0, before=None, after=None)
    assert judge(nothing, RUN, AnswerLog()).headline.startswith("Nothing has been trained")


def test_a_return_that_hardly_moved_is_not_called_a_rise() -> None:
    verdict = judge(replace(GOOD, before=-205.0), RUN, AnswerLog())
    assert "hardly moved" in verdict.headline
    assert verdict.level == "mixed"
    assert "did not get better" in verdict.warnings[0]


def test_a_fall_within_the_error_of_the_evaluation_is_no_collapse() -> None:
    verdict = judge(replace(GOOD, before=-1100.0, after=-1225.0, error=80.0), RUN, AnswerLog())
    assert "hardly moved" in verdict.headline
    assert "Collapse" not in " ".join(verdict.warnings)


def test_a_great_change_that_may_be_chance_is_called_neither_small_nor_a_rise() -> None:
    headline = judge(replace(GOOD, before=24.6, after=43.4, error=11.5), RUN, AnswerLog()).headline
    assert headline.endswith("its true return went from 24.6 to 43.4, which may be chance.")


def test_a_habit_of_side_is_warned_of() -> None:
    always_left = [Answer(Judgement(i, Preference.FIRST, "ada"), (1, 2)) for i in range(20)]
    assert "left clip was chosen in 100%" in warnings(GOOD, feedback=AnswerLog(tuple(always_left)))


def test_many_cannot_tell_are_warned_of() -> None:
    unsure = [Answer(Judgement(i, Preference.CANNOT_TELL, "ada"), (1, 2)) for i in range(10)]
    assert "clips may be too short" in warnings(GOOD, feedback=AnswerLog(tuple(unsure)))


def test_what_could_not_be_read_is_a_warning() -> None:
    assert warnings(GOOD, replace(RUN, unreadable=("config.toml could not be read (x)",)))


@pytest.mark.parametrize(
    ("value", "text"), [(-1234.6, "−1,235"), (99.96, "100.0"), (0.5, "0.5"), (0.0, "0")]
)
def test_numbers_are_written_as_people_do(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(("after", "collapses"), [(21.0, False), (9.0, True)])
def test_a_fall_within_the_noise_of_few_episodes_is_no_collapse(
    after: float, collapses: bool
) -> None:
    part = replace(GOOD, before=22.5, after=after, error=None, error_before=1.9, evaluated=False)
    assert ("Collapse" in warnings(part)) == collapses


@pytest.mark.parametrize(
    ("held_out", "cause"), [(60, "left the states that were labelled"), (17, "too few answers")]
)
def test_a_collapse_is_laid_to_the_agent_only_where_the_reward_model_is_known_to_be_right(
    held_out: int, cause: str
) -> None:
    fallen = replace(GOOD, after=-1500.0, held_out=held_out)
    assert cause in warnings(fallen)
