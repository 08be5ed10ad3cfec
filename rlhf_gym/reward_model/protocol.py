"""RewardModel: what training needs of a reward model; the seam for a user's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.observations import Array
from rlhf_gym.clips.steps import Transitions
from rlhf_gym.feedback.query import Query
from rlhf_gym.reward_model.diagnostics import Diagnostics

__all__ = ["RewardModel"]


class RewardModel(Protocol):
    """A reward that is learned from labels: predicts, fits, and keeps its scale.

    `HumanFeedback` takes one as ``reward_model=...``; `RewardEnsemble` is the one of this package,
    and `rlhf_gym.reward_model.contract.check_reward_model` checks another.

    Attributes:
        version: a number, 0 or more, that grows whenever `predict` changes: rewards of an older
            version in a replay buffer are then predicted again.
        uses_next_observations: whether it looks at ``transitions.next_observations``, which are
            None otherwise, to save memory.
    """

    version: int
    uses_next_observations: bool

    def predict(self, transitions: Transitions) -> npt.NDArray[np.float32]:
        """The learned reward ``(n,)`` float32 of each of ``n`` steps, on a normalised scale."""
        ...

    def predict_returns(
        self, transitions: Transitions, mask: Array
    ) -> npt.NDArray[np.floating[Any]]:
        """The return of each of ``n`` padded clips by each member, not normalised.

        Queries are chosen by the disagreement of the members; a model that is no ensemble has one.

        Args:
            transitions: with leading axes ``(n, length)``.
            mask: ``(n, length)`` bool, the steps that count.

        Returns:
            ``(members, n)``, in the units in which labels are explained: the difference of two
            returns is the log-odds of a preference.
        """
        ...

    def update(self, labels: Mapping[int, float | None], queries: Mapping[int, Query]) -> None:
        """Take in new and changed labels; None takes a label back. Predictions stay.

        Args:
            labels: the label of each query id: probability that the first clip is better.
            queries: the queries of the ids.
        """
        ...

    def fit(self, new_labels: int) -> None:
        """Learn from all labels, of which ``new_labels`` have come since the last fit."""
        ...

    def normalise(
        self, recent: Transitions, absorbing: Transitions, *, valued_terminals: bool
    ) -> None:
        """Set the scale of `predict`: mean 0 and deviation 1 over recent steps, as far as it can.

        Args:
            recent: random steps of recent experience.
            absorbing: random absorbing ones among them; there may be none.
            valued_terminals: whether episodes end well or badly. Absorbing steps are then worth 0
                on average, as they are for an agent whose episode is over; otherwise each of them
                gets the same reward, their mean, so that no end is sought.
        """
        ...

    def diagnostics(self) -> Diagnostics:
        """How well labels are predicted that it did not learn from; `Diagnostics()` if unknown."""
        ...

    def state(self) -> dict[str, Any]:
        """All but the labels, as plain data and torch tensors, for a checkpoint."""
        ...

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave.

        Raises:
            ValueError: it does not fit this model.
        """
        ...
