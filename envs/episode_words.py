"""What a person is told about an episode: its mission, and in which way it ended."""

from __future__ import annotations

from typing import Any, TypeAlias

import gymnasium as gym

from rlhf_gym.envs.description import EnvironmentDescription, describe_env
from rlhf_gym.envs.known import known

__all__ = ["describe_env", "end_words", "mission_of"]

Env: TypeAlias = "gym.Env[Any, Any]"


def mission_of(env: Env) -> str:
    """Return what the environment asks for in this episode, ``""`` if it does not say.

    It is the attribute ``mission`` of the environment or of a wrapper, as in MiniGrid, after a
    reset.

    >>> mission_of(gym.make("CartPole-v1"))
    ''
    """
    mission = env.get_wrapper_attr("mission") if env.has_wrapper_attr("mission") else ""
    return mission if isinstance(mission, str) else ""


def end_words(env: Env, kind: str, described: EnvironmentDescription) -> str:
    """Say in words how an episode has just ended.

    Args:
        env: the environment, as it is after the last step.
        kind: ``"terminated"`` or ``"truncated"``.
        described: what is known of the environment.

    >>> env = gym.make("CartPole-v1")
    >>> _ = env.reset(seed=0)
    >>> while not env.step(0)[2]:
    ...     pass
    >>> described = describe_env(env)
    >>> end_words(env, "terminated", described), end_words(env, "truncated", described)
    ('fell', 'time is up')
    """
    say = known(described.env_id).say_end
    if kind == "terminated" and say is not None and not described.names_ends:
        try:
            return say(env.unwrapped)
        except Exception:  # another library has registered something else under the id
            return described.ends[kind]
    return described.ends[kind]
