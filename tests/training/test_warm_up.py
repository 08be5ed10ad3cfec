"""The warm-up, in which the untrained agent acts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback

from rlhf_gym import HumanFeedback, make_vec_env
from rlhf_gym.feedback import EnvironmentRecord, FeedbackStore
from rlhf_gym.queries.schedule import warm_up_steps
from rlhf_gym.training.log import RunLog
from rlhf_gym.training.warm_up import WarmUp


def agent_of(total: int) -> PPO:
    agent = PPO("MlpPolicy", make_vec_env("CartPole-v1", 2, seed=0), seed=0, device="cpu")
    agent._setup_learn(total)
    return agent


class Noted(BaseCallback):
    """Notes the dones of each step; ends training at the step ``last``."""

    def __init__(self, last: int | None = None) -> None:
        super().__init__()
        self.last, self.dones = last, list[Any]()

    def _on_step(self) -> bool:
        self.dones.append(self.locals["dones"])
        return self.n_calls != self.last


def started(agent: PPO, last: int | None = None) -> Noted:
    noted = Noted(last)
    noted.init_callback(agent)
    noted.on_training_start({}, {})
    return noted


def log_of(total: int) -> RunLog:
    log = RunLog(FeedbackStore.in_memory(EnvironmentRecord("CartPole-v1")), None, 10, 2)
    log.total = total
    return log


@pytest.mark.parametrize(
    ("total", "one_clip", "steps"),
    [
        (100_000, 20, 2048),
        (10_000, 20, 1000),  # a tenth
        (10_000, 800, 1600),  # two clips
        (1000, 800, 800),  # half of training, but one clip
        (500, 800, 499),  # one step is left
        (1, 800, 1),
    ],
)
def test_the_default_is_a_tenth_of_training_within_bounds(
    total: int, one_clip: int, steps: int
) -> None:
    assert warm_up_steps(None, total, one_clip) == steps


def test_every_step_is_reported_until_enough_are_taken() -> None:
    agent, warm_up = agent_of(1000), WarmUp(50, one_clip=10, n_envs=2)
    noted = started(agent)
    warm_up.run(agent, noted, log_of(1000), lambda: False)
    assert warm_up.done and warm_up.taken == agent.num_timesteps == noted.num_timesteps == 50
    assert np.shape(noted.dones) == (25, 2)


def test_another_callback_may_end_it() -> None:
    agent, warm_up = agent_of(1000), WarmUp(50, one_clip=10, n_envs=2)
    warm_up.run(agent, started(agent, last=3), log_of(1000), lambda: False)
    assert not warm_up.done and warm_up.taken == agent.num_timesteps == 6


@pytest.mark.parametrize(
    ("total", "in_call", "steps"),
    [(10_000, 5000, 1000), (10_000, 1000, 500), (100_000, 20_000, 2048)],
)
def test_of_several_calls_of_learn_it_leaves_half_of_the_first(
    total: int, in_call: int, steps: int
) -> None:
    assert warm_up_steps(None, total, 20, in_call) == steps


def test_it_goes_on_where_it_was_stopped() -> None:
    stops = iter([False, False, True, True])
    agent, stopped = agent_of(1000), WarmUp(50, one_clip=10, n_envs=2)
    stopped.run(agent, started(agent), log_of(1000), lambda: next(stops))
    assert not stopped.done and stopped.taken == agent.num_timesteps == 4
    again = WarmUp(50, one_clip=10, n_envs=2)
    again.load_state(stopped.state())
    again.run(agent, started(agent), log_of(1000), lambda: False)
    assert again.done and again.taken == agent.num_timesteps == 50


def test_it_comes_first_also_where_rollouts_are_collected_by_hand() -> None:
    settings = {"clip_length": 5, "warm_up_steps": 40}
    feedback = HumanFeedback("synthetic", 4, settings=settings)
    env = feedback.wrap(make_vec_env("CartPole-v1", 2, seed=0))
    agent = PPO("MlpPolicy", env, n_steps=16, batch_size=32, seed=0, device="cpu")
    _, callback = agent._setup_learn(128, callback=feedback)
    assert agent.collect_rollouts(env, callback, agent.rollout_buffer, 16)
    assert feedback.warm_up.done and feedback.labels_given == 4
    assert agent.num_timesteps == 40 + 2 * 16
