"""The settings of an algorithm with their defaults, read without importing it where possible."""

from __future__ import annotations

import ast
import inspect
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rlhf_gym.agents.names import ALGORITHMS, algorithm

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

__all__ = ["parameters_of"]

COMPUTED = object()
"""Stands for a default that is no literal, such as a schedule."""


def parameters_of(kind: str | type[BaseAlgorithm]) -> dict[str, Any]:
    """The parameters of an algorithm with their defaults, and those that it passes on.

    Those of the named algorithms are read from their source, since importing stable-baselines3
    takes seconds that somebody who only mistyped a setting should not wait for.

    >>> parameters_of("ppo")["n_steps"], parameters_of("a3c")["gae_lambda"]
    (2048, 1.0)
    """
    if isinstance(kind, str) and ":" not in kind:
        try:
            return _read(ALGORITHMS[kind.lower()])
        except (OSError, SyntaxError, LookupError):  # installed without its source
            pass
    return _inspected(algorithm(kind) if isinstance(kind, str) else kind)


def _inspected(kind: type) -> dict[str, Any]:
    defaults: dict[str, Any] = {}
    for each in kind.__mro__:
        parameters = inspect.signature(each).parameters
        defaults = {name: one.default for name, one in parameters.items()} | defaults
        if "kwargs" not in parameters:
            break
    return defaults


def _read(path: str) -> dict[str, Any]:
    """What ``__init__`` of ``module:Class`` takes, from its source.

    Raises:
        OSError, LookupError: there is no source.
    """
    module, _, name = path.partition(":")
    package, *parts = module.split(".")
    spec = find_spec(package)  # of a whole package, which is not imported for it
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(package)
    file = Path(spec.submodule_search_locations[0], *parts).with_suffix(".py")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    (found,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
    (init,) = (node for node in found.body if getattr(node, "name", "") == "__init__")
    assert isinstance(init, ast.FunctionDef)
    inherited: dict[str, Any] = {}
    if init.args.kwarg is not None:
        name = getattr(found.bases[0], "id", "")
        (base,) = (each for each in ALGORITHMS.values() if each.endswith(f":{name}"))
        inherited = _read(base)
    return inherited | _parameters(init.args)


def _parameters(arguments: ast.arguments) -> dict[str, Any]:
    positional = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    without = len(positional) - len(arguments.defaults)
    found = dict.fromkeys(positional, COMPUTED)
    found |= zip(positional[without:], map(_literal, arguments.defaults), strict=True)
    found |= {
        argument.arg: _literal(default)
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    }
    if arguments.kwarg is not None:
        found[arguments.kwarg.arg] = COMPUTED
    return found


def _literal(default: ast.expr | None) -> Any:
    try:
        return COMPUTED if default is None else ast.literal_eval(default)
    except ValueError:
        return COMPUTED
