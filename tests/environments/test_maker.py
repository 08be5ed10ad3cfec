"""Environments as people have them: classes, functions, wrappers, arguments."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from dotted import Dot, Reversed, Scaled, dot_in_a_monitor, dot_of, far_dot
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import SubprocVecEnv

from rlhf_gym.cli.main import main
from rlhf_gym.clips.rebuilding import rebuild, spec_json_of
from rlhf_gym.environments.lookup import describe_venv, env_id_of, horizon_of, spec_json
from rlhf_gym.environments.make import make_env, make_vec_env
from rlhf_gym.environments.maker import EnvironmentMaker
from rlhf_gym.environments.registry import imported, spec_of
from rlhf_gym.runs.evaluation import true_returns
from rlhf_gym.wrappers.snapshots import ensure_drawable

Env = gym.Env[Any, Any]


class OfThisModule(Dot):
    """A class that another process knows by another name, or not at all."""


@pytest.mark.parametrize("make", [Dot, dot_of, dot_in_a_monitor, far_dot])
def test_the_render_mode_reaches_classes_functions_and_partials(make: Callable[..., Env]) -> None:
    venv = make_vec_env(make, 2, horizon=40, env_kwargs={"render_mode": "rgb_array"})
    assert venv.get_attr("render_mode") == ["rgb_array", "rgb_array"]


@pytest.mark.parametrize("make", [Dot, dot_of, dot_in_a_monitor, far_dot])
def test_clips_of_classes_functions_and_partials_are_drawn_in_another_process(
    make: Callable[..., Env],
) -> None:
    venv = make_vec_env(make, horizon=40)
    assert venv.get_attr("snapshot_kind") == ["state"]
    drawn = rebuild(spec_json(venv))
    drawn.reset(seed=0)
    assert drawn.render().shape == (60, 120, 3)  # type: ignore[union-attr]
    start = 5.0 if make is far_dot else 0.0
    assert abs(drawn.get_wrapper_attr("x") - start) <= 1
    assert [type(layer).__name__ for layer in _layers(drawn)] == [
        type(layer).__name__
        for layer in _layers(make_env(make, horizon=40, keep_termination=True).env)  # type: ignore[attr-defined]
    ]


def test_wrappers_around_registered_environments_are_made_again_if_they_take_nothing_else() -> None:
    wrapped = Reversed(Monitor(gym.make("CartPole-v1")))
    assert [type(layer).__name__ for layer in _layers(rebuild(spec_json_of(wrapped)))][:2] == [
        "Reversed",
        "Monitor",
    ]
    assert spec_json_of(Scaled(gym.make("CartPole-v1"), 2.0)) == ""
    assert spec_json_of(gym.wrappers.TimeLimit(gym.make("CartPole-v1"), 9)) == ""  # two limits


def test_a_monitor_with_a_file_is_never_made_a_second_time(tmp_path: Path) -> None:
    with closing(Reversed(Monitor(gym.make("CartPole-v1"), str(tmp_path / "m")))) as env:
        assert spec_json_of(env) == ""


def test_what_no_other_process_can_make_is_filmed() -> None:
    class Local(Dot):
        pass

    venv = make_vec_env(Local, horizon=40)
    assert venv.get_attr("snapshot_kind") == ["camera"]
    assert venv.get_attr("render_mode") == ["rgb_array"]
    with pytest.warns(UserWarning, match="the first of its copies draws a picture"):
        ensure_drawable(venv)


def test_environments_in_other_processes_describe_themselves_in_plain_data() -> None:
    class Local(Dot):  # cannot be sent by its name
        metadata = {**Dot.metadata, "goal": "Stay."}

    venv = make_vec_env(Local, 1, horizon=40, vec_env_cls=SubprocVecEnv)
    try:
        assert env_id_of(venv) == "Local"
        assert describe_venv(venv).goal.text == "Stay."
        assert spec_json(venv) == ""
    finally:
        venv.close()


def modeless() -> Env:
    """Make an environment that always draws."""
    return Dot("rgb_array")


def test_a_registered_function_without_metadata_is_asked_for_its_render_mode() -> None:
    gym.register("test_maker/Function-v0", dot_of, max_episode_steps=9)
    gym.register("test_maker/Modeless-v0", modeless, max_episode_steps=9)  # type: ignore[arg-type]
    assert make_env("test_maker/Function-v0", render_mode="rgb_array").render_mode == "rgb_array"
    assert make_env("test_maker/Modeless-v0", render_mode="human").render_mode == "rgb_array"


def test_arguments_and_wrappers_reach_training_and_evaluation_alike() -> None:
    class Still:
        def predict(self, observation: Any, *_: Any, **__: Any) -> tuple[Any, None]:
            return np.zeros((len(observation), 1), np.float32), None

    given: dict[str, Any] = {
        "env_kwargs": {"start": 7.0},
        "wrappers": ("dotted:Reversed",),
    }
    venv = make_vec_env(Dot, horizon=40, **given)
    assert venv.get_attr("start") == [7.0] and venv.env_is_wrapped(Reversed) == [True]
    (value,) = true_returns(Still(), Dot, 1, horizon=10, **given)
    assert -80 <= value <= -60


@pytest.mark.parametrize(
    ("wrap", "message"),
    [
        ("Reversed", "given as module:Class, but 'Reversed' was given"),
        ("nowhere:Reversed", "the wrapper 'nowhere:Reversed' cannot be imported: No module named"),
        ("dotted:Straight", "cannot be imported: .* has no attribute 'Straight'"),
    ],
)
def test_a_wrapper_that_is_not_there_is_named(wrap: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        EnvironmentMaker("CartPole-v1", wrappers=(wrap,)).check()


def test_a_wrapper_that_lacks_an_argument_is_named() -> None:
    maker = EnvironmentMaker("CartPole-v1", wrappers=("dotted:Scaled",))
    with pytest.raises(ValueError, match="the wrapper .*Scaled cannot be made: TypeError.*'by'"):
        maker.made()


class NoOptions(Dot):
    """Its reset is as Gym's was."""

    def reset(self, seed: int | None = None) -> Any:  # type: ignore[override]
        return super().reset(seed=seed)


