"""What an environment must do to be taught in, as checks that you can run on your own."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any, TypeAlias

import gymnasium as gym
import numpy as np

from rlhf_gym.basics.closing import closing
from rlhf_gym.clips.observations import copy_of, leaves
from rlhf_gym.clips.rendering import frame_of, off_screen
from rlhf_gym.environments.registry import spec_of
from rlhf_gym.envs.action_masks import sample_action
from rlhf_gym.envs.description import METADATA_KEYS, EnvironmentDescription, describe_env, misfits

__all__ = ["check_environment"]

Env: TypeAlias = "gym.Env[Any, Any]"
MakeEnv: TypeAlias = Callable[..., Env]
Step: TypeAlias = tuple[Any, Any, Any, Any, Any]


def check_environment(
    make: str | MakeEnv, *, horizon: int | None = None, steps: int = 100, seed: int = 0
) -> None:
    """Check that an environment can be taught in, and that its metadata are true.

    It must follow Gymnasium's rules for spaces and steps, begin the same episode after
    ``reset(seed=...)`` each time, have a time limit, and keep what `EnvironmentDescription` says of
    each key of its ``metadata``.

    Args:
        make: its id, or a function that makes it and takes ``render_mode``.
        horizon: length of an episode in steps, as for `make_vec_env`; by default its time limit.
        steps: number of random actions to try.
        seed: seed of the episode and of the actions.

    Raises:
        AssertionError: it breaks a rule; the message names each that is broken.
        ValueError: there is no environment of that id.

    >>> check_environment("rlhf/CartPole-v1")
    >>> class Spin(gym.Wrapper):
    ...     metadata = {"goal": 3, "tie_braker": "Spin faster."}
    >>> check_environment(lambda **kwargs: Spin(gym.make("Pendulum-v1", **kwargs)), horizon=100)
    Traceback (most recent call last):
        ...
    AssertionError: Spin cannot be taught in as it is:
    - metadata['goal'] must be str, but is 3
    - metadata has a key 'tie_braker' (did you mean tie_breaker?)
    """
    if isinstance(make, str):
        spec = spec_of(make)

        def made(**kwargs: Any) -> Env:
            return gym.make(spec, **kwargs)
    else:
        made = make
    with closing(made()) as env:
        name = env.spec.id if env.spec and isinstance(make, str) else type(env).__name__
        problems = list(_metadata_problems(env))
        problems = problems or [
            *_step_problems(env, horizon, steps, seed),
            *_drawing_problems(made, seed),
        ]
    if problems:
        raise AssertionError("\n- ".join([f"{name} cannot be taught in as it is:", *problems]))


def _metadata_problems(env: Env) -> Iterator[str]:
    """Yield metadata entries that cannot be right, before any step is taken."""
    wrong = misfits(env.metadata)
    yield from wrong
    for key in env.metadata:
        alike = difflib.get_close_matches(str(key), METADATA_KEYS, n=1, cutoff=0.8)
        if alike and key not in METADATA_KEYS:
            yield f"metadata has a key {key!r} (did you mean {alike[0]}?)"
    if wrong:
        return
    description = describe_env(env)
    if description.draws and not description.names_fps:
        yield "it draws, but metadata['render_fps'] does not say how many steps a second has"
    if description.naive_reward and not description.probe:
        yield "metadata['naive_reward'] needs metadata['probe'], which says what is counted instead"
    yield from _shape_problems(env, description)
    if description.vec_env:
        yield from _import_problems(description.vec_env)


def _shape_problems(env: Env, description: EnvironmentDescription) -> Iterator[str]:
    """Keys and stacks that do not suit the spaces."""
    size, shape = description.frame_stack, env.observation_space.shape
    if size is not None and (shape is None or not shape or shape[-1] != size):
        yield f"metadata['frame_stack'] is {size}, but observations are {env.observation_space}"
    for keys, action in description.keys_to_action.items():
        if not all(isinstance(key, str) for key in (keys if isinstance(keys, tuple) else (keys,))):
            yield f"metadata['keys_to_action'] has {keys!r}, neither a key nor a tuple of keys"
        if not env.action_space.contains(_as_action(env.action_space, action)):
            yield f"metadata['keys_to_action'][{keys!r}] is {action!r}, no action of the space"


def _as_action(space: gym.Space[Any], action: Any) -> Any:
    """An action as it would be stepped with: a list of numbers is an array."""
    return np.asarray(action, space.dtype) if isinstance(space, gym.spaces.Box) else action


def _import_problems(path: str) -> Iterator[str]:
    module, _, name = path.partition(":")
    try:
        getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        yield f"metadata['vec_env'] is {path!r}, which cannot be imported: {error}"


def _step_problems(env: Env, horizon: int | None, steps: int, seed: int) -> Iterator[str]:
    """What goes wrong in an episode of random actions, done twice."""
    description = describe_env(env)
    limit = horizon or description.time_limit
    if limit is None:
        yield (
            "it has no time limit: register it with max_episode_steps, or make it with "
            "make_vec_env(..., horizon=...) and check it with horizon=..."
        )
    env.action_space.seed(seed)
    actions: list[Any] = []
    first = _episode(env, _sampled(env, steps, actions), seed)
    again = _episode(env, actions, seed)
    if not all(_alike(one[0], other[0]) for one, other in zip(first, again, strict=False)):
        yield "after reset(seed=...) and the same actions it shows other observations each time"
    for number, step in enumerate(first):
        if problems := list(_problems_of(step, env, description)):
            yield from (f"{problem} (step {number} of an episode)" for problem in problems)
            return
    early = len(first) - 1 < (limit or math.inf)
    if description.fixed_horizon and (first[-1][2] or (first[-1][3] and early)):
        after = f"{len(first) - 1} steps"
        yield f"metadata['fixed_horizon'] is true, but an episode ended after {after}"


def _sampled(env: Env, steps: int, kept: list[Any]) -> Iterator[Any]:
    """Yield actions that the environment allows when they are asked for, and keep them."""
    for _ in range(steps):
        kept.append(sample_action(env))
        yield kept[-1]


def _episode(env: Env, actions: Iterable[Any], seed: int) -> list[Step]:
    """The reset and the steps of an episode, until it ends or the actions are used up."""
    observation, info = env.reset(seed=seed)
    steps: list[Step] = [(copy_of(observation), 0.0, False, False, info)]
    for action in actions:
        observation, *rest = env.step(copy_of(action))
        steps.append((copy_of(observation), *rest))
        if steps[-1][2] or steps[-1][3]:
            break
    return steps


def _alike(one: Any, other: Any) -> bool:
    return all(
        np.array_equal(a, b, equal_nan=np.asarray(a).dtype.kind == "f")
        for a, b in zip(leaves(one), leaves(other), strict=True)
    )


def _problems_of(step: Step, env: Env, description: EnvironmentDescription) -> Iterator[str]:
    """What is wrong with one step."""
    observation, reward, terminated, truncated, info = step
    if not env.observation_space.contains(observation):
        yield f"the observation {observation!r} is not in {env.observation_space}"
    try:
        finite = math.isfinite(float(reward))
    except (TypeError, ValueError):
        finite = False
    if not finite:
        yield f"the reward is {reward!r}, not a finite number"
    for name, value in (("terminated", terminated), ("truncated", truncated)):
        if not isinstance(value, (bool, np.bool_)):
            yield f"{name} is {value!r}, not a bool"
    if not isinstance(info, dict):
        yield f"the info is {info!r}, not a dict"
    elif description.probe and step[1:4] != (0.0, False, False) and "probe" not in info:
        yield "metadata['probe'] says what is counted, but info['probe'] is missing"


def _drawing_problems(make: MakeEnv, seed: int) -> Iterator[str]:
    """What goes wrong when it is drawn and heard, if it says that it can be."""
    with closing(make()) as env:
        description = describe_env(env)
    if not description.draws:
        return
    with off_screen(), closing(make(render_mode="rgb_array")) as env:
        env.reset(seed=seed)
        env.action_space.seed(seed)
        env.step(sample_action(env))
        try:
            frame_of(env)
        except ValueError as error:
            yield str(error)
        if description.sound:
            if not env.has_wrapper_attr("sound"):
                yield "metadata['sound'] is true, but there is no method sound(steps)"
                return
            samples = env.get_wrapper_attr("sound")(1)
            if getattr(samples, "dtype", None) != np.int16 or samples.ndim != 1:
                yield "sound(steps) must give samples (n,) int16"
