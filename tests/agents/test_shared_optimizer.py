"""Hogwild steps on parameters in shared memory."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from stable_baselines3.common.sb2_compat.rmsprop_tf_like import RMSpropTFLike
from torch import nn
from torch.optim import SGD, Adam, RMSprop

from rlhf_gym.agents.a3c.optimizer import HogwildOptimizer, share_optimizer


def network() -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(3, 2)


@pytest.mark.parametrize("optimizer", [RMSprop, Adam, RMSpropTFLike])
def test_steps_of_a_local_copy_are_those_of_the_plain_optimiser(optimizer: Any) -> None:
    plain, shared, local = network(), network(), network()
    theirs, ours = (optimizer(each.parameters(), lr=0.1) for each in (plain, shared))
    hogwild = HogwildOptimizer(share_optimizer(ours), list(local.parameters()))
    for step in range(3):
        hogwild.pull()
        inputs = torch.full((4, 3), 1.0 + step)
        for each, opt in ((plain, theirs), (local, hogwild)):
            opt.zero_grad()
            torch.autograd.backward(each(inputs).square().sum())
            opt.step()
        for a, b in zip(plain.parameters(), shared.parameters(), strict=True):
            torch.testing.assert_close(a, b)
    assert not torch.equal(local.weight, shared.weight)
    hogwild.pull()
    assert torch.equal(local.weight, shared.weight)


@pytest.mark.parametrize("optimizer", [RMSprop, Adam, RMSpropTFLike])
def test_sharing_moves_nothing_and_keeps_statistics(optimizer: Any) -> None:
    shared = network()
    before = shared.weight.detach().clone()
    ours = optimizer(shared.parameters(), lr=0.1)
    first = share_optimizer(ours)
    assert torch.equal(shared.weight, before)
    tensors: list[Any] = [first.parameters, *first.statistics.values()]
    assert all(tensor.is_shared() for tensor in tensors)
    of_ones = {"square_avg"} if optimizer is RMSpropTFLike else set()
    for name, statistic in first.statistics.items():
        assert (statistic == float(name in of_ones)).all()
    torch.autograd.backward(shared(torch.ones(1, 3)).sum())
    ours.step()
    again = share_optimizer(ours)
    assert torch.equal(again.parameters[:6], shared.weight.flatten())
    assert not torch.equal(shared.weight, before)
    for name, statistic in first.statistics.items():
        assert statistic.any() and torch.equal(again.statistics[name], statistic)


def test_a_gradient_is_as_stale_as_others_have_taken_steps_meanwhile() -> None:
    shared = share_optimizer(RMSprop(network().parameters()))
    one, other = (HogwildOptimizer(shared, list(network().parameters())) for _ in range(2))
    one.pull()
    for _ in range(3):
        other.pull()
        other.step()
    one.step()
    assert (one.staleness, other.staleness) == (3, 0)


def test_what_cannot_be_shared_is_refused() -> None:
    with pytest.raises(ValueError, match="RMSprop, Adam, RMSpropTFLike, but the policy has SGD"):
        share_optimizer(SGD(network().parameters(), lr=0.1))
    shared = share_optimizer(RMSprop(network().parameters()))
    with pytest.raises(ValueError, match="8 parameters are shared, but 10 local"):
        HogwildOptimizer(shared, list(nn.Linear(4, 2).parameters()))
