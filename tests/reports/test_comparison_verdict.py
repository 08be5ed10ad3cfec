from dataclasses import replace

import pytest
from made_rows import arms_of, rows_of

from rlhf_gym.reports.comparison.verdict import judge
from rlhf_gym.reports.html import Verdict
from rlhf_gym.results.row import Row
from rlhf_gym.results.side_by_side import compare


def verdict_of(rows: list[Row]) -> Verdict:
    return judge(compare(rows))


def without(arm: str) -> list[Row]:
    return [row for row in arms_of("CartPole-v1") if row.arm != arm]


def warned(rows: list[Row], text: str) -> bool:
    return any(text in warning for warning in verdict_of(rows).warnings)


def test_a_good_comparison_says_so_and_warns_of_nothing() -> None:
    found = verdict_of(arms_of("CartPole-v1"))
    assert found.level == "good"
    assert found.headline.startswith("PPO taught with 100 labels scores 0.98 on CartPole-v1")
    assert "With shuffled labels the score is 0.05: it is the answers that teach" in found.trust
    assert found.warnings == ()


def test_the_headline_names_the_worst_environment_and_the_worst_run() -> None:
    one, other = arms_of("CartPole-v1"), arms_of("Pendulum-v1")
    assert verdict_of(one).headline.endswith(" The worst run is seed 0 (0.96; true return 481).")
    bad = rows_of("Pendulum-v1", "learned", [1.0, 1.0, 0.25, 0.3, 1.0], labels=100)
    rows = one + [row for row in other if row.arm != "learned"] + bad
    assert verdict_of(rows).headline.endswith(
        " The worst environment is Pendulum-v1 PPO (0.77), the worst run seed 2 of Pendulum-v1 PPO "
        "(0.25; true return −950)."
    )


def test_of_several_controls_the_highest_is_named_as_such() -> None:
    fewer = rows_of("CartPole-v1", "shuffled", [0.2] * 5, labels=10)
    trust = verdict_of(arms_of("CartPole-v1") + fewer).trust
    assert "With shuffled labels the score is at most 0.20: it is the answers" in trust


def test_a_setting_that_is_newer_than_a_run_makes_no_difference() -> None:
    rows = arms_of("CartPole-v1")
    newer = [replace(row, settings={**row.settings, "seed": 1, "anew": True}) for row in rows[1:]]
    older = [replace(rows[0], settings={**rows[0].settings, "seed": 0})]
    assert not warned(older + newer, "differ in more than the seed")


def test_a_setting_of_the_labels_makes_no_difference_where_nobody_answers() -> None:
    rows = arms_of("CartPole-v1")
    changed = [
        replace(row, settings={"seed": row.seed, "strategy": f"{row.seed % 2}"}) for row in rows
    ]
    found = [each for each in verdict_of(changed).warnings if "more than the seed" in each]
    assert sorted(word for each in found for word in ("learned", "shuffled") if word in each) == [
        "learned",
        "shuffled",
    ]
    quiet = [row for row in changed if row.arm in ("true", "random")]
    assert not warned(quiet, "differ in more than the seed")


def test_several_algorithms_are_named_best_first() -> None:
    rows = arms_of("CartPole-v1")
    better = [row for row in arms_of("CartPole-v1", algo="a2c") if row.arm == "true"]
    rows += better + rows_of("CartPole-v1", "learned", [1.0] * 5, algo="a2c", labels=100)
    assert "agents score A2C 1.00 and PPO 0.98 on CartPole-v1" in verdict_of(rows).headline


def test_shuffled_labels_that_teach_are_no_good_sign() -> None:
    leaking = without("shuffled") + rows_of("CartPole-v1", "shuffled", [0.9] * 5, labels=100)
    found = verdict_of(leaking)
    assert found.level == "mixed"
    assert "much of this is learned without the answers" in found.trust
    assert warned(leaking, "leak the reward")


def test_no_better_than_shuffled_labels_is_poor() -> None:
    rows = without("learned") + rows_of("CartPole-v1", "learned", [0.1] * 5, labels=100)
    assert verdict_of(rows).level == "poor"
    assert "teach" not in verdict_of(rows).trust


def test_one_environment_in_which_little_is_learned_is_no_good_sign() -> None:
    one, other = arms_of("CartPole-v1"), arms_of("Pendulum-v1")
    assert verdict_of(one + other).level == "good"
    other = [row for row in other if row.arm != "learned"]
    failing = rows_of("Pendulum-v1", "learned", [0.3], labels=100)  # which the mean leaves out
    assert verdict_of(one + other + failing).level == "mixed"


def test_without_shuffled_labels_it_is_not_known_what_the_answers_add() -> None:
    found = verdict_of(without("shuffled"))
    assert found.level == "mixed"
    assert "no runs with shuffled labels" in found.trust


def test_a_number_of_seeds_that_was_meant_is_no_warning() -> None:
    three = [row for row in arms_of("CartPole-v1") if row.seed < 3]
    assert not warned(three, "seeds")


