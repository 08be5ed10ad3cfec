"""Your own teacher: a function of two clips, here one that wants the pendulum to spin.

A teacher function sees everything that is in a clip (`clip.observations`, `clip.actions`) and
returns the probability that the first clip is better (1, 0, or 0.5 for a tie), or None to skip the
pair. No reward of the environment asks for what this one wants.

Run it: python examples/own_teacher.py
"""

import argparse

import gymnasium as gym
import numpy as np
from stable_baselines3 import PPO

from rlhf_gym import Clip, HumanFeedback, make_vec_env


def spin(first: Clip, second: Clip) -> float | None:
    """Prefer the clip in which the pendulum turns faster to the left; skip those that crawl."""
    speeds = [float(np.asarray(clip.observations)[:, 2].mean()) for clip in (first, second)]
    if max(map(abs, speeds)) < 0.1:
        return None
    return 0.5 if abs(speeds[0] - speeds[1]) < 0.05 else float(speeds[0] > speeds[1])


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=60_000)
steps = parser.parse_args().steps

feedback = HumanFeedback(spin, labels=60)
env = feedback.wrap(make_vec_env("Pendulum-v1", n_envs=8, seed=0))
agent = PPO("MlpPolicy", env, n_steps=64, gamma=0.95, learning_rate=1e-3, seed=0, device="cpu")
agent.learn(steps, callback=feedback)

pendulum = gym.make("Pendulum-v1")
observation = pendulum.reset(seed=1)[0]
speeds = []
for _ in range(200):
    action = agent.predict(observation, deterministic=True)[0]
    observation = pendulum.step(action)[0]
    speeds.append(observation[2])
print(f"{feedback.labels_given} comparisons; mean speed {np.mean(speeds):.1f} rad/s (at most 8)")
