"""RewardModel: what training needs of a reward model; the seam for a user's own."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.observations import Array
from rlhf_gym.clips.steps import Transitions
from rlhf_gym.feedback.query import Query
from rlhf_gym.reward_model.diagnostics import Diagnostics

__all__ = ["RewardModel", "is_anchored"]


class RewardModel(Protocol):
    """A reward that is learned from labels: predicts, fits, and keeps its scale.

    `HumanFeedback` takes one as ``reward_model=...``. `RewardEnsemble` is the one of this package;
    ``examples/own_reward_model.py`` shows another, and
    `rlhf_gym.reward_model.contract.check_reward_model` tests any. One with a true attribute
    ``anchored`` needs no ends that are held, see `is_anchored`.
    """

    @property
    def version(self) -> int:
        """A number, 0 or more, that grows whenever `predict` changes.

        Rewards of an older version in a replay buffer are then predicted again.
        """

    @property
    def uses_next_observations(self) -> bool:
        """Whether it looks at ``next_observations``, which are None otherwise, to save memory."""

    def predict(self, transitions: Transitions) -> npt.NDArray[np.float32]:
        """Return the learned reward ``(n,)`` float32 of each of ``n`` steps, normalised."""
        ...

    def predict_returns(
        self, transitions: Transitions, mask: Array
    ) -> npt.NDArray[np.floating[Any]]:
        """Return the sum of rewards of each of ``n`` padded clips by each member, not normalised.

        Queries are chosen by the disagreement of the members; other models have one member.

        Args:
            transitions: with leading axes ``(n, length)``.
            mask: ``(n, length)`` bool, the steps that count.

        Returns:
            ``(members, n)``, in the unit of preferences: the difference of two returns is the
            log-odds that the first clip is preferred.
        """
        ...

    def update(self, labels: Mapping[int, float | None], queries: Mapping[int, Query]) -> None:
        """Take in new and changed labels; None takes a label back. Predictions do not change.

        Args:
            labels: the label of each query id: probability that the first clip is better.
            queries: the queries of the ids that are new.
        """
        ...

    def fit(self, new_labels: int) -> int:
        """Learn from all labels.

        Args:
            new_labels: number of labels that have come, or changed, since the last fit.

        Returns:
            A number of updates, such as gradient steps; 0 if predictions did not change.
        """
        ...

    def normalise(
        self, recent: Transitions, absorbing: Transitions, *, valued_terminals: bool
    ) -> None:
        """Set the scale of `predict`: mean 0, and deviation 1 or somewhat less, over recent steps.

        Args:
            recent: random steps of recent experience.
            absorbing: random absorbing ones among them, or what would follow the ends of episodes
                that simply end; there may be none. Where there are some, the mean reward of a model
                that is anchored is not 0 over ``recent``, but over these.
            valued_terminals: whether episodes end well or badly. The mean reward of absorbing steps
                is then 0, as it is for an agent whose episode is over. Otherwise all of them get
                one reward, the mean prediction for them, so that no end is sought.
        """
        ...

    def diagnostics(self) -> Diagnostics:
        """Measure how well labels are predicted that were not learned from; optional."""
        return Diagnostics()

    def state(self) -> dict[str, Any]:
        """Return everything but the labels, as plain data and torch tensors, for a checkpoint."""
        ...

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave.

        Raises:
            ValueError: it does not fit this model.
        """
        ...

    if not TYPE_CHECKING:  # In version 0.1.0 this was the name of RewardEnsemble.

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            """Make a `RewardEnsemble`, with a warning."""
            if cls is not RewardModel:
                return super().__new__(cls)
            return _ensemble("RewardModel(...)")(*args, **kwargs)

        @staticmethod
        def load(*args: Any, **kwargs: Any) -> Any:
            """Read a `RewardEnsemble`; use `RewardEnsemble.load`."""
            return _ensemble("RewardModel.load").load(*args, **kwargs)


def is_anchored(model: RewardModel) -> bool:
    """Return whether an episode that has terminated is worth 0 to a reward model from then on.

    Episodes may then simply end: clips that an end cuts short go on with absorbing steps, which
    show what was seen last, and `RewardModel.normalise` sets the zero of all rewards to the mean
    that is predicted for such steps. Otherwise ends must be held, see `FixedHorizon`.
    """
    return bool(getattr(model, "anchored", False))


def _ensemble(old: str) -> Any:
    from rlhf_gym.reward_model.ensemble import RewardEnsemble

    warnings.warn(
        f"{old} is RewardEnsemble now and will be removed in version 0.3.0: RewardModel is the "
        "protocol that every reward model follows",
        DeprecationWarning,
        stacklevel=3,
    )
    return RewardEnsemble
