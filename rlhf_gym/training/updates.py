"""Whether a training is long enough for updates that change the agent."""

from __future__ import annotations

from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
from stable_baselines3.common.type_aliases import TrainFreq, TrainFrequencyUnit

from rlhf_gym.training.progress import rollout_steps

__all__ = ["has_updates"]

LOOKED_AT = 1000
"""Number of updates, roughly, whose learning rate is looked at."""


def has_updates(agent: BaseAlgorithm, begin: int, total: int, number: int = 1) -> bool:
    """Return whether a training has so many updates with a learning rate above 0.

    An update comes at the end of a rollout, which is whole: where the last step of training comes
    first, a rate that falls linearly to 0 is 0 by then. Off-policy agents have none until their
    ``learning_starts``. Where rollouts are episodes, nobody knows, and it is taken to have them.

    Args:
        agent: as it was made.
        begin: the agent's number of steps when its first rollout begins.
        total: its number of steps at which training ends.
        number: of updates.
    """
    train_every = getattr(agent, "train_freq", None)
    if isinstance(train_every, TrainFreq) and train_every.unit is TrainFrequencyUnit.EPISODE:
        return True
    rollout, learning_starts = rollout_steps(agent), getattr(agent, "learning_starts", 0)
    starts = range(begin, max(total, begin + 1), rollout)  # a rollout begins before the last step
    starts = starts[max(0, (learning_starts - begin) // rollout) :]
    starts = starts[:: max(1, len(starts) // LOOKED_AT)]
    rates = (_rate(agent, 1 - (start + rollout) / total) for start in starts)
    return getattr(agent, "gradient_steps", 1) != 0 and sum(rate > 0 for rate in rates) >= number


def _rate(agent: BaseAlgorithm, remaining: float) -> float:
    """Return the learning rate at some progress remaining, of agents that follow gradients by it.

    Others, such as TRPO, change at any rate; they have no limit of the gradient's norm.
    """
    if isinstance(agent, OffPolicyAlgorithm) or hasattr(agent, "max_grad_norm"):
        return float(agent.lr_schedule(remaining))
    return 1.0
