"""Vector environments without Gymnasium environments inside, as fast simulators have."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym import HumanFeedback
from rlhf_gym.environments.checks import check_venv
from rlhf_gym.environments.lookup import describe_venv, env_id_of, horizon_of, spec_json
from rlhf_gym.environments.vec_env import vec_env_state
from rlhf_gym.envs.step_notes import notes_of
from rlhf_gym.wrappers.described_vec_env import DescribedVecEnv
from rlhf_gym.wrappers.snapshots import ensure_drawable


class Native(VecEnv):
    """Four environments at once; what it answers to a name that it does not know is its affair."""

    def __init__(self, unknown: type[Exception] | None) -> None:
        self.unknown, self.t = unknown, 0
        super().__init__(4, gym.spaces.Box(-1, 1, (3,), np.float32), gym.spaces.Discrete(2))

    def reset(self) -> Any:
        return np.zeros((4, 3), np.float32)

    def step_async(self, actions: Any) -> None:
        self.actions = actions

    def step_wait(self) -> Any:
        self.t += 1
        over = self.t % 10 == 0
        infos: list[dict[str, Any]] = [{"terminal_observation": np.zeros(3)} if over else {}] * 4
        seen = np.full((4, 3), self.t % 10 / 10, np.float32)
        return seen, self.actions.astype(np.float32), np.full(4, over), infos

    def close(self) -> None:
        pass

    def get_attr(self, attr_name: str, indices: Any = None) -> Any:
        if attr_name == "render_mode" or self.unknown is None:
            return [None] * 4
        raise self.unknown(attr_name)

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        raise NotImplementedError

    def env_method(self, method_name: str, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> Any:
        raise NotImplementedError


@pytest.mark.parametrize("unknown", [AttributeError, NotImplementedError, KeyError, None])
@pytest.mark.filterwarnings("ignore:.*names no frame rate", "ignore:.*may end early")
def test_an_agent_is_trained_in_it_whatever_it_answers(unknown: type[Exception] | None) -> None:
    feedback = HumanFeedback("synthetic", labels=4, settings={"clip_length": 5})
    env = feedback.wrap(Native(unknown))
    agent = PPO("MlpPolicy", env, n_steps=16, batch_size=64, n_epochs=1, device="cpu")
    agent.learn(128, callback=feedback)
    assert feedback.labels_given == 4
    assert vec_env_state(env)["snapshots"] is None
    assert (env_id_of(env), horizon_of(env), spec_json(env)) == ("Native", None, "")


class WithoutInfos(Native):
    """Gives infos only where an episode ends, which is all that stable-baselines3 reads."""

    def step_wait(self) -> Any:
        *seen, dones, infos = super().step_wait()
        return *seen, dones, infos if dones.any() else []


@pytest.mark.filterwarnings("ignore:.*names no frame rate", "ignore:.*may end early")
def test_infos_may_be_left_out_where_they_are_empty() -> None:
    native = WithoutInfos(None)
    env = DescribedVecEnv(native, "Lamps-v0", render=lambda: np.full((2, 3), native.t / 100))
    env.env_method("film")
    feedback = HumanFeedback("synthetic", labels=4, settings={"clip_length": 5})
    wrapped = feedback.wrap(env)
    agent = PPO("MlpPolicy", wrapped, n_steps=16, batch_size=64, n_epochs=1, device="cpu")
    agent.learn(128, callback=feedback)
    assert feedback.labels_given == 4
    wrapped.step(np.ones(4, int))
    assert [notes_of(info).true_reward for info in wrapped.step(np.ones(4, int))[3]] == [1.0] * 4


@pytest.mark.parametrize("unknown", [AttributeError, NotImplementedError, None])
def test_a_person_is_told_that_it_cannot_be_drawn(unknown: type[Exception] | None) -> None:
    with pytest.raises(ValueError, match="clips of Native, which cannot be drawn"):
        check_venv(Native(unknown), 5, person=True)
    with pytest.raises(ValueError, match="do not record how to draw them"):
        ensure_drawable(Native(unknown))


def test_a_description_says_the_rest_and_films_the_first_copy() -> None:
    native = Native(NotImplementedError)
    words = {"goal": "Be bright.", "render_fps": 5, "fixed_horizon": True}
    env = DescribedVecEnv(
        native,
        "Lamps-v0",
        metadata=words,
        horizon=10,
        render=lambda: np.full((2, 3), native.t / 100),
    )
    description = describe_venv(env)
    assert (description.goal.text, description.fps, description.draws) == ("Be bright.", 5, True)
    assert (env_id_of(env), horizon_of(env)) == ("Lamps-v0", 10)
    with pytest.warns(UserWarning, match="the first of its copies draws a picture"):
        check_venv(env, 5, person=True)
    env.reset()
    frames = [notes_of(env.step(np.zeros(4, int))[3][0]).frame for _ in range(3)]
    assert [frame[0, 0, 0] for frame in frames if frame is not None] == [0, 3, 5]
    assert notes_of(env.step(np.zeros(4, int))[3][1]).frame is None


def test_a_description_without_pictures_is_for_teachers_that_need_none() -> None:
    env = DescribedVecEnv(Native(None), "Lamps-v0", horizon=10)
    with pytest.raises(ValueError, match="Lamps-v0, which cannot be drawn"):
        check_venv(env, 5, person=True)
