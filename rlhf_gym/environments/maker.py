"""EnvironmentMaker: how an environment is made; every command and function takes it from here."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, Any, TypeAlias

import gymnasium as gym
from gymnasium.envs.registration import EnvSpec

from rlhf_gym.basics.checks import Limits, check, check_fields
from rlhf_gym.basics.closing import closing
from rlhf_gym.basics.faults import FAULTS, CannotBeMade, cannot_be_made
from rlhf_gym.clips.rebuilding import make_from_spec, name_of, with_render_mode
from rlhf_gym.environments.registry import imported, spec_of
from rlhf_gym.envs.description import (
    EnvironmentDescription,
    describe_env,
    describe_spec,
    settled_time_limit,
    time_limit_of,
)
from rlhf_gym.wrappers.fixed_horizon import EpisodeSteps
from rlhf_gym.wrappers.probed_reward import ProbedReward
from rlhf_gym.wrappers.readable_action import ReadableAction, is_actionable
from rlhf_gym.wrappers.readable_observation import ReadableObservation, is_readable

__all__ = ["EnvironmentMaker", "Environments", "checked_time_limit", "prepare"]

Env: TypeAlias = "gym.Env[Any, Any]"
Environments: TypeAlias = Annotated[int, Limits(at_least=1, at_most=10_000)]
"""A number of environments."""
Source: TypeAlias = "str | EnvSpec | Callable[..., Env]"
Wrap: TypeAlias = "str | Callable[[Env], Env]"


@dataclass(frozen=True)
class EnvironmentMaker:
    """How an environment is made.

    Attributes:
        source: a Gymnasium id, what is registered under it, or a class or function that makes the
            environment.
        kwargs: further arguments of the environment.
        wrappers: put around it, innermost first: ``"module:Class"``, or functions of an
            environment.

    >>> maker = EnvironmentMaker("Pendulum-v1", {"g": 1.0}, ("gymnasium.wrappers:RescaleAction",))
    >>> EnvironmentMaker("Pendulum-v1", {"g": 1.0}).untouched().unwrapped.g
    1.0
    """

    source: Source
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    wrappers: tuple[Wrap, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what makes no environment.

        Raises:
            ValueError: the source, the arguments or the wrappers are of a wrong kind.
        """
        check_fields(self)

    @property
    def spec(self) -> EnvSpec | None:
        """What is registered, or None for a class or function.

        Raises:
            ValueError: if there is no environment of the id.
        """
        return spec_of(self.source) if isinstance(self.source, str) else _registered(self.source)

    def resolved(self) -> EnvironmentMaker:
        """Return one that also works in a process that has not registered the id."""
        return replace(self, source=self.spec or self.source)

    def check(self) -> None:
        """Check what can be checked without making the environment.

        Raises:
            ValueError: if there is no environment of the id, or a wrapper cannot be imported.
        """
        if self.spec is not None:
            self.describe()
        for wrap in self.wrappers:
            _wrapper(wrap)

    def describe(self) -> EnvironmentDescription:
        """Describe the environment, without making it where its id is given."""
        if self.spec is not None:
            return describe_spec(self.spec)
        with closing(self.made()) as env:
            return describe_env(env)

    def made(
        self,
        render_mode: str | None = None,
        max_episode_steps: int | None = None,
        *,
        own_actions: bool = False,
    ) -> Env:
        """Make the environment, with its own ends of episodes.

        Args:
            render_mode: how it draws; ignored where it does not have the mode.
            max_episode_steps: its time limit in place of its own.
            own_actions: whether it takes its own actions, and not those that agents give.

        Raises:
            ValueError: if the id is unknown, a wrapper cannot be imported, or the environment
                cannot be made or used.
        """
        kwargs = dict(self.kwargs)
        mode = kwargs.pop("render_mode", None)
        mode = render_mode or mode
        source = self.spec or self.source
        make: Any = _by_spec if isinstance(source, EnvSpec) else _by_function
        env = _made_or_refused(partial(make, source, max_episode_steps, kwargs, mode), self.name)
        for wrap in self.wrappers:
            env = _made_or_refused(partial(_wrapper(wrap), env), f"the wrapper {wrap}")
        return prepare(env, own_actions=own_actions)

    @property
    def name(self) -> str:
        """The id, or the name of the class or function."""
        spec = self.spec
        return spec.id if spec is not None else getattr(self.source, "__name__", str(self.source))

    def untouched(self, horizon: EpisodeSteps | None = None, render_mode: str | None = None) -> Env:
        """Make the environment as agents are evaluated in it.

        Args:
            horizon: steps after which an episode is truncated where there is no time limit.
            render_mode: how it draws; ignored where it does not have the mode.
        """
        env = self.made(render_mode)
        if horizon is None or time_limit_of(env) is not None:
            return env
        return gym.wrappers.TimeLimit(env, horizon)


