"""Find stable-baselines3's algorithms by name, and the actions that they can take."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from gymnasium import spaces

from rlhf_gym.basics.words import near
from rlhf_gym.clips.rendering import SMALLEST_PICTURE

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

__all__ = [
    "ALGORITHMS",
    "algorithm",
    "check_algorithm_name",
    "check_fits",
    "fits",
    "is_off_policy",
    "policy_for",
    "refusal",
]

ALGORITHMS: dict[str, str] = {
    "ppo": "stable_baselines3.ppo.ppo:PPO",
    "a2c": "stable_baselines3.a2c.a2c:A2C",
    "a3c": "rlhf_gym.agents.a3c.agent:A3C",
    "dqn": "stable_baselines3.dqn.dqn:DQN",
    "sac": "stable_baselines3.sac.sac:SAC",
    "td3": "stable_baselines3.td3.td3:TD3",
}
"""The algorithms that have a name here, as ``module:Class``; any other is written like that."""

_OFF_POLICY = ("dqn", "sac", "td3")
_ANY = (spaces.Box, spaces.Discrete, spaces.MultiDiscrete, spaces.MultiBinary)
_ACTIONS: dict[str, tuple[type[spaces.Space[object]], ...]] = {
    "dqn": (spaces.Discrete,),
    "sac": (spaces.Box,),
    "td3": (spaces.Box,),
}


def algorithm(name: str) -> type[BaseAlgorithm]:
    """Return the algorithm called ``name``.

    Args:
        name: one of `ALGORITHMS` in any case, or ``"module:Class"`` of your own.

    Raises:
        ValueError: if there is none of that name, or the class is no on-policy or off-policy
            algorithm of stable-baselines3.

    >>> algorithm("PPO").__name__, algorithm("stable_baselines3.td3.td3:TD3").__name__
    ('PPO', 'TD3')
    """
    check_algorithm_name(name)
    return _imported(ALGORITHMS.get(name.lower(), name))


def check_algorithm_name(name: str) -> None:
    """Refuse a name that no algorithm has, without importing any.

    Raises:
        ValueError: if it is neither one of `ALGORITHMS` nor ``module:Class``.
    """
    if ":" not in name and name.lower() not in ALGORITHMS:
        raise ValueError(
            f"there is no algorithm {name!r}{near(name.lower(), ALGORITHMS)}; there are "
            f"{', '.join(ALGORITHMS)}, and any other of stable-baselines3's kind as module:Class"
        )


def is_off_policy(name: str) -> bool:
    """Return whether the algorithm called ``name`` learns from a replay buffer.

    Raises:
        ValueError: if there is none of that name.

    >>> is_off_policy("dqn"), is_off_policy("PPO")
    (True, False)
    """
    check_algorithm_name(name)
    if ":" not in name:
        return name.lower() in _OFF_POLICY
    from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm

    return issubclass(_imported(name), OffPolicyAlgorithm)


def fits(algorithm: type[BaseAlgorithm], action_space: spaces.Space[object]) -> bool:
    """Return whether the algorithm can take such actions; one not known here is assumed to.

    >>> from stable_baselines3 import DQN
    >>> fits(DQN, spaces.Discrete(2)), fits(DQN, spaces.Box(-1, 1))
    (True, False)
    """
    for known, actions in _ACTIONS.items():
        if issubclass(algorithm, _imported(ALGORITHMS[known])):
            return isinstance(action_space, actions)
    return isinstance(action_space, _ANY)


def check_fits(algorithm: type[BaseAlgorithm], action_space: spaces.Space[object]) -> None:
    """Refuse an algorithm that cannot take such actions.

    Raises:
        ValueError: if it cannot; the message names those that can.
    """
    if not fits(algorithm, action_space):
        raise refusal(algorithm, action_space)


def refusal(algorithm: type[BaseAlgorithm], action_space: spaces.Space[object]) -> ValueError:
    """Return the error that an algorithm cannot take such actions; it names those that can."""
    others = [name for name, path in ALGORITHMS.items() if fits(_imported(path), action_space)]
    remedy = f"use one of {', '.join(others)}" if others else "no algorithm here can"
    return ValueError(f"{algorithm.__name__} cannot take actions of {action_space}: {remedy}")


def policy_for(algorithm: type[BaseAlgorithm], space: spaces.Space[Any]) -> str:
    """Return the name of the algorithm's policy that fits the observations.

    Raises:
        ValueError: if it has no policy for them.

    >>> from stable_baselines3 import PPO
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
    """Return whether stable-baselines3's NatureCNN can take such observations."""
    from stable_baselines3.common.preprocessing import is_image_space

    return is_image_space(space) and sorted(space.shape or ())[1] >= SMALLEST_PICTURE


def _imported(name: str) -> type[BaseAlgorithm]:
    from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
    from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm

    module_name, _, class_name = name.partition(":")
    try:
        found: object = getattr(importlib.import_module(module_name), class_name)
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        install = {"sb3_contrib": "sb3-contrib"}.get(package, package)
        raise ValueError(
            f"the algorithm {name!r} cannot be imported: {error}; install it with "
            f"`pip install {install}`, or check its spelling"
        ) from error
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"the algorithm {name!r} cannot be imported: {error}") from error
    if not (isinstance(found, type) and issubclass(found, (OnPolicyAlgorithm, OffPolicyAlgorithm))):
        raise ValueError(
            f"{name!r} is not a supported algorithm: it must be an OnPolicyAlgorithm or an "
            "OffPolicyAlgorithm of stable-baselines3"
        )
    return found
