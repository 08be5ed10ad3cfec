"""TrainSettings: everything that can be chosen about a run; the preset fills what is left open."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

import torch
import tyro

from rlhf_gym.agents import agent_arguments, algorithm, check_agent_settings
from rlhf_gym.presets import any_preset_of, preset_of
from rlhf_gym.queries.schedule import ScheduleName
from rlhf_gym.queries.strategies import Strategy
from rlhf_gym.reward_model.settings import RewardModelSettings
from rlhf_gym.runs.config import as_table, from_table
from rlhf_gym.runs.tracking import TrackerName

__all__ = ["TrainSettings", "filled", "reward_model_of"]


def _default(words: str) -> Any:
    """What the help says instead of None."""
    return tyro.conf.arg(help_behavior_hint=f"(default: {words})")


_DEVICES = ("cuda", "mps", "xpu")
THE_PRESETS = _default("the preset's")


@dataclass(frozen=True)
class TrainSettings:
    """Settings of a training run; None takes the preset's value (see `preset_of`)."""

    env_id: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="ENV")] = "CartPole-v1"
    """Any Gymnasium id."""
    algo: str = "ppo"
    """ppo, a2c, a3c, dqn, sac, td3, or module:Class."""
    teacher: Literal["synthetic", "window"] = "synthetic"
    """Who answers: a formula that knows the true reward, or a person in a window."""
    labels: Annotated[int | None, THE_PRESETS] = None
    """How many answers to spend."""
    steps: Annotated[int | None, THE_PRESETS] = None
    """Training steps, the untrained agent's first ones included."""
    n_envs: Annotated[int | None, THE_PRESETS] = None
    """Environments beside each other."""
    horizon: Annotated[int | None, _default("the preset's, else the environment's own")] = None
    """Length of a training episode in steps."""
    hold: Annotated[int | None, THE_PRESETS] = None
    """Steps for which an early end of an episode is held."""
    seed: int = 0
    """Seed of everything."""
    clip_seconds: Annotated[float | None, THE_PRESETS] = None
    """Length of a clip."""
    strategy: Annotated[Strategy | None, THE_PRESETS] = None
    """Which clips to ask about."""
    schedule: Annotated[ScheduleName | None, THE_PRESETS] = None
    """When to ask."""
    first_share: Annotated[float | None, THE_PRESETS] = None
    """Share of the labels that is asked for before training."""
    last_label: Annotated[float | None, THE_PRESETS] = None
    """Share of training at which the last label is asked for."""
    wait: Annotated[bool | None, _default("more than 8 labels ahead")] = None
    """Whether training waits for a person behind the first labels: for every answer (True), never
    (False), or by default when it is more than 8 labels ahead."""
    annotator: Annotated[str | None, _default("your login's name")] = None
    """Name of the person who labels."""
    goal: Annotated[str | None, _default("the environment's own")] = None
    """What the agent shall do, shown to the person."""
    tie_breaker: Annotated[str | None, _default("the environment's own")] = None
    """What decides between two clips that seem equal."""
    beta: float = math.inf
    """Synthetic teacher: rationality; inf is deterministic."""
    gamma: float = 1.0
    """Synthetic teacher: below 1 it is myopic."""
    mistake: float = 0.0
    """Synthetic teacher: share of answers flipped."""
    skip: float = 0.0
    """Synthetic teacher: pairs of which both are worse than this share of the mean are skipped."""
    equal: float = 0.0
    """Synthetic teacher: returns that differ by less than this share of the mean are ties."""
    keep_termination: bool = False
    """Let episodes end early, although that leaks the reward."""
    subprocesses: bool = False
    """Run each environment in a process of its own."""
    device: str = "auto"
    """cpu, cuda, or auto."""
    evaluation_episodes: int = 20
    """Episodes of the final evaluation on the untouched environment."""
    track: Annotated[tuple[TrackerName, ...], tyro.conf.UseAppendAction] = ()
    """Where to send the curves, beside TensorBoard; as often as wanted."""
    norm_reward: Annotated[bool | None, THE_PRESETS] = None
    """Divide rewards by the deviation of their discounted sum (VecNormalize)."""
    agent: tyro.conf.Suppress[dict[str, Any]] = field(default_factory=dict)
    """Settings of the agent by SB3's names, instead of the preset's."""
    reward_model: tyro.conf.Suppress[RewardModelSettings | None] = None
    """Settings of the reward model, instead of the preset's."""


def reward_model_of(env_id: str, algo: str, given: Mapping[str, Any]) -> RewardModelSettings:
    """The preset's settings of the reward model, and those that are given in place of its own.

    >>> reward_model_of("Hopper-v5", "ppo", {"members": 5}).members
    5
    """
    of_preset = as_table(preset_of(env_id, algo).reward_model)
    return from_table(RewardModelSettings, {**of_preset, **given})


def filled(settings: TrainSettings) -> TrainSettings:
    """The settings with the preset's values where they were left open."""
    if ":" not in settings.algo:
        settings = replace(settings, algo=settings.algo.lower())  # one name for one algorithm
    preset = preset_of(settings.env_id, settings.algo)
    if settings.teacher == "window":
        preset = preset.for_a_person()
    names = (
        "labels",
        "steps",
        "n_envs",
        "horizon",
        "hold",
        "clip_seconds",
        "strategy",
        "schedule",
        "last_label",
        "norm_reward",
        "reward_model",
    )
    open_ = {name: getattr(preset, name) for name in names if getattr(settings, name) is None}
    if not settings.keep_termination:  # a fall-back has what `make_vec_env` falls back to
        for name in ("horizon", "hold"):
            if name in open_ and open_[name] is None:
                open_[name] = getattr(any_preset_of(settings.env_id), name)
    labels = settings.labels or preset.labels
    if settings.first_share is None and labels > 0:
        open_["first_share"] = preset.share_before_training(labels)
    check_agent_settings(algorithm(settings.algo), settings.agent)
    agent_arguments(settings.agent)
    settings = replace(settings, **open_, agent={**preset.agent, **settings.agent})
    for name in ("steps", "n_envs", "labels", "evaluation_episodes"):
        if getattr(settings, name) < 1:
            raise ValueError(f"{name} must be at least 1, but is {getattr(settings, name)}")
    for name in ("clip_seconds", "first_share", "last_label"):
        if not getattr(settings, name) > 0:
            raise ValueError(f"{name} must be positive, but is {getattr(settings, name)}")
    if settings.device not in ("auto", "cpu") and not settings.device.startswith(_DEVICES):
        raise ValueError(
            f"device must be auto, cpu, cuda, or another of PyTorch's such as cuda:1 or mps, but "
            f"is {settings.device!r}"
        )
    if settings.device.startswith("cuda") and not torch.cuda.is_available():
        raise ValueError(
            f"device is {settings.device!r}, but PyTorch finds no GPU; `rlhf-gym doctor` says why; "
            "without one, leave --device out"
        )
    return settings
