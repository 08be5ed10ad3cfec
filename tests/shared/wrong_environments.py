"""Environments that do not keep Gymnasium's contract, or that no agent can be taught in."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

__all__ = ["ENVIRONMENTS"]


class Endless(gym.Env[Any, Any]):
    """Right but for having no time limit; the others differ in one thing."""

    observation_space: Any = spaces.Box(-1.0, 1.0, (2,))
    action_space: Any = spaces.Discrete(2)

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        return np.zeros(2, np.float32), {}

    def step(self, action: Any) -> Any:
        return np.zeros(2, np.float32), 0.0, False, False, {}


class Limited(Endless):
    """Ends after 100 steps."""

    spec = gym.envs.registration.EnvSpec("Limited-v0", max_episode_steps=100)
    steps = 0

    def step(self, action: Any) -> Any:
        self.steps += 1
        return np.zeros(2, np.float32), 0.0, False, self.steps % 100 == 0, {}


class Spaceless(Limited):
    observation_space: Any = None


class ActsText(Limited):
    action_space = spaces.Text(5)


class SeesText(Limited):
    observation_space = spaces.Text(5)


class ResetsToNothing(Limited):
    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        return None


class OldReset(Limited):
    def reset(self) -> Any:  # type: ignore[override]
        return np.zeros(2, np.float32)


class OldStep(Limited):
    def step(self, action: Any) -> Any:
        return np.zeros(2, np.float32), 0.0, False, {}


class Failing(Limited):
    def __init__(self) -> None:
        raise KeyError("a file")


class NeedsArguments(Limited):
    def __init__(self, size: int) -> None:
        pass


class WrongSpace(Limited):
    observation_space = spaces.Box(-1.0, 1.0, (5,))


class EmptySpace(Limited):
    observation_space = spaces.Box(-1.0, 1.0, (0,))


class MovingSpace(Limited):
    observation_space: Any = (2,)


class SeesNan(Limited):
    def step(self, action: Any) -> Any:
        return np.full(2, np.nan, np.float32), 0.0, False, False, {}


class PaysNan(Limited):
    def step(self, action: Any) -> Any:
        return np.zeros(2, np.float32), float("nan"), False, False, {}


class PaysText(Limited):
    def step(self, action: Any) -> Any:
        return np.zeros(2, np.float32), "good", False, False, {}


class FailsLater(Limited):
    def step(self, action: Any) -> Any:
        raise KeyError("a file")


ENVIRONMENTS = (
    Endless,
    Spaceless,
    ActsText,
    SeesText,
    ResetsToNothing,
    OldReset,
    OldStep,
    Failing,
    NeedsArguments,
    WrongSpace,
    EmptySpace,
    MovingSpace,
    SeesNan,
    PaysNan,
    PaysText,
    FailsLater,
)
