"""Presets: settings of agents that were measured to learn from few labels, and a fall-back."""

from __future__ import annotations

from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm

from rlhf_gym.agents.names import algorithm
from rlhf_gym.presets.atari import ATARI
from rlhf_gym.presets.behaviours import BEHAVIOURS
from rlhf_gym.presets.case_studies import CASE_STUDIES
from rlhf_gym.presets.classic import CLASSIC
from rlhf_gym.presets.preset import Preset
from rlhf_gym.presets.robots import ROBOTS

__all__ = [
    "FALLBACK",
    "OFF_POLICY_FALLBACK",
    "PRESETS",
    "Preset",
    "any_preset_of",
    "preset_of",
    "presets_of",
]

PRESETS = {**CLASSIC, **BEHAVIOURS, **CASE_STUDIES, **ROBOTS, **ATARI}
"""By the environment's id, without ``rlhf/``, and the algorithm's name."""

FALLBACK = Preset()
"""For environments without a preset: stable-baselines3's own settings of the agent."""
OFF_POLICY_FALLBACK = Preset(n_envs=1)


def presets_of(env_id: str) -> dict[str, Preset]:
    """The presets of an environment, by the algorithm's name.

    >>> list(presets_of("rlhf/CartPole-v1"))
    ['ppo', 'a2c', 'a3c', 'dqn']
    """
    wanted = env_id.removeprefix("rlhf/")
    return {algo: preset for (name, algo), preset in PRESETS.items() if name == wanted}


def any_preset_of(env_id: str) -> Preset:
    """The first preset of an environment, whichever the algorithm, or the fall-back.

    >>> any_preset_of("CartPole-v1").clip_seconds, any_preset_of("Taxi-v4") is FALLBACK
    (0.5, True)
    """
    return next(iter(presets_of(env_id).values()), FALLBACK)


def preset_of(env_id: str, algo: str) -> Preset:
    """The preset of an environment and an algorithm, or the fall-back.

    Raises:
        ValueError: there is no such algorithm.

    >>> preset_of("CartPole-v1", "ppo").labels, preset_of("Taxi-v4", "ppo") is FALLBACK
    (100, True)
    """
    found = presets_of(env_id).get(algo.lower())
    if found is not None:
        return found
    return OFF_POLICY_FALLBACK if issubclass(algorithm(algo), OffPolicyAlgorithm) else FALLBACK
