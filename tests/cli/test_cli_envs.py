"""`rlhf-gym envs`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pages import Page
from run_folders import full_run, unfinished_run

from rlhf_gym.cli.main import main

Capture = pytest.CaptureFixture[str]


def test_our_environments_come_first(capsys: Capture) -> None:
    assert main(["envs", "/CartPole-v1"]) == 0
    assert capsys.readouterr().out.startswith(
        "rlhf/CartPole-v1  (time limit: 500 steps)\n    Keep the pole"
    )


def test_json_holds_what_the_table_shows(capsys: Capture) -> None:
    assert main(["envs", "rlhf/Pendulum-", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["id"] == "rlhf/Pendulum-v1"
    assert (row["observations"], row["actions"]) == ("Box(3) float32", "Box(1) float32")
    assert (row["time_limit"], row["draws"]) == (200, True)
    assert "from 50 labels" in row["presets"]["ppo"]


def test_the_table_tells_what_was_measured(capsys: Capture) -> None:
    assert main(["envs", "rlhf/CartPole"]) == 0
    assert "    ppo: 500, worst of 10 seeds 311, from 100 labels" in capsys.readouterr().out


def test_the_gallery_has_a_picture_of_each(capsys: Capture, tmp_path: Path) -> None:
    page = tmp_path / "new" / "gallery.html"
    assert main(["envs", "pendulum", "--gallery", str(page)]) == 0
    text = page.read_text()
    assert text.count("data:image/png;base64,") == text.count("<article") >= 3
    assert text.count("Robots whose episodes do not end when they fall") == 1
    assert "full turns of the pendulum; there is no reward function" in text
    assert f"environments: {page}" in capsys.readouterr().out


def test_a_card_has_a_command_and_words_and_a_search_finds_it(tmp_path: Path) -> None:
    assert main(["envs", "rlhf/Reacher", "--gallery", str(tmp_path / "page.html")]) == 0
    page = Page(tmp_path / "page.html")
    assert "rlhf-gym train rlhf/Reacher-v5 --teacher window" in page.text
    assert "10 numbers" in page.text and "2 numbers from −1 to 1" in page.text
    assert "input" in page.tags and page.loads_nothing_and_runs_only_its_scripts
    assert "not measured" not in page.text and "float32" not in page.text


def test_the_gallery_shows_the_film_of_the_best_trained_agent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    full_run(tmp_path / "runs" / "good")
    full_run(tmp_path / "runs" / "bad", collapsed=True)
    unfinished_run(tmp_path / "runs" / "half")
    assert main(["envs", "Pendulum-v1", "--gallery", "page.html"]) == 0
    page = Page(tmp_path / "page.html")
    assert page.tags.count("video") == 1
    assert "trained: return −202.8 ± 29.3, in good" in page.text


def test_what_is_counted_is_told(capsys: Capture) -> None:
    assert main(["envs", "Windmill"]) == 0
    assert "no reward function; counted: full turns of the pole" in capsys.readouterr().out


def test_a_naive_reward_is_told(capsys: Capture, tmp_path: Path) -> None:
    assert main(["envs", "SupportChat"]) == 0
    shown = capsys.readouterr().out
    assert "a naive reward, tickets marked as resolved; counted: satisfaction" in shown
    page = tmp_path / "gallery.html"
    assert main(["envs", "Moderation", "--gallery", str(page)]) == 0
    text = page.read_text()
    assert "Case studies with a naive reward" in text and "agreement with the model" in text


def test_a_text_that_no_id_contains_is_an_error(capsys: Capture) -> None:
    assert main(["envs", "nothing"]) == 1
    assert "no environment's id contains 'nothing'" in capsys.readouterr().err


def test_a_list_does_not_tell_what_is_outdated_in_the_models_of_robots(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["envs", "HalfCheetah-v5"]) == 0
    assert capfd.readouterr().err == "" and not list(tmp_path.iterdir())
