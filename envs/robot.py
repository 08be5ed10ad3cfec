"""Robot: one of Gymnasium's robots, never terminated and restored exactly."""

from __future__ import annotations

import itertools
import sys
import warnings
from typing import Any, TypeAlias

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.error import DependencyNotInstalled

from rlhf_gym.basics.installation import install_extra

__all__ = ["FALLS", "Observation", "Robot", "Step", "joint_keys", "robot_metadata"]

try:
    import mujoco  # type: ignore[import-untyped]
except ImportError as error:
    raise DependencyNotInstalled(f"the robots need MuJoCo: {install_extra('mujoco')}") from error

_AT_ONCE = 3  # joints that can be turned at once
_SHADOW = 1024  # pixels along a side of the shadow map
FALLS = "If both fall, the one that gets further is better; if both are as fast, the steadier one."
"""The tie-breaker of robots that can fall."""
_STEADY = "If both are as fast, prefer the steadier and smoother one."
_STATE = mujoco.mjtState.mjSTATE_INTEGRATION

_ENGINE = ("model", "data", "mujoco_renderer")
"""Attributes that only MuJoCo can make."""

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
"""For each joint, the keys that turn it one way and the other."""

Observation: TypeAlias = npt.NDArray[np.float64]
Step: TypeAlias = tuple[Observation, np.float64, bool, bool, dict[str, np.float64]]
"""Observation, reward, terminated, truncated and info."""


def joint_keys(*joints: str) -> dict[str, Any]:
    """Return the metadata that let a person play a robot, with two keys for each joint.

    Args:
        *joints: their names, in the order of the actions. Up to three can be turned at once.

    >>> keys = joint_keys("shoulder", "elbow")
    >>> keys["keys"], keys["keys_to_action"]["a", "w"]
    ('A Q shoulder, S W elbow', array([-1.,  1.], dtype=float32))
    """
    keys: dict[str | tuple[str, ...], npt.NDArray[np.float32]] = {}
    for turns in itertools.product((0, -1, 1), repeat=len(joints)):
        moved = [joint for joint, turn in enumerate(turns) if turn]
        if len(moved) <= _AT_ONCE:
            pressed = tuple(_KEYS[joint][turns[joint] > 0] for joint in moved)
            name = pressed if len(pressed) > 1 else "".join(pressed)
            keys[name] = np.array(turns, dtype=np.float32)
    named = [f"{' '.join(_KEYS[i]).upper()} {joint}" for i, joint in enumerate(joints)]
    return {"keys_to_action": keys, "keys": ", ".join(named)}


def robot_metadata(
    base: type[gym.Env[Any, Any]], joints: str, *, goal: str, tie_breaker: str = _STEADY
) -> dict[str, Any]:
    """Return the metadata of a robot.

    Args:
        base: Gymnasium's environment.
        joints: the names of its joints, in the order of the actions, with commas between them.
        goal: what a person is asked to look for.
        tie_breaker: what decides between two clips that reach or miss the goal alike.
    """
    words = {"goal": goal, "tie_breaker": tie_breaker}
    return {**base.metadata, "fixed_horizon": True, **joint_keys(*joints.split(", ")), **words}


def _initialise_egl() -> None:
    """Initialise the display on which MuJoCo draws without a screen, if it has made one.

    It does so once, but whatever else uses EGL in this process may have ended the display since.
    """
    egl = sys.modules.get("mujoco.egl")
    if egl is not None and egl.EGL_DISPLAY is not None:
        egl.EGL.eglInitialize(egl.EGL_DISPLAY, None, None)


class Robot(gym.Env[Observation, Any]):
    """The first base of a robot, before the one of Gymnasium's MuJoCo environments that it changes.

    It never terminates: a robot that falls stays down, as in Christiano et al. 2017, appendix A.1,
    so that standing has to be taught. In Gymnasium a fall ends the episode, which teaches an agent
    to stay up under any learned reward that is positive.
    """

    model: Any
    data: Any
    _made_with: tuple[tuple[Any, ...], dict[str, Any]]
    follows = True
    """Whether the model has a camera that follows the robot; Gymnasium's default does not."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Robot:
        """Note the arguments, with which a copy is made; Gymnasium notes those of its own class."""
        robot = super().__new__(cls)
        robot._made_with = args, kwargs
        return robot

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make the environment with Gymnasium's arguments, such as ``render_mode``."""
        if self.follows and "camera_id" not in kwargs:
            kwargs.setdefault("camera_name", "track")
        before = mujoco.get_mju_user_warning()
        mujoco.set_mju_user_warning(_warn)
        try:
            super().__init__(*args, **kwargs)
        finally:
            mujoco.set_mju_user_warning(before)
        self.metadata = {**type(self).metadata, **self.metadata}  # some keep only their own
        quality = self.model.vis.quality  # MuJoCo's own is four times as slow without a GPU
        quality.shadowsize, quality.offsamples = _SHADOW, 0

    def step(self, action: Any) -> Step:
        """Move the robot by one step."""
        observation, reward, _, _, info = super().step(action)
        return observation, np.float64(reward), False, False, info

    def render(self) -> Any:
        """Draw the robot: ``(480, 480, 3)`` uint8 in mode ``"rgb_array"``.

        Raises:
            RuntimeError: there is neither a display nor a library that draws without one.
        """
        try:
            _initialise_egl()
            return super().render()
        except (ImportError, AttributeError, RuntimeError, mujoco.FatalError) as error:
            raise RuntimeError(
                "MuJoCo cannot draw here: without a display it needs EGL (on Debian and Ubuntu: "
                "apt install libegl1 libgl1-mesa-dri) and the environment variable "
                f"MUJOCO_GL=egl. Its error: {error}"
            ) from error

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy, or another process, needs to go on from here."""
        plain = {name: value for name, value in vars(self).items() if name not in _ENGINE}
        return {"made_with": self._made_with, "state": self.save_state(), "plain": plain}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Be a copy of the robot that gave ``state``."""
        args, kwargs = state["made_with"]
        self.__init__(*args, **kwargs)  # type: ignore[misc]
        vars(self).update(state["plain"])
        self.load_state(state["state"])

    def save_state(self) -> dict[str, Any]:
        """Return what `load_state` needs to go on from here, as plain data."""
        physics = np.empty(mujoco.mj_stateSize(self.model, _STATE))
        mujoco.mj_getState(self.model, self.data, physics, _STATE)
        # Positions of bodies follow from the state in a step, but some rewards read them before it.
        return {"physics": physics, "xpos": self.data.xpos.copy(), "random": self.np_random}

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `save_state` returned."""
        mujoco.mj_setState(self.model, self.data, state["physics"], _STATE)
        mujoco.mj_forward(self.model, self.data)
        mujoco.mj_setState(self.model, self.data, state["physics"], _STATE)
        self.data.xpos[:] = state["xpos"]
        self.np_random.bit_generator.state = state["random"].bit_generator.state


def _warn(warning: str) -> None:
    """Pass on a warning of MuJoCo, unless it is that Gymnasium's models use an old format.

    MuJoCo's own handler would also write it to a file in the working folder.
    """
    if "deprecated" not in warning:
        warnings.warn(warning, stacklevel=2)
