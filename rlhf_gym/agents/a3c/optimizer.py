"""Hogwild: the gradients of local networks applied, without locks, to parameters that all share."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from stable_baselines3.common.sb2_compat.rmsprop_tf_like import RMSpropTFLike
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters
from torch.optim import Adam, Optimizer, RMSprop

from rlhf_gym.agents.a3c.shared_memory import shared

__all__ = ["HogwildOptimizer", "SharedOptimizer", "share_optimizer"]


Kind: TypeAlias = type[RMSprop] | type[Adam] | type[RMSpropTFLike]
KINDS: tuple[Kind, ...] = (RMSprop, Adam, RMSpropTFLike)


@dataclass(frozen=True)
class SharedOptimizer:
    """All parameters of an optimiser, and its statistics, one after the other in shared memory.

    Attributes:
        type: RMSprop, Adam, or stable-baselines3's RMSpropTFLike.
        settings: of it, such as the learning rate.
        parameters: ``(n,)``.
        statistics: by name, ``(n,)``; the count of steps ``()``.
    """

    type: Kind
    settings: dict[str, Any]
    parameters: Tensor
    statistics: dict[str, Tensor]


def share_optimizer(optimizer: Optimizer) -> SharedOptimizer:
    """Move an optimiser's parameters and statistics into shared memory, in which they stay its own.

    Raises:
        ValueError: it is of another kind, or has several groups of parameters.
    """
    kind = type(optimizer)
    if kind not in KINDS:
        raise ValueError(
            f"workers share the statistics of {', '.join(known.__name__ for known in KINDS)}, but "
            f"the policy has {kind.__name__}: leave out policy_kwargs['optimizer_class'], or give "
            "one of these"
        )
    if len(optimizer.param_groups) > 1:
        raise ValueError("the policy's optimizer has several param_groups; only one can be shared")
    (group,) = optimizer.param_groups
    parameters: list[nn.Parameter] = group["params"]
    if not optimizer.state:
        _begin_statistics(optimizer, parameters)
    statistics = {}
    for name, first in optimizer.state[parameters[0]].items():
        each = [optimizer.state[parameter][name] for parameter in parameters]
        if first.ndim == 0:
            statistics[name] = shared(first.clone())
            parts: Iterable[Tensor] = [statistics[name]] * len(each)
        else:
            statistics[name] = shared(parameters_to_vector(each))
            parts = _views(statistics[name], parameters)
        for parameter, part in zip(parameters, parts, strict=True):
            optimizer.state[parameter][name] = part
    flat = shared(parameters_to_vector(parameters).detach())
    vector_to_parameters(flat, parameters)
    settings = {name: value for name, value in group.items() if name != "params"}
    return SharedOptimizer(kind, settings, flat, statistics)


def _views(flat: Tensor, like: Sequence[Tensor]) -> list[Tensor]:
    parts = torch.split(flat, [tensor.numel() for tensor in like])
    return [part.view(tensor.shape) for part, tensor in zip(parts, like, strict=True)]


def _begin_statistics(optimizer: Optimizer, parameters: Sequence[nn.Parameter]) -> None:
    """Let the optimiser lay out its statistics as before its first step, moving no parameter."""
    rates = [group["lr"] for group in optimizer.param_groups]
    for group in optimizer.param_groups:
        group["lr"] = 0.0
    for parameter in parameters:
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    for group, rate in zip(optimizer.param_groups, rates, strict=True):
        group["lr"] = rate
    of_ones = "square_avg" if isinstance(optimizer, RMSpropTFLike) else None
    for statistics in optimizer.state.values():
        for name, value in statistics.items():
            begin = torch.ones_like if name == of_ones else torch.zeros_like
            statistics[name] = begin(torch.as_tensor(value))


class HogwildOptimizer:
    """Applies a local network's gradients to shared parameters (Niu et al., "Hogwild!", 2011).

    Nothing is locked: two workers that write at once may lose a part of a step, which asynchronous
    training bears (Mnih et al. 2016, section 4). Statistics are shared as well: of the paper's
    three variants "Shared RMSProp" was the most robust (its section 4.5 and equation S3).

    Args:
        shared: of the same network in another process, see `share_optimizer`.
        local: this process's own parameters, in the same order; made contiguous, so
            that a step takes a few operations whatever their number.
    """

    def __init__(self, shared: SharedOptimizer, local: Sequence[nn.Parameter]) -> None:
        self._local = parameters_to_vector(local).detach()
        if self._local.shape != shared.parameters.shape:
            raise ValueError(
                f"{len(shared.parameters)} parameters are shared, but {len(self._local)} local"
            )
        self._gradient = torch.zeros_like(self._local)
        vector_to_parameters(self._local, local)
        for parameter, gradient in zip(local, _views(self._gradient, local), strict=True):
            parameter.grad = gradient
        self._shared = nn.Parameter(shared.parameters)
        self._shared.grad = self._gradient
        group: Any = {**shared.settings, "params": [self._shared]}
        self._optimizer: Optimizer = shared.type([group])
        self._optimizer.state[self._shared] = dict(shared.statistics)
        self._steps, self._pulled_at = shared.statistics["step"], 0
        self.staleness = 0
        """Steps that others took between the last `pull` and the last `step`."""

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """Groups of the shared parameters; the learning rate in them is this process's own."""
        return self._optimizer.param_groups

    def pull(self) -> None:
        """Copy the shared parameters into the local ones."""
        self._pulled_at = int(self._steps)
        self._local.copy_(self._shared.detach())

    def zero_grad(self) -> None:
        """Forget the local gradients."""
        self._gradient.zero_()

    def step(self) -> None:
        """Apply the local gradients to the shared parameters.

        Raises:
            ArithmeticError: a gradient is not finite; the shared parameters stay as they are.
        """
        if not math.isfinite(self._gradient.sum()):
            raise ArithmeticError(
                "the gradient is not finite: rewards or observations are not finite or too large, "
                "or the learning rate is too high"
            )
        self.staleness = int(self._steps) - self._pulled_at
        self._optimizer.step()
