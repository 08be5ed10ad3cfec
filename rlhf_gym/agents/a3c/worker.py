"""A worker process of A3C: it acts, learns, and reports to the trainer."""

from __future__ import annotations

import pickle
import signal
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from multiprocessing.connection import Connection
from typing import Any, Literal, TypeAlias

import cloudpickle  # type: ignore[import-untyped]
import torch
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.utils import set_random_seed
from torch import Tensor
from torch.distributions import Distribution

from rlhf_gym.agents.a3c.env_share import EnvShare
from rlhf_gym.agents.a3c.learner import Acted, Learner
from rlhf_gym.agents.a3c.monitor_files import KeptRows
from rlhf_gym.agents.a3c.shared_policy import SharedPolicy
from rlhf_gym.basics.faults import FAULTS
from rlhf_gym.basics.interrupts import STOPS
from rlhf_gym.clips.steps import VecStep

__all__ = ["Assignment", "Failure", "Ready", "Rollout", "Trained", "Turn", "run_worker"]

Turn: TypeAlias = Literal["act", "train"]
"""What a worker does next."""


@dataclass(frozen=True)
class Assignment:
    """The work of one worker.

    Attributes:
        index: number of the worker.
        settings: arguments of the `Learner`, and ``ent_coef_schedule``, pickled by cloudpickle.
        policy: that all workers train.
        network: a copy of it, pickled by cloudpickle; None: the settings are enough to make one.
        share: the worker's environments.
        timesteps: ``(n_workers,)`` int64 in shared memory, the steps that each has taken.
        begun_at: steps of the agent when training began.
        total_timesteps: at the end of training.
        rollouts: how many to do.
        ahead: number of turns that need not be waited for.
        seed: of the worker's randomness.
        torch_state: torch's random state, instead of the seed's.
    """

    index: int
    settings: bytes
    policy: SharedPolicy
    network: bytes | None
    share: EnvShare
    timesteps: Tensor
    begun_at: int
    total_timesteps: int
    rollouts: int
    ahead: int
    seed: int
    torch_state: Tensor | None


@dataclass(frozen=True)
class Ready:
    """The report of a worker that can begin."""


@dataclass(frozen=True)
class Rollout:
    """The report of a worker that has acted.

    Attributes:
        acted: what was done.
        recorded: each step, as the `WorkerPart` has recorded it; empty if there is none.
    """

    acted: Acted
    recorded: list[VecStep]


@dataclass(frozen=True)
class Trained:
    """The report of a worker that has applied a gradient, with what training logged."""

    metrics: dict[str, Any]


@dataclass(frozen=True)
class Failure:
    """The report of a worker that cannot go on: the traceback of its exception."""

    traceback: str


def run_worker(assignment: Assignment, connection: Connection) -> None:
    """Work until all rollouts are done, or the trainer closes the connection or dies."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)  # the trainer handles them
    torch.set_num_threads(1)
    Distribution.set_default_validate_args(False)  # saves a tenth of the time; the loss is checked
    line = _Line(connection, assignment.ahead)
    try:
        for report in _reports(assignment, line):
            line.report(report)
    except _HungUp:
        pass
    except FAULTS:
        with suppress(OSError):
            connection.send_bytes(pickle.dumps(Failure(traceback.format_exc())))


def _reports(assignment: Assignment, line: _Line) -> Iterator[Ready | Rollout | Trained]:
    """Yield that it is ready, then a report on each turn of the paper's algorithm S3."""
    agent, part = _agent(assignment)
    optimizer = agent.join(assignment.policy)
    agent._setup_learn(assignment.total_timesteps)
    yield Ready()
    begun = 0
    while True:
        turn, changes = line.next_turn()
        vars(agent).update(changes)
        if turn == "train":
            yield _trained(assignment, agent, optimizer)
            if begun == assignment.rollouts:
                return
            continue
        begun += 1
        if part is not None:
            part.begin_rollout()
        optimizer.pull()
        acted = agent.act()
        yield Rollout(acted, [] if part is None else part.take_recorded())


def _trained(assignment: Assignment, agent: Learner, optimizer: Any) -> Trained:
    """Take a gradient step."""
    assignment.timesteps[assignment.index] += agent.n_steps * agent.n_envs
    agent.num_timesteps = assignment.begun_at + int(assignment.timesteps.sum())
    agent._update_current_progress_remaining(agent.num_timesteps, assignment.total_timesteps)
    agent.train()
    agent.logger.record("train/staleness", optimizer.staleness)
    metrics = dict(agent.logger.name_to_value)
    agent.logger.name_to_value.clear()
    return Trained(metrics)


def _agent(assignment: Assignment) -> tuple[Learner, Any]:
    """Make the worker's own agent, on its share of the environments."""
    rows = KeptRows()
    env, part = assignment.share.build(rows)
    settings = cloudpickle.loads(assignment.settings)
    schedule = settings.pop("ent_coef_schedule")
    agent = Learner(env=env, device="cpu", **settings)
    agent.ent_coef_schedule, agent.rows = schedule, rows
    if assignment.network is not None:
        agent.policy = cloudpickle.loads(assignment.network)
    agent.set_logger(Logger(folder=None, output_formats=[]))
    set_random_seed(assignment.seed)
    if assignment.torch_state is not None:
        torch.set_rng_state(assignment.torch_state)
    return agent, part


class _HungUp(Exception):
    """The trainer has closed its end, or died."""


@contextmanager
def _hanging_up() -> Iterator[None]:
    try:
        yield
    except (EOFError, OSError) as error:
        raise _HungUp from error


class _Line:
    """The connection to the trainer, which receives reports and allows further turns."""

    def __init__(self, connection: Connection, ahead: int) -> None:
        self._connection, self._ahead, self._allowed = connection, ahead, ahead
        self._turns: Iterator[Turn] = cycle(("act", "train"))

    def next_turn(self) -> tuple[Turn, dict[str, Any]]:
        """Wait until the next turn may begin; return it, and changed attributes of the agent.

        A worker that may be ahead takes its turns in order; one that may not does what it is told.
        """
        if self._allowed > 0:
            self._allowed -= 1
            return next(self._turns), {}
        with _hanging_up():
            turn, changes = pickle.loads(self._connection.recv_bytes())
        return next(self._turns) if self._ahead else turn, changes

    def report(self, report: Ready | Rollout | Trained) -> None:
        """Send a report."""
        with _hanging_up():
            self._connection.send_bytes(pickle.dumps(report, pickle.HIGHEST_PROTOCOL))
