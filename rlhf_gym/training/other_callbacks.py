"""What the other callbacks of a training need where feedback is one of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import (
    BaseCallback,
    CallbackList,
    EvalCallback,
    EventCallback,
)
from stable_baselines3.common.vec_env import VecEnvWrapper
from stable_baselines3.common.vec_env.base_vec_env import VecEnvObs, VecEnvStepReturn

from rlhf_gym.environments.vec_env import wrappers_of
from rlhf_gym.training.wrapped import FeedbackReward

__all__ = ["StandIn", "end_unseen", "match_evaluation"]


class StandIn(VecEnvWrapper):
    """Stands in an environment for evaluation where training has a wrapper of feedback."""

    def reset(self) -> VecEnvObs:
        """Begin new episodes."""
        return self.venv.reset()

    def step_wait(self) -> VecEnvStepReturn:
        """Finish the step."""
        return self.venv.step_wait()


def match_evaluation(callback: BaseCallback | None, agent: BaseAlgorithm) -> None:
    """Let the statistics of ``VecNormalize`` be copied into environments for evaluation.

    stable-baselines3 goes through the wrappers of both environments in step, and refuses where
    training has more. Each `StandIn` is put where ``VecNormalize(feedback.wrap(...))`` would have
    a wrapper of feedback.

    Args:
        callback: of ``learn``; its `EvalCallback` objects evaluate.
        agent: is trained in an environment that feedback has wrapped.
    """
    assert agent.env is not None
    training = list(wrappers_of(agent.env))
    places = [n for n, each in enumerate(training) if isinstance(each, FeedbackReward)]
    for each in _all(callback):
        if not (isinstance(each, EvalCallback) and places and places[0] > 0):
            continue
        evaluation = list(wrappers_of(each.eval_env))
        alike = [type(wrapper) for wrapper in evaluation[: places[0]]]
        if alike == [type(wrapper) for wrapper in training[: places[0]]] and not any(
            isinstance(wrapper, StandIn) for wrapper in evaluation
        ):
            last = evaluation[places[0] - 1]
            for _ in range(2):  # a FeedbackReward and a ClipRecorder
                last.venv = StandIn(last.venv)


def end_unseen(callback: BaseCallback) -> None:
    """End a training at its next step, which only stable-baselines3 needs, and no callback sees.

    Args:
        callback: of ``learn``.
    """
    if isinstance(callback, CallbackList):
        callback.callbacks = [_Ends(callback)]


class _Ends(BaseCallback):
    """Stands in place of all callbacks for one step, at which training ends."""

    def __init__(self, place: CallbackList) -> None:
        super().__init__()
        self._place, self._others = place, place.callbacks
        self.init_callback(place.model)

    def _on_step(self) -> bool:
        self._place.callbacks = self._others
        return False


def _all(callback: Any) -> Iterator[BaseCallback]:
    """Yield a callback and those in it."""
    yield callback
    inner = [*callback.callbacks] if isinstance(callback, CallbackList) else []
    if isinstance(callback, EventCallback) and callback.callback is not None:
        inner.append(callback.callback)
    for each in inner:
        yield from _all(each)
