"""A3C: asynchronous advantage actor-critic (Mnih et al. 2016), for stable-baselines3."""

from __future__ import annotations

import copy
import io
import time
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import gymnasium as gym
import torch
from stable_baselines3 import A2C
from stable_baselines3.common.base_class import maybe_make_env
from stable_baselines3.common.buffers import RolloutBuffer
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import is_wrapped
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.save_util import load_from_zip_file
from stable_baselines3.common.type_aliases import GymEnv, MaybeCallback, Schedule
from stable_baselines3.common.utils import FloatSchedule, obs_as_tensor
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym.agents.a3c.assignments import assignments
from rlhf_gym.agents.a3c.attachment import Attachment
from rlhf_gym.agents.a3c.env_share import EnvShare, copies, shares, wrapped
from rlhf_gym.agents.a3c.learner import Acted
from rlhf_gym.agents.a3c.monitor_files import MonitorFiles
from rlhf_gym.agents.a3c.shared_policy import share_policy
from rlhf_gym.agents.a3c.worker import Assignment
from rlhf_gym.agents.a3c.workers import Workers, mean_metrics
from rlhf_gym.agents.limits import NotNegative, Size, WorkerCount, check_agent
from rlhf_gym.basics.checks import Limits, Positive, check, check_arguments

__all__ = ["A3C"]

Self = TypeVar("Self", bound="A3C")

AHEAD = 4
"""Number of rollouts that workers may be ahead of the callbacks, and of the slowest worker: a bound
of how stale that one's gradient can become."""
LIVE = (
    "gamma",
    "vf_coef",
    "max_grad_norm",
    "normalize_advantage",
    "ent_coef_schedule",
    "lr_schedule",
)
"""Attributes that callbacks may change while workers learn."""


def _without_gpu() -> tuple[str, ...]:
    """Return the devices in whose place stable-baselines3 takes the CPU."""
    return () if torch.cuda.is_available() else ("cuda",)


