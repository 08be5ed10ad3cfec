"""Preset: settings of one algorithm in one environment."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from rlhf_gym.agents.settings import agent_arguments
from rlhf_gym.queries.schedule import ScheduleName
from rlhf_gym.queries.strategies import Strategy
from rlhf_gym.reward_model.settings import RewardModelSettings

__all__ = ["Preset"]

FIRST_LABELS = 25
"""So many labels at least come before training."""
PERSON_SECONDS, PERSON_LABELS = 1.0, 500
"""The shortest clip that a person is shown, and the most answers that she is asked for."""


@dataclass(frozen=True)
class Preset:
    """Settings of one algorithm in one environment.

    Attributes:
        steps: training steps.
        n_envs: environments beside each other.
        horizon: length of a training episode in steps; None is the environment's own.
        hold: steps for which an early end is held; None is all until the horizon.
        labels: how many answers to spend.
        clip_seconds: length of a clip.
        strategy: which clips to ask about.
        schedule: when to ask.
        first_share: share of the labels that is asked for before training, but see
            `share_before_training`.
        last_label: share of training at which the last label is asked for.
        reward_model: settings of the reward model.
        norm_reward: divide rewards by the deviation of their discounted sum (VecNormalize), so that
            the losses of policy and value stay in proportion.
        agent: settings of the SB3 algorithm, as `agent_arguments` reads them.
        measured: the median true return that was measured with them, by ``rlhf-gym benchmark``
            unless it says otherwise.
    """

    steps: int = 100_000
    n_envs: int = 8
    horizon: int | None = None
    hold: int | None = None
    labels: int = 200
    clip_seconds: float = 1.5
    strategy: Strategy = "diverse"
    schedule: ScheduleName = "hyperbolic"
    first_share: float = 0.25
    last_label: float = 0.7
    reward_model: RewardModelSettings = RewardModelSettings()
    norm_reward: bool = False
    agent: dict[str, Any] = field(default_factory=dict)
    measured: str = ""

    def share_before_training(self, labels: int) -> float:
        """The share of ``labels`` to ask for before training: ``first_share``, but 25 at least.

        A reward learned from fewer sends the agent where later labels do not bring it back from.

        >>> Preset().share_before_training(200), Preset().share_before_training(50)
        (0.25, 0.5)
        """
        return max(self.first_share, min(FIRST_LABELS / labels, 1.0))

    @property
    def arguments(self) -> dict[str, Any]:
        """The agent's settings as arguments of its class: ``PPO("MlpPolicy", env, **arguments)``.

        >>> Preset(agent={"n_steps": 64}).arguments
        {'n_steps': 64}
        """
        return agent_arguments(self.agent)

    def for_a_person(self) -> Preset:
        """The same where a person answers: clips that she can judge, in half an hour or so.

        A formula judges a fifth of a second without fail, and thousands of clips in no time.

        >>> preset = Preset(clip_seconds=0.2, labels=2400).for_a_person()
        >>> preset.clip_seconds, preset.labels
        (1.0, 500)
        """
        return replace(
            self,
            clip_seconds=max(self.clip_seconds, PERSON_SECONDS),
            labels=min(self.labels, PERSON_LABELS),
        )
