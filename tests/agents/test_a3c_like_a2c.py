"""What A3C, with one worker, does exactly as A2C."""

from __future__ import annotations

import csv
import functools
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from a3c_environments import Counting, Numbered
from kept import Kept
from stable_baselines3 import A2C
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.torch_layers import FlattenExtractor
from stable_baselines3.common.vec_env import DummyVecEnv, VecMonitor
from torch import Tensor, nn
from torch.optim import AdamW

from rlhf_gym import A3C
from rlhf_gym.agents.features import NormalisedObservations
from rlhf_gym.agents.limits import check_agent

SETTINGS: dict[str, Any] = {"seed": 3, "device": "cpu"}
KINDS: list[tuple[Any, dict[str, Any]]] = [(A2C, {}), (A3C, {"n_workers": 1})]


class BatchNorm(FlattenExtractor):
    """Batch norm over the observations; an attribute is put in place of a buffer."""

    batches: Tensor

    def __init__(self, observation_space: Any) -> None:
        super().__init__(observation_space)
        self.norm = nn.BatchNorm1d(self.features_dim)
        self.register_buffer("batches", torch.zeros((), dtype=torch.int64), persistent=False)

    def forward(self, observations: Tensor) -> Tensor:
        if self.training:
            self.batches = self.batches + 1
        normed: Tensor = self.norm(super().forward(observations))
        return normed


def both(env_id: str, steps: int, callback: Any = None, **settings: Any) -> list[A2C]:
    """A2C, and A3C with one worker, after the same training."""
    agents: list[A2C] = []
    for kind, more in KINDS:
        env = make_vec_env(env_id, 2, seed=9)
        agent = kind("MlpPolicy", env, **SETTINGS, **settings, **more)
        agents.append(agent.learn(steps, callback=None if callback is None else callback()))
    return agents


def test_default_settings_are_those_of_a2c() -> None:
    theirs, ours = both("CartPole-v1", 10)
    known = set(vars(theirs)) & set(vars(ours)) - {"lr_schedule"}
    same = {"n_steps", "gamma", "gae_lambda", "ent_coef", "vf_coef", "max_grad_norm"}
    same |= {"learning_rate", "normalize_advantage", "policy_kwargs", "use_sde"}
    assert same <= known | {"ent_coef"}
    for name in same:
        assert getattr(ours, name) == getattr(theirs, name)


@pytest.mark.parametrize("kind", [NormalisedObservations, BatchNorm])
def test_buffers_of_the_policy_are_trained(kind: Any) -> None:
    settings = {"policy_kwargs": {"features_extractor_class": kind, "optimizer_class": AdamW}}
    theirs, ours = both("Pendulum-v1", 100, **settings)
    for name, buffer in theirs.policy.named_buffers():
        torch.testing.assert_close(dict(ours.policy.named_buffers())[name], buffer)
    for name, value in theirs.policy.state_dict().items():
        torch.testing.assert_close(ours.policy.state_dict()[name], value, rtol=1e-3, atol=1e-4)
    counted = "batches" if kind is BatchNorm else "running_count"
    count = getattr(ours.policy.features_extractor, counted)
    assert count.item() == (10 if kind is BatchNorm else 100)


def test_buffers_of_several_workers_count_all_steps_also_after_loading(tmp_path: Path) -> None:
    agent = A3C(
        "MlpPolicy",
        make_vec_env("Pendulum-v1", 2),
        n_workers=2,
        policy_kwargs={"features_extractor_class": NormalisedObservations},
    ).learn(400)
    agent.save(tmp_path / "agent")
    for each in (agent, A3C.load(tmp_path / "agent")):
        extractor: Any = each.policy.features_extractor
        assert 360 <= extractor.running_count.item() <= 400
        assert (extractor.running_var > 0).all()


def test_what_needs_no_gradient_is_not_trained() -> None:
    env = make_vec_env("CartPole-v1", 2)
    agent = A3C("MlpPolicy", env, n_workers=2, policy_kwargs={"net_arch": [8]})
    agent.policy.mlp_extractor.requires_grad_(False)
    before = {name: value.clone() for name, value in agent.policy.state_dict().items()}
    agent.learn(40)
    for name, value in agent.policy.state_dict().items():
        assert torch.equal(value, before[name]) == name.startswith("mlp_extractor")


