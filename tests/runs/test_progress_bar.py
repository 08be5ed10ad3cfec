"""The progress bar of a training, on a terminal that is not there."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from stable_baselines3 import PPO

from rlhf_gym import HumanFeedback, make_vec_env
from rlhf_gym.runs.progress_bar import TrainingBar


@pytest.mark.parametrize(
    ("steps", "done"),
    [(100, 0), (128, 0), (10, 0), (500, 300)],
)
def test_a_bar_begins_where_the_run_is_and_ends_at_all_its_steps(steps: int, done: int) -> None:
    feedback = HumanFeedback("synthetic", labels=1, settings={"clip_length": 2})
    env = feedback.wrap(make_vec_env("CartPole-v1", n_envs=2, seed=0))
    agent = PPO("MlpPolicy", env, n_steps=64, n_epochs=1, device="cpu")
    agent.num_timesteps = done  # as after a restart
    shown = io.StringIO()
    terminal = Console(file=shown, force_terminal=True, width=100)
    with TrainingBar(feedback, done, steps, console=terminal) as bar:
        assert bar.shown == (done, steps)
        agent.learn(steps - done, callback=[bar, feedback], reset_num_timesteps=False)
    assert agent.num_timesteps > steps or steps == 128  # rollouts are whole
    assert bar.shown == (steps, steps)
    assert f"{steps} of {steps} steps 1 of 1 labels" in shown.getvalue().replace("\x1b", "")
    assert f"{done} of {steps} steps 0 of 1 labels, training begins" in shown.getvalue()
