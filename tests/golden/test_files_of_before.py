"""What commit 6c0b857 wrote opens, is understood and goes on.

``files_of_6c0b857.zip`` holds two run folders of CartPole-v1, without videos and reports
(``rlhf-gym train CartPole-v1 --labels 8 --steps 640 --n-envs 1 --clip-seconds 0.3
--evaluation-episodes 3``, with small networks): ``ppo``, whose policy sees observations through
``rlhf_gym.algorithms.features:NormalisedObservations``, and ``dqn`` with ``ScaledObservations`` of
the same module; a store that two people have answered in (``person``); and an A3C agent.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.base_class import BaseAlgorithm

from rlhf_gym import A3C, FeedbackStore, Preference
from rlhf_gym.cli.main import main

STATES = np.concatenate([np.eye(4, dtype=np.float32), -np.eye(4, dtype=np.float32)])


@pytest.fixture
def files(tmp_path: Path) -> Path:
    with zipfile.ZipFile(Path(__file__).with_name("files_of_6c0b857.zip")) as archive:
        archive.extractall(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("algorithm", "path", "actions"),
    [
        (PPO, "ppo/checkpoint/agent.zip", [1, 1, 1, 0, 0, 0, 0, 1]),
        (A3C, "a3c_agent.zip", [0, 1, 0, 0, 0, 0, 0, 1]),
        (DQN, "dqn/checkpoint/agent.zip", None),
    ],
)
def test_an_agent_acts_as_it_did(
    algorithm: type[BaseAlgorithm], path: str, actions: list[int] | None, files: Path
) -> None:
    agent = algorithm.load(files / path, device="cpu")
    chosen, _ = agent.predict(STATES, deterministic=True)
    assert actions is None or chosen.tolist() == actions


def test_a_store_is_read_with_its_repeats_undone_answers_and_two_annotators(files: Path) -> None:
    first, second = Preference.FIRST, Preference.SECOND
    with FeedbackStore.open(files / "person" / "feedback.db") as store:
        current = store.current()
        said = {query: [one.preference for one in given] for query, given in current.items()}
        assert said == {
            1: [first],
            2: [first],
            3: [Preference.TIE],
            4: [Preference.CANNOT_TELL],
            5: [second, first],
            8: [first],
            9: [second],
        }
        assert [one.annotator for one in current[5]] == ["ada", "bob"]
        assert len(store.judgements()) == 10
        assert [query.id for query in store.open_queries()] == [7]
        counts = store.counts()
        assert (counts.asked, counts.answered, counts.labels) == (9, 7, 4)
        assert (counts.open, counts.withdrawn) == (1, 1)
        clips = store.query(8).clips
        assert [clip.id for clip in clips] == [clip.id for clip in store.query(1).clips]
        assert (len(clips[0]), clips[0].observations.shape) == (6, (6, 4))  # type: ignore[union-attr]
        assert store.environment.goal == "Keep the pole upright."


@pytest.mark.parametrize("run", ["ppo", "dqn"])
def test_a_run_is_reported_and_evaluated(
    run: str, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(files / run), "--json"]) == 0
    outcome = json.loads(capsys.readouterr().out)["outcome"]
    written = json.loads((files / run / "evaluation.json").read_text())
    assert outcome["after"] == pytest.approx(np.mean(written["after"]))
    assert (outcome["environment"], outcome["labels"]) == ("CartPole-v1", 8)
    measure = ["evaluate", str(files / run), "--episodes", "3", "--json", "--trust"]
    assert main(measure) == 0
    assert json.loads(capsys.readouterr().out)["returns"] == written["after"]


@pytest.mark.parametrize(("run", "step"), [("ppo", 704), ("dqn", 640)])
def test_a_run_is_resumed_for_longer(
    run: str, step: int, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["train", "--resume", str(files / run), "--steps", "768", "--no-progress"]
    command += ["--video-seconds", "0", "--trust"]
    assert main(command) == 0
    assert f"going on at step {step} with 8 labels" in capsys.readouterr().out
    assert (files / run / "progress.2.csv").exists()
    with FeedbackStore.open(files / run / "feedback.db") as store:
        assert store.counts().labels == 8
