"""Parse a command's arguments by its signature: tyro reads them, and we say what is wrong."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, TypeAlias, get_args, get_origin, get_type_hints

import tyro
from tyro.constructors import ConstructorRegistry, PrimitiveConstructorSpec, PrimitiveTypeInfo

from rlhf_gym.basics.checks import bare, check_arguments
from rlhf_gym.basics.program import program

__all__ = ["OutFile", "OutFolder", "VideoName", "call"]


class _Writable:
    """The path of a file that can be written; folders are made for it."""

    def refusal(self, path: Path) -> str | None:
        """Say what the path must be if no file can be written there."""
        if path.is_dir():
            return "a file, not a folder"
        return None if _first_there(path.parent).is_dir() else "a file within folders"


class _Folder:
    """The path of a folder that is there, or can be made."""

    def refusal(self, path: Path) -> str | None:
        """Say what the path must be if a file is in its way."""
        return None if _first_there(path).is_dir() else "a folder within folders"


def _first_there(path: Path) -> Path:
    """The path, or the nearest above it that exists."""
    return next(each for each in (path, *path.absolute().parents) if each.exists())


class VideoName:
    """The path of a video."""

    def refusal(self, path: Path) -> str | None:
        """Say what the name must end in if it does not."""
        return None if path.suffix == ".mp4" else "a file that ends in .mp4"


OutFile: TypeAlias = Annotated[Path, _Writable()]
"""A file that a command writes."""
OutFolder: TypeAlias = Annotated[Path, _Folder()]
"""A folder that a command makes."""

_READ: dict[Any, tuple[str, Callable[[str], Any]]] = {
    int: ("N", int),
    float: ("NUMBER", float),
    str: ("TEXT", str),
    Path: ("PATH", Path),
    bool: ("true|false", lambda text: {"true": True, "false": False}[text.lower()]),
}
"""What stands for a value of each type in help texts, and how it is read."""


def call(command: Callable[..., Any], name: str, arguments: list[str]) -> Any:
    """Call a command with arguments as a shell gives them.

    What cannot be read as a number or as true or false stays text, so that the checks of arguments
    and settings refuse it in the same words as in Python.

    A module of a command may have a brief ``HELP``; ``--help-all`` then shows every option.

    Args:
        command: the function.
        name: its name for users.
        arguments: what follows the name.

    Raises:
        ValueError: an argument does not suit its annotation.
        SystemExit: a flag is not known or has no value (2), or all help was asked for (0).
    """
    brief = getattr(inspect.getmodule(command), "HELP", "")
    if brief and {"-h", "--help"} & set(arguments):
        print(_as_called(brief), end="")
        return 0
    arguments = ["--help" if each == "--help-all" else each for each in arguments]

    signature = inspect.signature(command)

    @wraps(command)
    def checked(*args: Any, **kwargs: Any) -> Any:
        check_arguments(command, signature.bind(*args, **kwargs).arguments)
        try:
            return command(*args, **kwargs)
        except SystemExit as stop:  # of code that is not ours
            raise ValueError(
                "the environment, or something that it uses, has called exit(): give one that "
                "does not; --debug shows where"
            ) from stop

    del checked.__wrapped__  # tyro would read the annotations of that
    checked.__doc__ = _as_called(command.__doc__ or "")
    setattr(checked, "__signature__", signature)  # noqa: B010  mypy takes no assignment
    checked.__annotations__ = {
        each: _without_empty_default(hint, signature.parameters.get(each))
        for each, hint in get_type_hints(command, include_extras=True).items()
    }
    return tyro.cli(
        checked,
        prog=f"{program()} {name}",
        args=arguments,
        config=(
            tyro.conf.PositionalRequiredArgs,
            tyro.conf.PositionalMetavarFromFieldName,
            tyro.conf.FlagCreatePairsOff,
        ),
        registry=_registry(),
    )


def _as_called(text: str) -> str:
    """Let the commands in a help text be as they can be called here."""
    return text.replace("rlhf-gym ", f"{program()} ")


def _without_empty_default(hint: Any, parameter: inspect.Parameter | None) -> Any:
    """Let the help text not say that what is left out is None, or that a flag is False."""
    if parameter is None or parameter.default not in (None, False, ""):
        return hint
    return Annotated[hint, tyro.conf.arg(help_behavior_hint="")]


def _registry() -> ConstructorRegistry:
    registry = ConstructorRegistry()
    registry.primitive_rule(_simple)
    return registry


def _simple(info: PrimitiveTypeInfo) -> PrimitiveConstructorSpec[Any] | None:
    """Read numbers, texts, paths and choices, and the same where None is the default."""
    if tyro.conf.UseAppendAction in info.markers:
        return None
    wanted: Any = info.type
    optional = NoneType in get_args(wanted)
    if optional:
        wanted = next(part for part in get_args(wanted) if part is not NoneType)
    wanted = bare(wanted)
    if get_origin(wanted) is tuple:
        return _spec(*_READ[bare(get_args(wanted)[0])], many=True)
    if get_origin(wanted) is Literal:
        return _spec("|".join(map(str, get_args(wanted))), str)
    flag = not optional and tyro.conf.FlagConversionOff not in info.markers
    if wanted not in _READ or (wanted is bool and flag):
        return None
    return _spec(*_READ[wanted])


def _spec(
    metavar: str, read: Callable[[str], Any], many: bool = False
) -> PrimitiveConstructorSpec[Any]:
    def value(text: str) -> Any:
        try:
            return read(text)
        except (ValueError, KeyError):
            return text

    def shown(value: Any) -> list[str]:
        return list(map(str, value)) if many else [str(value)]

    return PrimitiveConstructorSpec(
        nargs="*" if many else 1,
        metavar=f"{metavar} ..." if many else metavar,
        instance_from_str=lambda texts: tuple(map(value, texts)) if many else value(texts[0]),
        is_instance=lambda _: True,
        str_from_instance=shown,
    )
