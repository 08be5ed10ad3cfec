"""What is missing is named with the command that installs it for this copy, in one sentence."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from rlhf_gym.basics.installation import install_extra

CALL_ALL = """
import contextlib, io, json, sys
for module in ("Box2D", "ale_py", "cv2", "mujoco"):
    sys.modules[module] = None  # as if it were not installed
from rlhf_gym.cli.main import main
told = []
for call in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        main(call)
    told.append(err.getvalue())
print(json.dumps(told))
"""
NEEDED = {
    "LunarLander-v3": ("Box2D", "box2d"),
    "CarRacing-v3": ("Box2D", "box2d"),
    "rlhf/LunarLanderHover-v1": ("Box2D", "box2d"),
    "Hopper-v5": ("MuJoCo", "mujoco"),
    "rlhf/HopperBackflip-v1": ("MuJoCo", "mujoco"),
    "rlhf/Pong-v1": ("ale-py", "atari"),
    "ALE/Pong-v5": ("the Atari games", "atari"),
    "PongNoFrameskip-v4": ("the Atari games", "atari"),
    "Pong-v4": ("the Atari games", "atari"),
}
WRAPPED = ["train", "CartPole-v1", "--wrapper", "gymnasium.wrappers:AtariPreprocessing"]


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    """What calls of the program print as errors where no extra is installed."""
    named = [[command, env_id] for command in ("train", "play") for env_id in NEEDED]
    calls = [*named, WRAPPED, ["envs", "Pong"]]
    run = subprocess.run(
        [sys.executable, "-c", CALL_ALL, json.dumps(calls)],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(run.stdout.splitlines()[-1])
    return {" ".join(call): text for call, text in zip(calls, found, strict=True)}


@pytest.mark.parametrize("command", ["train", "play"])
@pytest.mark.parametrize("env_id", NEEDED)
def test_an_environment_names_the_extra_that_it_needs(
    told: dict[str, str], command: str, env_id: str
) -> None:
    needed, extra = NEEDED[env_id]
    wanted = f"rlhf-gym: {env_id} needs {needed}: {install_extra(extra)}\n"
    assert told[f"{command} {env_id}"] == wanted


def test_a_wrapper_names_the_extra_that_it_needs(told: dict[str, str]) -> None:
    wrapper = "the wrapper gymnasium.wrappers:AtariPreprocessing"
    wanted = f"rlhf-gym: {wrapper} needs OpenCV: {install_extra('atari')}\n"
    assert told[" ".join(WRAPPED)] == wanted


def test_the_list_of_environments_says_which_extras_have_more(told: dict[str, str]) -> None:
    assert told["envs Pong"].endswith(
        f"and with atari, box2d and mujoco there are more: {install_extra('atari,box2d,mujoco')}\n"
    )
