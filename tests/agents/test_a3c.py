"""A3C in real worker processes, of few steps."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import psutil  # type: ignore[import-untyped]
import pytest
import torch
from a3c_environments import Counting, KilledAtOnce, KilledOnce, Raising, Unpicklable
from gymnasium import spaces
from kept import Kept
from stable_baselines3 import A2C
from stable_baselines3.common.callbacks import BaseCallback, EvalCallback
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.envs import FakeImageEnv, IdentityEnvBox, SimpleMultiObsEnv
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.utils import LinearSchedule
from stable_baselines3.common.vec_env import (
    DummyVecEnv,
    SubprocVecEnv,
    VecEnv,
    VecEnvWrapper,
    VecFrameStack,
    VecMonitor,
    VecNormalize,
)
from torch import Tensor

from rlhf_gym.agents.a3c.agent import A3C
from rlhf_gym.agents.a3c.workers import WorkerError
from rlhf_gym.wrappers.learned_reward import VecLearnedReward


class Seen(BaseCallback):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.rewards: list[Any] = []
        self.infos: list[list[dict[str, Any]]] = []
        self.timesteps: list[int] = []
        self.calls: list[str] = []

    def _on_training_start(self) -> None:
        self.calls.append("training start")

    def _on_rollout_start(self) -> None:
        self.calls.append("rollout start")

    def _on_step(self) -> bool:
        self.calls.append("step")
        self.rewards.append(self.locals["rewards"])
        self.infos.append(self.locals["infos"])
        self.timesteps.append(self.num_timesteps)
        return True

    def _on_rollout_end(self) -> None:
        self.calls.append("rollout end")

    def _on_training_end(self) -> None:
        self.calls.append("training end")


def counting(n_envs: int, **kwargs: Any) -> VecEnv:
    return make_vec_env(Counting, n_envs, seed=100, **kwargs)


def weights(agent: A2C) -> list[Tensor]:
    return [parameter.detach().clone() for parameter in agent.policy.parameters()]


def same(first: list[Tensor], second: list[Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_one_worker_learns_what_a2c_learns() -> None:
    settings: dict[str, Any] = {
        "seed": 3,
        "learning_rate": LinearSchedule(1e-3, 0.0, 1.0),
        "ent_coef": 0.01,
    }
    a2c = A2C("MlpPolicy", make_vec_env("CartPole-v1", 2, seed=9), device="cpu", **settings)
    a2c.learn(300)
    a3c = A3C("MlpPolicy", make_vec_env("CartPole-v1", 2, seed=9), n_workers=1, **settings)
    before = weights(a3c)
    a3c.learn(300)
    assert not same(before, weights(a3c))
    for theirs, ours in zip(weights(a2c), weights(a3c), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def test_a_run_of_one_worker_can_be_repeated() -> None:
    def run() -> list[Tensor]:
        env = make_vec_env("CartPole-v1", 2)
        return weights(A3C("MlpPolicy", env, n_workers=1, seed=0).learn(200).learn(50))

    for first, second in zip(run(), run(), strict=True):
        torch.testing.assert_close(first, second, rtol=1e-4, atol=1e-5)


class Choices(Counting):
    action_space = spaces.MultiDiscrete([2, 3])  # type: ignore[assignment]


class Switches(Counting):
    action_space = spaces.MultiBinary(3)  # type: ignore[assignment]


SPACES: dict[str, tuple[str, Any]] = {
    "vector, discrete": ("MlpPolicy", partial(gym.make, "CartPole-v1")),
    "vector, continuous": ("MlpPolicy", partial(IdentityEnvBox, ep_length=20)),
    "image": ("CnnPolicy", partial(FakeImageEnv, screen_height=36, screen_width=36)),
    "Dict": ("MultiInputPolicy", partial(SimpleMultiObsEnv, random_start=False)),
    "several choices at once": ("MlpPolicy", Choices),
    "several switches at once": ("MlpPolicy", Switches),
}


@pytest.mark.parametrize("name", SPACES)
def test_every_space_is_learned_in_saved_and_loaded(name: str, tmp_path: Path) -> None:
    policy, make = SPACES[name]
    env = make_vec_env(make, 2)
    agent = A3C(policy, env, n_workers=2, seed=0).learn(40)
    agent.save(tmp_path / "agent")
    observations: Any = env.reset()
    expected, _ = agent.predict(observations, deterministic=True)
    loaded = A3C.load(tmp_path / "agent")
    again, _ = loaded.predict(observations, deterministic=True)
    np.testing.assert_allclose(again, expected, rtol=1e-4, atol=1e-6)
    further = A3C.load(tmp_path / "agent", env=env).learn(40, reset_num_timesteps=False)
    assert further.num_timesteps == 80 and further.n_workers == 2
    assert not same(weights(agent), weights(further))


def test_exploration_by_state() -> None:
    env = make_vec_env("Pendulum-v1", 2)
    A3C("MlpPolicy", env, n_workers=2, use_sde=True, sde_sample_freq=2).learn(20)


def test_statistics_of_the_optimiser_are_saved_and_go_on(tmp_path: Path) -> None:
    for use_rms_prop, statistic in ((True, "square_avg"), (False, "exp_avg_sq")):
        env = counting(2)
        agent = A3C("MlpPolicy", env, n_workers=2, use_rms_prop=use_rms_prop).learn(40)
        agent.save(tmp_path / "agent")
        loaded = A3C.load(tmp_path / "agent", env=env)
        for ours, theirs in zip(
            agent.policy.optimizer.state.values(),
            loaded.policy.optimizer.state.values(),
            strict=True,
        ):
            assert ours[statistic].any() and torch.equal(ours[statistic], theirs[statistic])
            assert ours["step"] == 8  # of each worker, four rollouts of five steps


def test_what_is_saved_while_workers_learn_is_a_copy() -> None:
    agent = A3C("MlpPolicy", "CartPole-v1", n_workers=1, seed=0)
    kept = agent.get_parameters()["policy"]
    before = {name: weight.clone() for name, weight in kept.items()}
    with torch.no_grad():
        for weight in agent.policy.parameters():
            weight.add_(1.0)
    assert all(torch.equal(kept[name], before[name]) for name in kept)
    assert not torch.equal(agent.policy.state_dict()["action_net.bias"], kept["action_net.bias"])


def test_callbacks_see_each_step_of_all_environments() -> None:
    seen = Seen()
    agent = A3C("MlpPolicy", counting(4), n_workers=2)
    agent.learn(60, callback=seen)
    assert seen.timesteps == list(range(4, 61, 4)) and agent.num_timesteps == 60
    for step, rewards in enumerate(seen.rewards):
        np.testing.assert_array_equal(rewards, np.full(4, step % 10 + 1))
    pids = [[info["process"] for info in infos] for infos in seen.infos]
    assert all(each == pids[0] for each in pids)
    assert pids[0][0] == pids[0][1] != pids[0][2] == pids[0][3] and os.getpid() not in pids[0]
    rollout = ["rollout start", *["step"] * 5, "rollout end"]
    assert seen.calls == ["training start", *rollout * 3, "training end"]
    assert [episode["r"] for episode in agent.ep_info_buffer or ()] == [55.0] * 4


def test_every_environment_has_a_seed_of_its_own_and_learning_again_others() -> None:
    seen = Seen()
    recorded: list[Any] = []
    env = VecLearnedReward(counting(4), first_entry)
    agent = A3C("MlpPolicy", env, n_workers=2, seed=7)
    for _ in range(2):
        seen = Seen()
        agent.learn(20, callback=seen, reset_num_timesteps=False)
        recorded.append(seen.rewards[0].tolist())
    assert recorded[0] == [7, 8, 9, 10]
    assert len(set(recorded[1])) == 4 and recorded[1] != recorded[0]


def first_entry(steps: Any) -> Any:
    return steps.observations[:, 0]


def test_a_learned_reward_is_predicted_in_the_workers() -> None:
    seen = Seen()
    env = VecLearnedReward(counting(2), in_this_process)
    A3C("MlpPolicy", env, n_workers=2).learn(20, callback=seen)
    assert all(0 not in rewards for rewards in seen.rewards)
    assert [[info["true_reward"] for info in infos] for infos in seen.infos[:2]] == [[1, 1], [2, 2]]


def in_this_process(steps: Any) -> Any:
    return np.full(len(steps.actions), float(multiprocessing.parent_process() is not None))


def test_a_callback_ends_training() -> None:
    def stop(locals_: dict[str, Any], globals_: dict[str, Any]) -> bool:
        return bool(locals_["self"].num_timesteps < 12)

    agent = A3C("MlpPolicy", counting(2), n_workers=2).learn(10_000, callback=stop)
    assert agent.num_timesteps == 12 and not multiprocessing.active_children()


def test_evaluation_saving_and_the_logger_work_as_with_a2c(tmp_path: Path) -> None:
    kept = Kept()
    evaluate = EvalCallback(
        counting(1), eval_freq=10, best_model_save_path=str(tmp_path), verbose=0
    )
    agent = A3C("MlpPolicy", counting(4), n_workers=2, learning_rate=LinearSchedule(1.0, 0.0, 1.0))
    agent.set_logger(Logger(None, [kept]))
    agent.learn(200, callback=evaluate, log_interval=5)
    row = {name: value for row in kept.rows for name, value in row.items()}
    assert row["rollout/ep_rew_mean"] == 55 and row["time/total_timesteps"] == 200
    assert row["train/learning_rate"] == pytest.approx(0.1) and row["train/n_updates"] == 18
    assert {"train/entropy_loss", "train/policy_loss", "train/value_loss"} <= row.keys()
    assert evaluate.n_calls == 50
    assert A3C.load(tmp_path / "best_model").num_timesteps > 0


@pytest.mark.filterwarnings("ignore::tqdm.TqdmExperimentalWarning")
def test_the_progress_bar_counts_all_steps(capsys: pytest.CaptureFixture[str]) -> None:
    A3C("MlpPolicy", counting(2), n_workers=2).learn(40, progress_bar=True)
    assert "40/40" in capsys.readouterr().out


def test_the_entropy_weight_follows_its_schedule() -> None:
    def entropy(ent_coef: float | LinearSchedule) -> list[Tensor]:
        env = make_vec_env("CartPole-v1", 1)
        agent = A3C("MlpPolicy", env, n_workers=1, ent_coef=ent_coef, seed=0, learning_rate=1e-2)
        return weights(agent.learn(5))

    at_end = entropy(LinearSchedule(1.0, 0.3, 1.0))  # the only update is at the end
    for ours, theirs in zip(at_end, entropy(0.3), strict=True):
        torch.testing.assert_close(ours, theirs)
    assert not same(at_end, entropy(1.0))


@pytest.mark.parametrize("n_envs", [2, 3])
def test_wrappers_of_vector_environments_go_along(n_envs: int) -> None:
    env = VecNormalize(VecFrameStack(VecMonitor(DummyVecEnv([Counting] * n_envs)), 3))
    A3C("MlpPolicy", env, n_workers=2).learn(60)
    observed: Any = env.obs_rms
    assert round(env.ret_rms.count) == 60 and observed.count >= 60
    assert 2 < observed.mean[-1] < 7  # of the steps 0 to 9, and of as many as each worker took


def test_an_id_or_one_environment_is_enough_and_its_episodes_are_logged() -> None:
    agent = A3C("MlpPolicy", "CartPole-v1", n_workers=2)
    assert agent.n_envs == 2
    kept = Kept()
    single = A3C("MlpPolicy", Counting(), n_workers=3)
    single.set_logger(Logger(None, [kept]))
    single.learn(45, log_interval=3)
    assert single.n_envs == 3 and single.num_timesteps == 45
    assert kept.rows[-1]["rollout/ep_rew_mean"] == 55 and kept.rows[-1]["rollout/ep_len_mean"] == 10


def test_one_environment_is_enough_to_go_on_with(tmp_path: Path) -> None:
    A3C("MlpPolicy", counting(3), n_workers=2).save(tmp_path / "agent")
    agent = A3C.load(tmp_path / "agent", env=Counting()).learn(20)
    assert agent.n_envs == 2 and agent.num_timesteps == 20
    agent.set_env(Counting())
    assert agent.learn(20, reset_num_timesteps=False).num_timesteps == 40
    assert len(agent.ep_info_buffer or ()) == 4
    assert A3C.load(tmp_path / "agent", env=Counting(), n_workers=1).n_envs == 1


def test_another_environment_can_be_set() -> None:
    agent = A3C("MlpPolicy", counting(2), n_workers=2).learn(20)
    agent.set_env(counting(2))
    assert agent.learn(20, reset_num_timesteps=False).num_timesteps == 40


def test_workers_can_be_spawned() -> None:
    agent = A3C("MlpPolicy", counting(2), n_workers=1, start_method="spawn")
    assert agent.learn(20).num_timesteps == 20 and not multiprocessing.active_children()


def test_what_cannot_work_is_refused_before_any_process_is_started(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"4 workers need an environment each, but there are 2"):
        A3C("MlpPolicy", counting(2))
    with pytest.raises(ValueError, match="n_workers must be at least 1, but is 0"):
        A3C("MlpPolicy", counting(2), n_workers=0)
    with pytest.raises(ValueError, match="shares its parameters on the CPU: device='meta'"):
        A3C("MlpPolicy", counting(2), n_workers=2, device="meta")
    with pytest.raises(ValueError, match="start_method must be one of forkserver, spawn, but is"):
        A3C("MlpPolicy", counting(2), n_workers=2, start_method="fork")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="cannot be sent to worker processes, as it cannot be"):
        A3C("MlpPolicy", make_vec_env(Unpicklable, 2), n_workers=2)
    with pytest.raises(
        ValueError, match=r"optimizer LBFGS cannot be shared by workers \(TypeError"
    ):
        A3C(
            "MlpPolicy",
            counting(2),
            n_workers=2,
            policy_kwargs={"optimizer_class": torch.optim.LBFGS},
        )
    processes = counting(2, vec_env_cls=SubprocVecEnv)
    with pytest.raises(ValueError, match="run in SubprocVecEnv, from which they cannot be handed"):
        A3C("MlpPolicy", processes, n_workers=2)
    processes.close()
    A3C("MlpPolicy", counting(2), n_workers=2).save(tmp_path / "agent")
    agent = A3C.load(tmp_path / "agent", env=counting(1))
    with pytest.raises(ValueError, match="give n_workers=1"):
        agent.learn(10)
    assert A3C.load(tmp_path / "agent", env=counting(1), n_workers=1).learn(10).num_timesteps == 10


def test_an_exception_in_a_worker_ends_the_run_with_its_traceback() -> None:
    agent = A3C("MlpPolicy", make_vec_env(Raising, 2), n_workers=2)
    with pytest.raises(WorkerError, match=r"(?s)in step.*ArithmeticError: the physics exploded"):
        agent.learn(1000)
    assert not multiprocessing.active_children()


def test_a_gradient_that_is_no_number_ends_the_run() -> None:
    agent = A3C("MlpPolicy", BeyondAllBounds(counting(2)), n_workers=2)
    before = weights(agent)
    with pytest.raises(WorkerError, match="ArithmeticError: the gradient is not finite"):
        agent.learn(20)
    assert same(before, weights(agent))


class BeyondAllBounds(VecEnvWrapper):
    """Pays without end."""

    def reset(self) -> Any:
        return self.venv.reset()

    def step_wait(self) -> Any:
        observations, rewards, dones, infos = self.venv.step_wait()
        return observations, rewards + np.inf, dones, infos


def test_the_staleness_of_gradients_is_logged() -> None:
    kept = Kept()
    agent = A3C("MlpPolicy", counting(2), n_workers=1)
    agent.set_logger(Logger(None, [kept]))
    agent.learn(200, log_interval=5)
    assert [row["train/staleness"] for row in kept.rows[1:]] == [0.0] * 3


def test_a_killed_worker_is_replaced_and_no_step_is_missing(tmp_path: Path) -> None:
    seen = Seen()
    env = make_vec_env(partial(KilledOnce, tmp_path / "killed"), 2)
    agent = A3C("MlpPolicy", env, n_workers=2)
    with pytest.warns(RuntimeWarning, match=r"worker \d \(process \d+\) died with exit code -9"):
        agent.learn(100, callback=seen)
    assert agent.num_timesteps == 100 and len(seen.rewards) == 50
    processes = {info["process"] for infos in seen.infos for info in infos}
    assert len(processes) == 3


def test_workers_that_cannot_even_begin_end_the_run() -> None:
    agent = A3C("MlpPolicy", make_vec_env(KilledAtOnce, 2), n_workers=2)
    with pytest.raises(WorkerError, match="exit code -9 before its first rollout was done"):
        agent.learn(100)
    assert not multiprocessing.active_children()


SCRIPT = """
from rlhf_gym import A3C
def tell(locals_, globals_):
    if locals_["self"].num_timesteps == 20:
        print("learning", flush=True)
    return True
if __name__ == "__main__":
    A3C("MlpPolicy", "CartPole-v1", n_workers=2).learn(10**9, callback=tell)
"""


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_the_trainer(tmp_path: Path, signal_: signal.Signals) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None and process.stdout.readline() == "learning\n"
        started = psutil.Process(process.pid).children(recursive=True)
        assert len(started) >= 2
        if signal_ is signal.SIGINT:
            os.killpg(process.pid, signal_)  # as a terminal does
        else:
            process.send_signal(signal_)
        process.wait(60)
        process.stdout.close()
        _, alive = psutil.wait_procs(started, timeout=60)
        assert not alive
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