class Broken(Dot):
    """It needs a file that is not there."""

    def __init__(self, render_mode: str | None = None) -> None:
        raise FileNotFoundError("no prices.csv")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (NoOptions, "reset of NoOptions takes no options: Gymnasium wants"),
        (Broken, "Broken cannot be made: FileNotFoundError: no prices.csv"),
        (lambda: object(), "which is no gymnasium.Env"),
    ],
)
def test_what_is_no_environment_is_refused_in_a_sentence(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_vec_env(make, horizon=10)


class Device(Dot):
    """There is one; after ``Device.most`` uses it is worn out."""

    in_use, uses, most = False, 0, 99

    def __init__(self, render_mode: str | None = None) -> None:
        if Device.in_use or Device.uses == Device.most:
            raise OSError("the robot does not answer")
        Device.in_use, Device.uses = True, Device.uses + 1
        super().__init__(render_mode)

    def close(self) -> None:
        Device.in_use = False


def test_a_device_is_never_opened_twice_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Device, "in_use", False)
    venv = make_vec_env(Device, horizon=20)
    assert venv.get_attr("snapshot_kind") == ["state"]
    with pytest.raises(ValueError, match="Device cannot be made: OSError: the robot does not ans"):
        make_vec_env(Device, horizon=20)
    venv.close()


def test_a_device_that_can_be_opened_once_is_refused_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (("in_use", False), ("uses", 0), ("most", 1)):
        monkeypatch.setattr(Device, name, value)
    with pytest.raises(ValueError, match="Device can be made once, .* give snapshots=False"):
        make_vec_env(Device, horizon=20)
    monkeypatch.setattr(Device, "most", 2)
    assert make_vec_env(Device, horizon=20, snapshots=False).num_envs == 1


class Faulty(Dot):
    """Its step needs what another version of a package has."""

    def step(self, action: Any) -> Any:
        return self.space.add_collision_handler()  # type: ignore[attr-defined]


def test_a_step_that_fails_is_told_in_a_sentence_before_time_is_spent() -> None:
    with pytest.raises(ValueError, match="Faulty cannot be used: its step failed with Attribute"):
        make_vec_env(Faulty, horizon=20)


class ManyRewards(Dot):
    """It pays for several things at once, as multi-objective environments do."""

    def step(self, action: Any) -> Any:
        seen, reward, *rest = super().step(action)
        return seen, np.array([reward, 1.0]), *rest


