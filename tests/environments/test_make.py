"""Environments by id."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.classic_control.cartpole import CartPoleEnv
from gymnasium.envs.registration import EnvSpec
from stable_baselines3.common.vec_env import SubprocVecEnv

from rlhf_gym.environments.lookup import clip_steps, describe_venv, has_fixed_horizon, spec_json
from rlhf_gym.environments.make import make_env, make_vec_env
from rlhf_gym.environments.registry import describe_id
from rlhf_gym.envs.step_notes import notes_of
from rlhf_gym.wrappers.fixed_horizon import FixedHorizon


class Unrestorable(CartPoleEnv):
    """CartPole in a wind that comes from Python's own generator."""

    def step(self, action: Any) -> Any:
        assert self.state is not None
        self.state = np.asarray(self.state) + random.gauss(0, 0.01)
        return super().step(action)  # type: ignore[no-untyped-call]


class NeverDrawn(CartPoleEnv):
    """Closes a window that is only there if it was drawn, as many environments do."""

    def close(self) -> None:
        raise AttributeError("viewer")


@pytest.mark.filterwarnings("ignore:.*cannot be drawn in a process of its own")
def test_an_environment_that_cannot_be_closed_is_used_all_the_same() -> None:
    gym.register("NeverDrawn-v0", f"{__name__}:NeverDrawn", max_episode_steps=20)
    with pytest.warns(UserWarning, match="NeverDrawn.*could not be closed .AttributeError: viewer"):
        venv = make_vec_env("NeverDrawn-v0", n_envs=1)
    seen: Any = venv.reset()
    assert seen.shape == (1, 4)
    with pytest.warns(UserWarning, match="could not be closed"):
        venv.close()


