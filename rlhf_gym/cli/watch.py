"""`rlhf-gym watch RUN`: watch the agent act, with the learned reward."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import gymnasium as gym
import numpy as np
import tyro
from stable_baselines3.common.base_class import BaseAlgorithm

from rlhf_gym.clips.display import NoDisplay
from rlhf_gym.clips.observations import batch_of_one
from rlhf_gym.clips.rendering import frame_of
from rlhf_gym.clips.steps import Transitions
from rlhf_gym.environments.make import prepared
from rlhf_gym.envs.description import describe_env
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.media import encode, off_screen, steps_a_frame
from rlhf_gym.reward_model import RewardEnsemble
from rlhf_gym.runs.evaluation import Actor
from rlhf_gym.runs.train import load
from rlhf_gym.window.watching.player import film, watch
from rlhf_gym.window.watching.trace import Moment

__all__ = ["command", "moments"]


def command(
    run: Annotated[str, tyro.conf.Positional],
    *,
    video: Path | None = None,
    seconds: float = 10.0,
    seed: int = 0,
) -> None:
    """Watch the agent act in the untouched environment, above a curve of the learned reward.

    Space pauses, `.` advances one step, R restarts, + and - change the speed, Esc quits. Without a
    display, a video is written instead.

    Example: rlhf-gym watch runs/CartPole-v1-ppo-20261120-120000 --video agent.mp4

    Args:
        run: the run folder.
        video: write a video into this file instead of opening a window.
        seconds: length of the video.
        seed: seed of the first episode.
    """
    if not seconds > 0:
        raise ValueError(f"--seconds must be more than 0, but {seconds} was given")
    folder = RunFolder.open(run)
    agent, reward_model, settings = load(folder.path)
    env = prepared(gym.make(settings.env_id, render_mode="rgb_array"))
    description = describe_env(env)
    goal = settings.goal or description.goal.text

    def start() -> Iterator[Moment]:
        return moments(agent, reward_model, env, seed)

    try:
        if video is None:
            try:
                watch(start, title=settings.env_id, goal=goal, fps=description.fps)
                return
            except NoDisplay:
                video = folder.videos / "watch.mp4"
                print("no display: writing a video")
        _write_video(start, video, settings.env_id, goal, description.fps, seconds)
    finally:
        env.close()


def moments(
    agent: BaseAlgorithm, reward_model: RewardEnsemble, env: gym.Env[Any, Any], seed: int = 0
) -> Iterator[Moment]:
    """Yield the agent's steps in endless episodes, with their learned rewards.

    Args:
        agent: the agent, which takes its most likely action.
        reward_model: predicts the reward of each step.
        env: an environment that draws pictures (``render_mode="rgb_array"``).
        seed: seed of the first episode.
    """
    observation, _ = env.reset(seed=seed)
    actor = Actor(agent, env.action_space)
    while True:
        action = actor.act(observation)
        frame, before = frame_of(env), batch_of_one(observation)
        observation, reward, terminated, truncated, _ = env.step(action)
        seen = batch_of_one(observation)
        step = Transitions(
            before, np.asarray(action)[None], np.array([terminated]), np.array([False]), seen
        )
        members = reward_model.predict_each(step, normalised=True)[:, 0]
        ended = terminated or truncated
        yield Moment(frame, float(members.mean()), members, float(reward), ended)
        if ended:
            observation, _ = env.reset()
            actor.begin()


def _write_video(
    start: Callable[[], Iterator[Moment]],
    path: Path,
    title: str,
    goal: str,
    fps: float,
    seconds: float,
) -> None:
    every = steps_a_frame(fps)
    steps = itertools.islice(start(), max(1, round(seconds * fps)))
    with off_screen():
        frames = np.stack(list(film(steps, title=title, goal=goal, every=every)))
    path.parent.mkdir(parents=True, exist_ok=True)
    encode(frames, path, fps / every)
    print(f"video: {path}")
