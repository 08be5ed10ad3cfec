"""Algorithms of stable-baselines3: by name, and with rewards recomputed at sampling time."""

from rlhf_gym.algorithms.names import ALGORITHMS, algorithm, check_fits, fits
from rlhf_gym.algorithms.replay import relabel

__all__ = ["ALGORITHMS", "algorithm", "check_fits", "fits", "relabel"]