class A3C(A2C):
    """Asynchronous advantage actor-critic (Mnih et al. 2016, https://arxiv.org/abs/1602.01783).

    Worker processes act in environments of their own with a local copy of the policy, and apply the
    gradients of their n-step returns, without locks, to parameters, buffers and statistics of the
    optimiser in shared memory (Hogwild). All else is stable-baselines3's A2C: the loss, policies,
    spaces, default settings, callbacks, the logger, monitor files, saving and loading.

    The environments of ``env`` are split between the workers; each call of `learn` sends them
    copies, which begin new episodes. This process does not act; it receives each step and
    reports it to the callbacks. They see what they would with A2C: a step is one of all
    environments, with the same ``num_timesteps``, ``locals`` and ``rollout_buffer``. With one
    worker all is as with A2C, but that the environments in this process stand still. With several
    workers, some things are not exact:

    - Callbacks see a rollout when every worker has done it, while faster ones may be at most
      4 rollouts further. A parameter read in a callback, or saved, may be as much newer, and a
      setting that a callback changes takes as long to be heeded.
    - A callback that ends training ends it after the steps that workers took meanwhile.
    - Runs are not reproducible: who writes first is chance. With one worker they are, and learn
      what A2C with the same settings learns, up to rounding.

    ``train/staleness`` in the log is the number of updates by others between the moment at which a
    worker copies the parameters and that at which it applies its gradient: below the number of
    workers, unless the machine is short of processors.

    Start it under ``if __name__ == "__main__":``, as SubprocVecEnv.

    Args:
        policy: as in A2C.
        env: an id, of which each worker gets an environment; an environment, of which each gets a
            copy; or a vector environment (DummyVecEnv, wrapped as you like) of at least
            ``n_workers`` environments, of which each gets a share.
        learning_rate: a number or a schedule; in the paper it falls linearly to 0.
        n_workers: number of worker processes.
        n_steps: steps of a rollout in each environment (the paper's t_max).
        ent_coef: weight of the entropy, a number or a schedule of the progress remaining, from 1
            to 0. The paper's beta is 0.01, with which small environments are learned slowly.
        start_method: of the processes; a fork would keep the connections of others open.
        device: the parameters are shared on the CPU.
        **kwargs: as in A2C: gamma, gae_lambda, vf_coef, max_grad_norm, rms_prop_eps, use_rms_prop,
            normalize_advantage, policy_kwargs, seed and so on.

    Raises:
        ValueError: there are fewer environments than workers, they cannot be sent to processes,
            or a setting cannot work.

    >>> agent = A3C("MlpPolicy", "CartPole-v1", n_workers=2, seed=0).learn(80)
    >>> agent.num_timesteps
    80
    """

    def __init__(
        self,
        policy: str | type[ActorCriticPolicy],
        env: GymEnv | str | None,
        learning_rate: Positive | Schedule = 7e-4,
        n_workers: WorkerCount = 4,
        n_steps: Size = 5,
        ent_coef: NotNegative | Schedule = 0.0,
        *,
        start_method: Literal["forkserver", "spawn"] | None = None,
        device: torch.device | str = "auto",
        _init_setup_model: bool = True,
        **kwargs: Any,
    ) -> None:
        check_arguments(A3C.__init__, locals())
        check_agent(type(self), policy, kwargs)
        if str(device).partition(":")[0] not in ("auto", "cpu", *_without_gpu()):
            raise ValueError(f"A3C shares its parameters on the CPU: device={device!r} cannot be")
        super().__init__(
            policy,
            env if env is None else _vectorised(env, n_workers),  # type: ignore[arg-type]
            learning_rate=learning_rate,
            n_steps=n_steps,
            ent_coef=ent_coef,  # type: ignore[arg-type]
            device="cpu",
            _init_setup_model=_init_setup_model,
            **kwargs,
        )
        self.n_workers = n_workers
        self.start_method = start_method
        self._workers: Workers | None = None
        self._shares: list[EnvShare] = []
        self._files = MonitorFiles()
        self._live: dict[str, Any] = {}
        self._attachment: Attachment | None = None
        if _init_setup_model and self.env is not None:
            shares(self.env, n_workers)
            share_policy(self.policy)

    @property
    def ent_coef(self) -> float:
        """Weight of the entropy at present; setting it sets ``ent_coef_schedule``."""
        return self.ent_coef_schedule(self._current_progress_remaining)

    @ent_coef.setter
    def ent_coef(self, value: float | Schedule) -> None:
        self.ent_coef_schedule: Schedule = FloatSchedule(value)

    @classmethod
    def load(
        cls: type[Self],
        path: str | Path | io.BufferedIOBase,
        env: GymEnv | None = None,
        device: torch.device | str = "auto",
        custom_objects: dict[str, Any] | None = None,
        print_system_info: bool = False,
        force_reset: bool = True,
        **kwargs: Any,
    ) -> Self:
        """Load as A2C does; each worker gets a copy of a single environment."""
        if env is not None and not isinstance(env, VecEnv):
            data, _, _ = load_from_zip_file(path, custom_objects=custom_objects, device="cpu")
            assert data is not None
            env = _vectorised(env, (data | kwargs)["n_workers"])
        return super().load(
            path, env, device, custom_objects, print_system_info, force_reset, **kwargs
        )

    def set_env(self, env: GymEnv, force_reset: bool = True) -> None:
        """Set it as A2C does; a single environment is copied."""
        super().set_env(_vectorised(env, self.n_envs), force_reset)

    def learn(
        self: Self,
        total_timesteps: Annotated[int, Limits(at_least=0)],
        callback: MaybeCallback = None,
        log_interval: int = 100,
        tb_log_name: str = "A3C",
        reset_num_timesteps: bool = True,
        progress_bar: bool = False,
    ) -> Self:
        """Train as A2C does, in the workers; they have ended when it returns, or raises.

        Raises:
            WorkerError: a worker raised an exception, or died in its first rollout.
        """
        check_arguments(A3C.learn, locals())
        assert self.env is not None
        self._files = MonitorFiles()
        self._shares = shares(self.env, self.n_workers, self._files)
        try:
            return super().learn(
                total_timesteps,
                callback,
                log_interval,
                tb_log_name,
                reset_num_timesteps,
                progress_bar,
            )
        finally:
            if self._workers is not None:
                self._workers.close()
                self._workers = None
            self._shares = []

    def collect_rollouts(
        self,
        env: VecEnv,
        callback: BaseCallback,
        rollout_buffer: RolloutBuffer,
        n_rollout_steps: int,
    ) -> bool:
        """Receive the next rollout of each worker, and report it to the callback step by step."""
        rollout_buffer.reset()
        callback.on_rollout_start()
        workers = self._workers or self._start()
        rollouts = workers.act(self._changes())
        recorder = None if self._attachment is None else self._attachment.recorder
        acted = Acted.joined([rollout.acted for rollout in rollouts])
        self._last_episode_starts = acted.starts
        for n_steps, step in enumerate(acted.steps):
            self._last_obs = step.observations
            obs_tensor = obs_as_tensor(step.observations, self.device)
            actions, clipped_actions = step.actions, step.clipped_actions
            values = torch.from_numpy(step.values).unsqueeze(1)
            log_probs = torch.from_numpy(step.log_probs)
            new_obs, rewards = step.new_observations, step.rewards
            dones, infos = step.dones, step.infos
            self._files.write(step.rows)
            if recorder is not None:
                recorder.add_recorded([rollout.recorded[n_steps] for rollout in rollouts])
            self.num_timesteps += env.num_envs
            callback.update_locals(locals())
            if not callback.on_step():
                return False
            self._update_info_buffer(infos, dones)
            rollout_buffer.add(
                step.observations,
                actions,
                step.targets,
                self._last_episode_starts,
                values,
                log_probs,
            )
            self._last_obs, self._last_episode_starts = new_obs, dones
        values = torch.from_numpy(acted.last_values).unsqueeze(1)
        rollout_buffer.compute_returns_and_advantage(last_values=values, dones=dones)
        callback.update_locals(locals())
        callback.on_rollout_end()
        return True

    def train(self) -> None:
        """Let the workers train on their rollouts, and log what they learned."""
        assert self._workers is not None
        trained = self._workers.train(self._changes())
        self._update_learning_rate(self.policy.optimizer)
        self._n_updates += self.n_workers
        self.logger.record("train/n_updates", self._n_updates, exclude="tensorboard")
        for name, value in mean_metrics(trained).items():
            self.logger.record(name, value)

    def _changes(self) -> dict[str, Any]:
        """Attributes that have been changed since training began."""
        return {
            name: getattr(self, name)
            for name, value in self._live.items()
            if getattr(self, name) is not value and getattr(self, name) != value
        }

    def _start(self) -> Workers:
        began = time.time_ns()
        if self._attachment is not None:
            self._attachment.recorder.begin_episodes()
        assert self.env is not None
        shares_ = self._shares or shares(self.env, self.n_workers, self._files)
        self.policy.set_training_mode(False)  # as callbacks see A2C's
        self._live = {name: getattr(self, name) for name in LIVE}
        work = assignments(
            self,
            [wrapped(share, self.env, self._attachment, self._files) for share in shares_],
            ahead=0 if self.n_workers == 1 else 2 * (AHEAD - 1),
        )
        self._workers = Workers(work, self.start_method, self._replaced)
        self._workers.await_ready()
        self.start_time += time.time_ns() - began  # frames a second are those of training
        return self._workers

    def _replaced(self, assignment: Assignment) -> None:
        share = assignment.share
        if self._attachment is not None:
            envs = slice(share.first, share.first + share.n_envs)
            self._attachment.recorder.begin_episodes(envs)

    def attach(self, attachment: Attachment) -> None:
        """Let the workers do the work of these wrappers, from the next call of `learn` on.

        A callback may attach them when training starts.
        """
        self._attachment = attachment

    def get_parameters(self) -> dict[str, dict[str, Any]]:
        """Return copies, since workers write into the parameters while they are saved."""
        return copy.deepcopy(super().get_parameters())

    def _excluded_save_params(self) -> list[str]:
        return [
            *super()._excluded_save_params(),
            "_workers",
            "_shares",
            "_files",
            "_live",
            "_attachment",
        ]


def _vectorised(env: GymEnv | str, n: int) -> VecEnv:
    """Make ``n`` copies of a single environment, each in a Monitor as A2C does."""
    if isinstance(env, VecEnv):
        return env
    check("env", str | gym.Env, env)
    single: Any = maybe_make_env(env, verbose=0)
    return copies(single if is_wrapped(single, Monitor) else Monitor(single), n)
