"""MiniGrid: walk to the green square, taught by a function of two clips.

The library is found by the environment's id. Of its Dict observation, the grid of 7 x 7 x 3 codes
is read as a vector and the mission, which is text, is left out; a warning says so. MiniGrid pays
for the square alone, so few clips would differ: this teacher also looks how near the square is.

Install: pip install --no-deps -r examples/other_libraries/requirements.txt
Run it: python examples/other_libraries/on_minigrid.py (a minute)
"""

import argparse
from typing import Any

import numpy as np
from stable_baselines3 import PPO

from rlhf_gym import Clip, HumanFeedback, make_vec_env
from rlhf_gym.runs.evaluation import true_returns

ENV_ID, HORIZON = "MiniGrid-Empty-5x5-v0", 40
GOAL, FAR = 8, 8  # MiniGrid's code of the square; more steps than it can be away


def worth(clip: Clip) -> float:
    """Much for arriving, the sooner the better; else nearness to the square where it is seen."""
    if clip.ended == "terminated" and clip.ended_at is not None:
        return 100.0 - clip.ended_at
    assert isinstance(clip.observations, dict)
    things = clip.observations["image"].reshape(len(clip), 7, 7, 3)[..., 0]  # the agent: (3, 6)
    away = np.full(len(clip), FAR)
    for step, column, row in np.argwhere(things == GOAL):
        away[step] = abs(column - 3) + abs(row - 6)
    return -float(away.mean())


def better(first: Clip, second: Clip) -> float:
    """Probability that the first clip is better."""
    return float(0.5 + np.sign(worth(first) - worth(second)) / 2)


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=30_000)
parser.add_argument("--labels", type=int, default=400)
parser.add_argument("--seed", type=int, default=0)
given = parser.parse_args()

# An episode ends well, so ask about ends.
asking = {"clip_length": 3, "valued_terminals": True, "last_label": 1.0}
feedback = HumanFeedback(better, given.labels, settings=asking, seed=given.seed)
env = feedback.wrap(make_vec_env(ENV_ID, n_envs=8, seed=given.seed, horizon=HORIZON, hold=3))
settings: dict[str, Any] = {"n_steps": 128, "batch_size": 256, "n_epochs": 4, "ent_coef": 0.01}
agent = PPO("MultiInputPolicy", env, **settings, seed=given.seed, device="cpu")
before = np.mean(true_returns(agent, ENV_ID, 20))
agent.learn(given.steps, callback=feedback)
after = np.mean(true_returns(agent, ENV_ID, 20))
print(f"{feedback.labels_given} comparisons; true return of an episode, at most 0.955:")
print(f"{after:.2f} (before training: {before:.2f})")
