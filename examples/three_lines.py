"""The plug-in in three lines: an ordinary stable-baselines3 script learns from comparisons.

The agent never sees the environment's reward. A formula that knows it plays the person: of two
short clips it names the better one. Put "window" in its place, and the person is you.

Run it: python examples/three_lines.py
"""

import argparse

from stable_baselines3 import PPO

from rlhf_gym import HumanFeedback, make_vec_env

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=100_000)
steps = parser.parse_args().steps

feedback = HumanFeedback("synthetic", labels=50)
env = feedback.wrap(make_vec_env("Pendulum-v1", n_envs=8, seed=0))
agent = PPO("MlpPolicy", env, n_steps=64, gamma=0.9, learning_rate=1e-3, seed=0, device="cpu")
agent.learn(steps, callback=feedback)

returns = [episode["r"] for episode in agent.ep_info_buffer or ()]
print(f"{feedback.labels_given} comparisons; true return of the last {len(returns)} episodes:")
print(f"{sum(returns) / max(len(returns), 1):.0f} (random: about -1200, as good as it gets: -150)")
