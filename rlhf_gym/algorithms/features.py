"""The old place of `rlhf_gym.agents.features`, which saved agents and run folders name."""

from rlhf_gym.agents.features import NormalisedObservations, ScaledObservations

__all__ = ["NormalisedObservations", "ScaledObservations"]
