"""Environments in which a benchmark's runs go wrong."""

from __future__ import annotations

import os
import signal
from typing import Any

import gymnasium as gym
from gymnasium.envs.classic_control import CartPoleEnv


class Raising(CartPoleEnv):
    """Raises in the middle of training."""

    steps = 0

    def step(self, action: Any) -> Any:
        self.steps += 1
        if self.steps > 45:
            raise RuntimeError("the cart is broken")
        return super().step(action)  # type: ignore[no-untyped-call]


class Deadly(CartPoleEnv):
    """Kills its process in the middle of training."""

    steps = 0

    def step(self, action: Any) -> Any:
        self.steps += 1
        if self.steps > 45:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().step(action)  # type: ignore[no-untyped-call]


for kind in (Raising, Deadly):
    gym.register(
        f"{kind.__name__}-v0", f"benchmark_environments:{kind.__name__}", max_episode_steps=200
    )
