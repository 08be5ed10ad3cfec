"""Show what a run would use, for ``rlhf-gym train --show``."""

from __future__ import annotations

import math
from typing import Any

from rlhf_gym.basics.words import duration
from rlhf_gym.environments.registry import describe_id
from rlhf_gym.envs.description import EnvironmentDescription
from rlhf_gym.presets import clip_is_chosen, presets_of
from rlhf_gym.results.curves import SECONDS_A_LABEL
from rlhf_gym.runs.config import as_table, flat
from rlhf_gym.runs.settings import TrainSettings

__all__ = ["shown", "summary"]


def shown(settings: TrainSettings) -> dict[str, Any]:
    """Return what a run would use as plain data for JSON.

    Args:
        settings: settings of the run, filled in.
    """
    environment, feedback = describe_id(settings.env_id), settings.feedback
    preset = presets_of(settings.env_id).get(settings.algo)
    return {
        "settings": as_table(settings),
        "preset": preset.measured if preset else None,
        "labels_before_training": math.ceil(feedback.labels * feedback.first_share),
        "clip_steps": _clip_steps(settings, environment),
        "person_minutes": feedback.labels * SECONDS_A_LABEL / 60,
        "environment": {
            "goal": environment.goal.text,
            "tie_breaker": environment.goal.tie_breaker,
            "return": environment.return_name,
            "time_limit": environment.time_limit,
            "fps": environment.fps,
            "draws": environment.draws,
            "valued_terminals": environment.valued_terminals,
        },
    }


def summary(settings: TrainSettings) -> str:
    """Return what a run would use as text.

    Args:
        settings: settings of the run, filled in.
    """
    sections = {
        "environment": _environment(settings),
        "asking": _asking(settings),
        "training": _training(settings),
        "agent": flat(settings.agent) or {"settings": "stable-baselines3's own"},
        "reward model": flat(as_table(settings.feedback.reward_model)),
    }
    lines = [f"{settings.env_id} with {settings.algo}: what a run would use; nothing is trained"]
    for title, rows in sections.items():
        lines += ["", title, *(f"  {name:<18} {value}" for name, value in rows.items())]
    return "\n".join(lines)


def _environment(settings: TrainSettings) -> dict[str, str]:
    environment = describe_id(settings.env_id)
    horizon = settings.horizon or environment.time_limit
    episode = f"{horizon:,} steps" if horizon else "its own max_steps, or else give --horizon"
    if settings.keep_termination:
        episode += " at most; it may end early, and is worth 0 from then on"
    elif not environment.fixed_horizon:
        hold = f"for {settings.hold} steps" if settings.hold else "until then"
        episode += f"; an early end is held {hold}"
    worth = "can be good or bad" if environment.valued_terminals else "are worth the same"
    return {
        "goal": environment.goal.text,
        "tie-breaker": environment.goal.tie_breaker,
        "return": environment.return_name,
        "episode": episode,
        "ends": worth,
        "frame rate": f"{environment.fps:g} steps a second",
        "can be drawn": "yes" if environment.draws else "no",
    }


def _asking(settings: TrainSettings) -> dict[str, str]:
    feedback = settings.feedback
    first = math.ceil(feedback.labels * feedback.first_share)
    steps = _clip_steps(settings, describe_id(settings.env_id))
    return {
        "teacher": settings.teacher,
        "labels": (
            f"{feedback.labels:,}: {first:,} before training, the last at "
            f"{feedback.last_label:.0%} of it"
        ),
        "a person's time": f"about {duration(feedback.labels * SECONDS_A_LABEL)}",
        "clips": f"{steps:,} steps, {steps / describe_id(settings.env_id).fps:.2g} s",
        "strategy": str(feedback.strategy),
        "schedule": str(feedback.schedule),
    }


def _training(settings: TrainSettings) -> dict[str, str]:
    preset = presets_of(settings.env_id).get(settings.algo)
    return {
        "steps": f"{settings.steps:,} in {settings.n_envs} environments",
        "norm_reward": str(settings.norm_reward).lower(),
        "seed": str(settings.seed),
        "device": settings.device,
        "measured": preset.measured if preset else "nothing: there is no preset for this pair",
    }


def _clip_steps(settings: TrainSettings, environment: EnvironmentDescription) -> int:
    feedback = settings.feedback
    steps = feedback.clip_length or max(1, round(feedback.clip_seconds * environment.fps))
    if clip_is_chosen(feedback, settings.env_id, person=settings.for_people):
        return steps
    return min(steps, settings.horizon or environment.time_limit or steps)