@pytest.mark.parametrize("algorithm", [A2C, A3C])
def test_networks_in_stable_baselines3s_old_format_are_accepted(algorithm: type[A2C]) -> None:
    networks: dict[str, Any] = {"policy_kwargs": {"net_arch": [{"pi": [4], "vf": [8]}]}}
    check_agent(algorithm, "MlpPolicy", networks)
    with pytest.warns(UserWarning, match="shared layers"):
        agent = algorithm("MlpPolicy", make_vec_env("CartPole-v1", 4), **networks, device="cpu")
    assert agent.policy.mlp_extractor.latent_dim_vf == 8


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_the_cpu_is_taken_where_there_is_no_gpu_as_stable_baselines3_does() -> None:
    env = make_vec_env("CartPole-v1", 4)
    assert A3C("MlpPolicy", env, device="cuda").device == torch.device("cpu")
    with pytest.raises(ValueError, match="shares its parameters on the CPU"):
        A3C("MlpPolicy", env, device="mps")


class Constant(ActorCriticPolicy):
    """Its values are an attribute."""

    constant = 0.0

    def forward(self, obs: Any, deterministic: bool = False) -> Any:
        actions, values, log_probs = super().forward(obs, deterministic)
        return actions, torch.full_like(values, self.constant), log_probs


def watched(*_: Any, lock: Any) -> None:
    """A hook that cannot be sent to a process."""


def test_what_was_changed_in_a_policy_by_hand_is_trained_too() -> None:
    agent = A3C(Constant, make_vec_env("CartPole-v1", 1), n_workers=1)
    policy: Any = agent.policy
    for constant in (0.0, 3.0):
        policy.constant = constant
        policy.action_net = nn.Sequential(nn.Linear(64, 8), nn.Linear(8, 2))
        policy.optimizer = AdamW(policy.parameters())
        before = policy.action_net[0].bias.detach().clone()
        agent.learn(10)
        assert (agent.rollout_buffer.values == constant).all()
        assert not torch.equal(policy.action_net[0].bias, before)


def test_a_policy_that_cannot_be_sent_is_made_again_in_the_workers() -> None:
    agent = A3C("MlpPolicy", make_vec_env("CartPole-v1", 1), n_workers=1)
    policy: Any = agent.policy
    policy.register_forward_hook(functools.partial(watched, lock=threading.Lock()))
    before = policy.action_net.bias.detach().clone()
    agent.learn(10)
    assert not torch.equal(policy.action_net.bias, before)


SEEN = """
    obs_tensor actions values log_probs clipped_actions new_obs rewards dones n_steps
    n_rollout_steps
""".split()
BUFFERED = """
    observations actions rewards episode_starts values log_probs advantages returns
""".split()