class Filmed(CartPoleEnv):
    """Observes a picture of its window."""

    def __init__(self, shape: tuple[int, int, int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.observation_space = gym.spaces.Box(0, 255, shape, np.uint8)

    def reset(self, **kwargs: Any) -> Any:
        super().reset(**kwargs)
        return self.observation_space.sample(), {}

    def step(self, action: Any) -> Any:
        return self.observation_space.sample(), *super().step(action)[1:]  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(("shape", "told"), [((400, 600, 3), True), ((84, 84, 3), False)])
@pytest.mark.filterwarnings("ignore:.*cannot be drawn in a process of its own")
def test_pictures_that_take_gigabytes_are_told_before_time_is_spent(
    shape: tuple[int, int, int], told: bool, recwarn: pytest.WarningsRecorder
) -> None:
    make_vec_env(partial(Filmed, shape), n_envs=1, horizon=20).close()
    warned = [str(each.message) for each in recwarn]
    assert any("observes are large, 400 by 600" in each for each in warned) is told


class EndsTheProgram(CartPoleEnv):
    """Calls ``exit()`` where it is told to, as games do that were written to be played."""

    def __init__(self, at: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        setattr(self, at, self.end)

    def end(self, *_: Any, seed: int | None = None, options: Any = None) -> None:
        raise SystemExit


@pytest.mark.filterwarnings("ignore:.*cannot be drawn in a process of its own")
def test_an_environment_that_ends_the_program_when_it_is_closed_does_not() -> None:
    gym.register("EndsTheProgram-v0", f"{__name__}:EndsTheProgram", max_episode_steps=20)
    with pytest.warns(UserWarning, match="could not be closed .SystemExit"):
        make_vec_env("EndsTheProgram-v0", n_envs=1, env_kwargs={"at": "close"}).close()


@pytest.mark.parametrize("at", ["reset", "step"])
def test_one_that_ends_the_program_otherwise_is_refused(at: str) -> None:
    gym.register(f"EndsTheProgram-{at}-v0", f"{__name__}:EndsTheProgram", max_episode_steps=20)
    with pytest.raises(ValueError, match=f"cannot be used: its {at} failed with SystemExit"):
        make_vec_env(f"EndsTheProgram-{at}-v0", n_envs=1, env_kwargs={"at": at})


@pytest.mark.parametrize(
    ("what", "wrapper"), [("observation", "ObservationWrapper"), ("action", "ActionWrapper")]
)
def test_spaces_that_cannot_be_read_are_refused_with_what_to_do(what: str, wrapper: str) -> None:
    def make() -> gym.Env[Any, Any]:
        env = CartPoleEnv()
        setattr(env, f"{what}_space", gym.spaces.Sequence(gym.spaces.Discrete(2)))
        return env

    with pytest.raises(ValueError, match=f"read the {what} space.*see gymnasium.{wrapper}"):
        make_vec_env(make, horizon=9)


def test_episodes_of_made_environments_all_last_equally_long() -> None:
    venv = make_vec_env("CartPole-v1", n_envs=2, seed=0, horizon=50, hold=50)
    venv.reset()
    for step in range(1, 101):
        _, _, dones, infos = venv.step(np.array([1, 0]))
        assert dones.all() == dones.any() == (step % 50 == 0)
    assert infos[0]["episode"]["l"] == 50
    assert infos[0]["episode"]["r"] < 20


def test_a_horizon_beyond_the_environments_limit_lets_it_go_on() -> None:
    env = make_env("Pendulum-v1", horizon=300)
    env.reset(seed=0)
    steps = [env.step(np.zeros(1, np.float32)) for _ in range(300)]
    assert not any(notes_of(info).absorbing for *_, info in steps)
    assert [step[3] for step in steps] == [False] * 299 + [True]


@pytest.mark.parametrize(("env_id", "final"), [("LunarLander-v3", True), ("CartPole-v1", False)])
def test_an_end_is_final_behind_its_held_steps_where_ends_differ(env_id: str, final: bool) -> None:
    env = make_env(env_id, hold=5)
    env.reset(seed=0)
    steps = [env.step(0)]
    while not (steps[-1][2] or steps[-1][3]):
        steps.append(env.step(0))
    assert (steps[-1][2], steps[-1][3]) == (final, not final)
    assert [notes_of(info).absorbing for *_, info in steps[-6:]] == [False] + [True] * 5


@pytest.mark.parametrize(
    ("env_id", "given", "held"),
    [
        ("Hopper-v5", {}, True),  # what is known of it
        ("Hopper-v5", {"keep_termination": True}, False),
        ("CartPole-v1", {}, False),
        ("CartPole-v1", {"keep_termination": False}, True),
        ("CartPole-v1", {"hold": 3}, True),
        ("FrozenLake-v1", {}, False),
        ("FrozenLake-v1", {"keep_termination": False}, True),
        ("FrozenLake-v1", {"hold": 3}, True),
        ("FrozenLake-v1", {"horizon": 50}, False),
    ],
)
def test_ends_are_held_where_that_is_known_to_suit_an_environment_or_is_wanted(
    env_id: str, given: dict[str, Any], held: bool
) -> None:
    venv = make_vec_env(env_id, seed=0, snapshots=False, **given)
    assert has_fixed_horizon(venv) == held
    venv.reset()
    action = np.ones_like([venv.action_space.sample()])
    notes = [venv.step(action) for _ in range(60)]
    assert any(notes_of(infos[0]).absorbing for _, _, _, infos in notes) == held


def test_the_same_seed_gives_the_same_environments_in_subprocesses_too() -> None:
    here = make_vec_env("CartPole-v1", n_envs=2, seed=3)
    there = make_vec_env("CartPole-v1", n_envs=2, seed=3, vec_env_cls=SubprocVecEnv)
    np.testing.assert_array_equal(np.asarray(here.reset()), np.asarray(there.reset()))
    there.close()


def test_a_function_may_make_the_environment() -> None:
    def make(**kwargs: Any) -> gym.Env[Any, Any]:
        return gym.make("MountainCar-v0", **kwargs)

    venv = make_vec_env(make, env_kwargs={"goal_velocity": 0.01})
    assert describe_venv(venv).time_limit == 200
    assert venv.get_attr("goal_velocity") == [0.01]


def test_an_id_may_name_the_module_that_registers_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_environments.py").write_text(
        "import gymnasium as gym\n"
        "entry = 'gymnasium.envs.classic_control:CartPoleEnv'\n"
        "gym.register('Mine-v0', entry, max_episode_steps=20)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert make_vec_env("my_environments:Mine-v0").num_envs == 1
    with pytest.raises(ValueError, match="'nowhere:Mine-v0' cannot be imported"):
        make_vec_env("nowhere:Mine-v0")


def test_an_unknown_id_is_answered_with_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"'CartPol-v1' .did you mean .*CartPole-v1"):
        make_env("CartPol-v1")
    with pytest.raises(ValueError, match="no environment with the id 'qqqqqq'"):
        make_vec_env("qqqqqq")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("CartPole", "CartPole-v1 or .*rlhf/CartPole-v1"),
        ("hopper", "Hopper-v5 or rlhf/Hopper-v5"),
        ("rlhf/pong", "rlhf/Pong-v1"),
        ("Pong", "ALE/Pong-v5 or rlhf/Pong-v1"),
    ],
)
def test_a_name_without_a_version_is_answered_with_the_newest_of_each_package(
    name: str, meant: str
) -> None:
    pytest.importorskip("ale_py")
    with pytest.raises(ValueError, match=rf"did you mean {meant}\?"):
        make_env(name)


