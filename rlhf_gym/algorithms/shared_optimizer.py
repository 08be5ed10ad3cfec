"""Hogwild: the gradients of local networks applied, without locks, to parameters that all share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.optim import Adam, Optimizer, RMSprop

__all__ = ["HogwildOptimizer", "share_optimizer"]


def share_optimizer(optimizer: Optimizer) -> None:
    """Move an optimiser's parameters and statistics into shared memory.

    The statistics begin at zero where the optimiser has taken no step yet. Sent to another process,
    the optimiser stands for the same parameters and statistics there.

    Raises:
        ValueError: it is neither RMSprop nor Adam, or its parameters are not on the CPU.
    """
    if type(optimizer) not in (RMSprop, Adam):
        raise ValueError(
            f"workers share the statistics of torch.optim.RMSprop or Adam, but the policy has "
            f"{type(optimizer).__name__}: leave out policy_kwargs['optimizer_class'], or give one "
            "of these"
        )
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    if any(parameter.device.type != "cpu" for parameter in parameters):
        raise ValueError("workers share parameters on the CPU only: give device='cpu'")
    if not optimizer.state:
        _begin_statistics(optimizer, parameters)
    for parameter in parameters:
        parameter.share_memory_()
        for statistic in optimizer.state[parameter].values():
            if isinstance(statistic, Tensor):
                statistic.share_memory_()  # type: ignore[no-untyped-call]


def _begin_statistics(optimizer: Optimizer, parameters: Sequence[Tensor]) -> None:
    """Let the optimiser lay out its statistics, all zero, without moving a parameter."""
    rates = [group["lr"] for group in optimizer.param_groups]
    for group in optimizer.param_groups:
        group["lr"] = 0.0
    for parameter in parameters:
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    for group, rate in zip(optimizer.param_groups, rates, strict=True):
        group["lr"] = rate
    for statistics in optimizer.state.values():
        for statistic in statistics.values():
            if isinstance(statistic, Tensor):
                statistic.zero_()


class HogwildOptimizer:
    """Applies a local network's gradients to shared parameters (Niu et al., "Hogwild!", 2011).

    Nothing is locked: two workers that write at once may lose a part of a step, which asynchronous
    training bears (Mnih et al. 2016, section 4). Statistics are shared as well: of the paper's
    three variants "Shared RMSProp" was the most robust (its section 4.5 and equation S3).

    Args:
        shared: an optimiser of parameters in shared memory, see `share_optimizer`.
        local: this process's own parameters, in the same order.
    """

    def __init__(self, shared: Optimizer, local: Sequence[Tensor]) -> None:
        self._optimizer = shared
        self._shared = [p for group in shared.param_groups for p in group["params"]]
        self._local = list(local)
        shapes = [[p.shape for p in parameters] for parameters in (self._shared, self._local)]
        if shapes[0] != shapes[1]:
            raise ValueError(f"shared parameters of shapes {shapes[0]}, but local {shapes[1]}")

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """Groups of the shared parameters; the learning rate in them is this process's own."""
        return self._optimizer.param_groups

    @torch.no_grad()
    def pull(self) -> None:
        """Copy the shared parameters into the local ones."""
        for local, shared in zip(self._local, self._shared, strict=True):
            local.copy_(shared)

    def zero_grad(self) -> None:
        """Forget the local gradients."""
        for local in self._local:
            local.grad = None

    def step(self) -> None:
        """Apply the local gradients to the shared parameters."""
        for local, shared in zip(self._local, self._shared, strict=True):
            shared.grad = local.grad
        self._optimizer.step()
