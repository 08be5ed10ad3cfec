"""Settings that were measured to work: how to collect feedback and how to train.

Takes an environment's id, and an algorithm's name where an agent is to be trained; returns
`FeedbackSettings`, which define each setting of feedback with its default, and an `AgentPreset`, or
fallbacks where nothing was measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rlhf_gym.agents.names import is_off_policy
from rlhf_gym.agents.settings import SUITED
from rlhf_gym.basics.checks import check_arguments
from rlhf_gym.envs.known import known
from rlhf_gym.presets import atari, behaviours, case_studies, classic, robots
from rlhf_gym.presets.feedback_settings import FeedbackSettings, Steps
from rlhf_gym.presets.preset import AgentPreset, Preset

__all__ = [
    "AGENTS",
    "FALLBACK",
    "FEEDBACK",
    "OFF_POLICY_FALLBACK",
    "PPO_FALLBACK",
    "AgentPreset",
    "FeedbackSettings",
    "Preset",
    "clip_is_chosen",
    "feedback_of",
    "preset_of",
    "presets_of",
]

_FAMILIES = (classic, behaviours, case_studies, robots, atari)

FEEDBACK: dict[str, FeedbackSettings] = {
    env_id: settings for family in _FAMILIES for env_id, settings in family.FEEDBACK.items()
}
"""How to ask, by the environment's id without ``rlhf/``."""
AGENTS: dict[tuple[str, str], AgentPreset] = {
    key: preset for family in _FAMILIES for key, preset in family.AGENTS.items()
}
"""How to train, by the environment's id without ``rlhf/`` and the algorithm's name."""

FALLBACK = AgentPreset()
"""For environments without a preset: stable-baselines3's own settings of the agent."""
PPO_FALLBACK = AgentPreset(
    norm_reward=True,
    agent={
        "n_steps": 256,
        "batch_size": 256,
        "learning_rate": "lin_1e-3",
        "policy_kwargs": SUITED,
    },
)
"""PPO with rollouts so short that 100,000 steps hold 48 of them, in place of 6, with rewards and
observations brought to one scale, and few, large gradient steps, which get smaller.

It was chosen on Reacher, Hopper, HalfCheetah, LunarLander, CartPole and Acrobot with their presets
left out, and is measured by ``rlhf-gym benchmark unseen`` on others.
"""
OFF_POLICY_FALLBACK = AgentPreset(n_envs=1)


def feedback_of(
    env_id: str, given: Mapping[str, Any] | None = None, *, person: bool = False
) -> FeedbackSettings:
    """How feedback is collected in an environment.

    Args:
        env_id: its id; what was not measured has the defaults of `FeedbackSettings`.
        given: fields to set in place of the environment's own; None leaves them as they are.
        person: a person answers, see `FeedbackSettings.for_a_person`.

    Raises:
        ValueError: a value cannot work.

    >>> feedback_of("CartPole-v1").clip_seconds, feedback_of("Taxi-v4").clip_seconds
    (0.5, 1.5)
    >>> feedback_of("CartPole-v1", {"labels": 50, "clip_seconds": None}, person=True).labels
    50
    """
    settings = FEEDBACK.get(env_id.removeprefix("rlhf/"), FeedbackSettings())
    if person:
        settings = settings.for_a_person()
    given = {name: value for name, value in (given or {}).items() if value is not None}
    settings = replace(settings, **given)
    if "first_share" in given:
        return settings
    return replace(settings, first_share=settings.share_before_training)


def clip_is_chosen(settings: FeedbackSettings, env_id: str, *, person: bool) -> bool:
    """Return whether somebody chose how long a clip is, so that it is not cut to an episode."""
    by_default = {feedback_of(env_id, person=person).clip_seconds, FeedbackSettings().clip_seconds}
    return settings.clip_length is not None or settings.clip_seconds not in by_default


def presets_of(env_id: str) -> dict[str, Preset]:
    """The presets of an environment, by the algorithm's name.

    >>> list(presets_of("rlhf/CartPole-v1"))
    ['ppo', 'a2c', 'a3c', 'dqn']
    """
    wanted = env_id.removeprefix("rlhf/")
    return {
        algo: _with_environment(agent, env_id)
        for (name, algo), agent in AGENTS.items()
        if name == wanted
    }


def preset_of(env_id: str, algo: str, steps: Steps | None = None) -> Preset:
    """The preset of an environment and an algorithm, or the fallback.

    Args:
        env_id: id of the environment.
        algo: name of the algorithm.
        steps: training steps, if they are chosen: the rollouts of the fallback for PPO get shorter
            where there are few.

    Raises:
        ValueError: there is no such algorithm.

    >>> preset = preset_of("CartPole-v1", "ppo")
    >>> preset.n_envs, preset.feedback.labels, preset.hold
    (32, 100, 25)
    >>> preset_of("Taxi-v4", "dqn").n_envs
    1
    """
    check_arguments(preset_of, locals())
    found = presets_of(env_id).get(algo.lower())
    if found is not None:
        return found
    fallback = OFF_POLICY_FALLBACK if is_off_policy(algo) else FALLBACK
    fallback = _ppo_fallback(steps or FALLBACK.steps) if algo.lower() == "ppo" else fallback
    return _with_environment(fallback, env_id)


def _ppo_fallback(steps: int) -> AgentPreset:
    """PPO with as many rollouts in these steps as it has in 100,000, as far as that goes."""
    at_most = PPO_FALLBACK.agent["n_steps"]
    wanted = at_most * steps / FALLBACK.steps
    n_steps = next(n for n in (16, 32, 64, 128, at_most) if n >= min(wanted, at_most))
    return replace(PPO_FALLBACK, agent={**PPO_FALLBACK.agent, "n_steps": n_steps})


def _with_environment(agent: AgentPreset, env_id: str) -> Preset:
    """The preset of an agent together with what is known of the environment."""
    environment = known(env_id)
    return Preset(
        **vars(agent),
        feedback=FEEDBACK.get(env_id.removeprefix("rlhf/"), FeedbackSettings()),
        horizon=environment.horizon,
        hold=environment.hold,
    )
