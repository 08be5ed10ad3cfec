"""Plans: every run of a suite, checked before the first begins."""

from __future__ import annotations

import pytest
from plans import tiny

from rlhf_gym.benchmark.plan import Plan, plan_of
from rlhf_gym.benchmark.suite import suite_of
from rlhf_gym.results.arms import BENCHMARK_ARMS, arm_of_teacher
from rlhf_gym.runs.config import as_table


def test_runs_come_seed_by_seed() -> None:
    assert [run.name for run in tiny().runs] == [
        "CartPole-v1-random-seed0",
        "CartPole-v1-ppo-true-seed0",
        "CartPole-v1-ppo-learned-8labels-seed0",
        "CartPole-v1-random-seed1",
        "CartPole-v1-ppo-true-seed1",
        "CartPole-v1-ppo-learned-8labels-seed1",
    ]


ALL = tuple(arm.name for arm in BENCHMARK_ARMS)


def test_only_arms_that_ask_are_multiplied_by_labels_and_only_shown_ones_by_demonstrations() -> (
    None
):
    plan = tiny(arms=ALL, labels=(5, 9), demonstrations=(1, 2, 3), seeds=1)
    arms = [run.arm for run in plan.runs]
    assert {arm: arms.count(arm) for arm in ("random", "true")} == {"random": 1, "true": 1}
    asking = ("learned", "shuffled", "mistake", "stochastic", "skip", "equal", "myopic")
    assert all(arms.count(arm) == 2 for arm in asking)
    assert all(arms.count(arm) == 3 for arm in ("bc", "gail", "airl"))


def test_an_environment_without_a_time_limit_may_have_its_horizon_in_the_settings() -> None:
    suite = suite_of(
        'environments = ["CliffWalking-v1"]\narms = ["random", "true", "learned"]\nseeds = 1\n'
        "[settings]\nhorizon = 100\n",
        "endless",
    )
    assert [run.settings.horizon for run in plan_of(suite).runs] == [100, 100, 100]


def test_agents_of_the_true_reward_are_in_the_plain_environment_whatever_the_others_do() -> None:
    true, learned = tiny(arms=("true", "learned"), seeds=1, settings={"hold": 5}).runs
    assert (true.settings.keep_termination, true.settings.hold) == (True, None)
    assert (learned.settings.keep_termination, learned.settings.hold) == (False, 5)


def test_shuffled_persons_are_asked_as_persons_are() -> None:
    person, shuffled = tiny(arms=("person", "shuffled person"), seeds=1, settings={}).runs
    assert shuffled.settings == person.settings and shuffled.settings.teacher == "person"
    assert " " not in shuffled.name and shuffled.name != person.name


def test_what_does_not_depend_on_the_algorithm_is_run_once() -> None:
    plan = tiny(algos=("ppo", "a2c"), arms=("random", "true", "bc", "gail"), seeds=1, settings={})
    names = [run.name for run in plan.runs]
    assert len(names) == len(set(names)) == 5


def test_the_random_arm_is_the_same_beside_any_algorithm() -> None:
    beside = [tiny(algos=(algo,), arms=("random",), settings={}).runs for algo in ("ppo", "dqn")]
    assert beside[0] == beside[1]


def test_a_teacher_has_the_settings_of_b_pref() -> None:
    plan = tiny(arms=("learned", "mistake", "stochastic", "skip", "equal", "myopic"), seeds=1)
    found = {run.arm: run.settings for run in plan.runs}
    assert found["mistake"].mistake == found["skip"].skip == found["equal"].equal == 0.1
    assert found["stochastic"].beta == 1.0 and found["myopic"].gamma == 0.9
    assert found["learned"].mistake == 0.0 and found["learned"].beta == float("inf")


def test_a_single_run_with_an_arms_teacher_has_that_arms_name() -> None:
    asking = [a.name for a in BENCHMARK_ARMS if a.source == "formula" and not a.shuffled]
    runs = tiny(arms=asking, seeds=1).runs
    assert [arm_of_teacher(as_table(run.settings)) for run in runs] == [run.arm for run in runs]
    assert {run.row.arm for run in tiny(arms=["stoc"], seeds=1).runs} == {"stochastic"}


def test_the_presets_labels_are_taken_where_none_are_named() -> None:
    (run,) = tiny(labels=(), arms=("learned",), seeds=1).runs
    assert run.settings.labels == 100


def test_pairs_that_do_not_fit_are_left_out() -> None:
    plan = tiny(algos=("ppo", "sac"), environments=("CartPole-v1", "Pendulum-v1"), settings={})
    assert plan.left_out == (("CartPole-v1", "sac"),)
    assert "Pendulum-v1-sac-true-seed0" in [run.name for run in plan.runs]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('environments = ["CartPol-v1"]', "did you mean CartPole-v1"),
        ('environments = ["CartPole-v1"]\nalgos = ["ppoo"]', "did you mean ppo"),
        ('environments = ["CartPole-v1"]\nalgos = ["sac", "td3"]', "use one of ppo, a2c, a3c, dqn"),
        ('environments = ["Pendulum-v1"]\nalgos = ["dqn"]', "none of dqn can take.*use one of ppo"),
        ('environments = ["CartPole-v1"]\n[settings]\nseed = 3', "seed cannot be given in"),
        ('environments = ["CartPole-v1"]\n[settings]\nstep = 3', "unknown key 'settings.step'"),
        (
            'environments = ["CartPole-v1"]\n[settings]\nsteps = 0',
            "the suite bad: settings.steps must be at least 1",
        ),
        (
            'environments = ["CartPole-v1"]\n[settings.agent]\nn_step = 3',
            "PPO has no setting 'n_step' .did you mean n_steps",
        ),
    ],
)
def test_a_suite_that_cannot_be_run_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plan_of(suite_of(text, "bad"))


@pytest.mark.parametrize("arm", ["true", "gail"])
def test_an_arm_that_needs_a_reward_is_refused_where_there_is_none(arm: str) -> None:
    text = f'environments = ["rlhf/PendulumSpin-v1"]\narms = ["learned", "{arm}"]\nseeds = 1'
    with pytest.raises(ValueError, match=f"PendulumSpin-v1 has no reward function.*arms {arm} "):
        plan_of(suite_of(text, "spin"))


def two_grids(first: str, second: str, arm: str = "true") -> Plan:
    """The plan of a suite whose two grids differ in what is written for each."""
    both = "".join(f"[[grid]]\n{lines}\n" for lines in (first, second))
    return plan_of(
        suite_of(f'environments = ["CartPole-v1"]\narms = ["{arm}"]\nseeds = 1\n{both}', "two")
    )


def test_two_runs_of_one_name_with_other_settings_are_refused() -> None:
    message = (
        r"the suite two: two grids ask for CartPole-v1-ppo-true-seed0 with different settings "
        r"\(steps 1000 and 5000\): .* file of its own, .* its own --out"
    )
    with pytest.raises(ValueError, match=message):
        two_grids("settings.steps = 1000", "settings.steps = 5000")


def test_a_run_that_two_grids_ask_for_is_run_once() -> None:
    assert len(two_grids("seeds = 2", "seeds = 1").runs) == 2


def test_random_runs_differ_only_in_their_evaluation() -> None:
    first, second = "settings.steps = 1000", "settings.steps = 5000"
    assert len(two_grids(first, second, "random").runs) == 1
    with pytest.raises(ValueError, match="evaluation_episodes 50 and 9"):
        two_grids(first, "evaluation_episodes = 9", "random")
