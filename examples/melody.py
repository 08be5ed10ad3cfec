"""Melody: a textbook's rule makes dull tunes; comparisons by a listener make better ones.

Two agents compose: one is paid by the rule (a note of the chord must sound), the other learns what
a simulated listener likes from comparisons of two bars at a time. The tunes are written as WAV
files, to be heard.

Run it: python examples/melody.py (two minutes)
"""

import argparse
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env as plain_vec_env

from rlhf_gym import HumanFeedback, SyntheticTeacher, make_vec_env
from rlhf_gym.envs.melody import Melody
from rlhf_gym.envs.sound import write_wav
from rlhf_gym.evaluation import true_returns
from rlhf_gym.reward_model_settings import RewardModelSettings

ENV_ID = "rlhf/Melody-v1"
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=60_000)
parser.add_argument("--labels", type=int, default=400)
parser.add_argument("--seed", type=int, default=0)
given = parser.parse_args()
settings: dict[str, Any] = {"n_steps": 128, "batch_size": 256, "n_epochs": 4, "ent_coef": 0.01}
settings |= {"learning_rate": 1e-3, "gamma": 0.95, "seed": given.seed, "device": "cpu"}


def liked(agent: PPO, name: str) -> float:
    """What the listener likes of the agent's tunes, on average; one is written to a file."""
    env = Melody()
    observation, _ = env.reset(seed=given.seed)
    for _ in range(64):
        observation, *_ = env.step(int(agent.predict(observation, deterministic=True)[0]))
    write_wav(Path(f"{name}.wav"), env.sound())
    return float(np.mean(true_returns(agent, ENV_ID, 20, seed=given.seed)))


naive = PPO("MlpPolicy", plain_vec_env(lambda: gym.make(ENV_ID), 8, seed=given.seed), **settings)
naive.learn(given.steps)

listener = SyntheticTeacher(beta=2.0, seed=given.seed)
model = RewardModelSettings(changes=True)
feedback = HumanFeedback(
    listener, given.labels, clip_length=16, reward_model=model, seed=given.seed
)
taught = PPO("MlpPolicy", feedback.wrap(make_vec_env(ENV_ID, 8, seed=given.seed)), **settings)
taught.learn(given.steps, callback=feedback)

print(f"{feedback.labels_given} comparisons; what the listener likes, by tune:")
print(f"paid by the rule: {liked(naive, 'before'):.1f}, taught: {liked(taught, 'after'):.1f}")
