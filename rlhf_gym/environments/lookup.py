"""Describe an id, an environment, or a vector environment."""

from __future__ import annotations

import re
import warnings
from typing import Any

import gymnasium as gym
from gymnasium import spaces
from stable_baselines3.common.vec_env import (
    VecCheckNan,
    VecEnv,
    VecFrameStack,
    VecMonitor,
    VecTransposeImage,
)

from rlhf_gym.clips.frame_stack import FrameStack
from rlhf_gym.clips.rebuilding import spec_json_of
from rlhf_gym.environments.registry import describe_id
from rlhf_gym.environments.vec_env import (
    all_wrapped,
    changes_on_the_way,
    first_attr,
    wrappers_of,
)
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
    "trace_environments",
]


def describe(env: str | gym.Env[Any, Any] | VecEnv) -> EnvironmentDescription:
    """Describe an environment, see `EnvironmentDescription`.

    Args:
        env: its id, the environment, or a vector environment.

    Raises:
        ValueError: if there is no environment of that id.

    >>> describe("CartPole-v1").fps, describe(gym.make("CliffWalking-v1")).ends["terminated"]
    (50.0, 'reached the goal')
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
    """Return how `VecFrameStack`, or the environment itself, stacks images, or None.

    It is None also where another wrapper around the stacks may change them, and for an environment
    that stacks images itself and may end early: its last stack is held, and not shifted.
    """
    if isinstance(venv.observation_space, spaces.Dict):
        return None
    last_axis = -1
    for wrapper in wrappers_of(venv):
        if type(wrapper) is VecFrameStack:
            stacked = wrapper.stacked_obs
            last = stacked.repeat_axis == -1
            return FrameStack(stacked.n_stack, axis=last_axis if last else stacked.repeat_axis)
        if type(wrapper) is VecTransposeImage and not wrapper.skip:
            last_axis = 0  # of (channels, height, width)
        elif type(wrapper) not in (VecTransposeImage, VecMonitor, VecCheckNan):
            return None
    description, shape = describe_venv(venv), venv.observation_space.shape
    size = description.frame_stack
    if not (size and shape and description.fixed_horizon):
        return None
    return FrameStack(size, axis=last_axis) if shape[last_axis] == size else None


def trace_environments(venv: VecEnv) -> spaces.Space[Any] | None:
    """Let environments note their own steps where wrappers around ``venv`` may change these.

    Returns:
        The environments' own action space if they do so, else None.
    """
    if not changes_on_the_way(venv) or first_attr(venv, "snapshot_kind") in (None, "camera"):
        return None
    venv.env_method("trace")
    own: spaces.Space[Any] = first_attr(venv, "action_space")
    return own


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