def test_a_game_whose_score_is_not_known_names_the_way_to_hide_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(gym.registry, "rlhf/Tennis-v1", raising=False)  # make_atari registers it
    with pytest.raises(ValueError, match=r'make_atari\("Tennis", mask=...\) hides'):
        make_env("rlhf/Tennis-v1")


def test_at_least_one_environment_is_needed() -> None:
    with pytest.raises(ValueError, match="n_envs must be at least 1, but is 0"):
        make_vec_env("CartPole-v1", n_envs=0)


def test_the_spec_of_a_vector_environment_rebuilds_one_environment() -> None:
    text = spec_json(make_vec_env("CartPole-v1", n_envs=2, horizon=70, hold=9))
    rebuilt = gym.make(EnvSpec.from_json(text))
    assert isinstance(rebuilt, FixedHorizon)
    assert rebuilt.horizon == 70
    assert text == spec_json(make_env("CartPole-v1", horizon=70, hold=9))


def test_an_environment_that_cannot_be_written_down_has_an_empty_spec() -> None:
    class Plain(gym.Wrapper[Any, Any, Any, Any]):
        pass

    assert spec_json(Plain(gym.make("CartPole-v1"))) == ""
    assert spec_json(gym.make("CartPole-v1").unwrapped.__class__()) == ""


def test_clips_are_as_long_as_the_environments_frame_rate_says() -> None:
    assert clip_steps(make_vec_env("CartPole-v1"), 1.5) == 75
    assert clip_steps(make_vec_env("CartPole-v1"), 0.001) == 1
    with pytest.raises(ValueError, match="longer than 0 seconds, but -1"):
        clip_steps(make_vec_env("CartPole-v1"), -1)


def test_an_environment_without_a_frame_rate_gets_thirty_with_a_warning() -> None:
    venv = make_vec_env("CartPole-v1")
    venv.get_attr("unwrapped")[0].metadata = {}
    with pytest.warns(UserWarning, match="names no frame rate"):
        assert clip_steps(venv, 2.0) == 60


def test_goals_come_from_the_environment_then_the_table_then_a_general_question() -> None:
    assert "dot" in describe_id("rlhf/MovingDot-v1").goal.text
    assert "upright" in describe_id("CartPole-v1").goal.text
    assert "passenger" in describe_id("Taxi-v4").goal.text


def test_what_draws_a_clip_again_is_recorded_inside_the_monitor() -> None:
    venv = make_vec_env("CartPole-v1", n_envs=2, seed=0)
    assert venv.get_attr("snapshot_kind") == ["state", "state"]
    venv.reset()
    assert all(notes_of(info).snapshot is not None for info in venv.step(np.zeros(2, int))[3])
    assert "SnapshotRecorder" not in spec_json(venv)


def test_snapshots_can_be_left_out() -> None:
    with pytest.raises(AttributeError):
        make_env("CartPole-v1", snapshots=False).get_wrapper_attr("snapshot_kind")


def test_environments_draw_only_where_they_are_asked_to_or_must_be_filmed() -> None:
    assert make_env("CartPole-v1").render_mode is None
    assert make_vec_env("LunarLander-v3").get_attr("render_mode") == [None]
    assert make_env("CartPole-v1", render_mode="rgb_array").render_mode == "rgb_array"
    drawn = make_vec_env("CartPole-v1", env_kwargs={"render_mode": "rgb_array"})
    assert drawn.get_attr("render_mode") == ["rgb_array"]
    gym.register("rlhf_test/Unrestorable-v0", f"{__name__}:Unrestorable", max_episode_steps=20)
    filmed = make_env("rlhf_test/Unrestorable-v0")
    assert filmed.get_wrapper_attr("snapshot_kind") == "camera"
    assert filmed.render_mode == "rgb_array"


def test_an_environment_that_no_other_process_can_make_must_be_filmed() -> None:
    env = make_env(lambda: CartPoleEnv(render_mode="rgb_array"), horizon=20)
    assert env.get_wrapper_attr("snapshot_kind") == "camera"
