"""Robot: one of Gymnasium's robots, without an end, and restored exactly."""

from __future__ import annotations

import itertools
import warnings
from typing import Any, TypeAlias

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.error import DependencyNotInstalled

__all__ = ["Observation", "Robot", "Step", "joint_keys"]

try:
    import mujoco  # type: ignore[import-untyped]
except ImportError as error:
    raise DependencyNotInstalled(
        'the robots need MuJoCo: pip install "rlhf-gym[mujoco]"'
    ) from error

_AT_ONCE = 3
_SHADOW = 1024  # pixels of a side
_STATE = mujoco.mjtState.mjSTATE_INTEGRATION

_KEYS = (
    ("a", "q"),
    ("s", "w"),
    ("d", "e"),
    ("f", "r"),
    ("g", "t"),
    ("h", "y"),
    ("j", "u"),
    ("k", "i"),
)
"""Of each joint: the key that turns it one way, and the one that turns it the other way."""

Observation: TypeAlias = npt.NDArray[np.float64]
Step: TypeAlias = tuple[Observation, np.float64, bool, bool, dict[str, np.float64]]
"""Observation, reward, terminated, truncated, and what else is known."""


def joint_keys(*joints: str) -> dict[str, Any]:
    """The metadata that lets a robot be played: two keys above each other for each of its joints.

    Args:
        *joints: their names, in the order of the actions. Up to three are turned at once.

    >>> keys = joint_keys("shoulder", "elbow")
    >>> keys["keys"], keys["keys_to_action"]["a", "w"]
    ('A Q shoulder, S W elbow', array([-1.,  1.], dtype=float32))
    """
    keys: dict[str | tuple[str, ...], npt.NDArray[np.float32]] = {}
    for turns in itertools.product((0, -1, 1), repeat=len(joints)):
        moved = [joint for joint, turn in enumerate(turns) if turn]
        if len(moved) <= _AT_ONCE:
            held = tuple(_KEYS[joint][turns[joint] > 0] for joint in moved)
            name = held if len(held) > 1 else "".join(held)
            keys[name] = np.array(turns, dtype=np.float32)
    named = [f"{' '.join(_KEYS[i]).upper()} {joint}" for i, joint in enumerate(joints)]
    return {"keys_to_action": keys, "keys": ", ".join(named)}


class Robot(gym.Env[Observation, Any]):
    """What stands before one of Gymnasium's MuJoCo environments in the bases of ours.

    It never terminates: a robot that falls stays down, as in Christiano et al. 2017, appendix A.1.
    """

    model: Any
    data: Any
    follows = True
    """Whether its model has a camera that goes along; Gymnasium's own stays behind."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make the environment; the arguments are Gymnasium's."""
        if self.follows and "camera_id" not in kwargs:
            kwargs.setdefault("camera_name", "track")
        told = mujoco.get_mju_user_warning()
        mujoco.set_mju_user_warning(_tell)
        try:
            super().__init__(*args, **kwargs)
        finally:
            mujoco.set_mju_user_warning(told)
        self.metadata = {**type(self).metadata, **self.metadata}  # they keep their own only
        quality = self.model.vis.quality  # without a GPU, MuJoCo's own takes four times as long
        quality.shadowsize, quality.offsamples = _SHADOW, 0

    def step(self, action: Any) -> Step:
        """Go on; nothing ends."""
        observation, reward, _, _, info = super().step(action)
        return observation, np.float64(reward), False, False, info

    def render(self) -> Any:
        """Draw the robot: ``(480, 480, 3)`` uint8 in mode ``"rgb_array"``.

        Raises:
            RuntimeError: there is neither a display nor a library that draws without one.
        """
        try:
            return super().render()
        except (ImportError, AttributeError, RuntimeError, mujoco.FatalError) as error:
            raise RuntimeError(
                "MuJoCo cannot draw here: where there is no display it needs EGL (on Debian and "
                "Ubuntu: apt install libegl1 libgl1-mesa-dri) and the environment variable "
                f"MUJOCO_GL=egl. What it said: {error}"
            ) from error

    def save_state(self) -> dict[str, Any]:
        """All that `load_state` needs to go on from here, as plain data."""
        physics = np.empty(mujoco.mj_stateSize(self.model, _STATE))
        mujoco.mj_getState(self.model, self.data, physics, _STATE)
        # Where bodies are is worked out at each step; some rewards read it before the next one.
        return {"physics": physics, "xpos": self.data.xpos.copy(), "random": self.np_random}

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from where `save_state` was called."""
        mujoco.mj_setState(self.model, self.data, state["physics"], _STATE)
        mujoco.mj_forward(self.model, self.data)
        mujoco.mj_setState(self.model, self.data, state["physics"], _STATE)
        self.data.xpos[:] = state["xpos"]
        self.np_random.bit_generator.state = state["random"].bit_generator.state


def _tell(warning: str) -> None:
    """Pass a warning of MuJoCo on, but not that Gymnasium's models are written as of old.

    MuJoCo itself also writes each into a file in the working folder.
    """
    if "deprecated" not in warning:
        warnings.warn(warning, stacklevel=2)
