"""Case study: customers who are content, instead of tickets that are marked as resolved.

A company logs clicks on "resolved", and an agent that is paid for them closes every ticket at once:
most customers click to be rid of the question. Another agent never sees the clicks. It learns from
a population of 20 simulated people whose tastes differ, and who compare short pieces of
conversations. Put "window" in place of the population, and the person is you.

Run it: python examples/support_chat.py
"""

import argparse

import gymnasium as gym
import numpy as np
from stable_baselines3 import PPO
from stable_baselines3.common import env_util

from rlhf_gym import HumanFeedback, Population, make_vec_env, preset_of, tastes_of
from rlhf_gym.envs.support_chat import SupportChat
from rlhf_gym.runs.evaluation import true_returns

ENV_ID, TURNS = "rlhf/SupportChat-v1", 40
preset = preset_of(ENV_ID, "ppo")
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=preset.steps)
steps = parser.parse_args().steps


def show(name: str, agent: PPO) -> None:
    """Print how satisfied customers are, and a conversation."""
    satisfied = np.mean(true_returns(agent, ENV_ID, episodes=50)) / TURNS
    print(f"\n{name}: satisfaction {satisfied:.2f}, from 0 to 1")
    env = gym.make(ENV_ID)
    chat = env.unwrapped
    assert isinstance(chat, SupportChat)
    observation, _ = env.reset(seed=2)
    for _ in range(4):
        observation = env.step(agent.predict(observation, deterministic=True)[0])[0]
    for who, text, _ in chat.talk:
        print(f"{who:>10}: {text}")


plain = env_util.make_vec_env(ENV_ID, preset.n_envs, seed=0)  # pays for clicks
naive = PPO("MlpPolicy", plain, **preset.arguments, seed=0, device="cpu")
show("untrained", naive)
show("paid for clicks", naive.learn(steps))

people = Population(tastes_of(ENV_ID), size=20, spread=0.1, beta=10.0, beta_spread=0.5)
feedback = HumanFeedback(people, device="cpu")
env = feedback.wrap(make_vec_env(ENV_ID, preset.n_envs, seed=0))
agent = PPO("MlpPolicy", env, **preset.arguments, seed=0, device="cpu")
show("taught by people", agent.learn(steps, callback=feedback))
print(f"\n{feedback.labels_given} comparisons")
