"""DescribedVecEnv: what vector environments without Gymnasium environments inside do not say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper
from stable_baselines3.common.vec_env.base_vec_env import VecEnvObs, VecEnvStepReturn

from rlhf_gym.clips.pictures import picture
from rlhf_gym.envs.description import EnvironmentDescription, describe_metadata
from rlhf_gym.envs.step_notes import each_info, noted

__all__ = ["DescribedVecEnv"]


class DescribedVecEnv(VecEnvWrapper):
    """Describe a vector environment, and film it for a person.

    Fast simulators step many copies at once and have no Gymnasium environments inside. Any such
    `VecEnv` can be trained in as it is, with a teacher that needs no pictures. This wrapper, put
    directly around it, adds what `rlhf_gym.make_vec_env` finds out of other environments: a name,
    the keys of ``metadata`` (see `EnvironmentDescription`), the length of an episode, and pictures,
    so that a person can judge. All clips then come from the first copy, which is drawn at each
    step.

    A vector environment that knows these itself needs no wrapper. It answers ``get_attr`` of
    ``"environment_description"`` with an `EnvironmentDescription` and of ``"snapshot_kind"`` with
    ``"camera"``, does ``env_method("film")``, and from then on notes the picture before each step
    in the info: ``noted(info, frame=picture)``.
    """

    def __init__(
        self,
        venv: VecEnv,
        env_id: str,
        *,
        metadata: Mapping[str, Any] | None = None,
        horizon: int | None = None,
        render: Callable[[], Any] | None = None,
    ) -> None:
        """Wrap ``venv``.

        Args:
            venv: the vector environment.
            env_id: its name, by which presets are found.
            metadata: what it says about itself.
            horizon: length of an episode in steps, if it is bounded.
            render: draws the first of the environments, in any form that `picture` reads; by
                default it cannot be drawn.
        """
        modes = {} if render is None else {"render_modes": ["rgb_array"]}
        described = describe_metadata({**modes, **(metadata or {})})
        self._own: dict[str, Any] = {
            "environment_description": replace(described, env_id=env_id, time_limit=horizon),
            "metadata": dict(metadata or {}),
        }
        if render is not None:
            self._own |= {"snapshot_kind": "camera", "render_mode": "rgb_array"}
        self._draw = render
        self._filming = False
        self._frame: Any = None
        super().__init__(venv)  # it asks for the render mode at once

    @property
    def description(self) -> EnvironmentDescription:
        """What is known of the environment."""
        return self._own["environment_description"]  # type: ignore[no-any-return]

    def reset(self) -> VecEnvObs:
        """Begin new episodes."""
        return self.venv.reset()

    def step_async(self, actions: np.ndarray[Any, Any]) -> None:
        """Start a step, after a picture of what is seen before it if a person is to see clips."""
        if self._filming and self._draw is not None:
            self._frame = picture(self._draw())
        self.venv.step_async(actions)

    def step_wait(self) -> VecEnvStepReturn:
        """Finish the step."""
        observations, rewards, dones, infos = self.venv.step_wait()
        if self._filming:
            infos = each_info(infos, self.num_envs)
            infos[0] = noted(infos[0], frame=self._frame)
        return observations, rewards, dones, infos

    def has_attr(self, attr_name: str) -> bool:
        """Return whether `get_attr` knows a name."""
        return attr_name in self._own or self.venv.has_attr(attr_name)

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """Return what is described here, or else what the vector environment answers."""
        if attr_name in self._own:
            return [self._own[attr_name] for _ in self._get_indices(indices)]
        return self.venv.get_attr(attr_name, indices)

    def env_method(
        self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any
    ) -> list[Any]:
        """Do ``"film"``, or else what the vector environment can do."""
        if method_name == "film":
            self._filming = True
            return [None for _ in self._get_indices(indices)]
        return self.venv.env_method(method_name, *method_args, indices=indices, **method_kwargs)
