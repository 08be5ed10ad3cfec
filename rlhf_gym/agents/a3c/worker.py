"""A worker process of A3C: it acts, learns, and reports to the trainer."""

from __future__ import annotations

import io
import pickle
import signal
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import torch
from stable_baselines3.common.utils import configure_logger, set_random_seed
from stable_baselines3.common.vec_env import VecEnv
from torch import Tensor
from torch.distributions import Distribution

from rlhf_gym.agents.a3c.env_share import EnvShare
from rlhf_gym.agents.a3c.learner import Learner, Steps
from rlhf_gym.agents.a3c.optimizer import HogwildOptimizer, SharedOptimizer
from rlhf_gym.clips.steps import VecStep

__all__ = ["Assignment", "Failure", "Rollout", "run_worker"]


@dataclass(frozen=True)
class Assignment:
    """The work of one worker.

    Attributes:
        index: number of the worker.
        agent: the A3C agent as its ``save`` writes it.
        share: the worker's environments.
        optimizer: of the shared parameters, see `share_optimizer`.
        timesteps: ``(n_workers,)`` int64 in shared memory, the steps that each has taken.
        begun_at: steps of the agent when training began.
        total_timesteps: at the end of training.
        rollouts: how many to do.
        ahead: number of rollouts of which the trainer need not know before the next one begins.
        seed: of the worker's randomness.
        torch_state: torch's random state, instead of the seed's.
    """

    index: int
    agent: bytes
    share: EnvShare
    optimizer: SharedOptimizer
    timesteps: Tensor
    begun_at: int
    total_timesteps: int
    rollouts: int
    ahead: int
    seed: int
    torch_state: Tensor | None


@dataclass(frozen=True)
class Rollout:
    """The report of a worker on one rollout.

    Attributes:
        steps: what was done.
        recorded: each step, as the `WorkerPart` has recorded it; empty if there is none.
        metrics: what training logged.
    """

    steps: Steps
    recorded: list[VecStep]
    metrics: dict[str, Any]


@dataclass(frozen=True)
class Failure:
    """The report of a worker that cannot go on: the traceback of its exception."""

    traceback: str


def run_worker(assignment: Assignment, connection: Connection) -> None:
    """Work until all rollouts are done, or the trainer closes the connection or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the trainer handles Ctrl-C
    torch.set_num_threads(1)
    Distribution.set_default_validate_args(False)  # saves a tenth of the time; the loss is checked
    line = _Line(connection, assignment.ahead)
    try:
        for rollout in _rollouts(assignment, line):
            line.report(rollout)
    except _HungUp:
        pass
    except Exception:
        with suppress(OSError):
            connection.send_bytes(pickle.dumps(Failure(traceback.format_exc())))


def _rollouts(assignment: Assignment, line: _Line) -> Iterator[Rollout]:
    """Yield the rollouts of the paper's algorithm S3, each with its gradient applied."""
    env, part = assignment.share.build()
    agent = _agent(assignment, env)
    optimizer = HogwildOptimizer(assignment.optimizer, list(agent.policy.parameters()))
    agent.policy.optimizer = optimizer  # type: ignore[assignment]
    agent._setup_learn(assignment.total_timesteps)
    for _ in range(assignment.rollouts):
        line.await_turn()
        if part is not None:
            part.begin_rollout()
        optimizer.pull()
        steps = agent.act()
        assignment.timesteps[assignment.index] += agent.n_steps * agent.n_envs
        agent.num_timesteps = assignment.begun_at + int(assignment.timesteps.sum())
        agent._update_current_progress_remaining(agent.num_timesteps, assignment.total_timesteps)
        agent.train()
        agent.logger.record("train/staleness", optimizer.staleness)
        recorded = [] if part is None else part.take_recorded()
        yield Rollout(steps, recorded, dict(agent.logger.name_to_value))
        agent.logger.name_to_value.clear()


def _agent(assignment: Assignment, env: VecEnv) -> Learner:
    """Load the worker's own copy of the agent, on its share of the environments."""
    agent = Learner.load(io.BytesIO(assignment.agent), env=env, device="cpu", seed=None)
    agent.set_logger(configure_logger(verbose=0))
    set_random_seed(assignment.seed)
    if assignment.torch_state is not None:
        torch.set_rng_state(assignment.torch_state)
    return agent


class _HungUp(Exception):
    """The trainer has closed its end, or died."""


@contextmanager
def _hanging_up() -> Iterator[None]:
    try:
        yield
    except (EOFError, OSError) as error:
        raise _HungUp from error


class _Line:
    """The connection to the trainer, which receives rollouts and allows further ones."""

    def __init__(self, connection: Connection, ahead: int) -> None:
        self._connection, self._allowed = connection, ahead

    def await_turn(self) -> None:
        """Wait until the next rollout may begin."""
        with _hanging_up():
            if self._allowed == 0:
                self._connection.recv_bytes()
            else:
                self._allowed -= 1

    def report(self, rollout: Rollout) -> None:
        """Send a rollout."""
        with _hanging_up():
            self._connection.send_bytes(pickle.dumps(rollout, pickle.HIGHEST_PROTOCOL))
