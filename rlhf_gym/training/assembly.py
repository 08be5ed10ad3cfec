"""The parts of `HumanFeedback` that depend on the environment, made from it and the settings."""

from __future__ import annotations

from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.environments.checks import check_venv
from rlhf_gym.environments.lookup import (
    clip_steps,
    describe_venv,
    env_id_of,
    environment_record,
    frame_stack_of,
    has_fixed_horizon,
    horizon_of,
    trace_environments,
)
from rlhf_gym.feedback import FeedbackStore
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.feedback.seals import ENVIRONMENT, seal
from rlhf_gym.presets import FeedbackSettings, clip_is_chosen
from rlhf_gym.reward_model import RewardEnsemble, RewardModel
from rlhf_gym.reward_model.protocol import is_anchored
from rlhf_gym.teachers.teacher import Teacher

__all__ = ["checked_clip_length", "make_buffer", "make_ensemble", "open_store"]


def checked_clip_length(
    venv: VecEnv, settings: FeedbackSettings, teacher: Teacher, own_model: RewardModel | None
) -> int:
    """Return the length of a clip in steps; unless it was chosen, at most an episode.

    ``own_model`` is the reward model where it is none of ours.

    Raises:
        ValueError: if the environment cannot work with it, or clips that the teacher has to see
            cannot be drawn, see `check_venv`.
    """
    length = settings.clip_length or clip_steps(venv, settings.clip_seconds)
    if not clip_is_chosen(settings, env_id_of(venv), person=teacher.like_a_person):
        length = min(length, horizon_of(venv) or length)
    anchored = own_model is None or is_anchored(own_model)
    check_venv(venv, length, person=teacher.live, anchored=anchored)
    return length


def make_buffer(
    venv: VecEnv, settings: FeedbackSettings, length: int, reward_model: RewardModel
) -> ClipBuffer:
    """Return the buffer from which clips of ``length`` steps are cut for a reward model."""
    valued = settings.valued_terminals
    return ClipBuffer(
        venv.observation_space,
        venv.action_space,
        venv.num_envs,
        length,
        max_bytes=settings.memory_bytes,
        frame_stack=frame_stack_of(venv),
        valued_terminals=describe_venv(venv).valued_terminals if valued is None else valued,
        anchored=is_anchored(reward_model),
        keep_next=reward_model.uses_next_observations,
        environment_actions=trace_environments(venv),
        transcript=describe_venv(venv).transcript,
        env_id=env_id_of(venv),
    )


def make_ensemble(
    venv: VecEnv, settings: FeedbackSettings, seed: int, device: str
) -> RewardEnsemble:
    """Return a new reward model for the spaces of an environment."""
    spaces = venv.observation_space, venv.action_space
    anchored = not has_fixed_horizon(venv)
    return RewardEnsemble(
        *spaces, settings.reward_model, seed=seed, device=device, anchored=anchored
    )


def open_store(
    venv: VecEnv,
    run: RunFolder | None,
    *,
    resuming: bool,
    goal: str | None,
    tie_breaker: str | None,
) -> FeedbackStore:
    """Return the store of the run folder, a new one unless the run is resumed.

    A run that was killed before it had a store gets one when it is resumed.

    Raises:
        ValueError: if a run is to be resumed, but none is given.
        StoreError: if the run folder is in use, or about another environment.
    """
    record = environment_record(venv, goal, tie_breaker)
    if run is None and resuming:
        raise ValueError("resume=True needs the folder of the run that is to go on: run=FOLDER")
    if run is None:
        return FeedbackStore.in_memory(environment=record)
    killed_early = run.config.exists() and not any(run.path.glob(f"{run.checkpoint.name}*"))
    if resuming and (run.store.exists() or not killed_early):
        store = FeedbackStore.open(run.store)
        store.check_environment(record)
        store.check_writable()
        if store.environment.spec_json == record.spec_json:  # the script's own
            seal(run.path, ENVIRONMENT, record.spec_json.encode())
        return store
    run.create()
    seal(run.path, ENVIRONMENT, record.spec_json.encode())
    return FeedbackStore.create(run.store, environment=record)
