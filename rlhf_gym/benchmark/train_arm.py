"""Agents of a benchmark: a random policy, and agents that learn from a reward."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.vec_env import DummyVecEnv, SubprocVecEnv, VecEnv

from rlhf_gym.basics.closing import close
from rlhf_gym.benchmark.curve import CurveRecorder, OnProgress, Point
from rlhf_gym.benchmark.plan import Run
from rlhf_gym.envs.action_masks import sample_allowed
from rlhf_gym.results.arms import arm_of
from rlhf_gym.results.row import Row
from rlhf_gym.runs.parts import (
    make_agent,
    make_plug_in,
    make_teacher,
    make_training_env,
    wrap_with_normalisation,
)
from rlhf_gym.runs.settings import TrainSettings
from rlhf_gym.teachers import ShuffledTeacher, teacher_of

__all__ = ["RandomPolicy", "train_on_answers", "train_on_true_reward"]


class RandomPolicy:
    """Acts at random, within action masks, which defines a score of 0.

    Args:
        space: the action space.
        seed: seed of the actions.
    """

    def __init__(self, space: spaces.Space[Any], seed: int) -> None:
        self._space = space
        space.seed(seed)

    def predict(
        self, observation: Any, *_: Any, action_masks: Any = None, **__: Any
    ) -> tuple[npt.NDArray[Any], None]:
        """Return an action for each observation, as stable-baselines3's agents do."""
        part = next(iter(observation.values())) if isinstance(observation, dict) else observation
        masks = [None] * len(part) if action_masks is None else action_masks
        return np.array([sample_allowed(self._space, mask) for mask in masks]), None


def train_on_true_reward(
    settings: TrainSettings, on_progress: OnProgress
) -> tuple[BaseAlgorithm, list[Point]]:
    """Train an agent as stable-baselines3 alone would, on the environment as it is.

    Nothing of this project stands between them, so that what the others lose by it shows: episodes
    end where the environment says so, and its own time limit holds. The agent's settings are those
    of the other arms.
    """
    env = wrap_with_normalisation(settings, _untouched(settings))
    agent, curve = make_agent(settings, env), CurveRecorder(on_progress)
    agent.set_logger(_silent())
    agent.learn(settings.steps or 0, callback=curve)
    close(env)
    return agent, curve.points


def train_on_answers(
    run: Run, row: Row, on_progress: OnProgress
) -> tuple[BaseAlgorithm, list[Point], Row]:
    """Train an agent on a reward learned from answers."""
    settings = run.settings
    teacher = make_teacher(settings)
    if arm_of(run.arm).shuffled:
        shuffled = teacher_of(teacher, seed=settings.seed, env_id=settings.env_id)
        teacher = ShuffledTeacher(shuffled, settings.seed)
    feedback = make_plug_in(settings, teacher)
    env = wrap_with_normalisation(settings, feedback.wrap(make_training_env(settings)))
    agent, curve = make_agent(settings, env), CurveRecorder(on_progress, feedback)
    agent.set_logger(_silent())
    agent.learn(settings.steps or 0, callback=[feedback, curve])
    close(env)
    given = [each for answers in feedback.store.current().values() for each in answers]
    row = replace(
        row,
        steps=agent.num_timesteps,
        labels_given=feedback.labels_given,
        human_seconds=sum(judgement.response_seconds for judgement in given),
    )
    if (latest := feedback.log.latest) is not None:
        row = replace(
            row,
            accuracy=latest.accuracy,
            cross_entropy=latest.cross_entropy,
            correlation=latest.correlation,
        )
    return agent, curve.points, row


def _untouched(settings: TrainSettings) -> VecEnv:
    make = partial(settings.maker.untouched, settings.horizon)
    kind = SubprocVecEnv if settings.subprocesses else DummyVecEnv
    return make_vec_env(make, settings.n_envs or 1, seed=settings.seed, vec_env_cls=kind)


def _silent() -> Logger:
    """Return a logger that writes nowhere; SB3's own leaves a folder in the temporary folder."""
    return Logger(folder=None, output_formats=[])
