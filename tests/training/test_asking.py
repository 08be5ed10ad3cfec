"""Asking a person, who answers in their own time through the store; played by a thread."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from stable_baselines3 import PPO

from rlhf_gym import FeedbackStore, HumanFeedback, Judgement, Preference, Query, make_vec_env
from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback.stored_queries import StoredQueries
from rlhf_gym.labelling.process import process_line
from rlhf_gym.labelling.state import State, Status
from rlhf_gym.presets import FeedbackSettings
from rlhf_gym.reward_model import RewardEnsemble
from rlhf_gym.training.drawn_clips import ClipsNotDrawn

Answer = Callable[[FeedbackStore, Query], None]


class Person:
    """Answers open queries, newest first, until their patience is at an end."""

    def __init__(self, answer: Answer, patience: int = 10**6) -> None:
        self._answer, self._patience, self.lets_go_on = answer, patience, False
        self._leaving = threading.Event()
        self._thread: threading.Thread | None = None

    def check(self) -> None:
        pass

    def start(self, run_folder: Path | str) -> None:
        self._thread = threading.Thread(target=self._work, args=(Path(run_folder),))
        self._thread.start()

    def stop(self) -> None:
        self._leaving.set()
        assert self._thread is not None
        self._thread.join()

    @property
    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def has_left(self) -> bool:
        return self._patience <= 0 and self.lets_go_on

    def answer(self, query: Query) -> Judgement | None:
        return None

    def _work(self, run: Path) -> None:
        with FeedbackStore.open(run / "feedback.db") as store:
            while not self._leaving.is_set() and self._patience > 0:
                for query in reversed(store.lease("ada", 1) or store.open_queries()):
                    if self._patience > 0:
                        self._patience -= 1
                        self._answer(store, query)
                time.sleep(0.01)


def prefer_larger(store: FeedbackStore, query: Query) -> None:
    first, second = query.clips
    better = Preference.FIRST if first.true_return > second.true_return else Preference.SECOND
    store.record(Judgement(query.id, better, "ada"))


def feedback_of(
    person: Person, run: Path, labels: int = 12, resume: bool = False, repeats: float = 0.0
) -> HumanFeedback:
    return HumanFeedback(
        person,
        settings=FeedbackSettings(
            labels=labels,
            clip_length=10,
            strategy="disagreement",
            first_share=0.25,
            repeats=repeats,
        ),
        run=run,
        resume=resume,
        wait=True,
        device="cpu",
    )


def train(feedback: HumanFeedback, steps: int = 600, fresh_seconds: float = 30.0) -> PPO:
    env = feedback.wrap(make_vec_env("Pendulum-v1", 2, seed=0))
    feedback.asking.fresh_seconds = fresh_seconds
    feedback.loop.poll_seconds = 0.02
    agent = PPO("MlpPolicy", env, seed=0, device="cpu", n_steps=64, n_epochs=1)
    return agent.learn(steps, callback=feedback)


def test_training_waits_for_every_answer_if_asked_to(tmp_path: Path) -> None:
    feedback = feedback_of(Person(prefer_larger), tmp_path / "run")
    train(feedback)
    counts = feedback.store.counts()
    assert feedback.labels_given == counts.answered == 12
    assert not feedback.stopped and counts.open == 0
    progress = feedback.store.progress()
    assert progress is not None and progress.state == "done"


def test_training_goes_on_without_answers_after_the_first(tmp_path: Path) -> None:
    feedback = feedback_of(Person(prefer_larger, patience=3), tmp_path / "run")
    feedback.wait = False
    agent = train(feedback)
    assert agent.num_timesteps >= 600
    assert feedback.labels_given == 3 and feedback.store.counts().open > 0


def test_training_waits_when_it_is_eight_labels_ahead(tmp_path: Path) -> None:
    def slow(store: FeedbackStore, query: Query) -> None:
        time.sleep(0.05)
        prefer_larger(store, query)

    feedback = feedback_of(Person(slow), tmp_path / "run", labels=24)
    feedback.wait = None
    train(feedback, steps=1200)
    assert 24 - 8 <= feedback.labels_given <= 24 and not feedback.stopped


def told_of(store: FeedbackStore) -> str:
    """Return what the window says of the trainer."""
    progress = store.progress()
    assert progress is not None
    told = Status(progress.labels, progress.budget, trainer=progress.state)
    return process_line(State("ada", status=replace(told, awaited=progress.awaited or 0)))


@pytest.mark.parametrize("repeats", [0.0, 0.3])
def test_every_pair_that_is_offered_can_be_answered_before_training_ends(
    tmp_path: Path, repeats: float
) -> None:
    def slow(store: FeedbackStore, query: Query) -> None:
        while store.counts().labels == 20 and "the last 4" not in told_of(store):
            time.sleep(0.01)
            if (progress := store.progress()) is not None and progress.state == "done":
                return
        prefer_larger(store, query)

    feedback = feedback_of(Person(slow), tmp_path / "run", labels=24, repeats=repeats)
    feedback.wait = None
    agent = train(feedback, steps=1200)
    counts = feedback.store.counts()
    assert counts.asked == counts.answered and counts.labels == feedback.labels_given == 24
    assert not feedback.stopped and agent.num_timesteps >= 1200


def test_a_person_who_leaves_before_the_last_answers_is_not_waited_for(tmp_path: Path) -> None:
    feedback = feedback_of(Person(prefer_larger, patience=20), tmp_path / "run", labels=24)
    feedback.wait = None
    agent = train(feedback, steps=1200)
    assert not feedback.stopped and feedback.labels_given == 20
    assert agent.num_timesteps >= 1200


def test_a_person_who_leaves_while_training_waits_for_them_stops_it(tmp_path: Path) -> None:
    feedback = feedback_of(Person(prefer_larger, patience=8), tmp_path / "run", labels=24)
    feedback.wait = None
    agent = train(feedback, steps=1200)
    assert feedback.stopped and feedback.labels_given == 8
    assert agent.num_timesteps < 1200


def test_a_person_who_stops_answering_can_let_training_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    person = Person(prefer_larger, patience=8)
    person.lets_go_on = True
    feedback = feedback_of(person, tmp_path / "run", labels=24)
    agent = train(feedback)
    assert not feedback.stopped and feedback.labels_given == 8
    assert agent.num_timesteps >= 600
    told = "training goes on without further answers, with 8 labels"
    assert capsys.readouterr().err.splitlines().count(told) == 1


def test_before_training_the_next_pairs_are_asked_while_the_last_are_answered(
    tmp_path: Path,
) -> None:
    open_: list[int] = []

    def count(store: FeedbackStore, query: Query) -> None:
        open_.append(store.counts().open)
        prefer_larger(store, query)

    feedback = feedback_of(Person(count, patience=10), tmp_path / "run", labels=40)
    train(feedback)
    assert min(open_[:5]) >= 4  # the first five are asked in one part, and three of the next


def test_training_does_not_begin_where_clips_cannot_be_drawn(tmp_path: Path) -> None:
    def fail(store: FeedbackStore, query: Query) -> None:
        store.mark_undrawable(query.clips[0].id, "the camera is broken")

    feedback = feedback_of(Person(fail), tmp_path / "run")
    with pytest.raises(ClipsNotDrawn, match=r"clips in a row.*the camera is broken"):
        train(feedback)
    feedback.teacher.stop()
    feedback._output.close(feedback.logger)
    progress = feedback.store.progress()
    assert progress is not None and progress.state == "stopped"
    assert "the camera is broken" in progress.error and feedback.log.latest is None


def test_an_answer_that_comes_while_queries_are_counted_is_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feedback = feedback_of(Person(prefer_larger), tmp_path / "run", labels=6)
    env = feedback.wrap(make_vec_env("Pendulum-v1", 2, seed=0))
    env.reset()
    for _ in range(100):
        env.step(np.zeros((2, 1), np.float32))
    counted = feedback.store.open_ids

    def open_ids() -> list[int]:
        for query in feedback.store.open_queries()[:1]:
            prefer_larger(feedback.store, query)
        return counted()

    monkeypatch.setattr(feedback.store, "open_ids", open_ids)
    for _ in range(10):
        feedback.asking.ask(6, None)
    assert feedback.labels_given == feedback.asking.asked == 6


def test_a_window_closed_too_soon_stops_cleanly_and_is_resumed(tmp_path: Path) -> None:
    run = tmp_path / "run"
    first = feedback_of(Person(prefer_larger, patience=1), run)
    train(first)
    assert first.stopped and first.labels_given == 1
    progress = first.store.progress()
    assert progress is not None and progress.state == "stopped"
    first.store.close()
    second = feedback_of(Person(prefer_larger), run, resume=True)
    env = second.wrap(make_vec_env("Pendulum-v1", 2, seed=0))
    agent = second.restore(PPO, env, device="cpu")
    agent.learn(600 - agent.num_timesteps, callback=second, reset_num_timesteps=False)
    assert not second.stopped
    assert second.labels_given == second.store.counts().answered == 12


def test_answers_of_a_finished_run_that_were_changed_count_when_it_is_trained_further(
    tmp_path: Path,
) -> None:
    first = feedback_of(Person(prefer_larger), tmp_path / "run")
    train(first)
    judged = first.store.judgements()[0]
    first.store.record(Judgement(judged.query, judged.preference.swapped, "ada"))
    first.store.close()
    second = feedback_of(Person(prefer_larger), tmp_path / "run", resume=True)
    agent = second.restore(PPO, second.wrap(make_vec_env("Pendulum-v1", 2, seed=0)), device="cpu")
    second.loop.poll_seconds = 0.0
    agent.learn(256, callback=second, reset_num_timesteps=False)
    model = second.reward_model
    assert isinstance(model, RewardEnsemble) and isinstance(first.reward_model, RewardEnsemble)
    before, after = first.reward_model.dataset.labels, model.dataset.labels
    assert len(before) == len(after) == 12 and int((before != after).sum()) == 1
    assert second.asking.round == first.asking.round + 1  # it was fitted once more


def test_an_undo_takes_the_label_back_from_the_reward_model(tmp_path: Path) -> None:
    undone: list[int] = []

    def waver(store: FeedbackStore, query: Query) -> None:
        if undone or store.counts().answered < 2:
            return prefer_larger(store, query)
        judged = store.judgements()[0].query
        time.sleep(0.2)  # the trainer has seen it
        store.record(Judgement(judged, Preference.UNDONE, "ada"))
        undone.append(judged)

    feedback = feedback_of(Person(waver), tmp_path / "run")
    train(feedback)
    (again,) = undone
    said = [j.preference for j in feedback.store.judgements() if j.query == again]
    assert said[1] is Preference.UNDONE
    assert feedback.labels_given == feedback.store.counts().answered == 12
    assert isinstance(feedback.reward_model, RewardEnsemble)
    known = ~feedback.reward_model.dataset.labels.isnan()
    assert int(known.sum()) == 12


def test_cannot_tell_is_no_label(tmp_path: Path) -> None:
    def doubt(store: FeedbackStore, query: Query) -> None:
        if store.counts().cannot_tell < 4:
            store.record(Judgement(query.id, Preference.CANNOT_TELL, "ada"))
        else:
            prefer_larger(store, query)

    feedback = feedback_of(Person(doubt), tmp_path / "run")
    train(feedback)
    assert feedback.store.counts().cannot_tell == 4
    assert feedback.labels_given == feedback.store.counts().labels == 12


def test_an_earlier_pair_shown_again_is_no_label(tmp_path: Path) -> None:
    feedback = feedback_of(Person(prefer_larger), tmp_path / "run", repeats=0.5)
    train(feedback)
    kinds = [query.purpose for query in feedback.store.queries()]
    assert kinds.count("label") == feedback.labels_given == feedback.store.counts().labels == 12
    assert kinds.count("repeat") > 0
    shown = {query.id: query for query in feedback.store.queries()}
    for query in shown.values():
        if query.purpose == "repeat":
            pairs = [other for other in shown.values() if other.purpose == "label"]
            clips = tuple(clip.id for clip in query.clips)
            (earlier,) = [o for o in pairs if tuple(clip.id for clip in o.clips) == clips]
            assert earlier.left == 1 - query.left


def test_newer_clips_replace_queries_that_nobody_looks_at(tmp_path: Path) -> None:
    feedback = feedback_of(Person(prefer_larger, patience=3), tmp_path / "run")
    feedback.wait = False
    train(feedback, fresh_seconds=0.0)
    counts = feedback.store.counts()
    assert counts.withdrawn > 0 and counts.open <= feedback.asking.open_queries
    oldest = min(clip.agent_step for query in feedback.store.open_queries() for clip in query.clips)
    assert oldest > 0
    newest = max(query.id for query in feedback.store.queries())
    assert {query.id for query in feedback.store.open_queries()} == set(
        range(newest - counts.open + 1, newest + 1)
    )


def test_clips_stay_in_the_store_and_not_in_memory() -> None:
    feedback = HumanFeedback("synthetic", settings={"labels": 40, "clip_length": 10}, device="cpu")
    train(feedback)
    gc.collect()
    clips = [each for each in gc.get_objects() if type(each) is Clip]
    assert feedback.labels_given == 40
    assert len(clips) < 2 * 40
    changes = StoredQueries(feedback.store, range(1, 41))
    held = changes[17], changes[3]
    assert [query.id for query in held] == [17, 3] and len(changes) == len(list(changes)) == 40
    with pytest.raises(KeyError):
        changes[41]


def test_a_teacher_who_can_ask_nobody_ends_training_with_the_reason(tmp_path: Path) -> None:
    class Broken(Person):
        failure = "the drawing process died again and again"

    feedback = feedback_of(Broken(prefer_larger, patience=0), tmp_path / "run")
    with pytest.raises(ClipsNotDrawn, match="died again and again"):
        train(feedback)
    feedback._output.close(feedback.logger)
    feedback.teacher.stop()
    progress = feedback.store.progress()
    assert progress is not None and (progress.state, progress.error) == ("stopped", Broken.failure)
