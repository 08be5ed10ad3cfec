"""Make the parts of a run from its settings: environments, teacher, plug-in and agent."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
from stable_baselines3.common.vec_env import DummyVecEnv, SubprocVecEnv, VecEnv, VecNormalize

from rlhf_gym.agents import agent_arguments, algorithm, check_fits, policy_for, refusal
from rlhf_gym.basics.interrupts import blocked_interrupts
from rlhf_gym.basics.long_work import LongWork, in_words
from rlhf_gym.basics.words import counted
from rlhf_gym.environments.make import make_vec_env
from rlhf_gym.envs.known import score_of
from rlhf_gym.runs.settings import TrainSettings
from rlhf_gym.teachers import SyntheticTeacher
from rlhf_gym.teachers.teacher import Teacher
from rlhf_gym.training.human_feedback import HumanFeedback
from rlhf_gym.wrappers.clip_recorder import check_finite

__all__ = [
    "make_agent",
    "make_plug_in",
    "make_teacher",
    "make_training_env",
    "wrap_with_normalisation",
]


def make_training_env(
    settings: TrainSettings, *, snapshots: bool = True, work: LongWork | None = None
) -> VecEnv:
    """Make the environments in which the agent trains, and check that it can.

    Args:
        settings: settings of the run, filled in.
        snapshots: whether clips are to be drawn from the environments later.
        work: says what goes on where it takes longer than a moment; by default on the standard
            error stream.

    Raises:
        ValueError: if the algorithm cannot take their actions, a setting of the agent cannot work,
            or the first observations are not finite.
    """
    with in_words(work) as work, blocked_interrupts():
        venv = make_vec_env(
            settings.env_id,
            settings.n_envs or 1,
            seed=settings.seed,
            horizon=settings.horizon,
            hold=settings.hold,
            keep_termination=settings.keep_termination,
            snapshots=snapshots,
            env_kwargs=settings.env_kwargs,
            wrappers=settings.wrapper,
            vec_env_cls=SubprocVecEnv if settings.subprocesses else DummyVecEnv,
            work=work,
        )
        check_fits(algorithm(settings.algo), venv.action_space)
        _check_agent(settings, venv)
        work.begin(f"resetting {counted(venv.num_envs, 'environment')} {settings.env_id}")
        check_finite(venv.reset())  # type: ignore[arg-type]
    return venv


def make_teacher(settings: TrainSettings) -> Teacher | str:
    """Make the teacher, or return its name if `HumanFeedback` makes it."""
    if settings.teacher != "synthetic":
        return settings.teacher
    return SyntheticTeacher(
        beta=settings.beta,
        gamma=settings.gamma,
        mistake=settings.mistake,
        skip=settings.skip,
        equal=settings.equal,
        score=score_of(settings.env_id),
        seed=settings.seed,
    )


def make_plug_in(
    settings: TrainSettings,
    teacher: Teacher | str,
    run: Path | None = None,
    *,
    resuming: bool = False,
) -> HumanFeedback:
    """Make the plug-in, with its store in a run folder or in memory."""
    return HumanFeedback(
        teacher,
        settings=settings.feedback,
        run=run,
        resume=resuming,
        seed=settings.seed,
        wait=settings.wait,
        goal=settings.goal,
        tie_breaker=settings.tie_breaker,
        annotator=settings.annotator,
        device=settings.device,
    )


def wrap_with_normalisation(settings: TrainSettings, env: VecEnv) -> VecEnv:
    """Normalise the rewards that the agent sees, if the settings say so."""
    if not settings.norm_reward:
        return env
    return VecNormalize(env, norm_obs=False, gamma=settings.agent.get("gamma", 0.99))


def make_agent(settings: TrainSettings, env: VecEnv, **replacing: Any) -> BaseAlgorithm:
    """Make the untrained agent; ``replacing`` takes the place of some of its settings."""
    kind = algorithm(settings.algo)
    policy = policy_for(kind, env.observation_space)
    arguments = {**agent_arguments(settings.agent), **replacing}
    return kind(policy, env, seed=settings.seed, device=settings.device, **arguments)


def _check_agent(settings: TrainSettings, env: VecEnv) -> None:
    """Make the agent once, with the smallest replay buffer, to check its settings."""
    kind = algorithm(settings.algo)
    least = {"buffer_size": 1} if issubclass(kind, OffPolicyAlgorithm) else {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the agent warns when it is made for training
            make_agent(settings, env, **least)
    except Exception as error:  # each library refuses in its own way
        if "action spaces" in str(error):
            raise refusal(kind, env.action_space) from error
        raise ValueError(f"{kind.__name__} refuses its settings: {error}") from error
