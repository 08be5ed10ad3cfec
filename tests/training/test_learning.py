"""An agent learns from what its teacher prefers, whatever the environment's own reward says."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import torch
from stable_baselines3 import PPO
from stepping import steps
from torch.nn.utils import parameters_to_vector

from rlhf_gym import Clip, HumanFeedback, make_vec_env
from rlhf_gym.presets import FeedbackSettings

HORIZON = 20


class Line(gym.Env[Any, Any]):
    """A point that moves by 0.1 to the left or right; the reward of a step is where it is then.

    A policy that always moves right has a return of about 16, one that always moves left the
    opposite, and a random one 0 on average.
    """

    observation_space = gym.spaces.Box(-1, 1, (1,), np.float32)
    action_space = gym.spaces.Discrete(2)
    metadata = {"render_modes": [], "render_fps": 10}

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.position = float(self.np_random.uniform(-0.5, 0.5))
        return self._seen(), {}

    def step(self, action: Any) -> Any:
        self.position = float(np.clip(self.position + (0.1 if action else -0.1), -1, 1))
        return self._seen(), self.position, False, False, {}

    def _seen(self) -> Any:
        return np.array([self.position], np.float32)


def prefers_right(first: Clip, second: Clip) -> float:
    return float(first.true_return > second.true_return)


def prefers_left(first: Clip, second: Clip) -> float:
    return 1 - prefers_right(first, second)


@pytest.mark.parametrize(("teacher", "wanted"), [(prefers_right, 1), (prefers_left, -1)])
def test_an_agent_is_paid_for_what_its_teacher_prefers(teacher: Any, wanted: int) -> None:
    settings = FeedbackSettings(labels=30, clip_length=5, warm_up_steps=400)
    feedback = HumanFeedback(teacher, settings=settings, device="cpu")
    env = feedback.wrap(make_vec_env(Line, 8, seed=0, horizon=HORIZON))
    agent = PPO("MlpPolicy", env, n_steps=32, batch_size=64, n_epochs=1, seed=0, device="cpu")
    before = parameters_to_vector(agent.policy.parameters()).detach().clone()
    agent.learn(656, callback=feedback)  # the last label is asked for before the last rollout
    assert feedback.labels_given == 30
    assert not torch.equal(before, parameters_to_vector(agent.policy.parameters()))
    seen = agent.rollout_buffer.observations.reshape(-1)  # by environments, since it was used
    paid = agent.rollout_buffer.rewards.T.reshape(-1)
    assert wanted * (paid[seen > 0.3].mean() - paid[seen < -0.3].mean()) > 0
    ends = steps(np.array([[-0.9], [0.9]], np.float32), [0, 1])
    left, right = feedback.reward_model.predict(ends)
    assert wanted * (right - left) > 0
