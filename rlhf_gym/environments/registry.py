"""Find what any installed library has registered with Gymnasium under an id."""

from __future__ import annotations

import os
import re
import sys
import warnings
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import gymnasium as gym
from gymnasium.envs.registration import EnvSpec

from rlhf_gym.basics.faults import FAULTS, first_line, in_one_line
from rlhf_gym.basics.installation import install_extra
from rlhf_gym.basics.program import program
from rlhf_gym.basics.words import near
from rlhf_gym.environments.packages import registering, sources_of
from rlhf_gym.envs.atari_masks import MASKS, game_of
from rlhf_gym.envs.description import EnvironmentDescription, describe_spec

__all__ = ["describe_id", "imported", "spec_of"]

_PLUG_INS = ("gymnasium.envs", "gymnasium.envs.__root__")
"""Groups of entry points in which packages name the function that registers environments."""
_ON_IMPORT = {"MiniGrid-": "minigrid", "BabyAI-": "minigrid"}
"""Packages that register environments when imported, by the beginning of their ids."""
_OLD_ATARI = re.compile(r"\w+(NoFrameskip|Deterministic)-v\d")
"""Ids of Atari games as Gym had them."""


def spec_of(env_id: str) -> EnvSpec:
    """Return what is registered under an id; the module of ``module:id`` is imported first.

    Environments of installed packages that have an entry point for Gymnasium are found as well,
    although Gymnasium itself no longer looks for these.

    Raises:
        ValueError: if there is none, or the module cannot be imported.

    >>> spec_of("CartPole-v1").max_episode_steps
    500
    """
    module, _, name = env_id.rpartition(":")
    try:
        if module:
            _import(module)
        if name not in gym.registry:
            _look_in_packages(name)
        return gym.spec(name)
    except gym.error.Error as error:
        if _is_atari(name) and find_spec("ale_py") is None:
            needs = f"{env_id} needs the Atari games: {install_extra('atari')}"
            raise ValueError(needs) from error
        raise ValueError(
            f"there is no environment with the id {env_id!r}{_meant(name)}; `{program()} envs` "
            "lists those that are installed, and module:id names one that a module registers when "
            "it is imported"
        ) from error
    except FAULTS as error:  # a module may raise anything while it is imported
        told = f"the environment {env_id!r} cannot be imported: {in_one_line(error)}"
        raise ValueError(told) from error


def describe_id(env_id: str) -> EnvironmentDescription:
    """Describe what is registered under an id, without making the environment.

    Raises:
        ValueError: if there is none, or the module cannot be imported.
    """
    return describe_spec(spec_of(env_id))


def imported(path: str, what: str) -> Any:
    """Import ``module:name``, also from the folder in which the command was called.

    Args:
        path: the module and the name.
        what: what it is, for the message.

    Raises:
        ValueError: if it cannot be imported.
    """
    module, _, name = path.partition(":")
    try:
        return getattr(_import(module), name)
    except FAULTS as error:  # a module may raise anything while it is imported
        raise ValueError(f"{what} {path!r} cannot be imported: {first_line(error)}") from error


def _import(module: str) -> ModuleType:
    """Import a module that the user named; that of a command may lie in the present folder."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        here = os.getcwd()
        if error.name != module.partition(".")[0] or here in sys.path:
            raise
        sys.path.append(here)
        return import_module(module)


def _look_in_packages(name: str) -> None:
    """Let installed packages that may know the id ``name`` register their environments."""
    for begins, package in _ON_IMPORT.items():
        if name.startswith(begins) and find_spec(package):
            import_module(package)
    for plug_in in _plug_ins():
        if name not in gym.registry and _may_register(plug_in, name):
            _load(plug_in)


def _plug_ins() -> list[EntryPoint]:
    return [entry for group in _PLUG_INS for entry in entry_points(group=group)]


def _may_register(plug_in: EntryPoint, name: str) -> bool:
    """Whether the source of a plug-in has the namespace, or the name, of an id.

    To import a plug-in can take seconds, so only one that is likely to help is.
    """
    namespace, _, rest = name.rpartition("/")
    wanted = namespace or rest.rpartition("-v")[0] or rest
    return any(wanted in source for source in sources_of(plug_in.module.partition(".")[0]))


@cache
def _load(plug_in: EntryPoint) -> None:
    try:
        plug_in.load()()
    except FAULTS as error:  # a fault in another package must not hide that the id is unknown
        warnings.warn(
            f"{plug_in.value} registers no environments: {in_one_line(error)}", stacklevel=2
        )


def _is_atari(name: str) -> bool:
    """Whether an id is one of those that ale-py registers, also where it is not installed.

    >>> [_is_atari(name) for name in ("ALE/Pong-v5", "PongNoFrameskip-v4", "Pong-v4", "Taxi-v4")]
    [True, True, True, False]
    """
    if name.startswith("ALE/") or _OLD_ATARI.fullmatch(name):
        return True
    return game_of(name) in MASKS and bool(re.fullmatch(r"\w+(-ram)?-v[045]", name))


def _named(name: str) -> list[str]:
    """Return the newest id of each registered environment of a name, without old ids of Atari."""
    newest: dict[str, str] = {}
    for env_id in gym.registry:  # later versions are registered later
        full, _, _ = env_id.rpartition("-v")
        wanted = full.lower() if "/" in name else full.lower().rpartition("/")[2]
        if wanted == name.lower() and (env_id.startswith("ALE/") or not _is_atari(env_id)):
            newest[full] = env_id
    return list(newest.values())


def _meant(name: str) -> str:
    """Suggest what an id that is not registered may have meant."""
    if newest := _named(name):
        return f" (did you mean {' or '.join(newest)}?)"
    if name.startswith("rlhf/") and find_spec("ale_py"):
        from ale_py import roms

        if game_of(name) in roms.get_all_rom_ids():
            game = name.removeprefix("rlhf/").split("-")[0]
            return (
                f" (where {game} shows its score is not known; in a script, "
                f'make_atari("{game}", mask=...) hides what you say)'
            )
    for begins, package in _ON_IMPORT.items():
        if name.startswith(begins) and not find_spec(package):
            return f" (did you install its package, `pip install {package.replace('_', '-')}`?)"
    found = registering()
    if name in found:
        return f" (did you mean {found[name]}:{name}?)"
    names = [*gym.registry, *(f"{package}:{id_}" for id_, package in found.items())]
    return near(name, names, alike=0.7)
