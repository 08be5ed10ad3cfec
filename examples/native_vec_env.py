"""A vector environment without Gymnasium environments inside, as fast simulators have.

Run it: python examples/native_vec_env.py
"""

import argparse
from typing import Any

import gymnasium as gym
import numpy as np
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym import HumanFeedback
from rlhf_gym.wrappers.described_vec_env import DescribedVecEnv

STEPS = 50
LAST = {"TimeLimit.truncated": True}


class Swarm(VecEnv):
    """Dots on a line, all moved at once; the reward is minus the distance to the middle."""

    def __init__(self, n: int) -> None:
        super().__init__(n, gym.spaces.Box(-9, 9, (1,), np.float32), gym.spaces.Discrete(3))
        self.rng = np.random.default_rng(0)

    def reset(self) -> Any:
        """Scatter the dots."""
        self.x, self.t = self.rng.uniform(-3, 3, (self.num_envs, 1)).astype(np.float32), 0
        return self.x

    def step_wait(self) -> Any:
        """Move the dots left, not at all, or right."""
        self.x, self.t = np.clip(self.x + 0.2 * (self.actions - 1), -9, 9), self.t + 1
        rewards, over = -np.abs(self.x[:, 0]), self.t == STEPS
        infos = [{**LAST, "terminal_observation": x} if over else {} for x in self.x]
        return self.reset() if over else self.x, rewards, np.full(self.num_envs, over), infos

    def step_async(self, actions: Any) -> None:
        """Take an action for each dot."""
        self.actions = actions[:, None].astype(np.float32)

    def get_attr(self, *_: Any) -> Any:
        """Know nothing of single environments, here and below."""
        return [None] * self.num_envs

    close = set_attr = env_method = env_is_wrapped = get_attr  # type: ignore[assignment]


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=20_000)
swarm = Swarm(16)
words = {"goal": "Stay in the middle.", "render_fps": 10, "fixed_horizon": True}
env = DescribedVecEnv(swarm, "Swarm", metadata=words, horizon=STEPS)  # for a person: render=...
feedback = HumanFeedback("synthetic", labels=40)
agent = PPO("MlpPolicy", feedback.wrap(env), n_steps=64, seed=0, device="cpu")
agent.learn(parser.parse_args().steps, callback=feedback)
print(f"{feedback.labels_given} comparisons taught the swarm")
