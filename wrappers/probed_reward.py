"""ProbedReward: the quantity that tests count, as the true reward."""

from __future__ import annotations

from typing import Any, SupportsFloat

import gymnasium as gym
from gymnasium.core import ActType, ObsType
from gymnasium.utils import RecordConstructorArgs

from rlhf_gym.envs.description import describe_env

__all__ = ["ProbedReward"]


class ProbedReward(gym.Wrapper[ObsType, ActType, ObsType, ActType], RecordConstructorArgs):
    """Give ``info["probe"]`` as the reward, so that what is counted can be evaluated and plotted.

    For environments that name a probe (``metadata["probe"]``): those without a reward function, and
    those with a naive one, which does not say what is wanted. Their agents are trained on a learned
    reward, which takes the place of this one; simulated teachers may judge by it, as they do by a
    true reward.

    >>> env = ProbedReward(gym.make("rlhf/PendulumSpin-v1"))
    >>> _ = env.reset(seed=0)
    >>> _, reward, _, _, info = env.step(env.action_space.sample())
    >>> reward == info["probe"]
    True
    """

    def __init__(self, env: gym.Env[ObsType, ActType]) -> None:
        """Wrap ``env``.

        Raises:
            ValueError: the environment names no probe.
        """
        if not describe_env(env).probe:
            raise ValueError(f"{env} counts nothing: metadata['probe'] does not name what")
        RecordConstructorArgs.__init__(self)
        gym.Wrapper.__init__(self, env)

    def step(self, action: ActType) -> tuple[ObsType, SupportsFloat, bool, bool, dict[str, Any]]:
        """Step, and return the probe as the reward."""
        observation, _, terminated, truncated, info = self.env.step(action)
        return observation, info.get("probe", 0.0), terminated, truncated, info
