import json
import re
from pathlib import Path
from statistics import mean

import pytest
from builders import a_run

from rlhf_gym.cli.main import main

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three real runs of Pendulum: two seeds of one cell, and one of a teacher with faults."""
    folder = tmp_path_factory.mktemp("runs")
    for name, seed, mistake in (("a", 0, 0.0), ("b", 1, 0.0), ("c", 0, 0.3)):
        a_run(folder / name, steps=1700, seed=seed, mistake=mistake, evaluation_episodes=2)
    return [folder / name for name in "abc"]


def test_seeds_of_one_cell_are_taken_together(
    runs: list[Path], tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "out" / "page.html"
    assert main(["compare", *map(str, runs), "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"^Pendulum-v1 +PPO +learned, 4 labels .* 2$", shown, re.M)
    assert re.search(r"^Pendulum-v1 +PPO +mistake, 4 labels .* 1$", shown, re.M)
    assert re.search(r"before, median +after, median", shown)
    assert "before and after training, measured alike: 2 episodes, actions sampled." in shown
    assert "learned, 4 labels" in out.read_text(encoding="utf-8")
    assert out.with_suffix(".md").read_text(encoding="utf-8").startswith("**The best median")


def test_the_curves_of_real_runs_are_drawn(runs: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    main(["compare", *map(str, runs), "--out", str(out)])
    assert "Pendulum-v1 PPO by steps" in out.read_text(encoding="utf-8")


def test_the_numbers_are_json(runs: list[Path], tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "page.html"
    assert main(["compare", *map(str, runs), "--out", str(out), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(cell["arm"], len(cell["returns"])) for cell in found["cells"]] == [
        ("learned", 2),
        ("mistake", 1),
    ]
    evaluation = json.loads((runs[2] / "evaluation.json").read_text())
    assert found["cells"][1]["before"] == [pytest.approx(mean(evaluation["before"]))]
    assert found["cells"][1]["measured"] == "2 episodes, actions sampled"
    assert Path(found["report"]).is_file()


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path, capsys: Capture) -> None:
    assert main(["compare", str(tmp_path)]) == 1
    assert "holds no run" in capsys.readouterr().err


def test_a_run_without_evaluation_is_refused_with_the_way_on(
    tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "config.toml").write_text('env_id = "CartPole-v1"\nalgo = "ppo"\n')
    assert main(["compare", str(tmp_path)]) == 1
    shown = capsys.readouterr().err
    assert "has no evaluation yet" in shown
    assert f"rlhf-gym evaluate {tmp_path}" in shown


def test_a_run_given_twice_is_refused(runs: list[Path], capsys: Capture) -> None:
    assert main(["compare", str(runs[0]), f"{runs[0]}/"]) == 1
    assert "given more than once" in capsys.readouterr().err


def test_no_run_is_refused(capsys: Capture) -> None:
    assert main(["compare"]) == 1
    assert "no run was given" in capsys.readouterr().err
