"""AgentPreset: how one algorithm is trained in one environment; Preset: with how to ask there."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

from rlhf_gym.agents.settings import agent_arguments
from rlhf_gym.presets.feedback_settings import FeedbackSettings

__all__ = ["AgentPreset", "Preset"]


@dataclass(frozen=True)
class AgentPreset:
    """How one algorithm is trained in one environment.

    Attributes:
        steps: training steps.
        n_envs: number of environments that run side by side.
        norm_reward: divide rewards by the deviation of their discounted sum (VecNormalize), so that
            the losses of policy and value stay in proportion.
        agent: settings of the SB3 algorithm, as `agent_arguments` reads them.
        measured: the median true return that was measured with them, by ``rlhf-gym benchmark``
            unless it says otherwise.
        measured_person: the same with answers as people give them (`PersonTeacher`), by
            ``rlhf-gym benchmark person``; empty where it was not measured.
    """

    steps: int = 100_000
    n_envs: int = 8
    norm_reward: bool = False
    agent: dict[str, Any] = field(default_factory=dict)
    measured: str = ""
    measured_person: str = ""

    @property
    def arguments(self) -> dict[str, Any]:
        """The agent's settings as arguments of its class: ``PPO("MlpPolicy", env, **arguments)``.

        >>> AgentPreset(agent={"n_steps": 64}).arguments
        {'n_steps': 64}
        """
        return agent_arguments(self.agent)


@dataclass(frozen=True)
class Preset(AgentPreset):
    """What `preset_of` finds: how to train an agent, and how to ask in its environment.

    Attributes:
        feedback: how feedback is collected in the environment, whichever the algorithm.
        horizon: length of a training episode in steps; None is the environment's own.
        hold: absorbing steps after an early end, where ends are held; None is all until the
            horizon.
    """

    feedback: FeedbackSettings = FeedbackSettings()
    horizon: int | None = None
    hold: int | None = None

    def __getattr__(self, name: str) -> Any:
        """Find settings of the feedback where they were in version 0.1.0, with a warning."""
        if name in FeedbackSettings.__dataclass_fields__:
            warnings.warn(
                f"preset.{name} will be removed in version 0.3.0: write preset.feedback.{name}",
                DeprecationWarning,
                stacklevel=2,
            )
            return getattr(self.feedback, name)
        raise AttributeError(f"a preset has no attribute {name!r}")
