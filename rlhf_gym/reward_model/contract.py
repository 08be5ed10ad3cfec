"""The rules that every reward model keeps, as a check that you can run on your own."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gymnasium as gym
import numpy as np
import torch

from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.observations import Array, batch_of, map_leaves
from rlhf_gym.clips.steps import Transitions
from rlhf_gym.feedback.query import Query
from rlhf_gym.reward_model.diagnostics import Diagnostics
from rlhf_gym.reward_model.protocol import RewardModel, is_anchored
from rlhf_gym.wrappers.contract import check_reward_function

__all__ = ["check_reward_model"]

Make = Callable[["gym.Space[Any]", "gym.Space[Any]"], RewardModel]

OBSERVED, ACTED = gym.spaces.Box(-3.0, 3.0, (4,)), gym.spaces.Discrete(2)
LENGTH = 5
"""Steps of the clips that are compared."""


def check_reward_model(
    make: Make,
    observation_space: gym.Space[Any] = OBSERVED,
    action_space: gym.Space[Any] = ACTED,
) -> None:
    """Check that a reward model does what a training expects of it.

    It must predict one finite reward a step; learn from comparisons of clips, and from nothing
    else; change its predictions only with its version; normalise them; and go on from its state.

    Args:
        make: makes the reward model for an observation space and an action space.
        observation_space: of the steps that it is tried on.
        action_space: of them too.

    Raises:
        AssertionError: if the reward model breaks a rule; the message names it.

    >>> from rlhf_gym import RewardEnsemble
    >>> check_reward_model(RewardEnsemble)
    """
    samples = _Samples(observation_space, action_space)
    model = make(observation_space, action_space)
    _check_predictions(model, samples)
    for answer in (1.0, 0.0):
        model = make(observation_space, action_space)
        _check_learning(model, samples, answer)
    _check_scale(model, samples)
    _check_state(model, make(observation_space, action_space), samples)


class _Samples:
    """Random steps, and queries about them."""

    def __init__(self, observation_space: gym.Space[Any], action_space: gym.Space[Any]) -> None:
        self.spaces = observation_space, action_space
        for seed, space in enumerate(self.spaces):
            space.seed(seed)

    def steps(self, n: int) -> Transitions:
        """Return random steps, with next observations."""
        observed, acted = self.spaces

        def batch(space: gym.Space[Any]) -> Any:
            return batch_of([space.sample() for _ in range(n)])

        return Transitions.within_episodes(batch(observed), batch(acted), batch(observed))

    def padded(self, n: int) -> tuple[Transitions, Array]:
        """Return clips of random steps, of which the last ones of every other clip do not count."""
        mask = np.arange(LENGTH) < np.where(np.arange(n) % 2, LENGTH, 2)[:, None]
        return self.steps(n * LENGTH).in_clips(LENGTH), mask

    def queries(self, n: int) -> dict[int, Query]:
        """Return pairs of clips: one of random steps, and one in which only zeros are seen."""
        return {
            id_: Query((self._clip(self.steps(LENGTH)), self._clip(self._unseen())), id=id_)
            for id_ in range(1, n + 1)
        }

    def _unseen(self) -> Transitions:
        steps = self.steps(LENGTH)
        zeros = map_leaves(np.zeros_like, steps.observations)
        return replace(steps, observations=zeros, next_observations=zeros)

    def _clip(self, steps: Transitions) -> Clip:
        rewards = np.zeros(LENGTH, np.float32)
        return Clip(
            steps.observations, steps.actions, rewards, next_observations=steps.next_observations
        )


def _check_predictions(model: RewardModel, samples: _Samples) -> None:
    assert isinstance(model.version, int) and model.version >= 0, (
        f"version must be a whole number of 0 or more, but is {model.version!r}"
    )
    assert isinstance(model.uses_next_observations, bool), (
        f"uses_next_observations must be True or False, but is {model.uses_next_observations!r}"
    )
    check_reward_function(model.predict, *samples.spaces)
    padded, mask = samples.padded(6)
    returns = model.predict_returns(padded, mask)
    assert returns.ndim == 2 and returns.shape[1] == 6, (
        f"predict_returns must give (members, n), here (members, 6), but gave {returns.shape}"
    )
    place = np.arange(mask.size)
    place[~mask.ravel()] = np.roll(place[~mask.ravel()], 1)
    others = padded.flat()[place].in_clips(LENGTH)
    np.testing.assert_allclose(
        model.predict_returns(others, mask),
        returns,
        atol=1e-4,
        err_msg="predict_returns must leave out the steps where the mask is False",
    )


def _check_learning(model: RewardModel, samples: _Samples, answer: float) -> None:
    queries, steps = samples.queries(40), samples.steps(20)
    before, version = model.predict(steps), model.version
    model.update(dict.fromkeys(queries, answer), queries)
    assert model.version == version and np.array_equal(model.predict(steps), before), (
        "update must not change predictions: labels are learned from in fit"
    )
    for _ in range(5):
        model.fit(len(queries))
    assert model.version > version, "version must grow when a fit changes predictions"
    learned = np.mean(_first_is_better(model, queries) == answer)
    assert learned > 0.7, (
        "after five fits to 40 comparisons that all prefer one of two kinds of clips, most of "
        f"those should have the higher return, but {learned:.0%} have"
    )
    model.update(dict.fromkeys(queries), {})  # taken back
    assert isinstance(model.diagnostics(), Diagnostics), "diagnostics must give Diagnostics"
    version, after = model.version, model.predict(steps)
    model.fit(0)
    assert model.version != version or np.array_equal(model.predict(steps), after), (
        "predictions changed, but the version did not"
    )


def _first_is_better(model: RewardModel, queries: dict[int, Query]) -> Array:
    """Return of which queries ``(n,)`` the first clip has the higher mean return."""
    returns = [
        [_return(model, clip.transitions) for clip in query.clips] for query in queries.values()
    ]
    first, second = np.array(returns).T
    return np.asarray(first > second)


def _return(model: RewardModel, steps: Transitions) -> float:
    clip = steps.in_clips(len(steps))
    return float(model.predict_returns(clip, np.ones((1, len(steps)), bool)).mean())


def _check_scale(model: RewardModel, samples: _Samples) -> None:
    recent, some = samples.steps(500), samples.steps(100)
    absorbing = replace(some, absorbing=np.ones(len(some), bool))
    none, version = absorbing[:0], model.version
    if is_anchored(model):
        _check_anchor(model, recent, absorbing)
        version = model.version
    model.normalise(recent, none, valued_terminals=False)
    assert model.version > version, "version must grow in normalise"
    rewards = model.predict(recent)
    assert abs(rewards.mean()) < 0.05 and 0 < rewards.std() < 1.05, (
        "after normalise, rewards of the same steps must have mean 0 and a deviation of at most 1, "
        f"but have {rewards.mean():.3f} and {rewards.std():.3f}"
    )
    model.normalise(recent, absorbing, valued_terminals=False)
    levels = model.predict(absorbing)
    assert np.ptp(levels) < 1e-6, (
        "without valued terminals every absorbing step must get the same reward, but they get "
        f"{levels.min():.3f} to {levels.max():.3f}"
    )
    model.normalise(recent, absorbing, valued_terminals=True)
    mean = model.predict(absorbing).mean()
    assert abs(mean) < 0.05, (
        f"with valued terminals the mean reward of absorbing steps must be 0, but is {mean:.3f}"
    )


def _check_anchor(model: RewardModel, recent: Transitions, behind: Transitions) -> None:
    model.normalise(recent, behind, valued_terminals=False)
    levels = model.predict(behind)
    assert not levels.any(), (
        "if it is anchored, absorbing steps are worth 0, but they get "
        f"{levels.min():.3f} to {levels.max():.3f}"
    )


def _check_state(model: RewardModel, other: RewardModel, samples: _Samples) -> None:
    file = io.BytesIO()
    torch.save(model.state(), file)
    file.seek(0)
    other.load_state(torch.load(file, map_location="cpu", weights_only=True))
    steps = samples.steps(50)
    np.testing.assert_allclose(
        other.predict(steps),
        model.predict(steps),
        atol=1e-6,
        err_msg="after load_state(state) a model must predict as the one that gave the state",
    )
    assert other.version == model.version, "the version is part of the state"
