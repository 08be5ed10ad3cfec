"""What a training says before time is spent on it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from stable_baselines3.common.base_class import BaseAlgorithm

from rlhf_gym.agents.settings import SUITED
from rlhf_gym.basics.program import program
from rlhf_gym.basics.words import counted
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.presets import Preset, presets_of
from rlhf_gym.runs.settings import TrainSettings

__all__ = ["first_labels", "said_of_resuming", "said_of_settings"]


def said_of_settings(settings: TrainSettings, agent: BaseAlgorithm) -> Iterator[str]:
    """Yield what is to be known of the settings of a new run."""
    steps = settings.steps or 0
    preset = presets_of(settings.env_id).get(settings.algo.lower())
    if preset is not None and settings.for_people:
        yield _said_of_people(settings, preset)
    if preset is None:
        yield _said_of_fallback(settings)
    rollout = getattr(agent, "n_steps", 0) * agent.n_envs
    if steps < 2 * rollout:
        yield (
            f"{steps:,} steps are less than two rollouts of {rollout:,}: the agent will hardly "
            "learn anything"
        )


def _said_of_fallback(settings: TrainSettings) -> str:
    """Say what is used where there is no preset."""
    chosen = [
        f"{name} {value}" for name, value in settings.agent.items() if name != "policy_kwargs"
    ]
    if settings.norm_reward:
        chosen.append("rewards normalised")
    if settings.agent.get("policy_kwargs") == SUITED:
        chosen.append("observations too where they are numbers")
    return (
        f"there is no preset for {settings.env_id} with {settings.algo}: the fallback is "
        f"stable-baselines3's own settings{' with ' if chosen else ''}{', '.join(chosen)}; "
        f"{counted(settings.labels, 'label')}, {settings.steps or 0:,} steps"
    )


def _said_of_people(settings: TrainSettings, preset: Preset) -> str:
    """Say what is known of the preset with answers as people give them."""
    if preset.measured_person:
        return f"with answers as people give them, this preset reached {preset.measured_person}"
    of_formula, asked = preset.feedback.labels, settings.feedback.labels
    few = f" and {of_formula:,} labels: {asked:,} may be too few" if of_formula > asked else ""
    return f"nobody has measured this preset with a person, but with a faultless formula{few}"


def said_of_resuming(run: RunFolder, steps: int, agent: BaseAlgorithm) -> str:
    """Say where a run goes on; where it took all its ``steps``, say how to train for longer."""
    if agent.num_timesteps < steps:
        from rlhf_gym.feedback.glance import count_labels  # the database is slow to import

        labels = count_labels(run.store) or 0  # also those given since the checkpoint
        return f"going on at step {agent.num_timesteps:,} with {counted(labels, 'label')}"
    return (
        f"the run is finished: all its {steps:,} steps are taken. Its agent is measured again and "
        f"its report written; to train it for longer: {program()} train --resume {run.path} "
        f"--steps {2 * steps}"
    )


def first_labels(settings: TrainSettings) -> str:
    """Say how many labels come before training."""
    first = math.ceil(settings.feedback.labels * settings.feedback.first_share)
    return f"waiting for the first {counted(first, 'label')}; training begins after them"
