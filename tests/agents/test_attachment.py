"""What stands around a worker's environments in place of the trainer's wrappers."""

from __future__ import annotations

from typing import Any

import numpy as np
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper, VecFrameStack, VecNormalize

from rlhf_gym import make_vec_env
from rlhf_gym.agents.a3c.attachment import Attachment
from rlhf_gym.agents.a3c.env_share import shares, wrapped
from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.steps import VecStep
from rlhf_gym.environments.vec_env import wrappers_of
from rlhf_gym.wrappers.clip_recorder import ClipRecorder, KeptSteps
from rlhf_gym.wrappers.learned_reward import VecLearnedReward


def no_reward(steps: Any) -> Any:
    return np.zeros(len(steps), np.float32)


class Stand(VecLearnedReward):
    """Takes the place of a learned reward and its recorder in a worker."""

    def __init__(self, venv: VecEnv) -> None:
        self.kept = KeptSteps()
        super().__init__(ClipRecorder(venv, self.kept), no_reward)

    def begin_rollout(self) -> None:
        """Nothing is new."""

    def take_recorded(self) -> list[VecStep]:
        return self.kept.take()


def kinds_of(venv: VecEnv) -> list[str]:
    return [type(wrapper).__name__ for wrapper in wrappers_of(venv)]


def stack_of(n_envs: int = 3) -> tuple[VecEnv, Attachment]:
    inner = VecFrameStack(make_vec_env("CartPole-v1", n_envs, seed=0, horizon=20), 2)
    buffer = ClipBuffer(inner.observation_space, inner.action_space, n_envs, 5)
    recorder = ClipRecorder(inner, buffer)
    between = PassesOn(recorder)
    reward = VecLearnedReward(between, no_reward)
    return VecNormalize(reward), Attachment(reward, recorder, Stand)


class PassesOn(VecEnvWrapper):
    """A wrapper that changes nothing."""

    def reset(self) -> Any:
        return self.venv.reset()

    def step_wait(self) -> Any:
        return self.venv.step_wait()


def test_what_is_attached_replaces_its_wrappers_and_all_between_them_in_a_worker() -> None:
    venv, attachment = stack_of()
    share, part = wrapped(shares(venv, 2)[0], venv, attachment).build()
    assert share.num_envs == 2
    assert kinds_of(share) == ["VecNormalize", "Stand", "ClipRecorder", "VecFrameStack"]
    assert isinstance(part, Stand)
    share.reset()
    for _ in range(3):
        share.step(np.zeros(2, np.int64))
    recorded = part.take_recorded()
    assert len(recorded) == 3 and recorded[0].transitions.actions.shape == (2,)


def test_without_an_attachment_all_wrappers_are_copied() -> None:
    venv = VecNormalize(VecFrameStack(make_vec_env("CartPole-v1", 2, seed=0), 2))
    share, part = wrapped(shares(venv, 2)[1], venv).build()
    assert kinds_of(share) == kinds_of(venv) and part is None