class Missing(Dot):
    """It imports what is not there."""

    def __init__(self, render_mode: str | None = None) -> None:
        import nowhere_at_all  # type: ignore[import-not-found]  # noqa: F401


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (ManyRewards, "ManyRewards cannot be used: its reward array.*, which is not one number"),
        (Missing, "Missing needs the module nowhere_at_all, which is missing"),
    ],
)
def test_rewards_of_several_numbers_and_missing_modules_are_told_at_once(
    make: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make_vec_env(make, horizon=20)


def test_a_registered_environment_whose_module_needs_another_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hilly.py").write_text("import noise_that_is_not_there")
    monkeypatch.syspath_prepend(tmp_path)
    gym.register("test_maker/Hilly-v0", "hilly:Hills", max_episode_steps=9)
    with pytest.raises(ValueError, match="Hilly-v0 needs the module noise_that_is_not_there"):
        make_vec_env("test_maker/Hilly-v0")


BUILD = "the engine is not built\\n\\nBuild it first:\\n    make engine"


@pytest.mark.parametrize("kind", ["ImportError", "OSError", "gymnasium.error.Error"])
@pytest.mark.parametrize("indent", ["", "def Hills(**how):\n    "])
def test_of_a_reason_of_many_lines_the_first_is_told(
    kind: str, indent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"unbuilt_{kind.rpartition('.')[2].lower()}_{len(indent)}"
    (tmp_path / f"{name}.py").write_text(f"import gymnasium\n{indent}raise {kind}('{BUILD}')")
    monkeypatch.syspath_prepend(tmp_path)
    gym.register(f"test_maker/{name}-v0", f"{name}:Hills", max_episode_steps=9)
    with pytest.raises(ValueError) as refusal:
        make_vec_env(f"test_maker/{name}-v0")
    kind = kind.rpartition(".")[2]
    assert str(refusal.value) == (
        f"test_maker/{name}-v0 cannot be made: {kind}: the engine is not built"
    )
    assert "make engine" in str(refusal.value.__cause__)


def test_the_program_says_how_all_of_a_long_message_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "unbuilt_module.py").write_text(f"raise OSError('{BUILD}')")
    monkeypatch.syspath_prepend(tmp_path)
    command = ["train", "unbuilt_module:Hills-v0", "--show"]
    assert main(command) == 1
    assert capsys.readouterr().err.splitlines() == [
        "rlhf-gym: the environment 'unbuilt_module:Hills-v0' cannot be imported: OSError: the "
        "engine is not built (--debug shows all of its message)"
    ]
    assert main([*command, "--debug"]) == 1
    assert "make engine" in capsys.readouterr().err


def test_a_render_mode_that_is_not_there_films_nothing() -> None:
    class Blind(Dot):
        metadata = {"render_modes": ["human"], "render_fps": 10}

    venv = make_vec_env(Blind, horizon=9, env_kwargs={"render_mode": "rgb_array"})
    assert venv.get_attr("render_mode") == [None]


class Endless(Dot):
    """It never ends."""


def test_an_episode_without_end_asks_for_a_horizon_however_it_is_used() -> None:
    with pytest.raises(ValueError, match="Endless.* no time limit .*horizon="):
        make_vec_env(Endless)
    with pytest.raises(ValueError, match="Endless.* no time limit .*horizon="):
        make_vec_env(Endless, keep_termination=False)
    with pytest.raises(ValueError, match="may never end.*--horizon"):
        true_returns(None, Endless, 1)  # type: ignore[arg-type]


def test_the_time_limit_may_be_an_attribute_as_in_other_libraries() -> None:
    class Limited(Dot):
        max_steps = 12

    venv = make_vec_env(Limited)
    assert horizon_of(venv) == 12
    venv.reset()
    assert [bool(venv.step(np.zeros((1, 1)))[2][0]) for _ in range(13)] == [
        *[False] * 11,
        True,
        False,
    ]


def test_metadata_may_be_none() -> None:
    class Silent(Dot):
        metadata = None  # type: ignore[assignment]

    assert make_vec_env(Silent, horizon=9, snapshots=False).num_envs == 1
    assert describe_venv(make_vec_env(Silent, horizon=9)).fps == 30


def test_a_module_of_the_present_folder_can_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "beside_the_command.py").write_text("wrapper = dict")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert imported("beside_the_command:wrapper", "the wrapper") is dict


def test_an_unknown_id_names_the_installed_package_that_registers_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "birds").mkdir()
    (tmp_path / "birds" / "__init__.py").write_text("from gymnasium import register\n")
    (tmp_path / "birds" / "all.py").write_text('register(\n    id="Bird-v7",\n)\n')
    info = tmp_path / "birds-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: birds\nVersion: 1\nRequires-Dist: gymnasium>=1\n")
    (info / "RECORD").write_text("birds/__init__.py,,\nbirds/all.py,,\n")
    monkeypatch.syspath_prepend(tmp_path)
    from rlhf_gym.environments.packages import registering

    registering.cache_clear()
    with pytest.raises(ValueError, match=r"did you mean birds:Bird-v7\?"):
        spec_of("Bird-v7")
    assert "birds" not in sys.modules
    registering.cache_clear()


def _layers(env: Env) -> list[Env]:
    layers = [env]
    while isinstance(layers[-1], gym.Wrapper):
        layers.append(layers[-1].env)
    return layers
