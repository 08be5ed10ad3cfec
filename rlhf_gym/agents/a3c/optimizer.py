"""Hogwild: the gradients of local networks applied, without locks, to parameters that all share."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cloudpickle  # type: ignore[import-untyped]
import torch
from stable_baselines3.common.sb2_compat.rmsprop_tf_like import RMSpropTFLike
from torch import Tensor, nn, optim
from torch.nn.utils import parameters_to_vector
from torch.optim import Optimizer

from rlhf_gym.agents.a3c.shared_memory import shared
from rlhf_gym.basics.faults import in_one_line

__all__ = ["HogwildOptimizer", "SharedBlock", "SharedOptimizer", "share_optimizer"]

ELEMENTWISE = (
    optim.SGD,
    optim.RMSprop,
    optim.Adam,
    optim.AdamW,
    optim.Adamax,
    optim.NAdam,
    optim.RAdam,
    optim.Adagrad,
    optim.Adadelta,
    RMSpropTFLike,
)
"""Optimisers that treat each number by itself, so that parameters may be joined into one tensor."""
FIRST = {"step": 0, "mu_product": 1}
"""Statistics that a step without a gradient changes, and what they are before the first step."""


@dataclass(frozen=True)
class SharedBlock:
    """Parameters that an optimiser treats as one, and its statistics of them, in shared memory.

    Attributes:
        group: index of their param_group.
        shapes: of each parameter.
        parameters: one after the other ``(n,)``, or a single one in its shape.
        statistics: by name, in the shape of ``parameters``; counts ``()``.
    """

    group: int
    shapes: list[torch.Size]
    parameters: Tensor
    statistics: dict[str, Tensor]


@dataclass(frozen=True)
class SharedOptimizer:
    """All that an optimiser trains, and its statistics.

    Attributes:
        type: of the optimiser.
        attributes: of the optimiser, beside its groups and statistics, pickled by cloudpickle.
        settings: of each param_group, such as the learning rate.
        blocks: the parameters.
        updates: ``()`` int64 in shared memory, number of steps that all have taken.
    """

    type: type[Optimizer]
    attributes: bytes
    settings: list[dict[str, Any]]
    blocks: list[SharedBlock]
    updates: Tensor


def share_optimizer(optimizer: Optimizer) -> SharedOptimizer:
    """Move an optimiser's parameters and statistics into shared memory, in which they stay its own.

    Parameters that need no gradient are left where they are.

    Raises:
        ValueError: it cannot take a step with gradients alone, or cannot be sent to processes.
    """
    _begin_statistics(optimizer)
    joined = type(optimizer) in ELEMENTWISE
    blocks = []
    for number, group in enumerate(optimizer.param_groups):
        trained = [parameter for parameter in group["params"] if parameter.requires_grad]
        parts = [trained] if joined else [[parameter] for parameter in trained]
        blocks += [_shared_block(optimizer, number, part, joined) for part in parts if part]
    settings = [
        {name: value for name, value in group.items() if name != "params"}
        for group in optimizer.param_groups
    ]
    updates = shared(torch.zeros((), dtype=torch.int64))
    return SharedOptimizer(type(optimizer), _attributes(optimizer), settings, blocks, updates)


def _shared_block(
    optimizer: Optimizer, group: int, parameters: list[nn.Parameter], joined: bool
) -> SharedBlock:
    statistics = {}
    for name, first in optimizer.state[parameters[0]].items():
        each = [optimizer.state[parameter][name] for parameter in parameters]
        if joined and any(value.ndim for value in each):
            statistics[name] = shared(parameters_to_vector(each))
            parts = _views(statistics[name], parameters)
        else:
            statistics[name] = shared(first.clone())
            parts = [statistics[name]] * len(each)
        for parameter, part in zip(parameters, parts, strict=True):
            optimizer.state[parameter][name] = part
    whole = shared(
        parameters_to_vector(parameters).detach() if joined else parameters[0].detach().clone()
    )
    for parameter, part in zip(parameters, _views(whole.view(-1), parameters), strict=True):
        parameter.data = part
    return SharedBlock(group, [parameter.shape for parameter in parameters], whole, statistics)


def _attributes(optimizer: Optimizer) -> bytes:
    left_out = ("state", "param_groups")
    attributes = {
        name: value
        for name, value in vars(optimizer).items()
        if name not in left_out and not name.startswith("_optimizer_")  # its hooks
    }
    try:
        return bytes(cloudpickle.dumps(attributes))
    except Exception as error:  # an optimiser of others may hold anything
        raise _refusal(optimizer, error) from error


def _refusal(optimizer: Optimizer, error: Exception) -> ValueError:
    return ValueError(
        f"the policy's optimizer {type(optimizer).__name__} cannot be shared by workers "
        f"({in_one_line(error)}): leave out policy_kwargs['optimizer_class'], or give "
        "one of torch.optim that needs no closure"
    )


def _views(flat: Tensor, like: Sequence[Tensor]) -> list[Tensor]:
    return _split(flat, [tensor.shape for tensor in like])


def _split(flat: Tensor, shapes: Sequence[torch.Size]) -> list[Tensor]:
    parts = torch.split(flat, [shape.numel() for shape in shapes])
    return [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]


def _begin_statistics(optimizer: Optimizer) -> None:
    """Let the optimiser lay out its statistics as before its first step, moving no parameter."""
    everything = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    new = [each for each in everything if each.requires_grad and not optimizer.state.get(each)]
    settings = [dict(group) for group in optimizer.param_groups]
    kept = [parameter.detach().clone() for parameter in new]
    for parameter in everything:
        parameter.grad = None
    for parameter in new:
        parameter.grad = torch.zeros_like(parameter)
    try:
        optimizer.step()
    except Exception as error:  # such as a missing closure
        raise _refusal(optimizer, error) from error
    with torch.no_grad():
        for parameter, value in zip(new, kept, strict=True):
            parameter.grad = None
            parameter.copy_(value)
    for group, before in zip(optimizer.param_groups, settings, strict=True):
        group.update(before)
    first = FIRST | ({"square_avg": 1} if isinstance(optimizer, RMSpropTFLike) else {})
    for parameter in new:
        statistics = optimizer.state[parameter]
        for name in [name for name, value in statistics.items() if value is None]:
            del statistics[name]
        for name, value in statistics.items():
            tensor = torch.as_tensor(value)
            statistics[name] = torch.full_like(tensor, first[name]) if name in first else tensor


class HogwildOptimizer:
    """Applies a local network's gradients to shared parameters (Niu et al., "Hogwild!", 2011).

    Nothing is locked: two workers that write at once may lose a part of a step, which asynchronous
    training bears (Mnih et al. 2016, section 4). Statistics are shared as well: of the paper's
    three variants "Shared RMSProp" was the most robust (its section 4.5 and equation S3).

    Args:
        shared: of the same network in another process, see `share_optimizer`.
        local: this process's own parameters, in the order of ``shared``; made contiguous, so
            that a step takes a few operations whatever their number.
    """

    def __init__(self, shared: SharedOptimizer, local: Sequence[nn.Parameter]) -> None:
        self._local = parameters_to_vector(local).detach()
        shapes = [shape for block in shared.blocks for shape in block.shapes]
        n_shared = sum(shape.numel() for shape in shapes)
        if n_shared != len(self._local):
            raise ValueError(f"{n_shared} parameters are shared, but {len(self._local)} local")
        self._gradient = torch.zeros_like(self._local)
        for parameter, part, gradient in zip(
            local, _split(self._local, shapes), _split(self._gradient, shapes), strict=True
        ):
            parameter.data, parameter.grad = part, gradient
        self._blocks = shared.blocks
        self._shared = [nn.Parameter(block.parameters) for block in shared.blocks]
        for parameter, gradient in zip(
            self._shared, _views(self._gradient, self._shared), strict=True
        ):
            parameter.grad = gradient
        self._into = list(zip(_views(self._local, self._shared), self._shared, strict=True))
        self._optimizer = self._built(shared)
        self._updates, self._pulled_at = shared.updates, 0
        self.staleness = 0
        """Steps that others took between the last `pull` and the last `step`."""

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """Groups of the shared parameters; the learning rate in them is this process's own."""
        return self._optimizer.param_groups

    def pull(self) -> None:
        """Copy the shared parameters into the local ones."""
        self._pulled_at = int(self._updates)
        for local, parameter in self._into:
            local.copy_(parameter.detach())

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
        self.staleness = int(self._updates) - self._pulled_at
        self._optimizer.step()
        self._updates.add_(1)
        self._share_again()

    def _built(self, shared: SharedOptimizer) -> Optimizer:
        groups = [{**settings, "params": []} for settings in shared.settings]
        state: dict[Any, dict[str, Tensor]] = defaultdict(dict)
        for block, parameter in zip(shared.blocks, self._shared, strict=True):
            groups[block.group]["params"].append(parameter)
            state[parameter] = dict(block.statistics)
        optimizer = shared.type.__new__(shared.type)
        attributes = cloudpickle.loads(shared.attributes)
        optimizer.__setstate__({**attributes, "state": state, "param_groups": groups})
        return optimizer

    def _share_again(self) -> None:
        """Write what the optimiser has put into tensors of its own into the shared ones."""
        for block, parameter in zip(self._blocks, self._shared, strict=True):
            for now, hold in self._held(block, parameter):
                hold.copy_(now)

    def _held(self, block: SharedBlock, parameter: nn.Parameter) -> Iterator[tuple[Tensor, Tensor]]:
        if parameter.data_ptr() != block.parameters.data_ptr():
            now, parameter.data = parameter.data, block.parameters
            yield now, block.parameters
        state = self._optimizer.state[parameter]
        for name, hold in block.statistics.items():
            if state[name] is not hold:
                now, state[name] = torch.as_tensor(state[name]), hold
                yield now, hold
