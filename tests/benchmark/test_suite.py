"""Suites: read from TOML, refused with advice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rlhf_gym.benchmark.plan import plan_of
from rlhf_gym.benchmark.suite import named_suites, read_suite, suite_of
from rlhf_gym.presets import feedback_of
from rlhf_gym.reward_model.settings import RewardModelSettings


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
        ('envs = ["CartPole-v1"]', r"unknown key 'envs'.*known are environments, algos"),
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
        ('environments = ["A"]\nfirst_seed = -5', "first_seed must be at least 0, but is -5"),
        ('environments = ["A"]\nsteps = 600', r"steps: settings of the runs .* \[settings\]"),
        ("[grid]\nseeds = 3", "with two brackets"),
        ("grid = []", r"the suite bad: write \[\[grid\]\].*grid is \[\] instead"),
        ("[[grids]]\nseeds = 3", r"unknown key 'grids' \(did you mean grid"),
        ("[[grid]]\n[[grid.grid]]\nseeds = 3", "unknown key 'grid'"),
    ],
)
def test_what_cannot_be_understood_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        suite_of(text, "bad")


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("foo = 1", "the suite bad: unknown key 'settings.foo'; known are labels"),
        ("step = 3", r"unknown key 'settings.step' .did you mean steps"),
        ('steps = "abc"', "settings.steps must be a whole number, but is 'abc'"),
        ("steps = 1.5", "settings.steps must be a whole number, but is 1.5"),
        ("wait = 1", "settings.wait must be true or false, but is 1"),
        ('beta = "much"', "settings.beta must be a number, but is 'much'"),
        ('strategy = "best"', "settings.strategy must be one of uniform, .*, but is 'best'"),
        ("reward_model = 3", "settings.reward_model must be a table, but is 3"),
        ("reward_model.member = 3", r"'settings.reward_model.member' .did you mean members"),
        ("reward_model.hidden = 32", r"hidden must be a list, such as \[5, 10\], but is 32"),
    ],
)
def test_a_setting_that_cannot_be_understood_is_refused(setting: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        suite_of(f'environments = ["CartPole-v1"]\n[settings]\n{setting}', "bad")


def test_settings_of_every_type_are_understood() -> None:
    settings = """
    environments = ["Pendulum-v1"]
    [settings]
    beta = 2
    wait = true
    horizon = 100
    strategy = "uniform"
    device = "auto"
    agent = {policy_kwargs = {net_arch = [8]}}
    reward_model = {hidden = [8, 8], learning_rate = 1e-2}
    """
    (*_, run) = plan_of(suite_of(settings, "good")).runs
    assert run.settings.beta == 2 and run.settings.device == "auto"
    preset = feedback_of("Pendulum-v1").reward_model
    assert preset != RewardModelSettings()  # or it would not show that the others are the preset's
    assert run.settings.reward_model == replace(preset, hidden=(8, 8), learning_rate=1e-2)


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


def test_a_folder_is_no_suite(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match="is a folder: give a TOML file, or one of answers, atari, behaviours"
    ):
        read_suite(str(tmp_path))


def test_a_file_that_is_no_text_is_no_suite(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(b"\x89PNG\xff")
    with pytest.raises(ValueError, match="mine.toml is not text: give a suite in TOML"):
        read_suite(str(file))


def test_atari_takes_a_gpu_where_there_is_one() -> None:
    assert all(grid.settings["device"] == "auto" for grid in read_suite("atari").grids)