class Sees(BaseCallback):
    """Keeps what it sees at each step, and after each rollout."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[dict[str, Any]] = []
        self.rollouts: list[dict[str, Any]] = []
        self.weights: list[Tensor] = []

    def _on_step(self) -> bool:
        kept = {name: torch.as_tensor(self.locals[name]).numpy().copy() for name in SEEN}
        kept |= {"buffered": self.locals["rollout_buffer"].pos, "before": self.model._last_obs}
        self.steps.append(kept)
        policy: Any = self.model.policy
        assert not policy.training
        self.weights.append(policy.action_net.bias.detach().clone())
        return True

    def _on_rollout_end(self) -> None:
        buffer = self.model.rollout_buffer  # type: ignore[attr-defined]
        self.rollouts.append({name: getattr(buffer, name).copy() for name in BUFFERED})
        assert buffer.full and (self.locals["dones"] == self.steps[-1]["dones"]).all()


def test_callbacks_see_what_those_of_a2c_see() -> None:
    seen: list[Sees] = []

    def callback() -> Sees:
        seen.append(Sees())
        return seen[-1]

    both("Pendulum-v1", 450, callback)  # an episode is truncated after 200 steps
    theirs, ours = seen
    assert len(ours.steps) == len(theirs.steps) == 225
    near: dict[str, Any] = {"rtol": 1e-3, "atol": 1e-4}
    for a, b in zip(ours.steps + ours.rollouts, theirs.steps + theirs.rollouts, strict=True):
        assert a.keys() == b.keys()
        for name in a:
            assert np.shape(a[name]) == np.shape(b[name]), name
            np.testing.assert_allclose(a[name], b[name], err_msg=name, **near)
    for mine, other in zip(ours.weights, theirs.weights, strict=True):
        torch.testing.assert_close(mine, other, **near)


class Changes(BaseCallback):
    """Changes settings after the first rollout, as schedules of others do."""

    def _on_step(self) -> bool:
        if self.num_timesteps > 20:
            self.model.ent_coef = 0.5  # type: ignore[attr-defined]
            self.model.lr_schedule = lambda remaining: 1e-2
        return True


def test_settings_that_a_callback_changes_are_heeded() -> None:
    theirs, ours = both("CartPole-v1", 100, Changes, ent_coef=0.0)
    assert ours.ent_coef == 0.5
    for mine, other in zip(ours.policy.parameters(), theirs.policy.parameters(), strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-3, atol=1e-4)


class Ends(BaseCallback):
    """Ends training in the middle of a rollout."""

    def _on_step(self) -> bool:
        return self.num_timesteps < 26


def test_a_rollout_that_a_callback_ends_is_not_trained_on() -> None:
    theirs, ours = both("CartPole-v1", 100, Ends)
    assert ours.num_timesteps == theirs.num_timesteps == 26
    for mine, other in zip(ours.policy.parameters(), theirs.policy.parameters(), strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-4, atol=1e-5)


def test_what_training_logs_is_logged_with_its_rollout() -> None:
    rows = []
    for kind, more in KINDS:
        kept = Kept()
        agent = kind("MlpPolicy", make_vec_env(Counting, 2, seed=1), **SETTINGS, **more)
        agent.set_logger(Logger(None, [kept]))
        agent.learn(40, log_interval=1)
        rows.append([{k: v for k, v in row.items() if "train/" in k} for row in kept.rows])
    theirs, ours = rows
    assert [row.keys() | {"train/staleness"} for row in theirs[1:]] == [r.keys() for r in ours[1:]]
    for mine, other in zip(ours, theirs, strict=True):
        for name, value in other.items():
            assert mine[name] == pytest.approx(value, rel=1e-3, abs=1e-4), name


def episodes(file: Path) -> list[dict[str, float]]:
    """The rows of a monitor file, without the times."""
    with file.open() as lines:
        next(lines)
        rows = list(csv.DictReader(lines))
    return [{name: float(value) for name, value in row.items() if name != "t"} for row in rows]


def test_monitor_files_hold_every_episode_in_the_file_of_its_environment(tmp_path: Path) -> None:
    kinds: dict[str, Any] = {"theirs": A2C, "ours": A3C}
    for name, kind in kinds.items():
        more = {"n_workers": 2} if kind is A3C else {}
        env = make_vec_env(
            Numbered,
            3,
            monitor_dir=str(tmp_path / name),
            monitor_kwargs={"info_keywords": ("in_all",)},
        )
        kind("MlpPolicy", env, **SETTINGS, **more).learn(90)
        env.close()
    for number in range(3):
        theirs, ours = (episodes(tmp_path / name / f"{number}.monitor.csv") for name in kinds)
        assert ours == theirs == [{"r": 55, "l": 10, "in_all": n} for n in (10, 20, 30)]


def test_vec_monitor_and_a_single_monitor_write_files_too(tmp_path: Path) -> None:
    env = VecMonitor(DummyVecEnv([Counting] * 3), str(tmp_path / "vector"))
    A3C("MlpPolicy", env, n_workers=2).learn(60)
    env.close()
    (tmp_path / "single").mkdir()
    single = Monitor(Counting(), str(tmp_path / "single" / "file"))
    A3C("MlpPolicy", single, n_workers=2).learn(60)
    single.close()
    for name in ("vector", "single/file"):
        assert episodes(tmp_path / f"{name}.monitor.csv") == [{"r": 55, "l": 10}] * 6
