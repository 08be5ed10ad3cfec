"""How far a training is, as a share of the time in which a label can be of use."""

from __future__ import annotations

from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.type_aliases import TrainFreq, TrainFrequencyUnit

from rlhf_gym.environments.lookup import horizon_of

__all__ = ["rollout_steps", "share_of_training"]


def share_of_training(agent: BaseAlgorithm, taken: int, total: int, warm_up: int) -> float:
    """Return the share of training done, 1 at the start of the last rollout.

    A label that comes later than that is of no use. Of ``total`` steps ``taken`` are done, in all
    calls of ``learn``; those of the ``warm_up`` are not counted.
    """
    last = total - rollout_steps(agent) - warm_up
    return (taken - warm_up) / last if last > 0 else 1.0


def rollout_steps(agent: BaseAlgorithm) -> int:
    """Return the number of steps of a rollout, at most."""
    assert agent.env is not None
    train_every = getattr(agent, "train_freq", None)
    if not isinstance(train_every, TrainFreq):
        return int(getattr(agent, "n_steps", 1)) * agent.env.num_envs
    if train_every.unit is TrainFrequencyUnit.STEP:
        return train_every.frequency * agent.env.num_envs
    return train_every.frequency * (horizon_of(agent.env) or 1)
