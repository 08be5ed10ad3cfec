"""A label is counted once, alike by trainer, store, window, report and rows of results."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
from run_folders import write_settings
from stable_baselines3 import PPO
from waiting import PATIENCE

from rlhf_gym import FeedbackStore, HumanFeedback, Judgement, Preference, Query, make_vec_env
from rlhf_gym.labelling.events import StatusRead
from rlhf_gym.presets import FeedbackSettings
from rlhf_gym.reports.run import build_report
from rlhf_gym.results.answers import human_minutes, read_answers
from rlhf_gym.results.run_folders import rows_of_runs
from rlhf_gym.teachers import Teacher
from rlhf_gym.window.loading.loader import Loader

LABELS = 20


class TwoPeople(Teacher):
    """Ada answers all open queries, changes her mind now and then; Bob answers some as well."""

    live = True

    def __init__(self) -> None:
        self._leaving = threading.Event()

    def answer(self, query: Query) -> Judgement | None:
        return None

    def start(self, run: Path) -> None:
        self._thread = threading.Thread(target=self._work, args=(run,))
        self._thread.start()

    def stop(self) -> None:
        self._leaving.set()
        self._thread.join()

    def _work(self, run: Path) -> None:
        with FeedbackStore.open(run / "feedback.db") as store:
            while not self._leaving.is_set():
                for query in store.open_queries():
                    self._answer(store, query)
                time.sleep(0.01)

    def _answer(self, store: FeedbackStore, query: Query) -> None:
        def say(preference: Preference, annotator: str = "ada") -> None:
            store.record(Judgement(query.id, preference, annotator, response_seconds=6.0))

        if query.id % 5 == 0:
            say(Preference.CANNOT_TELL)
            return
        if query.id % 3 == 0:
            say(Preference.SECOND)
            say(Preference.UNDONE)
        if query.id % 4 == 0:
            say(Preference.TIE, "bob")
        say(Preference.FIRST)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, HumanFeedback]:
    folder = tmp_path_factory.mktemp("runs") / "run"
    settings = FeedbackSettings(labels=LABELS, clip_length=10, repeats=0.5, warm_up_steps=200)
    feedback = HumanFeedback(TwoPeople(), settings=settings, run=folder, wait=True, device="cpu")
    env = feedback.wrap(make_vec_env("Pendulum-v1", 2, seed=0))
    agent = PPO("MlpPolicy", env, seed=0, device="cpu", n_steps=64, n_epochs=1)
    agent.learn(800, callback=feedback)
    kept = folder / "progress.csv"
    logged = kept.read_text()
    write_settings(folder, teacher="window", labels=LABELS, steps=800)
    kept.write_text(logged)
    (folder / "evaluation.json").write_text(json.dumps({"after": [-900.0, -1000.0]}))
    return folder, feedback


def test_repeats_second_thoughts_and_a_second_annotator_make_no_label_more(
    run: tuple[Path, HumanFeedback],
) -> None:
    folder, feedback = run
    answers = read_answers(folder / "feedback.db")
    informative = [a for a in answers.answers if a.judgement.preference.label is not None]
    assert len(informative) > LABELS + 3, "the run has repeats and queries with two answers"
    assert feedback.labels_given == LABELS
    assert feedback.store.counts().labels == LABELS
    assert answers.labels == LABELS
    page = build_report(folder)
    assert json.loads(page.with_suffix(".json").read_text())["outcome"]["labels"] == LABELS
    (row,) = rows_of_runs([folder])
    assert row.labels_given == LABELS


def test_the_window_shows_that_number(run: tuple[Path, HumanFeedback]) -> None:
    loader = Loader(run[0], "ada")
    loader.start()
    try:
        status = loader.events.get(timeout=PATIENCE)
    finally:
        loader.stop()
    assert isinstance(status, StatusRead) and status.status.labels == LABELS


def test_a_curve_over_a_persons_minutes_rises_to_that_number(
    run: tuple[Path, HumanFeedback],
) -> None:
    answers = read_answers(run[0] / "feedback.db").answers
    labels, minutes = human_minutes(answers)
    assert labels == list(range(1, LABELS + 1))
    assert minutes == sorted(minutes) and minutes[-1] <= 0.1 * len(answers)
