"""How another process makes an environment again: from Gymnasium's JSON of its specification."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

import gymnasium as gym
from gymnasium.envs.registration import EnvSpec, WrapperSpec

from rlhf_gym.envs.description import describe_spec

__all__ = [
    "is_tested",
    "layers_of",
    "make_from_spec",
    "name_of",
    "rebuild",
    "spec_json_of",
    "with_render_mode",
]

Env: TypeAlias = "gym.Env[Any, Any]"

_OUTSIDE = "SnapshotRecorder"
"""The wrapper above which nothing is needed to draw a clip."""
_MONITOR = "Monitor"
"""stable-baselines3's wrapper, which changes nothing but writes files."""
_TESTED = ("gymnasium.envs.", "rlhf_gym.envs.", "rlhf_gym.wrappers.")
"""Modules whose environments and wrappers are known to be drawn as they draw themselves."""
_ADDED = (gym.wrappers.PassiveEnvChecker, gym.wrappers.OrderEnforcing)
"""The wrappers that `gymnasium.make` puts around what the entry point made."""


def layers_of(env: Env) -> Iterator[Env]:
    """Yield the wrappers of an environment, outermost first, and the environment itself."""
    while isinstance(env, gym.Wrapper):
        yield env
        env = env.env
    yield env


def spec_json_of(env: Env) -> str:
    """Return a specification to make an environment again from, by `rebuild`.

    SnapshotRecorder, what is around it, and the Monitors around all else are left out. A wrapper
    of a user that takes nothing but the environment is made again as well.

    Returns:
        The JSON, or ``""`` where another process cannot make the environment: because it, a wrapper
        or an argument cannot be imported or written down, or is of the script that is run, or
        because a Monitor in it would write over its file.

    >>> rebuild(spec_json_of(gym.make("CartPole-v1"))).render_mode
    'rgb_array'
    """
    layers = list(layers_of(env))
    names = [type(layer).__name__ for layer in layers]
    if _OUTSIDE in names:
        layers = layers[names.index(_OUTSIDE) + 1 :]
    while _is_monitor(layers[0]) and len(layers) > 1:
        layers = layers[1:]
    spec = layers[0].spec
    if spec is None or any(getattr(layer, "results_writer", None) for layer in layers):
        return ""
    around, own = _around_and_within(layers)
    specs = spec.additional_wrappers
    if any(_is_flag(layer) for layer in around) or len(around) + len(own) != len(specs):
        return ""
    described = [
        *specs[: len(own)],
        *(_described(*each) for each in zip(around, specs[len(own) :], strict=True)),
    ]
    entry = spec.entry_point
    entry = entry if isinstance(entry, str) else name_of(entry)
    if not _is_importable(entry) or None in described:
        return ""
    wrapped = tuple(each for each in described if each is not None)
    try:
        return str(replace(spec, entry_point=entry, additional_wrappers=wrapped).to_json())
    except (TypeError, ValueError):
        return ""


def rebuild(spec_json: str) -> Env:
    """Make the environment that `spec_json_of` described, so that it draws pictures.

    Raises:
        ValueError: it cannot be made from this.
    """
    return make_from_spec(EnvSpec.from_json(spec_json), "rgb_array")


def is_tested(spec: EnvSpec) -> bool:
    """Whether an environment and its wrappers are known to be drawn as they draw themselves.

    >>> is_tested(gym.spec("CartPole-v1"))
    True
    """
    entries = [spec.entry_point, *(each.entry_point for each in spec.additional_wrappers)]
    return all(isinstance(entry, str) and entry.startswith(_TESTED) for entry in entries)


def make_from_spec(spec: EnvSpec, render_mode: str | None, **kwargs: Any) -> Env:
    """Make a registered environment with a render mode, unless it does not have the mode.

    Args:
        spec: what is registered.
        render_mode: how it draws.
        **kwargs: as of `gymnasium.make`.
    """
    modes = describe_spec(spec).render_modes
    mode = render_mode if modes is None or render_mode in modes else None
    return with_render_mode(partial(gym.make, spec, **kwargs), mode)


def with_render_mode(make: Callable[..., Env], mode: str | None) -> Env:
    """Make an environment with a render mode, or without if it does not take one."""
    if mode is None:
        return make()
    try:
        return make(render_mode=mode)
    except TypeError as error:
        if "unexpected keyword argument 'render_mode'" not in str(error):
            raise
    return make()


def name_of(named: Any) -> str | None:
    """Return ``"module:name"`` of a class or function, also of the script that is run, or None.

    >>> name_of(gym.make), name_of(lambda: None)
    ('gymnasium.envs.registration:make', None)
    """
    module, name = getattr(named, "__module__", ""), getattr(named, "__qualname__", "")
    found = getattr(sys.modules.get(module or ""), name, None)
    return f"{module}:{name}" if found is named is not None else None


def _described(wrapper: Env, spec: WrapperSpec) -> WrapperSpec | None:
    """Return how a wrapper is made again, or None if it is not known."""
    if not _is_importable(name_of(type(wrapper))):
        return None
    if spec.kwargs is None and (_takes_only_the_environment(type(wrapper)) or _is_monitor(wrapper)):
        return replace(spec, kwargs={})
    return None if spec.kwargs is None else spec


def _is_importable(name: str | None) -> bool:
    """Whether another process can import it: not from the script that this one runs."""
    return name is not None and not name.startswith("__main__:")


def _takes_only_the_environment(kind: type) -> bool:
    return len(inspect.signature(kind).parameters) == 1


def _is_monitor(layer: Env) -> bool:
    return type(layer).__name__ == _MONITOR


def _is_flag(layer: Env) -> bool:
    """Whether a wrapper is no entry of the specification, but one of its fields."""
    return type(layer) in (*_ADDED, gym.wrappers.TimeLimit)


def _around_and_within(layers: list[Env]) -> tuple[list[Env], list[Env]]:
    """Return the wrappers around what `gymnasium.make` made, and those within it.

    Both are listed from the inside. `gymnasium.make` calls the entry point, which may add wrappers,
    and adds up to one checker, one `OrderEnforcing` and one `TimeLimit` around them.
    """
    inner = list(reversed(layers))[1:]
    added = next((i for i, layer in enumerate(inner) if type(layer) in _ADDED), None)
    within = inner[: added or 0]
    around = inner[len(within) :]
    for kind in (*_ADDED, gym.wrappers.TimeLimit):
        if around and type(around[0]) is kind:
            around = around[1:]
    return around, [layer for layer in within if not _is_flag(layer)]
