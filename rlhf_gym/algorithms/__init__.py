"""Algorithms of stable-baselines3's kind: by name, A3C, and rewards recomputed when sampled."""

from rlhf_gym.algorithms.a3c import A3C
from rlhf_gym.algorithms.names import ALGORITHMS, algorithm, check_fits, fits
from rlhf_gym.algorithms.replay import relabel

__all__ = ["A3C", "ALGORITHMS", "algorithm", "check_fits", "fits", "relabel"]
