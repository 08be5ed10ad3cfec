"""Make environments, wrapped for learning from clips."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import Any

import gymnasium as gym
import numpy as np
from stable_baselines3.common import env_util
from stable_baselines3.common.vec_env import DummyVecEnv, SubprocVecEnv, VecEnv

from rlhf_gym.basics.checks import Seed, check_arguments
from rlhf_gym.basics.closing import close, closing
from rlhf_gym.basics.faults import FAULTS, first_line, in_one_line
from rlhf_gym.basics.long_work import LongWork, in_words
from rlhf_gym.basics.words import counted, near
from rlhf_gym.clips.observations import leaves
from rlhf_gym.clips.rebuilding import rebuild, spec_json_of
from rlhf_gym.clips.snapshots import Kind, forgets, probe
from rlhf_gym.clips.spaces import check_spaces, image_shape, is_image
from rlhf_gym.environments.maker import (
    EnvironmentMaker,
    Environments,
    Source,
    Wrap,
    checked_time_limit,
)
from rlhf_gym.environments.processes import worker_context
from rlhf_gym.environments.redrawing import kind_by_pictures
from rlhf_gym.environments.vec_env import first_attr
from rlhf_gym.envs.action_masks import sample_action
from rlhf_gym.envs.description import describe_env
from rlhf_gym.wrappers.fixed_horizon import EpisodeSteps, FixedHorizon
from rlhf_gym.wrappers.snapshots import SnapshotRecorder

__all__ = ["make_env", "make_vec_env"]

LARGE_PICTURE = 90_000
"""Pixels above which networks that read every one of them take gigabytes."""

Env = gym.Env[Any, Any]


def make_env(
    env_id: Source,
    *,
    horizon: EpisodeSteps | None = None,
    hold: EpisodeSteps | None = None,
    keep_termination: bool = False,
    snapshots: bool = True,
    render_mode: str | None = None,
    wrappers: Sequence[Wrap] = (),
    **kwargs: Any,
) -> Env:
    """Make one environment whose episodes do not end where the agent fails.

    (Those of `make_vec_env` may end.)

    Args:
        env_id: a Gymnasium id, or a function that makes an environment.
        horizon: length of an episode in steps; by default the environment's own time limit.
        hold: absorbing steps after an early end; by default all until the horizon.
        keep_termination: let episodes end early, as the environment does. Their length then tells
            an agent what a reward does not that is not paid beside the worth of an end (see
            `FixedHorizon`).
        snapshots: record in the infos what is needed to draw clips later (see `SnapshotRecorder`).
        render_mode: how it draws; ignored for environments that do not have the mode. By default
            it does not draw, unless its clips must be filmed as it runs: other clips are drawn in
            an environment of their own, and some environments (Box2D's) are much slower if they
            draw.
        wrappers: put around the environment, innermost first: functions of an environment, or
            ``"module:Class"``.
        **kwargs: further arguments of the environment.

    Raises:
        ValueError: if the id is unknown, or there is no horizon.
    """
    check_arguments(make_env, locals())
    maker = EnvironmentMaker(env_id, kwargs, tuple(wrappers))
    make = partial(_make, maker, horizon, hold, keep_termination)
    with in_words() as work:
        return _recorder_of(make, render_mode, snapshots, maker.name, work)()


def make_vec_env(
    env_id: Source,
    n_envs: Environments = 1,
    *,
    seed: Seed | None = None,
    horizon: EpisodeSteps | None = None,
    hold: EpisodeSteps | None = None,
    keep_termination: bool | None = None,
    snapshots: bool = True,
    env_kwargs: Mapping[str, Any] | None = None,
    wrappers: Sequence[Wrap] = (),
    vec_env_cls: type[DummyVecEnv] | type[SubprocVecEnv] | None = None,
    vec_env_kwargs: dict[str, Any] | None = None,
    work: LongWork | None = None,
) -> VecEnv:
    """Make ``n_envs`` environments like `make_env`, each with a Monitor that sees the true reward.

    Args:
        env_id: a Gymnasium id, or a function that makes an environment.
        n_envs: number of environments.
        seed: seed of the first environment; the others get the numbers that follow.
        horizon: length of an episode in steps; by default what is known to suit the environment
            (see `known`), or its own time limit.
        hold: absorbing steps after an early end, where ends are held; by default what is known to
            suit the environment, or all until the horizon.
        keep_termination: whether episodes terminate as the environment wants; False: they are held
            until the horizon, see `FixedHorizon`. By default they are held where ``hold`` is given
            or agents are known to learn better so, and terminate everywhere else: `HumanFeedback`
            pays rewards beside which an end is worth 0.
        snapshots: record in the infos what is needed to draw clips later (see `SnapshotRecorder`).
        env_kwargs: further arguments of the environment. With ``render_mode="rgb_array"`` the first
            one is filmed from the start, if its clips cannot be drawn again.
        wrappers: put around the environment, innermost first: functions of an environment, or
            ``"module:Class"``.
        vec_env_cls: stable-baselines3's DummyVecEnv or SubprocVecEnv; by default the native vector
            environment if there is one (Atari), else DummyVecEnv.
        vec_env_kwargs: further arguments of the vector environment.
        work: says what goes on where it takes longer than a moment; by default on the standard
            error stream.

    Raises:
        ValueError: if the id is unknown, ``n_envs`` is not positive, there is no horizon, or (with
            ``snapshots``) a reward model cannot read the spaces.

    >>> make_vec_env("CartPole-v1", n_envs=2, seed=0).num_envs
    2
    """
    check_arguments(make_vec_env, locals())
    kwargs = dict(env_kwargs or {})
    render_mode = kwargs.pop("render_mode", None)
    maker = EnvironmentMaker(env_id, kwargs, tuple(wrappers)).resolved()
    known = maker.describe() if maker.spec is not None else None
    if known is not None:
        horizon = known.horizon if horizon is None else horizon
        if keep_termination is None:
            keep_termination = known.terminates(hold)
        if not keep_termination:
            hold = known.hold if hold is None else hold
    make = partial(_make, maker, horizon, hold, keep_termination)
    if known is not None and known.vec_env and not keep_termination:
        if vec_env_cls is None is render_mode:
            venv = _native(make, n_envs, snapshots)
            if venv is not None:
                venv.seed(seed)
                return venv
    _check_takes_kwargs(vec_env_cls or DummyVecEnv, vec_env_kwargs or {})
    if vec_env_cls is SubprocVecEnv:
        worker_context()  # its processes then need not import torch
    with in_words(work) as work:
        recorder = _recorder_of(make, render_mode, snapshots, maker.name, work)
        work.begin(f"making {counted(n_envs, 'environment')} {maker.name}")
        venv = env_util.make_vec_env(
            recorder, n_envs, seed=seed, vec_env_cls=vec_env_cls, vec_env_kwargs=vec_env_kwargs
        )
    drawn = render_mode == "rgb_array" and first_attr(venv, "render_mode") == render_mode
    if snapshots and drawn and first_attr(venv, "snapshot_kind") == "camera":
        venv.env_method("film", indices=[0])
    return venv


def _make(
    maker: EnvironmentMaker,
    horizon: int | None,
    hold: int | None,
    keep_termination: bool | None,
    render_mode: str | None,
) -> Env:
    """Make the environment without a recorder."""
    env = maker.made(render_mode, horizon)
    described = describe_env(env)
    if keep_termination is None:
        keep_termination = described.terminates(hold)
    if not keep_termination:
        return FixedHorizon(env, horizon, hold, final=described.valued_terminals)
    limit = checked_time_limit(env, maker.name)
    kept = env.spec is not None and env.spec.max_episode_steps is not None
    return env if kept else gym.wrappers.TimeLimit(env, limit)  # which it only names


def _recorder_of(
    make: Callable[[str | None], Env],
    render_mode: str | None,
    snapshots: bool,
    name: str,
    work: LongWork,
) -> Callable[[], Env]:
    """Return a function that makes the environment, with a recorder if ``snapshots``.

    With a recorder it draws if its clips must be filmed.
    """
    if not snapshots:
        return partial(make, render_mode)
    kind = _snapshot_kind(make, render_mode, name, work)
    if kind == "camera" and render_mode is None:
        render_mode = "rgb_array"
    make_it = partial(make, render_mode)
    return partial(_recorded, make_it, kind, kind == "episode" and _forgets(make_it))


def _native(make: Callable[[str | None], Env], n_envs: int, snapshots: bool) -> VecEnv | None:
    """Make the native vector environment that the environment names."""
    template = make(None)
    native = describe_env(template).vec_env
    if native is None:  # with these arguments it cannot be stepped natively
        return None
    module, _, name = native.partition(":")
    venv: VecEnv = getattr(import_module(module), name)(template, n_envs, snapshots=snapshots)
    return venv


def _recorded(make: Callable[[], Env], kind: Kind, forgets: bool) -> Env:
    return SnapshotRecorder(make(), kind, forgets=forgets)


def _forgets(make: Callable[[], Env]) -> bool:
    with closing(make()) as env:
        return forgets(env)


def _snapshot_kind(
    make: Callable[[str | None], Env], render_mode: str | None, name: str, work: LongWork
) -> Kind:
    """Find out how clips can be drawn again.

    They must be filmed if no other process can make the environment.

    Raises:
        ValueError: if a reward model cannot read the spaces, or the environment cannot be reset,
            stepped, or made a second time.
    """
    work.begin(f"making {name} for the first time")
    with closing(make(render_mode)) as env:
        _warn_of_what_is_left_out(env)
        _warn_of_large_pictures(env)
        check_spaces(env.observation_space, env.action_space)
        _check_that_it_runs(env)
        described = spec_json_of(env)
    try:
        close(make(render_mode))
    except FAULTS as error:
        raise ValueError(
            f"{name} can be made once, but not again after that, which is needed to find out how "
            f"its clips can be drawn: give snapshots=False, with a teacher that needs no pictures "
            f"({first_line(error)})"
        ) from error
    if not described:
        return "camera"
    try:
        work.begin(f"trying how clips of {name} can be drawn")
        kind = probe(partial(make, render_mode), partial(rebuild, described), work=work)
    except FAULTS:  # of any environment's: what cannot be tried is filmed
        return "camera"
    work.begin(f"drawing clips of {name} in a new process to compare them, for 2 min at most")
    return kind_by_pictures(described, kind)


def _check_that_it_runs(env: Env) -> None:
    """Reset and step an environment once.

    Raises:
        ValueError: if it fails, with its reason.
    """
    doing = "reset"
    try:
        observation, _ = env.reset(seed=0)
        doing = "step"
        env.action_space.seed(0)
        _, reward, _, _, _ = env.step(sample_action(env))
        doing = f"reward {reward!r}, which is not one number,"
        float(reward)
        doing = f"observation of its space {env.observation_space}"
        for seen, wanted in zip(
            leaves(observation), leaves(env.observation_space.sample()), strict=True
        ):
            if np.shape(seen) != np.shape(wanted):  # Discrete ones may be Python's numbers
                raise ValueError(f"it has the shape {np.shape(seen)}")
    except FAULTS as error:
        name = env.spec.id if env.spec else str(env)
        failed = f"its {doing} failed with {in_one_line(error)}"
        raise ValueError(f"{name} cannot be used: {failed}") from error


def _check_takes_kwargs(kind: type[VecEnv], kwargs: Mapping[str, Any]) -> None:
    """Refuse arguments that a class of vector environments does not have."""
    known = list(inspect.signature(kind).parameters)[1:]
    for name in kwargs:
        if name not in known:
            raise ValueError(
                f"{kind.__name__} has no argument {name!r}{near(name, known)}; vec_env_kwargs can "
                f"have {', '.join(known) or 'none'}"
            )


def _warn_of_large_pictures(env: Env) -> None:
    seen = env.observation_space
    for space in seen.spaces.values() if isinstance(seen, gym.spaces.Dict) else [seen]:
        _, height, width = image_shape(space) if is_image(space) else (0, 0, 0)
        if height * width > LARGE_PICTURE:
            warnings.warn(
                f"the pictures that {env.unwrapped} observes are large, {height} by {width}: agent "
                "and reward model read every pixel, which takes gigabytes of memory and much time; "
                "make them smaller, as with gymnasium.wrappers.ResizeObservation",
                stacklevel=5,
            )


def _warn_of_what_is_left_out(env: Env) -> None:
    if env.has_wrapper_attr("left_out") and (keys := env.get_wrapper_attr("left_out")):
        warnings.warn(
            f"of the observations of {env.unwrapped}, {', '.join(map(repr, keys))} is left out: "
            "it is text, which neither the agent nor the reward model can read; a person is "
            "told the mission",
            stacklevel=5,
        )
