"""What `rlhf-gym watch` shows: the agent's steps, with the rewards that were learned."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from stable_baselines3.common.base_class import BaseAlgorithm

from rlhf_gym.clips.observations import batch_of_one, copy_of
from rlhf_gym.clips.pictures import stacked
from rlhf_gym.clips.rendering import frame_of
from rlhf_gym.clips.steps import Transitions
from rlhf_gym.envs.description import describe_env
from rlhf_gym.envs.episode_words import end_words, mission_of
from rlhf_gym.envs.step_notes import notes_of
from rlhf_gym.media import encode, off_screen, steps_a_frame
from rlhf_gym.reward_model import RewardEnsemble
from rlhf_gym.runs.evaluation import Actor
from rlhf_gym.window.watching.player import film
from rlhf_gym.window.watching.trace import Moment

__all__ = ["moments", "write_video"]


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
    actor, described, mission = Actor(agent, env), describe_env(env), mission_of(env)
    while True:
        action = actor.act(observation)
        frame, before = frame_of(env), batch_of_one(observation)
        observation, reward, terminated, truncated, info = env.step(copy_of(action))
        seen = batch_of_one(observation)
        step = Transitions(
            before, np.asarray(action)[None], np.array([terminated]), np.array([False]), seen
        )
        members = reward_model.predict_each(step, normalised=True)[:, 0]
        ended = terminated or truncated
        last, end = None, ""
        if ended:
            kind = "terminated" if terminated else "truncated"
            last, end = frame_of(env), notes_of(info).end or end_words(env, kind, described)
        yield Moment(
            frame, float(members.mean()), members, float(reward), ended, last, end, mission
        )
        if ended:
            observation, _ = env.reset()
            mission = mission_of(env)
            actor.begin()


def write_video(
    start: Callable[[], Iterator[Moment]],
    path: Path,
    title: str,
    goal: str,
    fps: float,
    seconds: float,
) -> None:
    """Write the first seconds as a video, with the curve of the learned reward.

    Args:
        start: begins an endless sequence of moments.
        path: the file, ending in ``.mp4``.
        title: what stands above the pictures.
        goal: what the agent was to do.
        fps: steps a second.
        seconds: length of the video.
    """
    every = steps_a_frame(fps)
    steps = itertools.islice(start(), max(1, round(seconds * fps)))
    with off_screen():
        frames = stacked(list(film(steps, title=title, goal=goal, every=every)))
    path.parent.mkdir(parents=True, exist_ok=True)
    encode(frames, path, fps / every)
    print(f"video: {path}")
