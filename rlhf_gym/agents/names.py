"""Algorithms of stable-baselines3 by name, and the actions that they can take."""

from __future__ import annotations

import importlib
from typing import Any

from gymnasium import spaces
from stable_baselines3 import A2C, DQN, PPO, SAC, TD3
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.preprocessing import is_image_space

from rlhf_gym.agents.a3c.agent import A3C
from rlhf_gym.clips.rendering import SMALLEST_PICTURE
from rlhf_gym.words import near

__all__ = ["ALGORITHMS", "algorithm", "check_fits", "fits", "policy_for", "refusal"]

ALGORITHMS: dict[str, type[BaseAlgorithm]] = {
    "ppo": PPO,
    "a2c": A2C,
    "a3c": A3C,
    "dqn": DQN,
    "sac": SAC,
    "td3": TD3,
}
"""The algorithms that have a name here; any other is ``module:Class``."""

_KINDS = (OnPolicyAlgorithm, OffPolicyAlgorithm)
_ANY = (spaces.Box, spaces.Discrete, spaces.MultiDiscrete, spaces.MultiBinary)
_ACTIONS: dict[type[BaseAlgorithm], tuple[type[spaces.Space[object]], ...]] = {
    DQN: (spaces.Discrete,),
    SAC: (spaces.Box,),
    TD3: (spaces.Box,),
}


def algorithm(name: str) -> type[BaseAlgorithm]:
    """The algorithm called ``name``.

    Args:
        name: one of `ALGORITHMS` in any case, or ``"module:Class"`` of an own one.

    Raises:
        ValueError: there is none of that name, or the class is no on-policy or off-policy
            algorithm of stable-baselines3.

    >>> algorithm("PPO").__name__, algorithm("stable_baselines3:TD3").__name__
    ('PPO', 'TD3')
    """
    if ":" in name:
        return _imported(name)
    if name.lower() in ALGORITHMS:
        return ALGORITHMS[name.lower()]
    raise ValueError(
        f"there is no algorithm {name!r}{near(name.lower(), ALGORITHMS)}; there are "
        f"{', '.join(ALGORITHMS)}, and any other of stable-baselines3's kind as module:Class"
    )


def fits(algorithm: type[BaseAlgorithm], action_space: spaces.Space[object]) -> bool:
    """Whether the algorithm can take such actions (one it knows nothing about is taken to).

    >>> fits(DQN, spaces.Discrete(2)), fits(DQN, spaces.Box(-1, 1))
    (True, False)
    """
    for known, actions in _ACTIONS.items():
        if issubclass(algorithm, known):
            return isinstance(action_space, actions)
    return isinstance(action_space, _ANY)


def check_fits(algorithm: type[BaseAlgorithm], action_space: spaces.Space[object]) -> None:
    """Refuse an algorithm that cannot take such actions.

    Raises:
        ValueError: it cannot; the message names those that can.
    """
    if not fits(algorithm, action_space):
        raise refusal(algorithm, action_space)


def refusal(algorithm: type[BaseAlgorithm], action_space: spaces.Space[object]) -> ValueError:
    """The error that an algorithm cannot take such actions, with the names of those that can."""
    others = [name for name, known in ALGORITHMS.items() if fits(known, action_space)]
    remedy = f"use one of {', '.join(others)}" if others else "no algorithm here can"
    return ValueError(f"{algorithm.__name__} cannot take actions of {action_space}: {remedy}")


def policy_for(algorithm: type[BaseAlgorithm], space: spaces.Space[Any]) -> str:
    """The name of the algorithm's policy that fits the observations.

    Raises:
        ValueError: it has none, or none for them.

    >>> [policy_for(PPO, spaces.Box(0, 255, (n, n, 4), "uint8")) for n in (84, 10)]
    ['CnnPolicy', 'MlpPolicy']
    """
    if isinstance(space, spaces.Dict):
        kind = "MultiInput"
    else:
        kind = "Cnn" if _is_picture(space) else "Mlp"
    for name in algorithm.policy_aliases:  # "MlpPolicy", but also "MlpLstmPolicy"
        if name.startswith(kind):
            return name
    raise ValueError(
        f"{algorithm.__name__} has no {kind}Policy for observations of {space}; it has "
        f"{', '.join(algorithm.policy_aliases) or 'no named policies'}"
    )


def _is_picture(space: spaces.Space[Any]) -> bool:
    """Whether stable-baselines3's NatureCNN can take it."""
    return is_image_space(space) and sorted(space.shape or ())[1] >= SMALLEST_PICTURE


def _imported(name: str) -> type[BaseAlgorithm]:
    module_name, _, class_name = name.partition(":")
    try:
        found: object = getattr(importlib.import_module(module_name), class_name)
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        install = {"sb3_contrib": "sb3-contrib"}.get(package, package)
        raise ValueError(
            f"the algorithm {name!r} cannot be imported: {error}; install it with "
            f"`pip install {install}`, or look at how it is spelled"
        ) from error
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"the algorithm {name!r} cannot be imported: {error}") from error
    if not (isinstance(found, type) and issubclass(found, _KINDS)):
        raise ValueError(
            f"{name!r} is no algorithm that can learn here: it must be an OnPolicyAlgorithm or an "
            "OffPolicyAlgorithm of stable-baselines3"
        )
    return found
