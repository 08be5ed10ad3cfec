"""Case study: people kept from harm, instead of agreement with a model's score.

A model scores posts, and an agent that is paid for agreeing with it removes jokes among players and
leaves polite threats where they are, as the model does. Another agent sees the same score, but
learns from a population of 20 simulated people, some strict and some lenient, who compare short
series of decisions. Put "window" in place of the population, and the person is you.

Run it: python examples/moderation.py
"""

import argparse

import gymnasium as gym
import numpy as np
from stable_baselines3 import PPO
from stable_baselines3.common import env_util

from rlhf_gym import HumanFeedback, Population, make_vec_env, preset_of, tastes_of
from rlhf_gym.envs.moderation import DECISIONS, Moderation
from rlhf_gym.envs.moderation_posts import OUTCOMES, POSTS
from rlhf_gym.runs.evaluation import true_returns

ENV_ID, DECIDED = "rlhf/Moderation-v1", 40
preset = preset_of(ENV_ID, "ppo")
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=preset.steps)
steps = parser.parse_args().steps


def show(name: str, agent: PPO) -> None:
    """Print the welfare of readers and authors, and some decisions."""
    welfare = np.mean(true_returns(agent, ENV_ID, episodes=50)) / DECIDED
    print(f"\n{name}: welfare {welfare:.2f}, from 0 to 1")
    env = gym.make(ENV_ID)
    stream = env.unwrapped
    assert isinstance(stream, Moderation)
    observation, _ = env.reset(seed=0)
    for _ in range(4):
        observation = env.step(agent.predict(observation, deterministic=True)[0])[0]
    for number, score, decision in stream.before:
        post = POSTS[number]
        print(f"  {score:.2f} {post.text}")
        print(f"       {DECISIONS[decision]}: {OUTCOMES[post.harm][decision]}")


plain = env_util.make_vec_env(ENV_ID, preset.n_envs, seed=0)  # pays for agreement with the model
naive = PPO("MlpPolicy", plain, **preset.arguments, seed=0, device="cpu")
show("untrained", naive)
show("paid for agreement", naive.learn(steps))

people = Population(tastes_of(ENV_ID), size=20, spread=0.1, beta=10.0, beta_spread=0.5)
feedback = HumanFeedback(people, device="cpu")
env = feedback.wrap(make_vec_env(ENV_ID, preset.n_envs, seed=0))
agent = PPO("MlpPolicy", env, **preset.arguments, seed=0, device="cpu")
show("taught by people", agent.learn(steps, callback=feedback))
print(f"\n{feedback.labels_given} comparisons")
