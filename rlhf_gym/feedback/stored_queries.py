"""StoredQueries: queries that are read from a store where they are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rlhf_gym.feedback.query import Query
from rlhf_gym.feedback.store_reader import StoreReader

__all__ = ["StoredQueries"]

AT_ONCE = 16
"""Number of queries that are read together, and kept until others are."""


class StoredQueries(Mapping[int, Query]):
    """Some queries of a store by their ids, of which only a few are in memory.

    Args:
        store: where they are.
        ids: theirs, in the order in which they are likely to be looked at.

    >>> from rlhf_gym.feedback import EnvironmentRecord, FeedbackStore
    >>> with FeedbackStore.in_memory(EnvironmentRecord("CartPole-v1")) as store:
    ...     len(StoredQueries(store, []))
    0
    """

    def __init__(self, store: StoreReader, ids: Iterable[int]) -> None:
        self._store = store
        self._ids = list(ids)
        self._place = {id_: place for place, id_ in enumerate(self._ids)}
        self._read: dict[int, Query] = {}

    def __getitem__(self, id: int) -> Query:
        """Return a query, which is read with those that follow it."""
        if id not in self._read:
            place = self._place[id]
            queries = self._store.queries(self._ids[place : place + AT_ONCE])
            self._read = {query.id: query for query in queries}
        return self._read[id]

    def __iter__(self) -> Iterator[int]:
        """Iterate over the ids."""
        return iter(self._ids)

    def __len__(self) -> int:
        """Return the number of queries."""
        return len(self._ids)
