from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from store_helpers import ENVIRONMENT, MEDIA, Clock, add_query, clip, draw, new_store, say, undo

from rlhf_gym.feedback import Counts, FeedbackStore, Media, Progress
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FeedbackStore]:
    with new_store(tmp_path) as store:
        yield store


def test_a_store_opened_again_holds_what_was_written(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        query = add_query(store)
        judgement = say(store, query)
        stored = store.query(query)
    with FeedbackStore.open(tmp_path / "feedback.db") as store:
        assert store.environment == ENVIRONMENT
        assert store.judgements() == [judgement]
        again = store.query(query)
        assert (again.id, again.strategy, again.score) == (query, "disagreement", 0.25)
        np.testing.assert_array_equal(again.clips[0].actions, stored.clips[0].actions)


def test_a_closed_store_is_one_file(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        add_query(store)
    assert [file.name for file in tmp_path.iterdir()] == ["feedback.db"]


def test_a_path_with_strange_characters_is_a_path(tmp_path: Path) -> None:
    folder = tmp_path / "50% of it? #1 ü"
    folder.mkdir()
    with new_store(folder) as store:
        query = add_query(store)
    with FeedbackStore.open(folder / "feedback.db") as store:
        assert store.query(query).id == query


def test_queries_and_their_clips_get_ids(store: FeedbackStore) -> None:
    a, b, c = clip(1), clip(2), clip(3)
    first, second = store.add_queries([Query((a, b)), Query((b, c), left=1, round=2)])
    assert (first.id, second.id) == (1, 2)
    assert [each.id for each in (*first.clips, *second.clips)] == [1, 2, 2, 3]
    assert (store.query(2).left, store.query(2).round) == (1, 2)


def test_a_stored_clip_is_not_stored_twice(store: FeedbackStore) -> None:
    (query,) = store.add_queries([Query((clip(1), clip(2)))])
    (repeat,) = store.add_queries([Query(query.clips, left=1, purpose="repeat")])
    assert [each.id for each in repeat.clips] == [each.id for each in query.clips]
    assert store.query(repeat.id).purpose == "repeat"


def test_numbers_of_numpy_are_taken_as_numbers(store: FeedbackStore) -> None:
    query = Query((clip(1), clip(2)), score=np.float32(0.5), left=np.int64(1))
    store.add_queries([query])
    assert (store.query(1).score, store.query(1).left) == (0.5, 1)


def test_queries_are_added_all_or_none(store: FeedbackStore) -> None:
    with pytest.raises(ValueError, match="refuses"):
        store.add_queries([Query((clip(1), clip(2))), Query((clip(3), clip(4)), left=2)])
    assert store.counts().asked == 0


def test_no_queries_are_no_queries(store: FeedbackStore) -> None:
    assert store.add_queries([]) == []
    assert store.queries() == []


def test_an_unknown_query_is_an_error(store: FeedbackStore) -> None:
    with pytest.raises(ValueError, match="no query 7"):
        store.query(7)
    with pytest.raises(ValueError, match="refuses"):
        say(store, 7)
    with pytest.raises(ValueError, match="refuses"):
        store.add_media(7, MEDIA)


def test_queries_come_in_the_order_of_the_ids(store: FeedbackStore) -> None:
    a, b = add_query(store), add_query(store)
    assert [query.id for query in store.queries([b, a])] == [b, a]
    assert [query.id for query in store.queries()] == [a, b]


def test_a_judgement_gets_an_id_and_a_time(tmp_path: Path) -> None:
    with new_store(tmp_path, Clock(77.0)) as store:
        judgement = Judgement(
            query=add_query(store),
            preference=Preference.SECOND,
            annotator="ada",
            response_seconds=3.25,
            left=1,
            instruction="v2",
            full_pass=False,
            replays=3,
            speed=0.5,
            flagged=True,
            note="clip ends early",
        )
        recorded = store.record(judgement)
        assert (recorded.id, recorded.created, recorded.supersedes) == (1, 77.0, None)
        (stored,) = store.judgements()
        assert stored == recorded
        assert stored.created == 77.0


def test_only_judgements_behind_the_given_one_are_read(store: FeedbackStore) -> None:
    ids = [say(store, add_query(store)).id for _ in range(3)]
    assert [judgement.id for judgement in store.judgements(after=ids[0])] == ids[1:]
    assert store.judgements(after=ids[2]) == []


def test_a_second_press_supersedes_the_first(store: FeedbackStore) -> None:
    query = add_query(store)
    first = say(store, query, Preference.FIRST)
    second = say(store, query, Preference.TIE)
    assert second.supersedes == first.id
    assert store.current() == {query: [second]}
    assert store.judgements() == [first, second]


def test_an_undo_opens_the_query_again_and_keeps_the_answer_in_the_log(
    store: FeedbackStore,
) -> None:
    query = add_query(store)
    answer = say(store, query)
    undone = undo(store, query)
    assert undone.supersedes == answer.id
    assert store.current() == {}
    assert [each.id for each in store.open_queries()] == [query]
    again = say(store, query, Preference.SECOND)
    assert again.supersedes == undone.id
    assert store.current() == {query: [again]}
    assert [each.id for each in store.judgements()] == [answer.id, undone.id, again.id]


def test_any_number_of_answers_can_be_undone(store: FeedbackStore) -> None:
    queries = [add_query(store) for _ in range(4)]
    for query in queries:
        say(store, query)
    for query in reversed(queries):
        undo(store, query)
    assert store.current() == {}
    assert len(store.judgements()) == 8


def test_what_was_not_said_cannot_be_undone(store: FeedbackStore) -> None:
    query = add_query(store)
    with pytest.raises(ValueError, match="no judgement of query 1 by 'ada' to undo"):
        undo(store, query)
    say(store, query)
    undo(store, query)
    with pytest.raises(ValueError, match="to undo"):
        undo(store, query)


def test_only_the_latest_judgement_can_be_superseded(store: FeedbackStore) -> None:
    query = add_query(store)
    first = say(store, query)
    say(store, query, Preference.TIE)
    late = Judgement(query, Preference.SECOND, "ada", supersedes=first.id)
    with pytest.raises(ValueError, match="is not the latest"):
        store.record(late)
    assert len(store.judgements()) == 2


def test_annotators_do_not_supersede_each_other(store: FeedbackStore) -> None:
    query = add_query(store)
    ada, bob = say(store, query), say(store, query, Preference.TIE, "bob")
    assert bob.supersedes is None
    assert store.current() == {query: [ada, bob]}
    undo(store, query, "ada")
    assert store.current() == {query: [bob]}
    assert store.open_queries() == []


@pytest.mark.parametrize(
    "nonsense",
    [{"annotator": ""}, {"left": 2}, {"response_seconds": float("nan")}],
)
def test_a_nonsensical_judgement_is_refused(
    store: FeedbackStore, nonsense: dict[str, object]
) -> None:
    fields = {"query": add_query(store), "preference": Preference.TIE, "annotator": "ada"}
    with pytest.raises(ValueError, match="refuses"):
        store.record(Judgement(**{**fields, **nonsense}))  # type: ignore[arg-type]
    assert store.judgements() == []


def test_counts_add_up(store: FeedbackStore) -> None:
    queries = [add_query(store) for _ in range(6)]
    add_query(store, drawn=False)
    say(store, queries[0], Preference.FIRST)
    say(store, queries[1], Preference.TIE)
    say(store, queries[1], Preference.TIE, "bob")
    say(store, queries[2], Preference.CANNOT_TELL)
    say(store, queries[3], Preference.TIE)
    undo(store, queries[3])
    store.withdraw([queries[4]])
    assert store.counts() == Counts(
        asked=7, answered=3, labels=2, ties=1, cannot_tell=1, open=3, ready=2, withdrawn=1
    )


def test_what_nobody_can_tell_and_pairs_shown_again_are_answered_but_no_labels(
    store: FeedbackStore,
) -> None:
    query = store.query(add_query(store))
    (again,) = store.add_queries([replace(query, id=0, purpose="repeat")])
    say(store, again.id, Preference.FIRST)
    say(store, query.id, Preference.CANNOT_TELL)
    assert (store.counts().answered, store.counts().labels) == (2, 0)
    say(store, query.id, Preference.SECOND, "bob")
    assert (store.counts().answered, store.counts().labels) == (2, 1)


def test_answered_pairs_are_the_answers_in_force_with_their_clips(store: FeedbackStore) -> None:
    query = store.query(add_query(store))
    (again,) = store.add_queries([replace(query, id=0, purpose="repeat")])
    add_query(store)
    clips = (query.clips[0].id, query.clips[1].id)
    say(store, query.id, Preference.FIRST)
    say(store, query.id, Preference.TIE)
    say(store, again.id, Preference.SECOND)
    found = store.answered_pairs()
    assert [(each.judgement.query, each.clips, each.purpose, each.chosen) for each in found] == [
        (query.id, clips, "label", Preference.TIE),
        (again.id, clips, "repeat", clips[1]),
    ]


def test_withdrawn_queries_are_not_asked_any_more(store: FeedbackStore) -> None:
    a, b = add_query(store), add_query(store)
    assert store.withdraw([a]) == [a]
    assert store.withdraw([a]) == []
    assert [query.id for query in store.open_queries()] == store.open_ids() == [b]
    assert [query.id for query in store.lease("ada", limit=5)] == [b]


def test_answered_queries_are_not_withdrawn(store: FeedbackStore) -> None:
    query = add_query(store)
    say(store, query)
    assert store.withdraw([query]) == []


def test_an_answer_to_a_withdrawn_query_still_counts(store: FeedbackStore) -> None:
    query = add_query(store)
    store.withdraw([query])
    say(store, query)
    assert store.counts() == Counts(asked=1, answered=1, labels=1)


def test_clips_of_open_queries_wait_to_be_drawn_newest_first(store: FeedbackStore) -> None:
    add_query(store, drawn=False)
    newest = store.query(add_query(store, drawn=False))
    assert [each.id for each in store.undrawn(limit=3)] == [3, 4, 1]
    draw(store, newest)
    assert [each.id for each in store.undrawn(limit=3)] == [1, 2]
    store.withdraw([1])
    assert store.undrawn() == []


def test_media_of_a_clip_are_kept_and_can_be_drawn_anew(store: FeedbackStore) -> None:
    query = store.query(add_query(store, drawn=False))
    shown = query.clips[0].id
    assert store.media(shown) is None
    store.add_media(shown, MEDIA)
    assert store.media(shown) == MEDIA
    other = Media("clips/2.mp4", 240, 240, 30.0, 45)
    store.add_media(shown, other)
    assert store.media(shown) == other


def test_a_clip_that_cannot_be_drawn_withdraws_its_queries_only(store: FeedbackStore) -> None:
    a, b, c = clip(1), clip(2), clip(3)
    first, second = store.add_queries([Query((a, b)), Query((a, c))])
    (other,) = store.add_queries([Query((second.clips[1], clip(4)))])
    store.mark_undrawable(first.clips[0].id, "the simulator cannot be restored")
    assert [query.id for query in store.open_queries()] == [other.id]
    assert store.undrawable() == {first.clips[0].id: "the simulator cannot be restored"}
    assert first.clips[0].id not in [each.id for each in store.undrawn(9)]


def test_progress_is_what_was_published_last(tmp_path: Path) -> None:
    clock = Clock(5.0)
    with new_store(tmp_path, clock) as store:
        assert store.progress() is None
        store.publish(Progress(0, 1000, 0, 50, state="warming up"))
        clock.now = 6.0
        store.publish(Progress(10, 1000, 3, 50, true_return=-3.5, accuracy=0.75))
        assert store.progress() == Progress(
            10, 1000, 3, 50, true_return=-3.5, accuracy=0.75, state="training", heartbeat=6.0
        )


def test_a_store_in_memory_does_the_same() -> None:
    with FeedbackStore.in_memory(ENVIRONMENT) as store:
        query = add_query(store)
        judgement = say(store, query)
        assert store.current() == {query: [judgement]}
        assert store.counts() == Counts(asked=1, answered=1, labels=1)
