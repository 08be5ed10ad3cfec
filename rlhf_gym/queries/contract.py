"""What every query strategy must do, as checks that you can run on your own."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import gymnasium as gym
import numpy as np

from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.episodes import Positions
from rlhf_gym.clips.observations import Array
from rlhf_gym.clips.steps import Transitions, VecStep
from rlhf_gym.queries.candidates import Candidates, Floats
from rlhf_gym.queries.strategies import Strategy, scores_of, strategy_named

__all__ = ["check_strategy", "sample_candidates"]


def check_strategy(strategy: Strategy, *, seed: int = 0) -> None:
    """Check that a query strategy does what training expects of it.

    It is tried on candidates before and after something was learned, with one and with several
    members of the ensemble, with few pairs and with many. It must score each pair, choose none
    twice, leave the candidates as they are, and give the same for the same random numbers.

    Args:
        strategy: what ``FeedbackSettings(strategy=...)`` takes.
        seed: of the candidates.

    Raises:
        AssertionError: it breaks a rule; the message names it.
        ValueError: its scores are none.

    >>> check_strategy("disagreement")
    >>> check_strategy(lambda candidates: [0.5, 0.1])
    Traceback (most recent call last):
        ...
    ValueError: the strategy <lambda> must give a score for each of 1 pairs, but gave (2,)
    """
    name, choose = strategy_named(strategy)
    for pairs in (1, 2, 40):
        for members in (0, 1, 3):
            both = [sample_candidates(pairs, members, seed=seed) for _ in range(2)]
            before = [copy.deepcopy(list(_arrays(candidates))) for candidates in both]
            first, second = (scores_of(name, choose(each), each) for each in both)
            chosen, again = first.best(both[0].n), second.best(both[1].n)
            assert np.array_equal(chosen, again) and np.array_equal(first.values, second.values), (
                f"the strategy {name} must give the same for the same candidates and random "
                "numbers: draw from candidates.rng"
            )
            assert len(chosen) == min(both[0].n, pairs), (
                f"the strategy {name} must choose {both[0].n} of {pairs} pairs, or all if there "
                f"are fewer, but chose {len(chosen)}"
            )
            for candidates, arrays in zip(both, before, strict=True):
                assert all(map(np.array_equal, arrays, _arrays(candidates))), (
                    f"the strategy {name} must not change the candidates"
                )


def sample_candidates(
    pairs: int = 40, members: int = 3, *, n: int = 4, length: int = 5, seed: int = 0
) -> Candidates:
    """Return candidates of random clips, for trying a strategy.

    Args:
        pairs: number of pairs.
        members: members of the ensemble; 0: nothing is learned yet.
        n: number of queries that are wanted.
        length: steps of a clip.
        seed: of the clips, of the ensemble, and of the candidates' random numbers.

    >>> candidates = sample_candidates(pairs=10, members=3)
    >>> len(candidates), candidates.returns.shape
    (10, (2, 3, 10))
    """
    rng = np.random.default_rng(seed)
    space, actions = gym.spaces.Box(-5, 5, (4,)), gym.spaces.Discrete(2)
    buffer = ClipBuffer(space, actions, 2 * pairs, length, max_bytes=2**20)
    for step in range(length):
        buffer.add(_random_step(rng, 2 * pairs, ends=step == length - 1))
    weights = rng.normal(size=(members, 4))

    def predict(transitions: Transitions, mask: Array) -> Floats:
        observations = np.asarray(transitions.observations)
        rewards = np.einsum("mf,nlf->mnl", weights, observations)
        return np.asarray((rewards * mask).sum(axis=-1))

    begins, lengths = np.zeros(2 * pairs, int), np.full(2 * pairs, length)
    everything = Positions(env=np.arange(2 * pairs), first=begins, length=lengths)
    return Candidates(
        buffer,
        everything[:pairs],
        everything[pairs:],
        n=n,
        rng=rng,
        predict_returns=predict if members else None,
    )


def _random_step(rng: np.random.Generator, envs: int, *, ends: bool) -> VecStep:
    """A step of environments that all end their episodes at once, or none."""
    ended = np.full(envs, ends)
    transitions = Transitions(
        rng.normal(size=(envs, 4)).astype(np.float32),
        rng.integers(2, size=envs),
        ended,
        np.zeros(envs, bool),
        rng.normal(size=(envs, 4)).astype(np.float32),
    )
    rewards = rng.normal(size=envs).astype(np.float32)
    return VecStep(transitions, rewards, np.zeros(envs, bool), ended, [])


def _arrays(candidates: Candidates) -> Iterator[Array]:
    """What a strategy can see of candidates."""
    for clips in candidates.clips:
        yield np.asarray(clips.transitions.observations)
        yield clips.transitions.actions
        yield clips.mask
    yield candidates.features
    if candidates.learned:
        yield candidates.returns
