"""Your own environment: its metadata, see `rlhf_gym.environments.EnvironmentDescription`.

Run it: python examples/own_environment.py
"""

import argparse
from typing import Any

import gymnasium as gym
import numpy as np
from stable_baselines3 import PPO

from rlhf_gym import HumanFeedback, make_vec_env
from rlhf_gym.environments import check_environment


class Thermostat(gym.Env[Any, Any]):
    """A room that cools down, and a heater; the reward is the distance to 21 degrees."""

    metadata = {
        "render_modes": ["rgb_array"],  # so that a person can see clips
        "render_fps": 10,
        "goal": "Keep the room at a comfortable temperature, where the bar is green.",
        "tie_breaker": "If both are alike, prefer the one that heats less.",
        "fixed_horizon": True,  # no episode ends early
    }
    observation_space = gym.spaces.Box(-10, 50, (1,))
    action_space = gym.spaces.Discrete(2)

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode, self.degrees = render_mode, 0.0

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        """Begin with a cold room."""
        super().reset(seed=seed)
        self.degrees = float(self.np_random.uniform(5, 15))
        return np.array([self.degrees], np.float32), {}

    def step(self, action: Any) -> Any:
        """Heat, or not; it is 0 degrees outside."""
        self.degrees += 2.0 * action - 0.05 * self.degrees
        return np.array([self.degrees], np.float32), -abs(self.degrees - 21), False, False, {}

    def render(self) -> Any:
        """Draw the temperature as a bar."""
        picture = np.full((60, 250, 3), 255, np.uint8)
        colour = (0, 160, 0) if 19 < self.degrees < 23 else (200, 0, 0)
        picture[20:40, : int(5 * np.clip(self.degrees, 0, 50))] = colour
        return picture


check_environment(Thermostat, horizon=100)  # as your tests would
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=20_000)
feedback = HumanFeedback("synthetic", labels=40)
env = feedback.wrap(make_vec_env(Thermostat, n_envs=8, seed=0, horizon=100))
agent = PPO("MlpPolicy", env, n_steps=64, seed=0, device="cpu")
agent.learn(parser.parse_args().steps, callback=feedback)
print(f"{feedback.labels_given} comparisons taught it")
