"""The examples run, with few steps."""

from __future__ import annotations

import runpy
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
OTHERS = sorted((ROOT / "examples" / "other_libraries").glob("*.py"))
FLAGS = {
    "hopper_backflip": ["--steps", "6500", "--labels", "12", "--film", "80"],
    "label_in_window": ["--steps", "4000", "--teacher", "synthetic", "--labels", "8"],
    "melody": ["--labels", "20"],
    "on_highway": ["--steps", "100", "--labels", "6", "--episodes", "1"],
    "on_minatar": ["--labels", "8", "--episodes", "2"],
    "on_minigrid": ["--labels", "8"],
    "resume_and_evaluate": ["--steps", "4000"],
    "three_lines": ["--steps", "4000"],
}
LINES = {"own_reward_model": 110}
"""Lines at most of an example that needs more than sixty."""
PACKAGES = {
    "hopper_backflip": "mujoco",
    "on_highway": "highway_env",
    "on_minatar": "minatar",
    "on_minigrid": "minigrid",
}


@pytest.mark.parametrize("path", [*EXAMPLES, *OTHERS], ids=lambda path: path.stem)
def test_the_example_runs(
    path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if path.stem in PACKAGES:
        pytest.importorskip(PACKAGES[path.stem], exc_type=ImportError)
    monkeypatch.chdir(tmp_path)
    flags = FLAGS.get(path.stem, [])
    monkeypatch.setattr(sys, "argv", [str(path), "--steps", "2000", *flags])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*'mission' is left out")
        runpy.run_path(str(path), run_name="__main__")
    assert "comparisons" in (shown := capsys.readouterr().out) or "labels" in shown


def test_there_are_five_examples_of_at_most_sixty_lines_that_say_how_to_run_them() -> None:
    assert len(EXAMPLES) >= 5
    for path in [*EXAMPLES, *OTHERS]:
        text = path.read_text()
        assert len(text.splitlines()) <= LINES.get(path.stem, 60)
        assert f"Run it: python {path.relative_to(ROOT).as_posix()}" in text


def test_the_zoo_trains_with_the_plug_in_and_evaluates_without_it(tmp_path: Path) -> None:
    pytest.importorskip("rl_zoo3", reason="rl_zoo3 pins older packages: install it elsewhere")
    zoo = [sys.executable, "-m"]
    flags = ["--algo", "ppo", "--env", "CartPole-v1", "--device", "cpu", "-f", str(tmp_path)]
    few = ["-n", "8000", "--eval-freq", "4000", "--conf-file", "examples.zoo.cartpole"]
    train = [*zoo, "rl_zoo3.train", *flags, *few]
    shown = subprocess.run(train, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "feedback/" in shown and "Eval num_timesteps" in shown
    watch = [*zoo, "rl_zoo3.enjoy", *flags, "--no-render", "-n", "1000"]
    shown = subprocess.run(watch, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "Mean reward" in shown
