"""Describe an id, an environment, or a vector environment."""

from __future__ import annotations

import re
import warnings
from typing import Any

import gymnasium as gym
from gymnasium import spaces
from stable_baselines3.common.vec_env import VecEnv, VecFrameStack

from rlhf_gym.clips.frame_stack import FrameStack
from rlhf_gym.clips.rebuilding import spec_json_of
from rlhf_gym.environments.registry import describe_id
from rlhf_gym.environments.vec_env import all_wrapped, first_attr, wrappers_of
from rlhf_gym.envs.description import (
    DEFAULT_FPS,
    EnvironmentDescription,
    describe_env,
    describe_metadata,
)
from rlhf_gym.feedback import EnvironmentRecord
from rlhf_gym.wrappers.fixed_horizon import FixedHorizon

__all__ = [
    "clip_steps",
    "describe",
    "describe_venv",
    "env_id_of",
    "environment_record",
    "frame_stack_of",
    "has_fixed_horizon",
    "horizon_of",
    "spec_json",
]


def describe(env: str | gym.Env[Any, Any] | VecEnv) -> EnvironmentDescription:
    """Describe an environment, see `EnvironmentDescription`.

    Args:
        env: its id, the environment, or a vector environment.

    Raises:
        ValueError: if there is no environment of that id.

    >>> describe("CartPole-v1").fps, describe(gym.make("Taxi-v4")).goal.text
    (50.0, 'Prefer the clip that shows more of the behaviour that you want.')
    """
    if isinstance(env, str):
        return describe_id(env)
    return describe_venv(env) if isinstance(env, VecEnv) else describe_env(env)


def describe_venv(venv: VecEnv) -> EnvironmentDescription:
    """Describe the environments of a vector environment, by the first of them."""
    described = first_attr(venv, "environment_description")
    if isinstance(described, EnvironmentDescription):
        return described
    metadata = first_attr(venv, "metadata")
    return describe_metadata(
        metadata if isinstance(metadata, dict) else None, first_attr(venv, "spec")
    )


def env_id_of(venv: VecEnv) -> str:
    """Return the Gymnasium id of the environments, or the name of their class."""
    return describe_venv(venv).env_id or _class_name(venv)


def _class_name(venv: VecEnv) -> str:
    """Return the name of the environments' class; they themselves may be in other processes."""
    try:
        (text,) = venv.env_method("__str__", indices=[0])
        return re.findall(r"<(\w+) instance>", text)[0]  # type: ignore[no-any-return]
    except Exception:  # as of `first_attr`
        return type(venv.unwrapped).__name__


def horizon_of(venv: VecEnv) -> int | None:
    """Return the length of an episode in steps if it is bounded, else None."""
    if all_wrapped(venv, FixedHorizon):
        return int(venv.get_attr("horizon", [0])[0])
    return describe_venv(venv).time_limit


def has_fixed_horizon(venv: VecEnv) -> bool:
    """Return whether all episodes have the same length, as far as the environments say."""
    return describe_venv(venv).fixed_horizon or all_wrapped(venv, FixedHorizon)


def clip_steps(venv: VecEnv, seconds: float) -> int:
    """Return the number of steps that last ``seconds`` at the environment's frame rate.

    Raises:
        ValueError: if ``seconds`` is not positive.
    """
    if not seconds > 0:
        raise ValueError(f"a clip must last longer than 0 seconds, but {seconds} was given")
    description = describe_venv(venv)
    if not description.names_fps:
        warnings.warn(
            f"the environment names no frame rate (metadata['render_fps']): {DEFAULT_FPS:g} frames "
            "a second are assumed; give the clip's length in steps to choose it",
            stacklevel=2,
        )
    return max(1, round(seconds * description.fps))


def frame_stack_of(venv: VecEnv) -> FrameStack | None:
    """Return how `VecFrameStack`, or the environment itself, stacks images, or None."""
    if isinstance(venv.observation_space, spaces.Dict):
        return None
    for wrapper in wrappers_of(venv):
        if isinstance(wrapper, VecFrameStack):
            stacked = wrapper.stacked_obs
            return FrameStack(stacked.n_stack, axis=stacked.repeat_axis)
    size, shape = describe_venv(venv).frame_stack, venv.observation_space.shape
    return FrameStack(size, axis=-1) if size and shape and shape[-1] == size else None


def environment_record(
    venv: VecEnv, goal: str | None = None, tie_breaker: str | None = None
) -> EnvironmentRecord:
    """Return what the store keeps about the environment.

    Args:
        venv: the vector environment.
        goal: what the agent should do; by default the environment's own.
        tie_breaker: what decides between clips that seem equal; by default the environment's own.
    """
    description = describe_venv(venv)
    own = description.goal
    return EnvironmentRecord(
        env_id=env_id_of(venv),
        spec_json=spec_json(venv),
        fps=description.fps,
        goal=goal or own.text,
        tie_breaker=tie_breaker or ("" if goal else own.tie_breaker),
        observation_space=str(venv.observation_space),
        action_space=str(venv.action_space),
    )


def spec_json(env: VecEnv | gym.Env[Any, Any]) -> str:
    """Return a specification to make the environment again from, see `spec_json_of`; ``""``: none.

    A vector environment has one if its clips can be drawn, see `SnapshotRecorder`.
    """
    return str(first_attr(env, "spec_json", "")) if isinstance(env, VecEnv) else spec_json_of(env)
