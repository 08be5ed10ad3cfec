"""What the actions of an environment are called."""

from __future__ import annotations

from enum import EnumMeta
from typing import Any

import gymnasium as gym
from gymnasium.envs.registration import ENV_ID_RE

from rlhf_gym.envs.description import describe_env

__all__ = ["action_names"]

_PUSH = ("push left", "push right")
_PUSH_OR_REST = ("push left", "nothing", "push right")
_LANDER = ("nothing", "left engine", "main engine", "right engine")
_LAKE = ("left", "down", "right", "up")
_DOT = ("stay", "left", "right", "up", "down")
_NAMES: dict[str, tuple[str, ...]] = {
    "Acrobot": ("torque −", "nothing", "torque +"),
    "Blackjack": ("stick", "hit"),
    "CartPole": _PUSH,
    "CartPoleWindmill": _PUSH_OR_REST,
    "CliffWalking": ("up", "right", "down", "left"),
    "FrozenLake": _LAKE,
    "FrozenLake8x8": _LAKE,
    "LunarLander": _LANDER,
    "LunarLanderHover": _LANDER,
    "MountainCar": _PUSH_OR_REST,
    "MovingDot": _DOT,
    "MovingDotSecret": _DOT,
    "Taxi": ("down", "up", "right", "left", "pick up", "drop off"),
}
"""By Gymnasium's name of the environment, in the order of the actions."""


def action_names(env: gym.Env[Any, Any]) -> tuple[str, ...]:
    """Return the names of discrete actions in their order; none where they are not known.

    They are those of ``metadata["actions"]``, of a table of Gymnasium's environments, or those that
    ALE, MiniGrid and highway-env keep in attributes of the environment.

    >>> action_names(gym.make("LunarLander-v3"))
    ('nothing', 'left engine', 'main engine', 'right engine')
    """
    space, described, own = env.action_space, describe_env(env), env.unwrapped
    if not isinstance(space, gym.spaces.Discrete):
        return ()
    parsed = ENV_ID_RE.fullmatch(described.env_id)
    named = described.actions or _NAMES.get(parsed["name"] if parsed else "", ())
    found = named or _meanings(own) or _of_enum(own) or _of_highway(own)
    return tuple(found) if len(found) == space.n else ()


def _meanings(env: Any) -> list[str]:
    meanings = getattr(env, "get_action_meanings", None)
    found = meanings() if callable(meanings) else []
    return ["nothing" if name == "NOOP" else _spaced(str(name)) for name in found]


def _spaced(name: str) -> str:
    """``"UPRIGHTFIRE"`` as three words."""
    words = []
    for word in ("UP", "DOWN", "RIGHT", "LEFT", "FIRE"):
        if word in name:
            words.append(word.lower())
    return " ".join(words) or name.lower()


def _of_enum(env: Any) -> list[str]:
    actions = getattr(env, "actions", None)
    if not isinstance(actions, EnumMeta):
        return []
    names = [str(name).replace("_", " ") for name in actions.__members__]
    turns = "forward" in names  # then left and right are no directions to walk in
    return [f"turn {name}" if turns and name in ("left", "right") else name for name in names]


def _of_highway(env: Any) -> list[str]:
    actions = getattr(getattr(env, "action_type", None), "actions", None)
    return [str(name).lower().replace("_", " ") for name in actions.values()] if actions else []
