"""The wrappers around a vector environment: their stacks, statistics and states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import gymnasium as gym
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.running_mean_std import RunningMeanStd
from stable_baselines3.common.vec_env import (
    VecCheckNan,
    VecEnv,
    VecEnvWrapper,
    VecFrameStack,
    VecMonitor,
    VecNormalize,
)

from rlhf_gym.clips.shared_parts import Snapshot, parts_of

__all__ = [
    "all_wrapped",
    "changes_on_the_way",
    "first_attr",
    "restore_vec_env",
    "set_statistics",
    "stacks_of",
    "statistics_of",
    "vec_env_state",
    "wrappers_of",
]


_PASS_ON = (VecMonitor, VecCheckNan, VecFrameStack)
"""Wrappers through which an environment's actions and observations pass as they are."""


def wrappers_of(venv: VecEnv) -> Iterator[VecEnvWrapper]:
    """The wrappers around a vector environment, outermost first."""
    while isinstance(venv, VecEnvWrapper):
        yield venv
        venv = venv.venv


def changes_on_the_way(venv: VecEnv) -> bool:
    """Return whether wrappers may change actions or observations between environments and agent.

    Stacked frames do not count: the newest of them is the environment's observation.
    """
    return any(type(wrapper) not in _PASS_ON for wrapper in wrappers_of(venv))


def first_attr(venv: VecEnv, name: str, otherwise: Any = None) -> Any:
    """Return an attribute of the first environment, or ``otherwise`` where it has none.

    What a vector environment without Gymnasium environments inside answers when it does not know a
    name is its own affair: None, or any error.
    """
    try:
        found = venv.get_attr(name, [0])[0] if venv.has_attr(name) else None
    except Exception:
        found = None
    return otherwise if found is None else found


def all_wrapped(venv: VecEnv, kind: type[gym.Wrapper[Any, Any, Any, Any]]) -> bool:
    """Return whether all environments are known to be wrapped so."""
    try:
        return all(venv.env_is_wrapped(kind))
    except Exception:  # as of `first_attr`
        return False


def stacks_of(wrapper: VecFrameStack) -> list[Any]:
    """The stack of the observations, or the stack of each part of Dict observations."""
    stacked: Any = wrapper.stacked_obs
    return list(getattr(stacked, "sub_stacked_observations", {"": stacked}).values())


def statistics_of(wrapper: VecNormalize) -> dict[str, RunningMeanStd]:
    """The running statistics of the returns, and of the observations or each part of them."""
    observed: Any = getattr(wrapper, "obs_rms", {})
    if isinstance(observed, RunningMeanStd):
        observed = {"": observed}
    return {"reward": wrapper.ret_rms, **{f"obs {key}": each for key, each in observed.items()}}


def set_statistics(wrapper: VecNormalize, statistics: Mapping[str, RunningMeanStd]) -> None:
    """Put others in place of the statistics, by the names that `statistics_of` gave them."""
    wrapper.ret_rms = statistics["reward"]
    observed: Any = getattr(wrapper, "obs_rms", None)
    if isinstance(observed, dict):
        wrapper.obs_rms = {key: statistics[f"obs {key}"] for key in observed}
    elif observed is not None:
        whole: Any = statistics["obs "]
        wrapper.obs_rms = whole


def vec_env_state(venv: VecEnv) -> dict[str, Any]:
    """The environments, their Monitors and the vector wrappers around them, as plain data.

    Environments that cannot be restored in the middle of an episode are left out; the statistics of
    VecNormalize are there all the same.
    """
    restorable = first_attr(venv, "restorable", False) and all(venv.get_attr("restorable"))
    monitored = all_wrapped(venv, Monitor) and first_attr(venv, "rewards") is not None
    snapshots = venv.env_method("take_snapshot") if restorable else None
    return {
        "snapshots": None if snapshots is None else [bytes(each) for each in snapshots],
        "shared": {key: part for each in snapshots or [] for key, part in parts_of(each).items()},
        "monitored": venv.get_attr("rewards") if monitored else None,
        "wrappers": [_wrapper_state(wrapper) for wrapper in wrappers_of(venv)],
    }


def restore_vec_env(venv: VecEnv, state: dict[str, Any]) -> bool:
    """Bring a stack of the same wrappers, which has been reset, to where ``state`` was taken.

    Returns:
        Whether the environments go on where they were; False: all begin new episodes.
    """
    goes_on = state["snapshots"] is not None
    if goes_on:
        shared = state.get("shared", {})  # version 0.1.0 had all in the snapshots
        for i, snapshot in enumerate(state["snapshots"]):
            venv.env_method("restore_snapshot", Snapshot(snapshot, shared), indices=[i])
    if goes_on and state["monitored"] is not None:
        for i, rewards in enumerate(state["monitored"]):
            venv.env_method("set_wrapper_attr", "rewards", rewards, indices=[i])
    for wrapper, kept in zip(wrappers_of(venv), state["wrappers"], strict=True):
        if goes_on or isinstance(wrapper, VecNormalize):
            _restore_wrapper(wrapper, kept)
    return goes_on


def _wrapper_state(wrapper: VecEnvWrapper) -> Any:
    match wrapper:
        case VecNormalize():
            means = {
                name: (each.mean, each.var, each.count)
                for name, each in statistics_of(wrapper).items()
            }
            return {"means": means, "returns": wrapper.returns}
        case VecFrameStack():
            return [part.stacked_obs for part in stacks_of(wrapper)]
        case VecMonitor():
            return wrapper.episode_returns, wrapper.episode_lengths, wrapper.episode_count
        case _:
            return None


def _restore_wrapper(wrapper: VecEnvWrapper, state: Any) -> None:
    match wrapper:
        case VecNormalize():
            set_statistics(
                wrapper, {name: _running(*moments) for name, moments in state["means"].items()}
            )
            wrapper.returns = state["returns"]
        case VecFrameStack():
            for part, stacked in zip(stacks_of(wrapper), state, strict=True):
                part.stacked_obs = stacked
        case VecMonitor():
            wrapper.episode_returns, wrapper.episode_lengths, wrapper.episode_count = state


def _running(mean: Any, var: Any, count: float) -> RunningMeanStd:
    """Statistics that go on from these."""
    running = RunningMeanStd(count)
    running.mean, running.var = mean, var
    return running
