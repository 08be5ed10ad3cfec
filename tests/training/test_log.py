"""What a run reports."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from kept import Kept
from stable_baselines3 import PPO
from stable_baselines3.common.logger import Logger

from rlhf_gym.feedback import EnvironmentRecord, FeedbackStore
from rlhf_gym.feedback.rounds import RoundMeasures
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.training.log import RunLog


def written(log: RunLog) -> dict[str, Any]:
    output = Kept()
    logger = Logger(None, [output])
    log.write(logger, labels=3, asked=4, round=1)
    logger.dump()
    (row,) = output.rows or [{}]
    return row


@pytest.fixture
def store() -> FeedbackStore:
    return FeedbackStore.in_memory(environment=EnvironmentRecord("CartPole-v1"))


def test_the_learned_return_is_the_mean_over_episodes(store: FeedbackStore) -> None:
    log = RunLog(store, None, 10, 2)
    assert "feedback/learned_return" not in written(log)
    log.earned(np.array([1.0, 2.0]))
    log.earned(np.array([3.0, 4.0]))
    log.episodes_ended(np.array([True, False]))  # 1 + 3
    log.earned(np.array([9.0, 0.0]))
    log.episodes_ended(np.array([False, True]))  # 2 + 4 + 0
    assert written(log)["feedback/learned_return"] == 5.0


def test_counts_and_seconds_are_written(store: FeedbackStore) -> None:
    log = RunLog(store, None, 10, 2)
    with log.timed("fit"):
        pass
    values = written(log)
    assert values["feedback/labels"] == 3 and values["feedback/asked"] == 4
    assert {f"time/feedback_{stage}_seconds" for stage in ("ask", "fit", "predict", "record")} <= (
        values.keys()
    )


def test_the_state_goes_on_in_another_log(store: FeedbackStore) -> None:
    log, other = RunLog(store, None, 10, 1), RunLog(store, None, 10, 1)
    log.earned(np.array([2.0]))
    other.load_state(log.state())
    other.earned(np.array([5.0]))
    other.episodes_ended(np.array([True]))
    assert written(other)["feedback/learned_return"] == 7.0


def test_the_wall_time_of_earlier_learns_is_kept_and_written(
    store: FeedbackStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([100.0, 140.0, 145.0, 200.0, 203.0, 300.0])
    monkeypatch.setattr("rlhf_gym.training.log.time.perf_counter", lambda: next(clock))
    log, resumed = (RunLog(store, None, 10, 1) for _ in range(2))
    log.begin()
    resumed.load_state(log.state())  # a checkpoint at 140
    log.end()
    assert written(log)["time/earlier_seconds"] == 45
    resumed.begin()
    resumed.end()
    resumed.begin()
    assert written(resumed)["time/earlier_seconds"] == 40 + 3


def test_a_checkpoint_without_wall_time_counts_what_its_stages_took(store: FeedbackStore) -> None:
    log, old = RunLog(store, None, 10, 1), RunLog(store, None, 10, 1).state()
    del old["wall_seconds"]
    log.load_state({**old, "seconds": {"ask": 30.0, "fit": 2.5}})
    assert written(log)["time/earlier_seconds"] == 32.5


def test_the_window_reads_how_far_training_is_and_every_change_of_state(
    store: FeedbackStore, tmp_path: Path
) -> None:
    agent = PPO("MlpPolicy", "CartPole-v1", device="cpu")
    log = RunLog(store, RunFolder(tmp_path), 10, 1)
    log.taken, log.total = 300, 400
    log.publish(agent, 1, "training")
    log.publish(agent, 2, "training")  # within half a second: the window has no use for it
    progress = store.progress()
    assert progress is not None and (progress.labels, progress.state) == (1, "training")
    log.publish(agent, 2, "done")
    progress = store.progress()
    assert progress is not None and (progress.labels, progress.budget) == (2, 10)
    assert (progress.agent_step, progress.total_steps) == (300, 400)
    assert progress.state == "done" and progress.accuracy is None


@pytest.mark.parametrize(("held_out", "told"), [(19, None), (20, 0.75)])
def test_the_window_is_not_told_an_accuracy_that_rests_on_a_few_labels(
    store: FeedbackStore, tmp_path: Path, held_out: int, told: float | None
) -> None:
    log = RunLog(store, RunFolder(tmp_path), 10, 1)
    calibration = ((0.2, 0.1, 9), (0.9, 1.0, held_out - 9))
    log.round_measured(RoundMeasures(0, 0, 60, 60, accuracy=0.75, calibration=calibration))
    log.publish(PPO("MlpPolicy", "CartPole-v1", device="cpu"), 60, "training")
    progress = store.progress()
    assert progress is not None and progress.accuracy == told


def test_a_locked_store_ends_no_training_through_a_live_number(tmp_path: Path) -> None:
    agent = PPO("MlpPolicy", "CartPole-v1", device="cpu")
    path = tmp_path / "feedback.db"
    FeedbackStore.create(path, environment=EnvironmentRecord("CartPole-v1")).close()
    with FeedbackStore.open(path, timeout=0.01) as store:
        log = RunLog(store, RunFolder(tmp_path), 10, 1)
        with closing(sqlite3.connect(path, isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            with pytest.warns(UserWarning, match="not told how far.*another program holds"):
                log.publish(agent, 1, "training")
            log.publish(agent, 1, "waiting")  # is not even tried, for a while
        assert store.progress() is None
