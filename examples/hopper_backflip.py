"""A leg that does backflips: a behaviour for which nobody wrote a reward function.

A formula that scores backflips answers 900 queries, as a person did for Christiano et al. 2017. Put
teacher="window" in its place, and the person is you. Observations and rewards are normalised
outside of the learned reward, by stable-baselines3's VecNormalize.

Install: pip install "rlhf-gym[mujoco]"
Run it: python examples/hopper_backflip.py (20 minutes)
"""

import argparse
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecNormalize

from rlhf_gym import HumanFeedback, RewardModelSettings, make_vec_env
from rlhf_gym.media import encode, off_screen

ENV_ID, EPISODE = "rlhf/HopperBackflip-v1", 1000
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=1_500_000)
parser.add_argument("--labels", type=int, default=900)
parser.add_argument("--seed", type=int, default=0)
given = parser.parse_args()

feedback = HumanFeedback(
    "synthetic",  # judges by rlhf_gym.envs.scores.backflipping
    given.labels,
    clip_seconds=0.8,
    first_share=0.15,
    last_label=0.8,
    reward_model=RewardModelSettings(hidden=(64, 64), updates=200, updates_per_label=20),
    seed=given.seed,
)
env = VecNormalize(feedback.wrap(make_vec_env(ENV_ID, n_envs=8, seed=given.seed)))
settings: dict[str, Any] = {"n_steps": 512, "batch_size": 128, "n_epochs": 8}
settings |= {"policy_kwargs": {"log_std_init": -0.5}, "learning_rate": lambda left: 3e-4 * left}
agent = PPO("MlpPolicy", env, **settings, seed=given.seed, device="cpu")
agent.learn(given.steps, callback=feedback)

frames, flips = [], 0.0
with off_screen():
    alone = gym.make(ENV_ID, render_mode="rgb_array")
    seen = alone.reset(seed=given.seed)[0]
    for step in range(EPISODE):
        step_taken = alone.step(agent.predict(env.normalize_obs(seen), deterministic=True)[0])
        seen, flips = step_taken[0], flips + step_taken[4]["probe"]
        if step % 4 == 0:
            frames.append(np.asarray(alone.render()))
encode(np.stack(frames), Path("backflips.mp4"), fps=31)
print(
    f"{feedback.labels_given} comparisons, {flips:.1f} backflips in {EPISODE} steps: backflips.mp4"
)