def test_without_scores_the_true_returns_are_told() -> None:
    found = verdict_of(rows_of("CartPole-v1", "learned", [0.5], labels=8))
    assert found.level == "unknown"
    assert "The best median true return is 260 on CartPole-v1 (PPO learned, 8 labels)" in (
        found.headline
    )


def test_arms_of_different_length_are_named_so_and_warned_of() -> None:
    made = (
        ("learned", 0.4, 40, 12_000),
        ("window", 0.5, 45, 20_000),
        ("learned", 0.9, 100, 100_000),
    )
    rows = [
        row
        for arm, score, labels, steps in made
        for row in rows_of("CartPole-v1", arm, [score], labels=labels, steps=steps)
    ]
    assert "(PPO learned, 100 labels, 100,000 steps)" in verdict_of(rows).headline
    assert warned(rows, "CartPole-v1 PPO: trained for 12,000 to 100,000 steps: arms and runs of")
    other = rows_of("CartPole-v1", "learned", [0.9], labels=40, steps=9, algo="dqn")
    assert warned(rows + other, "CartPole-v1: trained for 9 to 100,000 steps")
    assert not warned(rows[:1], "not comparable")


def test_more_training_than_the_true_reward_had_is_no_good_sign() -> None:
    rows = [
        replace(row, steps=90_000, settings={}) if row.arm == "learned" else row
        for row in arms_of("CartPole-v1")
    ]
    assert verdict_of(rows).level == "mixed"
    assert warned(rows, "trained for 50,000 to 90,000 steps")
    slower = [  # scores are each algorithm's own
        replace(row, steps=9_000, settings={}) for row in arms_of("CartPole-v1", algo="dqn")
    ]
    found = verdict_of(arms_of("CartPole-v1") + [row for row in slower if row.algo])
    assert (found.level, found.warnings) == ("good", ())


def test_runs_that_all_ended_no_better_than_they_began_are_told_so() -> None:
    rows = rows_of("CartPole-v1", "learned", [0.0, 0.01], labels=8)  # returns of 20 and 24.8
    runs = [replace(row, curve=f"runs/{row.seed}") for row in rows]
    text = " No run got better than its untrained agent."
    worse = {"runs/0": 22.0, "runs/1": 25.0}
    assert judge(compare(runs, worse)).headline.endswith(text)
    for better in ({**worse, "runs/1": 24.0}, {"runs/0": 22.0}, {}):  # or not known to be worse
        assert text not in judge(compare(runs, better)).headline


def test_nothing_but_failed_runs() -> None:
    rows = [replace(row, returns=(), error="no memory") for row in arms_of("CartPole-v1")]
    assert verdict_of(rows).headline == "No run has a true return."


GOOD = arms_of("CartPole-v1")
LAST = GOOD[-1]
FAILED = replace(rows_of("CartPole-v1", "learned", [0.0], labels=100)[0], seed=9, returns=())


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([*GOOD, FAILED], "1 of 21 runs failed and are in no statistic"),
        (without("random"), "No score for CartPole-v1: there is no run of the random policy."),
        (
            without("true") + rows_of("CartPole-v1", "true", [0.0]),
            "hardly better than the random policy",
        ),
        (
            without("learned")
            + rows_of("CartPole-v1", "learned", [1.0] * 4 + [0.2], labels=50, accuracy=0.9),
            "Collapse: CartPole-v1 PPO learned, 50 labels (seed 4) returned 116",
        ),
        (
            without("learned") + rows_of("CartPole-v1", "learned", [1.0] * 4, labels=50),
            "1 of 3 arms have fewer than 5 seeds (the fewest: 4)",
        ),
        (
            GOOD
            + [row for row in arms_of("Pendulum-v1") if row.arm != "learned"]
            + rows_of("Pendulum-v1", "learned", [0.3] * 5, labels=100),
            "Little is learned in Pendulum-v1 PPO (0.30), which a mean",
        ),
        ([*GOOD, LAST], "PPO shuffled, 100 labels: seed 4 occurs more than once"),
        (
            [replace(row, settings={**row.settings, "n_envs": int(row is LAST)}) for row in GOOD],
            "the seeds differ in more than the seed (n_envs)",
        ),
        (
            [replace(row, labels_given=min(row.labels_given, 30)) for row in GOOD],
            "Not all labels were given in CartPole-v1 PPO learned, 100 labels",
        ),
        (
            [replace(row, labels_given=0) for row in GOOD],
            "Not all labels were given in CartPole-v1 PPO learned, 100 labels",
        ),
        (
            [replace(row, commit="ab"[row.seed % 2]) for row in GOOD],
            "The runs come from 2 commits: a and b.",
        ),
        (
            GOOD + rows_of("Pendulum-v1", "random", [0.0]) + rows_of("Pendulum-v1", "true", [1.0]),
            "Not comparable with the others, because environments are missing: PPO learned",
        ),
    ],
)
def test_what_speaks_against_it_is_said(rows: list[Row], text: str) -> None:
    assert warned(rows, text)


def test_long_lists_end_in_a_number() -> None:
    rows = [replace(FAILED, seed=seed) for seed in range(10)]
    assert warned(GOOD + rows, "and 4 more.")
