"""Suites: read from TOML, refused with advice."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlhf_gym.benchmark.plan import plan_of
from rlhf_gym.benchmark.suite import named_suites, read_suite, suite_of


def test_what_stands_above_the_grids_holds_for_all() -> None:
    text = """
    seeds = 3
    arms = ["true"]
    [[grid]]
    environments = ["CartPole-v1"]
    [[grid]]
    environments = ["Pendulum-v1"]
    seeds = 1
    """
    first, second = suite_of(text, "mine").grids
    assert (first.seeds, second.seeds) == (3, 1)
    assert first.arms == second.arms == ("true",)


def test_a_file_is_named_after_its_stem(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('environments = ["CartPole-v1"]')
    assert read_suite(str(file)).name == "mine"


@pytest.mark.parametrize("name", sorted(named_suites()))
def test_the_suites_of_the_package_can_be_planned(name: str) -> None:
    if name != "atari":  # needs an extra
        assert plan_of(read_suite(name)).runs


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("environments = [", "the suite bad is not valid TOML"),
        ("seeds = 3", "names no environments"),
        ('envs = ["CartPole-v1"]', r"unknown key 'envs'.*it may have environments, algos"),
        ('environments = ["A"]\nalgo = ["ppo"]', "unknown key 'algo' .did you mean algos"),
        ('environments = ["A"]\nseeds = 0', "seeds must be at least 1, but is 0"),
        ('environments = ["A"]\nseeds = "3"', "seeds must be a whole number, but is '3'"),
        ('environments = ["A"]\nseeds = true', "seeds must be a whole number"),
        ('environments = "A"', r"environments must be a list, such as \[one, two\]"),
        ('environments = ["A"]\nlabels = ["5"]', r"labels must be a list, such as \[5, 10\]"),
        ('environments = ["A"]\nlabels = [0]', "labels must be at least 1 each"),
        ('environments = ["A"]\nsettings = 3', "settings must be a table"),
        ('environments = ["A"]\narms = ["learnt"]', "no arm 'learnt' .did you mean learned"),
        ('environments = ["A"]\narms = []', "arms is empty"),
        ("[grid]\nseeds = 3", "with two brackets"),
    ],
)
def test_what_cannot_be_understood_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        suite_of(text, "bad")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("quik", "no suite 'quik' .did you mean quick.*and any TOML file"),
        ("nowhere.toml", "there is no file nowhere.toml"),
    ],
)
def test_a_suite_that_is_not_there_is_refused(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_suite(name)
