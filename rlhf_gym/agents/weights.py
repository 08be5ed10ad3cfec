"""Whether an agent has changed, told by the weights by which it acts."""

from __future__ import annotations

import hashlib

from stable_baselines3.common.base_class import BaseAlgorithm
from torch import nn

__all__ = ["weights_digest"]


def weights_digest(agent: BaseAlgorithm) -> str:
    """Return the SHA-256 of the weights by which an agent acts.

    Those of an actor, if it has one; else all of the policy, without target networks.
    """
    actor = getattr(agent.policy, "actor", None)
    acting: nn.Module = actor if isinstance(actor, nn.Module) else agent.policy
    digest = hashlib.sha256()
    for name, weights in acting.named_parameters():
        if not name.partition(".")[0].endswith("_target"):
            digest.update(name.encode() + weights.detach().cpu().numpy().tobytes())
    return digest.hexdigest()
