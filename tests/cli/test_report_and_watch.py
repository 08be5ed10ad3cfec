import json
import shutil
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
from builders import a_run
from stable_baselines3 import PPO
from stepping import steps

from rlhf_gym import FeedbackStore
from rlhf_gym.cli.main import main
from rlhf_gym.cli.moments import moments
from rlhf_gym.feedback.judgement import Judgement
from rlhf_gym.media import decode
from rlhf_gym.reward_model import RewardEnsemble


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "pendulum"
    a_run(folder, video_seconds=0.5)
    return folder


def test_report_writes_the_page_and_prints_the_verdict(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert main(["report", str(run), "--out", str(page)]) == 0
    assert "PPO trained on Pendulum-v1" in capsys.readouterr().out
    assert "PPO trained on Pendulum-v1" in page.read_text(encoding="utf-8")


def test_report_of_a_real_run_shows_its_disputed_clips(run: Path, tmp_path: Path) -> None:
    contrary = tmp_path / "run"
    shutil.copytree(run, contrary)
    with FeedbackStore.open(contrary / "feedback.db") as store:
        for judgement in store.judgements():
            answer = judgement.preference.swapped
            store.record(Judgement(judgement.query, answer, "contrary", left=judgement.left))
    page = tmp_path / "page.html"
    main(["report", str(contrary), "--out", str(page)])
    html = page.read_text(encoding="utf-8")
    disputed = html.count('class="pair"')
    assert 4 <= disputed < 8  # of two opposite answers the reward model contradicts one
    assert html.count("<dt>Reward model</dt>") == disputed
    assert html.count("<video") == 2 + 2 * disputed


def test_report_prints_json(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(run), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["outcome"]["labels"] == 4
    assert Path(found["report"]).is_file()


@pytest.mark.parametrize("command", ["report", "watch"])
def test_a_folder_that_is_no_run_is_refused(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, str(tmp_path)]) == 1
    assert "holds no run" in capsys.readouterr().err


def test_watch_writes_a_video(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "agent.mp4"
    assert main(["watch", str(run), "--video", str(path), "--seconds", "0.5"]) == 0
    assert decode(path).shape == (15, 640, 800, 3)


def test_watch_refuses_a_video_without_length(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["watch", str(run), "--seconds", "0"]) == 1
    assert "seconds must be more than 0" in capsys.readouterr().err


def test_moments_predict_from_the_observation_before_the_step() -> None:
    env = gym.make("Pendulum-v1", render_mode="rgb_array")
    model = RewardEnsemble(env.observation_space, env.action_space, seed=0, device="cpu")
    rng = np.random.default_rng(0)
    observations = rng.normal(size=(100, 3)).astype(np.float32)
    model.normalise(steps(observations, rng.normal(size=(100, 1)).astype(np.float32)))
    agent = PPO("MlpPolicy", env, device="cpu", seed=0)
    shown = moments(agent, model, env, seed=3)
    first = next(shown)
    observation, _ = env.unwrapped.reset(seed=3)
    action, _ = agent.predict(observation, deterministic=True)
    expected = model.predict(steps(observation[None], action[None]))
    assert first.learned == pytest.approx(float(expected[0]), abs=1e-5)
    assert first.members.shape == (7,)
    assert first.frame.shape == (500, 500, 3)


def test_the_last_step_of_an_episode_is_marked() -> None:
    env = gym.make("Pendulum-v1", render_mode="rgb_array", max_episode_steps=3)
    model = RewardEnsemble(env.observation_space, env.action_space, seed=0, device="cpu")
    shown = moments(PPO("MlpPolicy", env, device="cpu", seed=0), model, env)
    assert [next(shown).ended for _ in range(6)] == [False, False, True] * 2
