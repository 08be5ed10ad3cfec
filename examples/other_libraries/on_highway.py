"""highway-env: drive fast on a busy motorway, and hit nobody.

The library is found by the environment's id. It has no time limit of its own that Gymnasium knows,
so the horizon is given: an episode lasts 30 decisions, one a second.

Install: pip install --no-deps -r examples/other_libraries/requirements.txt
Run it: python examples/other_libraries/on_highway.py (ten minutes)
"""

import argparse
from typing import Any

from stable_baselines3 import PPO

from rlhf_gym import HumanFeedback, make_vec_env
from rlhf_gym.runs.evaluation import true_returns

ENV_ID, HORIZON = "highway-fast-v0", 30

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=20_000)
parser.add_argument("--labels", type=int, default=200)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--episodes", type=int, default=20)
given = parser.parse_args()

feedback = HumanFeedback("synthetic", given.labels, settings={"clip_length": 5}, seed=given.seed)
env = feedback.wrap(make_vec_env(ENV_ID, n_envs=4, seed=given.seed, horizon=HORIZON))
settings: dict[str, Any] = {"n_steps": 64, "batch_size": 64, "learning_rate": 5e-4, "gamma": 0.8}
agent = PPO("MlpPolicy", env, **settings, seed=given.seed, device="cpu")


def true_return() -> float:
    """What the library itself pays for an episode, on average."""
    returns = true_returns(agent, ENV_ID, given.episodes, horizon=HORIZON)
    return sum(returns) / len(returns)


before = true_return()
agent.learn(given.steps, callback=feedback)
print(f"{feedback.labels_given} comparisons; true return of an episode, at most 30:")
print(f"{true_return():.1f} (before training: {before:.1f})")
