"""Make environments, wrapped for learning from clips."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Any

import gymnasium as gym
from stable_baselines3.common import env_util
from stable_baselines3.common.vec_env import DummyVecEnv, SubprocVecEnv, VecEnv

from rlhf_gym.clips.snapshots import Kind, probe
from rlhf_gym.clips.spaces import check_spaces
from rlhf_gym.environments.lookup import spec_json
from rlhf_gym.environments.processes import worker_context
from rlhf_gym.environments.registry import describe_id
from rlhf_gym.envs.description import describe_env
from rlhf_gym.wrappers.fixed_horizon import FixedHorizon
from rlhf_gym.wrappers.probed_reward import ProbedReward
from rlhf_gym.wrappers.readable_observation import ReadableObservation, is_readable
from rlhf_gym.wrappers.snapshots import SnapshotRecorder

__all__ = ["make_env", "make_vec_env", "prepare"]

Env = gym.Env[Any, Any]


def make_env(
    env_id: str | Callable[..., Env],
    *,
    horizon: int | None = None,
    hold: int | None = None,
    keep_termination: bool = False,
    snapshots: bool = True,
    render_mode: str | None = None,
    **kwargs: Any,
) -> Env:
    """Make one environment whose episodes all have the same length.

    Args:
        env_id: a Gymnasium id, or a function that makes an environment.
        horizon: length of an episode in steps; by default the environment's own time limit.
        hold: absorbing steps after an early end; by default all until the horizon.
        keep_termination: let episodes end early, as the environment does. Their length then tells
            an agent what its learned reward does not (see `FixedHorizon`).
        snapshots: record in the infos what is needed to draw clips later (see `SnapshotRecorder`).
        render_mode: how it draws; ignored for environments that do not have the mode. By default
            it does not draw, unless its clips must be filmed as it runs: other clips are drawn in
            an environment of their own, and some environments (Box2D's) are much slower if they
            draw.
        **kwargs: further arguments of the environment.

    Raises:
        ValueError: if the id is unknown, or there is no horizon.
    """
    make = partial(_make, env_id, horizon, hold, keep_termination, kwargs)
    return _maker(make, render_mode, snapshots)()


def make_vec_env(
    env_id: str | Callable[..., Env],
    n_envs: int = 1,
    *,
    seed: int | None = None,
    horizon: int | None = None,
    hold: int | None = None,
    keep_termination: bool = False,
    snapshots: bool = True,
    env_kwargs: Mapping[str, Any] | None = None,
    vec_env_cls: type[DummyVecEnv] | type[SubprocVecEnv] | None = None,
    vec_env_kwargs: dict[str, Any] | None = None,
) -> VecEnv:
    """Make ``n_envs`` environments like `make_env`, each with a Monitor that sees the true reward.

    Args:
        env_id: a Gymnasium id, or a function that makes an environment.
        n_envs: number of environments.
        seed: seed of the first environment; the others get the numbers that follow.
        horizon: length of an episode in steps; by default what is known to suit the environment
            (see `known`), or its own time limit.
        hold: absorbing steps after an early end; by default what is known to suit the environment,
            or all until the horizon.
        keep_termination: let episodes end early (with a warning, see `FixedHorizon`).
        snapshots: record in the infos what is needed to draw clips later (see `SnapshotRecorder`).
        env_kwargs: further arguments of the environment.
        vec_env_cls: stable-baselines3's DummyVecEnv or SubprocVecEnv; by default the native vector
            environment if there is one (Atari), else DummyVecEnv.
        vec_env_kwargs: further arguments of the vector environment.

    Raises:
        ValueError: if the id is unknown, ``n_envs`` is not positive, there is no horizon, or (with
            ``snapshots``) a reward model cannot read the spaces.

    >>> make_vec_env("CartPole-v1", n_envs=2, seed=0).num_envs
    2
    """
    if n_envs < 1:
        raise ValueError(f"n_envs must be at least 1, but it is {n_envs}")
    if keep_termination:
        warnings.warn(
            "keep_termination=True: episodes may end early, and their length tells the agent what "
            "the learned reward does not. Compare with shuffled labels before trusting a result.",
            stacklevel=2,
        )
    if isinstance(env_id, str) and not keep_termination:
        known = describe_id(env_id)
        horizon = known.horizon if horizon is None else horizon
        hold = known.hold if hold is None else hold
    kwargs = dict(env_kwargs or {})
    render_mode = kwargs.pop("render_mode", None)
    make = partial(_make, env_id, horizon, hold, keep_termination, kwargs)
    if isinstance(env_id, str) and not keep_termination and vec_env_cls is None is render_mode:
        venv = _native(env_id, make, n_envs, snapshots)
        if venv is not None:
            venv.seed(seed)
            return venv
    if vec_env_cls is SubprocVecEnv:
        worker_context()  # its processes then need not import torch
    return env_util.make_vec_env(
        _maker(make, render_mode, snapshots),
        n_envs,
        seed=seed,
        vec_env_cls=vec_env_cls,
        vec_env_kwargs=vec_env_kwargs,
    )


def prepare(env: Env) -> Env:
    """Wrap an environment as it is used in training and in evaluation.

    If it has no reward function, or a naive one, its probe becomes its reward. If agents and reward
    models cannot read its observations, these are converted.
    """
    env = ProbedReward(env) if describe_env(env).probe else env
    return env if is_readable(env.observation_space) else ReadableObservation(env)


def _make(
    env_id: str | Callable[..., Env],
    horizon: int | None,
    hold: int | None,
    keep_termination: bool,
    kwargs: Mapping[str, Any],
    render_mode: str | None,
) -> Env:
    """Make the environment without a recorder."""
    if isinstance(env_id, str):
        drawn = render_mode in (describe_id(env_id).render_modes or ())
        mode: dict[str, Any] = {"render_mode": render_mode} if drawn else {}
        env: Env = gym.make(env_id, max_episode_steps=horizon, **mode, **kwargs)
    else:
        env = env_id(**kwargs)
        if keep_termination and horizon is not None:
            env = gym.wrappers.TimeLimit(env, horizon)
    env = prepare(env)
    if keep_termination:
        return env
    return FixedHorizon(env, horizon, hold, final=describe_env(env).valued_terminals)


def _maker(
    make: Callable[[str | None], Env], render_mode: str | None, snapshots: bool
) -> Callable[[], Env]:
    """Return a function that makes the environment, with a recorder if ``snapshots``.

    With a recorder it draws if its clips must be filmed.
    """
    if not snapshots:
        return partial(make, render_mode)
    kind = _snapshot_kind(make, render_mode)
    if kind == "camera" and render_mode is None:
        render_mode = "rgb_array"
    return partial(_recorded, partial(make, render_mode), kind)


def _native(
    env_id: str, make: Callable[[str | None], Env], n_envs: int, snapshots: bool
) -> VecEnv | None:
    """Make the native vector environment that the environment names, if there is one."""
    if describe_id(env_id).vec_env is None:
        return None
    template = make(None)
    native = describe_env(template).vec_env
    if native is None:  # with these arguments it cannot be stepped natively
        return None
    module, _, name = native.partition(":")
    venv: VecEnv = getattr(import_module(module), name)(template, n_envs, snapshots=snapshots)
    return venv


def _recorded(make: Callable[[], Env], kind: Kind) -> Env:
    return SnapshotRecorder(make(), kind)


def _snapshot_kind(make: Callable[[str | None], Env], render_mode: str | None) -> Kind:
    """Find out how clips can be drawn again.

    They must be filmed if no other process can make the environment.
    """
    env = make(render_mode)
    _warn_of_what_is_left_out(env)
    check_spaces(env.observation_space, env.action_space)
    described = spec_json(env)
    env.close()
    if not described:
        return "camera"
    return probe(partial(make, render_mode), partial(make, "rgb_array"))


def _warn_of_what_is_left_out(env: Env) -> None:
    if env.has_wrapper_attr("left_out") and (keys := env.get_wrapper_attr("left_out")):
        warnings.warn(
            f"of the observations of {env.unwrapped}, {', '.join(map(repr, keys))} is left out: "
            "it is text, which neither the agent nor the reward model can read",
            stacklevel=5,
        )
