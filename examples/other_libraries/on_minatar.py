"""MinAtar: Space Invaders on a grid of 10 x 10, seen as six planes of things that are there or not.

The library is found by the environment's id, and its planes are read as a vector. It names neither
a time limit nor a frame rate: the horizon and the clips' length are given in steps. Without sticky
actions, which MinAtar does not reset, each clip can be drawn again exactly.

Install: pip install --no-deps -r examples/other_libraries/requirements.txt
Run it: python examples/other_libraries/on_minatar.py (three minutes)
"""

import argparse
from typing import Any

from stable_baselines3 import PPO

from rlhf_gym import HumanFeedback, make_vec_env
from rlhf_gym.runs.evaluation import true_returns

ENV_ID, HORIZON, EXACT = "MinAtar/SpaceInvaders-v1", 200, {"sticky_action_prob": 0.0}

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=200_000)
parser.add_argument("--labels", type=int, default=500)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--episodes", type=int, default=20)
given = parser.parse_args()

feedback = HumanFeedback("synthetic", given.labels, settings={"clip_length": 20}, seed=given.seed)
venv = make_vec_env(ENV_ID, n_envs=8, seed=given.seed, horizon=HORIZON, env_kwargs=EXACT)
env = feedback.wrap(venv)
settings: dict[str, Any] = {"n_steps": 128, "batch_size": 256, "n_epochs": 4, "learning_rate": 1e-3}
agent = PPO("MlpPolicy", env, **settings, seed=given.seed, device="cpu")


def true_return() -> float:
    """Invaders that were shot in an episode, on average."""
    returns = true_returns(agent, ENV_ID, given.episodes, horizon=HORIZON, env_kwargs=EXACT)
    return sum(returns) / len(returns)


before = true_return()
agent.learn(given.steps, callback=feedback)
print(f"{feedback.labels_given} comparisons; invaders shot in {HORIZON} steps:")
print(f"{true_return():.1f} (before training: {before:.1f})")
