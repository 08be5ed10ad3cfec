"""A policy in shared memory: its parameters, and the buffers in which it keeps statistics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import torch
from stable_baselines3.common.policies import ActorCriticPolicy
from torch import Tensor, nn

from rlhf_gym.agents.a3c.optimizer import HogwildOptimizer, SharedOptimizer, share_optimizer
from rlhf_gym.agents.a3c.shared_memory import shared

__all__ = ["LocalBuffers", "SharedBuffers", "SharedPolicy", "share_policy"]

T = TypeVar("T")

TRIES = 3
"""Number of forward passes, at most, until one is found that no other worker's overlapped."""


@dataclass(frozen=True)
class SharedBuffers:
    """The buffers of a policy, such as the statistics of batch norm.

    Attributes:
        tensors: by name, in shared memory.
        version: ``()`` int64 in shared memory, counts when they begin and end to be written.
    """

    tensors: dict[str, Tensor]
    version: Tensor


@dataclass(frozen=True)
class SharedPolicy:
    """What the policies of all workers have in common.

    Attributes:
        optimizer: holds the parameters that are trained.
        trained: their names, in its order.
        fixed: the other parameters, by name.
        buffers: of the policy.
    """

    optimizer: SharedOptimizer
    trained: list[str]
    fixed: dict[str, Tensor]
    buffers: SharedBuffers

    def join(self, policy: ActorCriticPolicy) -> tuple[HogwildOptimizer, LocalBuffers]:
        """Make a policy of this process one of those that are trained together.

        Returns:
            Its optimiser, and its buffers.
        """
        local = dict(policy.named_parameters())
        with torch.no_grad():
            for name, value in self.fixed.items():
                local[name].requires_grad_(False).copy_(value)
        optimizer = HogwildOptimizer(self.optimizer, [local[name] for name in self.trained])
        policy.optimizer = optimizer  # type: ignore[assignment]
        return optimizer, LocalBuffers(self.buffers, policy)


def share_policy(policy: ActorCriticPolicy) -> SharedPolicy:
    """Move a policy into shared memory; it stays the policy's own.

    Raises:
        ValueError: its optimiser cannot be shared, or trains what the policy does not have.
    """
    optimizer = share_optimizer(policy.optimizer)
    names = {parameter: name for name, parameter in policy.named_parameters()}
    trained = [
        parameter
        for group in policy.optimizer.param_groups
        for parameter in group["params"]
        if parameter.requires_grad
    ]
    own = set(trained)
    if not names.keys() >= own:
        raise ValueError("the policy's optimizer trains parameters that are not the policy's own")
    fixed = {
        name: shared(parameter.detach())
        for parameter, name in names.items()
        if parameter not in own
    }
    buffers = {name: shared(buffer) for name, buffer in policy.named_buffers()}
    version = shared(torch.zeros((), dtype=torch.int64))
    return SharedPolicy(
        optimizer, [names[each] for each in trained], fixed, SharedBuffers(buffers, version)
    )


class LocalBuffers:
    """A process's own copy of shared buffers.

    Nothing is locked. A forward pass that may change buffers begins at the newest ones; if others
    have written meanwhile, it is done again, so that (nearly) no batch is missing in a statistic.

    Args:
        shared: of the same network in another process.
        network: this process's own.
    """

    def __init__(self, shared: SharedBuffers, network: nn.Module) -> None:
        self._shared, self._network = shared, network
        self.pull()

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return bool(self._shared.tensors)

    @torch.no_grad()
    def pull(self) -> None:
        """Copy the shared buffers into the local ones."""
        if self:
            for name, buffer in self._network.named_buffers():
                buffer.copy_(self._shared.tensors[name])

    def update(self, forward: Callable[[], T]) -> T:
        """Run a forward pass on the newest buffers, and share what it makes of them."""
        if not self:
            return forward()
        for _ in range(TRIES):
            version = int(self._shared.version)
            self.pull()
            result = forward()
            if int(self._shared.version) == version:
                break
        self._push()
        return result

    @torch.no_grad()
    def _push(self) -> None:
        tensors = self._shared.tensors
        changed = {
            name: buffer
            for name, buffer in self._network.named_buffers()
            if not torch.equal(buffer, tensors[name])
        }
        if changed:
            self._shared.version.add_(1)
            for name, buffer in changed.items():
                tensors[name].copy_(buffer)
            self._shared.version.add_(1)
