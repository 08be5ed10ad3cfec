"""What stands around a vector environment: its wrappers, with their stacks and statistics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from stable_baselines3.common.running_mean_std import RunningMeanStd
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper, VecFrameStack, VecNormalize

from rlhf_gym.clips.clip import After, Array, Observations, end_of, map_leaves

__all__ = [
    "after_step",
    "seen_after",
    "set_statistics",
    "stacks_of",
    "statistics_of",
    "wrappers_of",
]


def wrappers_of(venv: VecEnv) -> Iterator[VecEnvWrapper]:
    """The wrappers around a vector environment, outermost first."""
    while isinstance(venv, VecEnvWrapper):
        yield venv
        venv = venv.venv


def seen_after(observations: Any, dones: Array, infos: Sequence[dict[str, Any]]) -> Observations:
    """What was seen after a step ``(n_envs, *obs)``, also where an episode is over.

    There a vector environment shows the first observation of the next episode, and puts the last
    one of the old into the infos. The arrays are copies only where that is so.
    """
    if not dones.any():
        return observations  # type: ignore[no-any-return]
    after: Any = map_leaves(np.array, observations)
    for env in np.flatnonzero(dones).tolist():
        last = infos[env]["terminal_observation"]
        if isinstance(after, dict):
            for key, leaf in after.items():
                leaf[env] = last[key]
        else:
            after[env] = last
    return after  # type: ignore[no-any-return]


def after_step(observations: Any, dones: Array, infos: Sequence[dict[str, Any]]) -> After:
    """What a step of a vector environment led to."""
    ended = [end_of(*step) == "terminated" for step in zip(dones, infos, strict=True)]
    return After(seen_after(observations, dones, infos), np.array(ended))


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
