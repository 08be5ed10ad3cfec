"""Your own query strategy: here one that asks about pairs which one of the networks finds close.

A strategy is a function of the candidates, which gives each pair a score: the highest are asked
about. `check_strategy` tests yours.

Run it: python examples/own_strategy.py
"""

import argparse

import numpy as np
from stable_baselines3 import PPO

from rlhf_gym import HumanFeedback, make_vec_env
from rlhf_gym.queries import Candidates, QueryStrategy, check_strategy


def close_calls(candidates: Candidates) -> np.ndarray:
    """Score pairs by how alike one network, drawn at random, finds their returns."""
    if not candidates.learned:  # in the first round any pairs will do
        return np.zeros(len(candidates))
    member = candidates.rng.integers(len(candidates.return_difference))
    return np.asarray(-np.abs(candidates.return_difference[member]))


strategy: QueryStrategy = close_calls
check_strategy(strategy)  # as your tests would

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=60_000)
feedback = HumanFeedback("synthetic", labels=60, settings={"strategy": strategy})
env = feedback.wrap(make_vec_env("Pendulum-v1", n_envs=8, seed=0))
agent = PPO("MlpPolicy", env, n_steps=64, gamma=0.95, learning_rate=1e-3, seed=0, device="cpu")
agent.learn(parser.parse_args().steps, callback=feedback)
asked = [query.strategy for query in feedback.store.queries()]
print(f"{feedback.labels_given} comparisons, {asked.count('close_calls')} of them close calls")
