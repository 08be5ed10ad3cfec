"""Evaluation of an agent by its true return, always on the untouched environment; and videos."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from stable_baselines3.common import env_util
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.evaluation import evaluate_policy

from rlhf_gym.clips.rendering import frame_of
from rlhf_gym.environments.make import prepared
from rlhf_gym.media import encode, off_screen, steps_a_frame

__all__ = ["Actor", "Evaluation", "can_be_drawn", "read_evaluation", "record_video", "true_returns"]

ENVIRONMENTS = 8
EVALUATION_SEED = 1_000_003
"""Added to the run's seed, so that no evaluation episode starts as a training episode did."""
VIDEO_SECONDS = 8.0


@dataclass(frozen=True)
class Evaluation:
    """True returns of whole episodes on the untouched environment.

    Attributes:
        after: of the trained agent.
        before: of the untrained agent; empty where it was not measured.
    """

    after: tuple[float, ...]
    before: tuple[float, ...] = ()

    @property
    def mean(self) -> float:
        """Mean true return of the trained agent."""
        return float(np.mean(self.after))

    @property
    def standard_error(self) -> float:
        """Of the mean; NaN for a single episode."""
        if len(self.after) < 2:
            return math.nan
        return float(np.std(self.after, ddof=1) / math.sqrt(len(self.after)))

    @property
    def told(self) -> str:
        """The mean, and its standard error where there is one.

        >>> Evaluation(after=(9.0, 11.0)).told, Evaluation(after=(10.0,)).told
        ('10.0 +- 1.0', '10.0')
        """
        if len(self.after) < 2:
            return f"{self.mean:.1f}"
        return f"{self.mean:.1f} +- {self.standard_error:.1f}"

    def write(self, path: Path) -> None:
        """Write as JSON."""
        path.write_text(json.dumps(asdict(self)))


def true_returns(
    agent: BaseAlgorithm,
    env_id: str,
    episodes: int,
    *,
    seed: int = 0,
    horizon: int | None = None,
    deterministic: bool = True,
    env_kwargs: Mapping[str, Any] | None = None,
) -> tuple[float, ...]:
    """The true return of each of some episodes on the untouched environment.

    Episodes end where the environment ends them.

    Args:
        agent: the agent.
        env_id: a Gymnasium id.
        episodes: how many.
        seed: of the first environment.
        horizon: steps after which an episode is cut where the environment has no limit of its own.
        deterministic: take the most likely action; else actions are sampled.
        env_kwargs: further arguments of the environment.

    Raises:
        ValueError: if ``episodes`` is not positive.
    """
    if episodes < 1:
        raise ValueError(f"episodes must be at least 1, but is {episodes}")

    def make() -> gym.Env[Any, Any]:  # given the id, they would draw, which may be slow
        env = prepared(gym.make(env_id, **dict(env_kwargs or {})))
        if horizon is None or (env.spec is not None and env.spec.max_episode_steps is not None):
            return env
        return gym.wrappers.TimeLimit(env, horizon)

    venv = env_util.make_vec_env(make, min(ENVIRONMENTS, episodes), seed=seed + EVALUATION_SEED)
    try:
        returns, _ = evaluate_policy(
            agent, venv, episodes, deterministic=deterministic, return_episode_rewards=True
        )
    finally:
        venv.close()
    assert isinstance(returns, list)
    return tuple(float(value) for value in returns)


class Actor:
    """An agent in one environment, which remembers if it is recurrent.

    Args:
        agent: the agent.
        space: of the environment's actions, which are given as it has them.
        deterministic: take the most likely action; else actions are sampled.
    """

    def __init__(
        self, agent: BaseAlgorithm, space: gym.Space[Any], deterministic: bool = True
    ) -> None:
        self._agent, self._space, self._deterministic = agent, space, deterministic
        self.begin()

    def begin(self) -> None:
        """Forget: an episode begins."""
        self._memory: Any = None
        self._begins = np.ones(1, bool)

    def act(self, observation: Any) -> Any:
        """The action."""
        action, self._memory = self._agent.predict(
            observation, self._memory, self._begins, deterministic=self._deterministic
        )
        self._begins = np.zeros(1, bool)
        return int(action) if isinstance(self._space, gym.spaces.Discrete) else action


def read_evaluation(path: Path) -> Evaluation:
    """What `Evaluation.write` wrote; without any returns where there is no file."""
    if not path.exists():
        return Evaluation(after=())
    values = json.loads(path.read_text())
    return Evaluation(after=tuple(values["after"]), before=tuple(values["before"]))


def can_be_drawn(env_id: str) -> bool:
    """Whether the environment draws pictures (``rgb_array``)."""
    env = gym.make(env_id)
    modes = env.metadata.get("render_modes", ())
    env.close()
    return "rgb_array" in modes


def record_video(
    agent: BaseAlgorithm, env_id: str, path: Path, *, seed: int = 0, deterministic: bool = True
) -> None:
    """Film the agent's first seconds in the untouched environment as an mp4.

    Args:
        agent: the agent.
        env_id: a Gymnasium id.
        path: the file.
        seed: of the environment.
        deterministic: take the most likely action; else actions are sampled.

    Raises:
        ValueError: if the environment draws no pictures.
    """
    with off_screen(), closing(prepared(gym.make(env_id, render_mode="rgb_array"))) as env:
        fps = float(env.metadata.get("render_fps") or 30)
        every = steps_a_frame(fps)
        observation, _ = env.reset(seed=seed + EVALUATION_SEED)
        frames, actor = [frame_of(env)], Actor(agent, env.action_space, deterministic)
        for step in range(1, int(VIDEO_SECONDS * fps)):
            observation, _, terminated, truncated, _ = env.step(actor.act(observation))
            if step % every == 0:
                frames.append(frame_of(env))
            if terminated or truncated:
                observation, _ = env.reset()
                actor.begin()
    path.parent.mkdir(parents=True, exist_ok=True)
    encode(np.stack(frames), path, fps / every)
