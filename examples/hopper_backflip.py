"""A leg that does backflips: a behaviour for which nobody wrote a reward function.

A formula that scores backflips answers 900 queries, as a person did for Christiano et al. 2017. Put
teacher="window" in its place, and the person is you.

Install: pip install "rlhf-gym[mujoco]"
Run it: python examples/hopper_backflip.py (about ten minutes)
"""

import argparse
from pathlib import Path

import gymnasium as gym
import numpy as np
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecNormalize

from rlhf_gym import HumanFeedback, make_vec_env, preset_of
from rlhf_gym.media import encode, off_screen

ENV_ID, EPISODE = "rlhf/HopperBackflip-v1", 1000
preset = preset_of(ENV_ID, "ppo")
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=preset.steps)
parser.add_argument("--labels", type=int, default=preset.feedback.labels)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--film", type=int, default=EPISODE, help="steps that are filmed")
given = parser.parse_args()

teacher = "synthetic"  # judges by rlhf_gym.envs.scores.backflipping
feedback = HumanFeedback(teacher, given.labels, seed=given.seed)
env = feedback.wrap(make_vec_env(ENV_ID, preset.n_envs, seed=given.seed))
env = VecNormalize(env, norm_obs=False)
agent = PPO("MlpPolicy", env, **preset.arguments, seed=given.seed, device="cpu")
agent.learn(given.steps, callback=feedback)

frames, flips = [], 0.0
with off_screen():
    alone = gym.make(ENV_ID, render_mode="rgb_array")
    seen = alone.reset(seed=given.seed)[0]
    for step in range(EPISODE):
        step_taken = alone.step(agent.predict(seen, deterministic=True)[0])
        seen, flips = step_taken[0], flips + step_taken[4]["probe"]
        if step < given.film and step % 4 == 0:
            frames.append(np.asarray(alone.render()))
encode(np.stack(frames), Path("backflips.mp4"), fps=31)
print(
    f"{feedback.labels_given} comparisons, {flips:.1f} backflips in {EPISODE} steps: backflips.mp4"
)
