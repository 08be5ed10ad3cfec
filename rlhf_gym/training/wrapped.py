"""FeedbackReward: the environment as `HumanFeedback.wrap` returns it, and who acts in it."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from gymnasium import spaces
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper, VecMonitor
from stable_baselines3.common.vec_env.base_vec_env import VecEnvObs
from torch import nn

from rlhf_gym.basics.long_work import LongWork, in_words
from rlhf_gym.basics.words import counted
from rlhf_gym.clips.observations import Array
from rlhf_gym.clips.steps import RewardFunction, Transitions
from rlhf_gym.environments.vec_env import wrappers_of
from rlhf_gym.wrappers.clip_recorder import ClipRecorder
from rlhf_gym.wrappers.learned_reward import VecLearnedReward

__all__ = ["FeedbackReward", "check_acts_in", "check_can_start", "check_can_wrap"]


class FeedbackReward(VecLearnedReward):
    """Pay what people teach, and refuse a training that would ask nobody.

    Attributes:
        taught: whether a training with the feedback as its callback has begun. Before it agents
            cannot train here, but the environment can be stepped by hand.
    """

    taught = False

    def __init__(
        self,
        recorder: ClipRecorder,
        reward_function: RewardFunction,
        work: Callable[[], AbstractContextManager[LongWork]] = in_words,
    ) -> None:
        """Wrap the recorder, whose rewards are the true ones; ``work`` tells slow resets."""
        super().__init__(recorder, reward_function)
        self._recorder, self._work = recorder, work

    def reset(self) -> VecEnvObs:
        """Reset all environments, and say so where that takes longer than a moment."""
        with self._work() as work:
            work.begin(f"resetting {counted(self.num_envs, 'environment')}")
            return super().reset()

    def step_async(self, actions: Array) -> None:
        """Send the actions to the environments.

        Raises:
            ValueError: if an agent trains, and the feedback has never been the callback.
        """
        if not self.taught and _is_training():
            raise ValueError(
                "nobody has been asked about this environment, so there is no reward to learn from "
                "yet: pass the feedback as callback, agent.learn(..., callback=feedback)"
            )
        super().step_async(actions)

    def _step(
        self, observations: VecEnvObs, true_rewards: Array, dones: Array, infos: Any
    ) -> Transitions:
        """Return the step that was recorded, unless what followed it may be changed by others."""
        recorded = self._recorder.newest
        if recorded is not None and recorded.next_observations is None:
            return recorded
        return super()._step(observations, true_rewards, dones, infos)


def _is_training() -> bool:
    """Return whether an agent's ``learn`` is among the callers; nothing else tells them apart."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        frame = frame.f_back
        if frame.f_code.co_name == "learn":
            if isinstance(frame.f_locals.get("self"), BaseAlgorithm):
                return True
    return False


def check_can_start(wrapped: bool, parent: BaseCallback | None) -> None:
    """Refuse a training of which a feedback would see nothing.

    Args:
        wrapped: whether the feedback has wrapped an environment.
        parent: the callback that triggers it, or None.

    Raises:
        ValueError: if it has not, or is triggered by another callback.
    """
    if not wrapped:
        raise ValueError(
            "this feedback has wrapped no environment: train the agent on "
            "env = feedback.wrap(make_vec_env(...))"
        )
    if parent is not None:
        raise ValueError(
            f"HumanFeedback inside {type(parent).__name__} does not hear of rollouts, so nobody "
            "would be asked: pass it to learn beside the other, callback=[feedback, ...]"
        )


def check_can_wrap(venv: object, wrapped: bool) -> None:
    """Refuse what is no vector environment, in which no agent can act, or wrapped already.

    Args:
        venv: is to be wrapped.
        wrapped: whether this feedback has wrapped one before.

    Raises:
        ValueError: if one of these is so.
    """
    if not isinstance(venv, VecEnv):
        raise ValueError(
            f"wrap needs a vector environment, but was given {venv!r}: build it with "
            "rlhf_gym.make_vec_env(ENV_ID, n_envs=8)"
        )
    if wrapped:
        raise ValueError(
            "this feedback has wrapped an environment already: use what wrap returned then, or "
            "make another HumanFeedback for this one"
        )
    if any(isinstance(wrapper, FeedbackReward) for wrapper in wrappers_of(venv)):
        raise ValueError(
            "feedback.wrap was given what feedback.wrap has returned, whose reward is a learned "
            "one already: wrap each environment once"
        )
    _check_keys(venv.observation_space)


def _check_keys(space: spaces.Space[Any]) -> None:
    """Refuse Dict observations of which agents cannot make a module for each key.

    Raises:
        ValueError: PyTorch's modules have an attribute of that name.
    """
    keys = space if isinstance(space, spaces.Dict) else ()
    taken = [repr(key) for key in keys if hasattr(nn.ModuleDict(), key)]
    if taken:
        raise ValueError(
            f"PyTorch, in which agents are made, has other uses for {', '.join(taken)}, which the "
            "observation has as keys: give these parts other names, with a wrapper"
        )


def _warn_of_monitors(outside: Sequence[VecEnvWrapper]) -> None:
    """Warn if learned returns would be logged and shown where true ones are expected."""
    if any(isinstance(wrapper, VecMonitor) for wrapper in outside):
        warnings.warn(
            "VecMonitor outside feedback.wrap(...) sees the learned reward, so rollout/ep_rew_mean "
            "and the true return in window and report are learned returns: put it inside, "
            "feedback.wrap(VecMonitor(...))",
            stacklevel=4,
        )


def check_acts_in(agent: BaseAlgorithm, env: FeedbackReward) -> None:
    """Refuse an agent that would not learn from the reward of ``env``.

    Raises:
        ValueError: if its environment is another one; the message says which.
    """
    assert agent.env is not None
    wrappers = list(wrappers_of(agent.env))
    if any(wrapper is env for wrapper in wrappers):
        _warn_of_monitors(wrappers[: wrappers.index(env)])
        return
    if any(isinstance(wrapper, FeedbackReward) for wrapper in wrappers):
        what = "the agent's environment was wrapped by another HumanFeedback than its callback"
    elif agent.env.unwrapped is env.unwrapped:
        what = "what feedback.wrap returned is not the agent's environment"
    else:
        what = "the agent acts in another environment than the one that feedback has wrapped"
    raise ValueError(
        f"{what}, so it would learn from the true reward: give the agent env = feedback.wrap(...), "
        "as in PPO(policy, env), PPO.load(path, env=env) or agent.set_env(env)"
    )
