"""Attaching the learned reward to an agent, by the kind of the agent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm

from rlhf_gym.agents.a3c.agent import A3C
from rlhf_gym.agents.a3c.learned_reward import share_with_workers
from rlhf_gym.agents.outside import OutsideWrappers
from rlhf_gym.agents.relabelling import RelabelledRewards, relabel
from rlhf_gym.agents.replay import load_replay, replay_state
from rlhf_gym.clips.steps import Transitions
from rlhf_gym.reward_model import RewardModel
from rlhf_gym.wrappers.clip_recorder import ClipRecorder
from rlhf_gym.wrappers.learned_reward import VecLearnedReward

__all__ = ["Attached", "WrappedReward", "attach"]


@dataclass(frozen=True)
class WrappedReward:
    """A reward model with the wrappers that put its reward into a vector environment.

    Attributes:
        model: predicts the rewards.
        recorder: records the steps; it is inside ``wrapper``.
        wrapper: shows the learned reward to the agent.
    """

    model: RewardModel
    recorder: ClipRecorder
    wrapper: VecLearnedReward


class Attached:
    """How an agent gets the learned reward; this one gets it from the wrapper, at each step.

    Attributes:
        in_workers: whether steps are taken, and their rewards predicted, in other processes.
    """

    in_workers = False

    @property
    def holds(self) -> bool:
        """Whether the agent still gets it; otherwise it must be attached again."""
        return True

    def step_taken(self, step: Mapping[str, Any]) -> None:
        """Look at a step of training, of which local variables are given by SB3's names.

        Raises:
            ValueError: if it shows that the agent does not learn from the learned reward.
        """

    def publish(self) -> None:
        """Let the agent know of the newest reward model; called before each rollout."""

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint keeps of the agent beside its own file."""
        return {}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave."""


@singledispatch
def attach(agent: BaseAlgorithm, reward: WrappedReward) -> Attached:
    """Let an agent learn from the learned reward that ``reward`` puts into its environment.

    An on-policy agent needs nothing more. The replay buffer of an off-policy agent is relabelled,
    see `relabel`. The workers of A3C predict the reward themselves, see `share_with_workers`.
    Another kind of agent can be registered: ``@attach.register``.

    Args:
        agent: its environment has both wrappers of ``reward``.
        reward: the learned reward.

    Raises:
        ValueError: if the agent cannot learn from it.
    """
    raise ValueError(
        f"how {type(agent).__name__} gets its rewards is not known: ARS of sb3-contrib, for one, "
        "takes the true returns from Monitor. Train with an on-policy or off-policy algorithm of "
        "stable-baselines3's kind, or register your own with rlhf_gym.agents.attach.attach"
    )


@attach.register
def _(agent: OnPolicyAlgorithm, reward: WrappedReward) -> Attached:
    return Attached()


class Relabelled(Attached):
    """An off-policy agent, whose rewards are predicted again when a batch is sampled."""

    def __init__(self, agent: OffPolicyAlgorithm, reward: WrappedReward) -> None:
        """Relabel the replay buffer that the agent has at present."""
        self._agent, self._recorder = agent, reward.recorder
        self._stored: Transitions | None = None
        relabel(
            agent,
            reward.model.predict,
            lambda: reward.model.version,
            reward.recorder.observation_space,
            self._newest,
            paid=lambda: reward.wrapper.paid,
            uses_next_observations=reward.model.uses_next_observations,
        )
        self._outside = OutsideWrappers(agent, reward.recorder, reward.wrapper)

    def _newest(self) -> Transitions | None:
        """Return the step that is stored, once; what else is stored comes from elsewhere."""
        newest = self._recorder.newest
        known, self._stored = newest is self._stored, newest
        return None if known else newest

    def step_taken(self, step: Mapping[str, Any]) -> None:
        """Check that the agent stores what the reward model has seen."""
        self._outside.check(step)

    @property
    def holds(self) -> bool:
        """Whether the replay buffer is still the one that is relabelled."""
        buffer = self._agent.replay_buffer
        return buffer is not None and isinstance(buffer.rewards, RelabelledRewards)

    def state(self) -> dict[str, Any]:
        """Return the replay buffer."""
        assert self._agent.replay_buffer is not None
        return replay_state(self._agent.replay_buffer)

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Fill the replay buffer."""
        assert self._agent.replay_buffer is not None
        load_replay(self._agent.replay_buffer, state)


@attach.register
def _(agent: OffPolicyAlgorithm, reward: WrappedReward) -> Attached:
    return Relabelled(agent, reward)


class InWorkers(Attached):
    """An asynchronous agent, whose workers predict rewards with shared weights."""

    in_workers = True

    def __init__(self, publish: Callable[[], None]) -> None:
        """Show the newest reward model to the workers by ``publish``."""
        self._publish = publish

    def publish(self) -> None:
        """Show the newest reward model to the workers."""
        self._publish()


@attach.register
def _(agent: A3C, reward: WrappedReward) -> Attached:
    return InWorkers(share_with_workers(agent, reward.model, reward.recorder, reward.wrapper))
