"""Hogwild steps on parameters in shared memory."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from stable_baselines3.common.sb2_compat.rmsprop_tf_like import RMSpropTFLike
from torch import nn, optim
from torch.optim import LBFGS, SGD, Adam, AdamW, NAdam, RMSprop

from rlhf_gym.agents.a3c.optimizer import HogwildOptimizer, share_optimizer


class OfOthers(optim.Optimizer):
    """Scales each parameter's gradient to length 1; puts new tensors in place of its own."""

    def __init__(self, params: Any, lr: float) -> None:
        super().__init__(params, {"lr": lr})
        self.scale = 2.0

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for parameter in group["params"]:
                state = self.state[parameter]
                state["taken"] = state.get("taken", 0) + 1
                mean = state.get("mean", torch.zeros_like(parameter))
                state["mean"] = 0.9 * mean + parameter.grad
                step = self.scale * state["mean"] / (state["mean"].norm() + 1e-8)
                parameter.data = parameter.data - group["lr"] * step / state["taken"] ** 0.5


def momentum(params: Any, lr: float) -> SGD:
    return SGD(params, lr=lr, momentum=0.9)


KINDS = [RMSprop, Adam, RMSpropTFLike, AdamW, NAdam, SGD, momentum, optim.Rprop]


def network() -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(3, 2)


@pytest.mark.parametrize("optimizer", KINDS)
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
    (block,) = first.blocks
    tensors: list[Any] = [block.parameters, *block.statistics.values()]
    assert all(tensor.is_shared() for tensor in tensors)
    of_ones = {"square_avg"} if optimizer is RMSpropTFLike else set()
    for name, statistic in block.statistics.items():
        assert (statistic == float(name in of_ones)).all()
    torch.autograd.backward(shared(torch.ones(1, 3)).sum())
    ours.step()
    (again,) = share_optimizer(ours).blocks
    assert torch.equal(again.parameters[:6], shared.weight.flatten())
    assert not torch.equal(shared.weight, before)
    for name, statistic in block.statistics.items():
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


def two_groups(layer: nn.Linear) -> list[dict[str, Any]]:
    return [{"params": [layer.weight], "lr": 0.1}, {"params": [layer.bias], "lr": 0.01}]


def test_groups_of_parameters_keep_their_settings_and_an_optimiser_of_others_its_own() -> None:
    for kind in (Adam, OfOthers):
        plain, shared, local = network(), network(), network()
        theirs, ours = (kind(two_groups(each), lr=1.0) for each in (plain, shared))
        hogwild = HogwildOptimizer(share_optimizer(ours), list(local.parameters()))
        for _ in range(4 if kind is Adam else 1):
            hogwild.pull()
            for each, opt in ((plain, theirs), (local, hogwild)):
                opt.zero_grad()
                torch.autograd.backward(each(torch.ones(2, 3)).square().sum())
                opt.step()
        if kind is Adam:
            torch.testing.assert_close(shared.weight, plain.weight)
        assert not torch.equal(shared.weight, network().weight)
        moved = [
            (a - b).abs().max()
            for a, b in zip(shared.parameters(), network().parameters(), strict=True)
        ]
        assert moved[0] > 5 * moved[1] > 0


def test_parameters_without_a_gradient_stay_as_they_are() -> None:
    shared = network()
    shared.bias.requires_grad_(False)
    bias = shared.bias.clone()
    first = share_optimizer(AdamW(shared.parameters(), lr=0.1, weight_decay=0.5))
    assert [block.shapes for block in first.blocks] == [[torch.Size([2, 3])]]
    local = network()
    hogwild = HogwildOptimizer(first, list(local.parameters())[:1])
    hogwild.pull()
    torch.autograd.backward(local(torch.ones(2, 3)).sum())
    hogwild.step()
    assert torch.equal(shared.bias, bias) and not torch.equal(shared.weight, network().weight)


def test_what_cannot_be_shared_is_refused() -> None:
    with pytest.raises(ValueError, match="LBFGS cannot be shared by workers"):
        share_optimizer(LBFGS(network().parameters()))
    shared = share_optimizer(RMSprop(network().parameters()))
    with pytest.raises(ValueError, match="8 parameters are shared, but 10 local"):
        HogwildOptimizer(shared, list(nn.Linear(4, 2).parameters()))
