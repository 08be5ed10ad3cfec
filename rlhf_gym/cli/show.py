"""Show what a run would use, for ``rlhf-gym train --show``."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from typing import Any

from rlhf_gym.basics.closing import closing
from rlhf_gym.basics.words import capitalised, counted, duration, listed
from rlhf_gym.clips.clip import check_clip_fits
from rlhf_gym.environments.maker import checked_time_limit
from rlhf_gym.envs.description import EnvironmentDescription, describe_env
from rlhf_gym.envs.episode_words import mission_of
from rlhf_gym.envs.known import GENERAL_GOAL, MISSION_GOAL
from rlhf_gym.presets import Preset, clip_is_chosen, presets_of
from rlhf_gym.queries.schedule import label_target, warm_up_steps
from rlhf_gym.results.curves import SECONDS_A_LABEL
from rlhf_gym.reward_model.settings import RewardModelSettings
from rlhf_gym.runs.config import as_table, finite, flat
from rlhf_gym.runs.settings import TrainSettings

__all__ = ["shown", "summary"]

TEACHERS = {
    "synthetic": "synthetic, a formula that knows the true reward",
    "person": "person, a formula that errs as people do",
    "window": "window: you",
}
"""The teachers in words."""


def shown(settings: TrainSettings) -> dict[str, Any]:
    """Return what a run would use as plain data for JSON, which has no infinity but "inf".

    Args:
        settings: settings of the run, filled in.

    Raises:
        ValueError: the run would be refused, since no clip could be asked about.
    """
    environment, mission = _described(settings)
    preset = presets_of(settings.env_id).get(settings.algo)
    goal, tie_breaker = _goal(settings, environment, mission)
    clip = _clip_steps(settings, environment)
    return {
        "settings": finite(as_table(settings)),
        "preset": preset.measured if preset else None,
        "preset_person": preset.measured_person if preset else None,
        "labels_before_training": _first_labels(settings),
        "warm_up_steps": _warm_up(settings, clip),
        "clip_steps": clip,
        "person_minutes": settings.feedback.labels * SECONDS_A_LABEL / 60,
        "environment": {
            "goal": goal,
            "tie_breaker": tie_breaker,
            "return": environment.return_name,
            "time_limit": environment.time_limit,
            "fps": environment.fps,
            "draws": environment.draws,
            "valued_terminals": _valued_terminals(settings, environment),
        },
    }


def summary(settings: TrainSettings) -> str:
    """Return what a run would use as text.

    Args:
        settings: settings of the run, filled in.

    Raises:
        ValueError: the run would be refused, since no clip could be asked about.
    """
    environment, mission = _described(settings)
    sections = {
        "environment": _environment(settings, environment, mission),
        "asking": _asking(settings, environment),
        "training": _training(settings, environment),
        "agent": {**flat(settings.agent), "all other settings": "the algorithm's defaults"},
        "reward model": _reward_model(settings.feedback.reward_model),
    }
    lines = [f"{settings.env_id} with {settings.algo}: what a run would use; nothing is trained"]
    for title, rows in sections.items():
        width = max(map(len, [*rows, " " * 18]))
        lines += ["", title, *(f"  {name:<{width}} {value}" for name, value in rows.items())]
    return "\n".join(lines)


def _reward_model(settings: RewardModelSettings) -> dict[str, str]:
    table = flat(finite(as_table(settings)))
    if len(table) < len(fields(settings)):
        table["all other settings"] = "as suits the observations"
    return table


def _described(settings: TrainSettings) -> tuple[EnvironmentDescription, str]:
    """Describe the environment, and return the mission of its first episode, if there is one.

    It is made where only that tells all.
    """
    described = settings.maker.describe()
    tells_goal = bool(settings.goal) or described.goal not in (GENERAL_GOAL, MISSION_GOAL)
    tells_limit = bool(settings.horizon or described.time_limit)
    if tells_goal and tells_limit and not settings.wrapper:
        return described, ""
    with closing(settings.maker.made()) as env:
        limit = settings.horizon or checked_time_limit(env, settings.env_id)
        made = replace(describe_env(env), time_limit=limit)
        if made.goal != MISSION_GOAL:
            return made, ""
        env.reset(seed=settings.seed)
        return made, mission_of(env)


def _environment(
    settings: TrainSettings, environment: EnvironmentDescription, mission: str
) -> dict[str, str]:
    valued = _valued_terminals(settings, environment)
    goal, tie_breaker = _goal(settings, environment, mission)
    assumed = "" if environment.names_fps else ", as it names none"
    return {
        "goal": goal,
        "tie-breaker": tie_breaker or "none",
        "measured by": environment.return_name,
        "episode": _episode(settings, environment),
        "ends of episodes": "can be good or bad" if valued else "are all worth the same",
        "frame rate": f"{environment.fps:g} steps a second{assumed}",
        "can be drawn": "yes" if environment.draws else "no",
    }


def _episode(settings: TrainSettings, environment: EnvironmentDescription) -> str:
    horizon = settings.horizon or environment.time_limit
    assert horizon is not None
    steps = f"{horizon:,} steps"
    if environment.fixed_horizon:
        return steps
    if settings.keep_termination:
        return f"{steps} at most; what follows an early end is worth 0"
    return f"{steps}; an early end is held {_held(settings)}"


def _held(settings: TrainSettings) -> str:
    return f"for {counted(settings.hold, 'step')}" if settings.hold else "until then"


def _asking(settings: TrainSettings, environment: EnvironmentDescription) -> dict[str, str]:
    feedback = settings.feedback
    first, steps = _first_labels(settings), _clip_steps(settings, environment)
    labels = f"{feedback.labels:,}: {first:,} before training, the last at "
    labels += f"{feedback.last_label:.0%} of it"
    if first == feedback.labels:
        labels = f"{first:,}, {'all ' if first > 1 else ''}before training"
    time = duration(feedback.labels * SECONDS_A_LABEL).replace(".0 ", " ")
    return {
        "teacher": TEACHERS[settings.teacher],
        "labels": labels,
        "a person's time": f"about {time}{'' if settings.for_people else ', if one answered'}",
        "clips": f"{counted(steps, 'step')}, {steps / environment.fps:.2g} s",
        "strategy": str(feedback.strategy),
        "schedule": str(feedback.schedule),
    }


def _training(settings: TrainSettings, environment: EnvironmentDescription) -> dict[str, str]:
    preset = presets_of(settings.env_id).get(settings.algo)
    warm_up = _warm_up(settings, _clip_steps(settings, environment))
    return {
        "steps": f"{settings.steps:,} in {counted(settings.n_envs or 1, 'environment')}",
        "warm-up": f"the untrained agent takes the first {counted(warm_up, 'step')}",
        "norm_reward": str(settings.norm_reward).lower(),
        "seed": str(settings.seed),
        "device": settings.device,
        "measured": _measured(settings, preset, environment.return_name),
    }


def _measured(settings: TrainSettings, preset: Preset | None, return_name: str) -> str:
    if preset is None:
        return f"nothing: there is no preset for {settings.env_id} with {settings.algo}"
    if settings.for_people and preset.measured_person:
        return f"{return_name} with answers as people give them: {preset.measured_person}"
    figures = preset.measured.replace("(shuffled:", "(shuffled labels:")
    other = ["ends held"] if settings.keep_termination else []
    other += ["the answers of a formula"] if settings.for_people else []
    how = f"and {listed(other)}" if other else "as it is"
    return f"{return_name} with the preset {how}: {figures}"


def _goal(
    settings: TrainSettings, environment: EnvironmentDescription, mission: str
) -> tuple[str, str]:
    """Return the goal and the tie-breaker that a person is told; a goal of theirs has no other."""
    own = environment.goal
    tie_breaker = settings.tie_breaker or ("" if settings.goal else own.tie_breaker)
    first = f" The first mission: {capitalised(mission)}" if mission else ""
    return settings.goal or f"{own.text}{first}", tie_breaker


def _valued_terminals(settings: TrainSettings, environment: EnvironmentDescription) -> bool:
    given = settings.feedback.valued_terminals
    return environment.valued_terminals if given is None else given


def _first_labels(settings: TrainSettings) -> int:
    feedback = settings.feedback
    shares = {"first_share": feedback.first_share, "last_label": feedback.last_label}
    return label_target(feedback.schedule, feedback.labels, 0.0, **shares)


def _clip_steps(settings: TrainSettings, environment: EnvironmentDescription) -> int:
    feedback, episode = settings.feedback, settings.horizon or environment.time_limit
    steps = feedback.clip_length or max(1, round(feedback.clip_seconds * environment.fps))
    if not clip_is_chosen(feedback, settings.env_id, person=settings.for_people):
        steps = min(steps, episode or steps)
    check_clip_fits(steps, episode, settings.env_id)
    return steps


def _warm_up(settings: TrainSettings, clip: int) -> int:
    """Return the steps of the untrained agent, a multiple of the number of environments."""
    steps, n_envs = settings.steps or 0, settings.n_envs or 1
    asked = settings.feedback.warm_up_steps
    one_clip = (clip + 1) * n_envs
    taken = math.ceil(warm_up_steps(asked, steps, one_clip) / n_envs) * n_envs
    if asked is None and taken < one_clip:
        each = f" in each of {n_envs:,} environments" if n_envs > 1 else ""
        raise ValueError(
            f"{counted(steps, 'step')} are too few for one clip{each}: give more than {one_clip:,}"
        )
    return taken
