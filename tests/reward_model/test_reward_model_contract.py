"""Every reward model keeps the contract of `RewardModel`; one that breaks it is told how."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from rlhf_gym.reward_model import RewardEnsemble, RewardModelSettings
from rlhf_gym.reward_model.contract import check_reward_model

PICTURES = gym.spaces.Dict(
    {"eye": gym.spaces.Box(0, 255, (16, 16, 3), np.uint8), "x": gym.spaces.Box(-1, 1, (2,))}
)
MOVES = gym.spaces.Box(-1, 1, (2,))


def ensemble(**settings: Any) -> Callable[[Any, Any], RewardEnsemble]:
    chosen = RewardModelSettings(**settings)
    return lambda observed, acted: RewardEnsemble(observed, acted, chosen, device="cpu")


def anchored(observed: Any, acted: Any) -> RewardEnsemble:
    return RewardEnsemble(observed, acted, device="cpu", anchored=True)


def of_the_example(observed: Any, acted: Any) -> Any:
    example = Path(__file__).parents[2] / "examples" / "own_reward_model.py"
    return runpy.run_path(str(example))["LinearReward"](observed, acted)


@pytest.mark.parametrize(
    "make",
    [
        ensemble(),
        ensemble(members=1),
        ensemble(uses_next_observations=True),
        ensemble(refit_from_scratch=True),
        anchored,
        of_the_example,
    ],
    ids=["ensemble", "one member", "changes", "anew", "anchored", "linear"],
)
def test_every_reward_model_keeps_the_contract(make: Callable[[Any, Any], Any]) -> None:
    check_reward_model(make)


def test_an_ensemble_of_pictures_and_moves_keeps_the_contract() -> None:
    check_reward_model(ensemble(filters=4), PICTURES, MOVES)


class Broken(RewardEnsemble):
    """An ensemble that does one thing wrong."""

    def __init__(self, observed: Any, acted: Any) -> None:
        super().__init__(observed, acted, device="cpu")


class OneRewardOnly(Broken):
    def predict(self, transitions: Any, *old: Any, **over: Any) -> Any:
        return super().predict(transitions)[:1]


class CountsPadding(Broken):
    def predict_returns(self, transitions: Any, mask: Any) -> Any:
        return super().predict_returns(transitions, np.ones_like(mask))


class LearnsNothing(Broken):
    def fit(self, new_labels: int | None = None, *, updates: int | None = None) -> int:
        self.version += 1
        return 1


class KeepsItsVersion(Broken):
    def fit(self, new_labels: int | None = None, *, updates: int | None = None) -> int:
        version, taken = self.version, super().fit(new_labels, updates=updates)
        self.version = version
        return taken


class IsNotNormalised(Broken):
    def predict(self, transitions: Any, *old: Any, **over: Any) -> Any:
        return super().predict(transitions) + 1


class IsNotAnchored(Broken):
    def __init__(self, observed: Any, acted: Any) -> None:
        super().__init__(observed, acted)
        self.anchored = True

    def normalise(self, recent: Any, absorbing: Any = None, **how: Any) -> None:
        self.anchored = False
        super().normalise(recent, absorbing, **how)
        self.anchored = True  # as it says of itself


class ForgetsItsScale(Broken):
    def load_state(self, state: dict[str, Any]) -> None:
        scale = self.scale.state()
        super().load_state(state)
        self.scale.load_state(scale)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (OneRewardOnly, "one reward a step"),
        (CountsPadding, "leave out the steps where the mask is False"),
        (LearnsNothing, "most of those should have the higher return"),
        (KeepsItsVersion, "version must grow when a fit changes predictions"),
        (IsNotNormalised, "must have mean 0"),
        (IsNotAnchored, "if it is anchored, absorbing steps are worth 0"),
        (ForgetsItsScale, "must predict as the one that gave the state"),
    ],
)
def test_what_breaks_the_contract_is_named(broken: type[Broken], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_reward_model(broken)
