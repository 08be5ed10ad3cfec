"""A vector environment split into shares, one for each of several processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import gymnasium as gym
import numpy as np
from stable_baselines3.common.running_mean_std import RunningMeanStd
from stable_baselines3.common.vec_env import (
    DummyVecEnv,
    VecEnv,
    VecEnvWrapper,
    VecFrameStack,
    VecNormalize,
)

from rlhf_gym.agents.a3c.attachment import Attachment, WorkerPart
from rlhf_gym.agents.a3c.mean_std import SharedMeanStd
from rlhf_gym.agents.a3c.monitor_files import KeptRows, MonitorFiles, load_from
from rlhf_gym.basics.faults import FAULTS, in_one_line
from rlhf_gym.environments.vec_env import set_statistics, stacks_of, statistics_of, wrappers_of

__all__ = ["EnvShare", "copies", "drawn_seed", "shares", "wrapped"]

Wrap: TypeAlias = Callable[[VecEnv], VecEnv]


@dataclass(frozen=True)
class EnvShare:
    """Some of the environments of a vector environment, with its wrappers; sent to a process.

    Attributes:
        envs: the environments, see `MonitorFiles.pickled`.
        first: index of the first of them among all.
        n_envs: number of them.
        seeds: with which they are first reset.
        wraps: what puts the wrappers around them, innermost first.
        attached: which of them makes the `WorkerPart`; None: none does.
    """

    envs: bytes
    first: int
    n_envs: int
    seeds: tuple[int, ...]
    wraps: tuple[Wrap, ...] = ()
    attached: int | None = None

    def build(self, rows: KeptRows | None = None) -> tuple[VecEnv, WorkerPart | None]:
        """Build a vector environment of this share; return it and the `WorkerPart` in it.

        Args:
            rows: where rows of monitor files are kept.
        """
        rows = KeptRows() if rows is None else rows
        envs: list[gym.Env[Any, Any]] = load_from(self.envs, rows.writer)
        dummy = DummyVecEnv([lambda env=env: env for env in envs])  # type: ignore[misc]
        dummy._seeds = list(self.seeds)
        venv: VecEnv = dummy
        part: Any = None
        for i, wrap in enumerate(self.wraps):
            venv = wrap(venv)
            rows.connect(venv)
            if i == self.attached:
                part = venv
        _write_statistics_into(self.first, venv)
        return venv, part


def shares(venv: VecEnv, n: int, files: MonitorFiles | None = None) -> list[EnvShare]:
    """Split ``venv`` into ``n`` shares, as equal as can be, without wrappers yet.

    Args:
        venv: with its wrappers.
        n: number of shares.
        files: gets the monitor files of the environments.

    Raises:
        ValueError: there are fewer environments than shares, they run in processes already, or
            cannot be pickled.
    """
    base = venv.unwrapped
    if not isinstance(base, DummyVecEnv):
        raise ValueError(
            f"the environments run in {type(base).__name__}, from which they cannot be handed to "
            "workers, which are processes themselves: build them with "
            "make_vec_env(..., vec_env_cls=DummyVecEnv)"
        )
    if base.num_envs < n:
        raise ValueError(
            f"{n} workers need an environment each, but there are {base.num_envs}: give "
            f"n_workers={base.num_envs}, or make_vec_env(..., n_envs={n})"
        )
    first = drawn_seed()
    seeds = [first + i if seed is None else seed for i, seed in enumerate(base._seeds)]
    parts = np.array_split(np.arange(base.num_envs), n)
    return [
        EnvShare(
            envs=_pickled([base.envs[i] for i in part], files or MonitorFiles()),
            first=int(part[0]),
            n_envs=len(part),
            seeds=tuple(seeds[i] for i in part),
        )
        for part in parts
    ]


def copies(env: gym.Env[Any, Any], n: int) -> DummyVecEnv:
    """Make a vector environment of ``env`` and ``n - 1`` copies, each with a seed of its own.

    Raises:
        ValueError: it cannot be pickled.
    """
    files = MonitorFiles()
    pickled = _pickled([env], files)
    envs = [env, *(load_from(pickled, files.writer)[0] for _ in range(n - 1))]
    venv = DummyVecEnv([lambda env=env: env for env in envs])  # type: ignore[misc]
    venv.seed(drawn_seed())
    return venv


def drawn_seed() -> int:
    """Draw a seed from numpy's global state, which stable-baselines3 seeds."""
    return int(np.random.randint(2**31 - 1))


def wrapped(
    share: EnvShare,
    venv: VecEnv,
    attachment: Attachment | None = None,
    files: MonitorFiles | None = None,
) -> EnvShare:
    """Return a share of ``venv`` with its wrappers.

    Wrappers are copied, except those that the attachment replaces; the statistics of VecNormalize
    are put into shared memory, and ``files`` gets the monitor files.
    """
    wraps: list[Wrap] = []  # outermost first
    attached, replacing = None, False
    for wrapper in wrappers_of(venv):
        if attachment is not None and wrapper is attachment.outermost:
            attached, replacing = len(wraps), True
            wraps.append(attachment.in_worker)
        elif not replacing:
            wraps.append(_copied(wrapper, files or MonitorFiles()))
        if attachment is not None and wrapper is attachment.recorder:
            replacing = False
    if attached is not None:
        attached = len(wraps) - 1 - attached
    return replace(share, wraps=tuple(reversed(wraps)), attached=attached)


def _pickled(envs: list[gym.Env[Any, Any]], files: MonitorFiles) -> bytes:
    try:
        return files.pickled(envs)
    except FAULTS as error:  # an environment may raise anything
        raise ValueError(
            f"the environment {envs[0]} cannot be sent to worker processes, as it cannot be "
            f"pickled ({in_one_line(error)}); let it open files, sockets and windows "
            "when it is first reset, or give it gymnasium.utils.EzPickle"
        ) from error


def _copied(wrapper: VecEnvWrapper, files: MonitorFiles) -> Wrap:
    if isinstance(wrapper, VecNormalize):
        _share_statistics(wrapper)
    left_out = ("venv", "class_attributes")
    state = {
        name: files.sent(value) for name, value in vars(wrapper).items() if name not in left_out
    }
    return _Copied(type(wrapper), state)


def _share_statistics(wrapper: VecNormalize) -> None:
    def share(statistics: RunningMeanStd) -> RunningMeanStd:
        n_parts = wrapper.num_envs
        if isinstance(statistics, SharedMeanStd) and statistics.n_parts == n_parts:
            return statistics
        return SharedMeanStd(statistics, n_parts)

    shared = {name: share(each) for name, each in statistics_of(wrapper).items()}
    set_statistics(wrapper, shared)


def _write_statistics_into(part: int, venv: VecEnv) -> None:
    for wrapper in wrappers_of(venv):
        if isinstance(wrapper, VecNormalize):
            for statistics in statistics_of(wrapper).values():
                if isinstance(statistics, SharedMeanStd):
                    statistics.part = part


@dataclass(frozen=True)
class _Copied:
    """Puts a copy of a wrapper around fewer environments; their reset renews all arrays."""

    type: type[VecEnvWrapper]
    state: dict[str, Any]

    def __call__(self, venv: VecEnv) -> VecEnvWrapper:
        copy = self.type.__new__(self.type)
        vars(copy).update(self.state)
        VecEnvWrapper.__init__(copy, venv, copy.observation_space, copy.action_space)
        if isinstance(copy, VecFrameStack):
            for part in stacks_of(copy):
                part.stacked_obs = part.stacked_obs[: venv.num_envs]
        return copy
