"""What a vector environment that somebody else built tells about itself, and whether it will do."""

from __future__ import annotations

import warnings

import gymnasium as gym
from gymnasium import spaces
from stable_baselines3.common.vec_env import VecEnv, VecFrameStack, VecNormalize

from rlhf_gym.clips.frame_stack import FrameStack
from rlhf_gym.environments.make import goal_from, goal_of, spec_json
from rlhf_gym.environments.vec_env import wrappers_of
from rlhf_gym.envs.known import ends_differ
from rlhf_gym.feedback import EnvironmentRecord
from rlhf_gym.wrappers.fixed_horizon import FixedHorizon
from rlhf_gym.wrappers.snapshots import ensure_drawable

__all__ = [
    "check_venv",
    "ends_differ_in",
    "env_id_of",
    "environment_record",
    "frame_stack_of",
    "horizon_of",
]


def env_id_of(venv: VecEnv) -> str:
    """The Gymnasium id of the environments, or the name of their class."""
    spec = venv.get_attr("spec", [0])[0]
    return spec.id if spec is not None else type(venv.get_attr("unwrapped", [0])[0]).__name__


def horizon_of(venv: VecEnv) -> int | None:
    """Length of an episode in steps where it is bounded, else None."""
    if all(venv.env_is_wrapped(FixedHorizon)):
        return int(venv.get_attr("horizon", [0])[0])
    spec = venv.get_attr("spec", [0])[0]
    return None if spec is None else spec.max_episode_steps


def has_fixed_horizon(venv: VecEnv) -> bool:
    """Whether all episodes last equally long, as far as the environments' own account goes."""
    declared = venv.get_attr("metadata", [0])[0].get("fixed_horizon", False)
    return bool(declared) or all(venv.env_is_wrapped(FixedHorizon))


def environment_record(
    venv: VecEnv, goal: str | None = None, tie_breaker: str | None = None
) -> EnvironmentRecord:
    """What the store notes of the environment.

    Args:
        venv: the vector environment.
        goal: what the agent shall do; by default the environment's own.
        tie_breaker: what decides between clips that seem equal; by default the environment's own.
    """
    env_id = env_id_of(venv)
    metadata = venv.get_attr("metadata", [0])[0]
    own = goal_of(env_id) if env_id in gym.registry else goal_from(metadata)
    return EnvironmentRecord(
        env_id=env_id,
        spec_json=spec_json(venv),
        fps=float(metadata.get("render_fps") or 30),
        goal=goal or own.text,
        tie_breaker=tie_breaker or ("" if goal else own.tie_breaker),
        observation_space=str(venv.observation_space),
        action_space=str(venv.action_space),
    )


def check_venv(venv: VecEnv, clip_length: int, *, person: bool) -> None:
    """Refuse what could not work, and warn of what would mislead.

    Raises:
        ValueError: if a clip is longer than an episode, observations are normalised before the
            reward model sees them, or a person is to judge an environment that cannot be drawn.
    """
    env_id, horizon = env_id_of(venv), horizon_of(venv)
    if horizon is not None and clip_length > horizon:
        raise ValueError(
            f"a clip of {clip_length} steps is longer than an episode of {env_id} ({horizon} "
            f"steps); give clip_length <= {horizon}, or a shorter clip_seconds"
        )
    if any(isinstance(wrapper, VecNormalize) for wrapper in wrappers_of(venv)):
        raise ValueError(
            "VecNormalize lies below the learned reward, whose inputs would drift with it; put it "
            "outside: VecNormalize(feedback.wrap(make_vec_env(...)))"
        )
    if person:
        _check_drawable(venv, env_id)
    if not has_fixed_horizon(venv):
        warnings.warn(
            f"episodes of {env_id} may end early, and their length then tells the agent what the "
            "learned reward does not; build the environments with rlhf_gym.make_vec_env, or wrap "
            "each in rlhf_gym.wrappers.FixedHorizon",
            stacklevel=3,
        )


def _check_drawable(venv: VecEnv, env_id: str) -> None:
    known = venv.get_attr("metadata", [0])[0].get("render_modes", [])
    if "rgb_array" not in known:
        raise ValueError(
            f"a person is to judge clips of {env_id}, which cannot be drawn: it draws "
            f"{known or 'nothing'}; add an rgb_array mode to its render method, or use a teacher "
            "that needs no pictures"
        )
    ensure_drawable(venv)


def ends_differ_in(venv: VecEnv) -> bool:
    """Whether episodes can end well or badly, see `ends_differ`."""
    return ends_differ(venv.get_attr("metadata", [0])[0], venv.get_attr("spec", [0])[0])


def frame_stack_of(venv: VecEnv) -> FrameStack | None:
    """How `VecFrameStack`, or the environment itself, stacks images; None if neither does.

    An environment says so by ``metadata["frame_stack"]``: its images hold as many along their last
    axis, the newest last, and zeros in place of those before the episode.
    """
    if isinstance(venv.observation_space, spaces.Dict):
        return None
    for wrapper in wrappers_of(venv):
        if isinstance(wrapper, VecFrameStack):
            stacked = wrapper.stacked_obs
            return FrameStack(stacked.n_stack, axis=stacked.repeat_axis)
    size = venv.get_attr("metadata", [0])[0].get("frame_stack")
    shape = venv.observation_space.shape
    return FrameStack(size, axis=-1) if size and shape and shape[-1] == size else None
