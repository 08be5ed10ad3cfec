"""The plug-in in three lines: an ordinary stable-baselines3 script learns from comparisons.

The agent never sees the environment's reward. A formula that knows it plays the person: of two
short clips it names the better one. Put "window" in its place, and the person is you.

Run it: python examples/three_lines.py
"""

import argparse

from stable_baselines3 import PPO

from rlhf_gym import HumanFeedback, make_vec_env, preset_of
from rlhf_gym.runs.evaluation import true_returns

preset = preset_of("CartPole-v1", "ppo")  # settings tested to work with few labels
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=preset.steps)
steps = parser.parse_args().steps

feedback = HumanFeedback("synthetic")
env = feedback.wrap(make_vec_env("CartPole-v1", n_envs=preset.n_envs, seed=0))
agent = PPO("MlpPolicy", env, **preset.arguments, seed=0, device="cpu")
agent.learn(steps, callback=feedback)

returns = true_returns(agent, "CartPole-v1", episodes=10)
print(f"{feedback.labels_given} comparisons; true return of {len(returns)} episodes:")
print(f"{sum(returns) / len(returns):.0f} (random: about 22, as good as it gets: 500)")