def prepare(env: Env, *, own_actions: bool = False) -> Env:
    """Wrap an environment as it is used in training and in evaluation.

    If it has no reward function, or a naive one, its probe becomes its reward. If agents and reward
    models cannot read its observations or give its actions, these are converted, except actions
    with ``own_actions``.
    """
    env = ProbedReward(env) if describe_env(env).probe else env
    env = env if is_readable(env.observation_space) else ReadableObservation(env)
    return env if own_actions or is_actionable(env.action_space) else ReadableAction(env)


def checked_time_limit(env: Env, name: str) -> int:
    """Return the time limit of an environment, in steps.

    Raises:
        ValueError: an episode may never end; the message says what to do.
    """
    limit = settled_time_limit(env)
    if limit is None:
        raise ValueError(
            f"{name} has no time limit of its own, so that an episode may never end: say how many "
            "steps it lasts at most, with horizon=... or --horizon"
        )
    return limit


def _registered(source: EnvSpec | Callable[..., Env]) -> EnvSpec | None:
    return source if isinstance(source, EnvSpec) else None


def _by_spec(
    spec: EnvSpec, max_episode_steps: int | None, kwargs: dict[str, Any], render_mode: str | None
) -> Env:
    if callable(spec.entry_point):  # by its name it can be sent to other processes
        spec = replace(spec, entry_point=name_of(spec.entry_point) or spec.entry_point)
    return make_from_spec(spec, render_mode, max_episode_steps=max_episode_steps, **kwargs)


def _by_function(
    function: Callable[..., Env],
    max_episode_steps: int | None,
    kwargs: dict[str, Any],
    render_mode: str | None,
) -> Env:
    metadata = getattr(function, "metadata", None)
    modes = metadata.get("render_modes") if isinstance(metadata, dict) else None
    mode = render_mode if modes is None or render_mode in modes else None
    env = with_render_mode(partial(function, **kwargs), mode)
    if not isinstance(env, gym.Env):  # it will be refused
        return env
    if env.unwrapped.spec is None:
        env.unwrapped.spec = _spec_of_function(function, kwargs, type(env.unwrapped).__name__)
        env = gym.wrappers.OrderEnforcing(env)
    return env if max_episode_steps is None else gym.wrappers.TimeLimit(env, max_episode_steps)


def _spec_of_function(function: Any, kwargs: dict[str, Any], name: str) -> EnvSpec:
    """Return a specification that says how a class or function was called."""
    while isinstance(function, partial) and not function.args:
        function, kwargs = function.func, {**function.keywords, **kwargs}
    entry = name_of(function)
    try:
        json.dumps(kwargs)
    except (TypeError, ValueError):
        entry, kwargs = None, {}
    return EnvSpec(name, entry, order_enforce=False, disable_env_checker=True, kwargs=kwargs)


def _wrapper(wrap: Wrap) -> Callable[[Env], Env]:
    if not isinstance(wrap, str):
        return wrap
    if ":" not in wrap:
        raise ValueError(f"a wrapper is given as module:Class, but {wrap!r} was given")
    found: Callable[[Env], Env] = imported(wrap, "the wrapper")
    check(f"the wrapper {wrap}", Callable, found)
    return found


def _made_or_refused(make: Callable[[], Env], name: str) -> Env:
    """Make an environment; what goes wrong in the code of others becomes a sentence.

    Raises:
        ValueError: if it cannot be made, or is no environment of Gymnasium.
    """
    try:
        env = make()
    except CannotBeMade:
        raise
    except FAULTS as error:
        raise cannot_be_made(name, error) from error
    if not isinstance(env, gym.Env):
        raise ValueError(
            f"{name} makes {type(env).__module__}.{type(env).__name__}, which is no gymnasium.Env; "
            "environments of the old library gym can be converted with shimmy"
        )
    for space in ("observation_space", "action_space"):
        check(f"the {space} of {name}", gym.Space, getattr(env, space, None))
    parameters = inspect.signature(type(env.unwrapped).reset).parameters
    takes_all = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    if missing := [each for each in ("seed", "options") if each not in parameters]:
        if not takes_all:
            raise ValueError(
                f"reset of {name} takes no {' and no '.join(missing)}: Gymnasium wants "
                "def reset(self, *, seed=None, options=None)"
            )
    return env
