"""The extras of the package: which are missing, and how one is installed as this copy was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from gymnasium.error import DependencyNotInstalled

__all__ = ["EXTRAS", "absent_extras", "install_extra", "missing_extra"]

NAME = "rlhf-gym"
EXTRAS = {
    "atari": ("ale_py", "cv2"),
    "box2d": ("Box2D",),
    "mujoco": ("mujoco",),
    "parquet": ("pyarrow",),
    "ray": ("ray",),
    "tracking": ("trackio", "wandb"),
}
"""The extras of the package, and the modules that each needs."""
_CALLED = {"ale_py": "ale-py", "cv2": "OpenCV", "mujoco": "MuJoCo"}
"""What modules are called, where it is not their name."""
_TOLD = {"[box2d]": "Box2D", "[mujoco]": "mujoco", "opencv": "cv2"}
"""Words by which other libraries tell that a module is missing, and that module."""


def install_extra(extra: str) -> str:
    """Return the command that installs an extra of the copy in use.

    A copy in an editable clone, from a local file, from a repository, and from an index each need
    another.

    Args:
        extra: its name, such as ``box2d``.
    """
    return f"pip install {_requirement(_origin(), f'[{extra}]')}"


def absent_extras(*among: str) -> list[str]:
    """Return the extras that are not installed, in order.

    Args:
        among: names of those to look for; by default all.
    """
    wanted = among or tuple(EXTRAS)
    return [extra for extra in wanted if not all(map(find_spec, EXTRAS[extra]))]


def missing_extra(error: BaseException) -> str:
    """Return what is missing and how it is installed, if that is why an error was raised.

    >>> missing_extra(ModuleNotFoundError("No module named 'ale_py'", name="ale_py"))[:19]
    'ale-py: pip install'
    >>> missing_extra(ValueError("no such level"))
    ''
    """
    for cause in _causes(error):
        module = _missing_module(cause)
        for extra, modules in EXTRAS.items():
            if module in modules:
                return f"{_CALLED.get(module, module)}: {install_extra(extra)}"
    return ""


def _missing_module(error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError):
        return (error.name or "").partition(".")[0]
    if not isinstance(error, DependencyNotInstalled):
        return ""
    told = (module for words, module in _TOLD.items() if words in str(error))
    return next(told, "")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _origin() -> str | None:
    """Return ``direct_url.json`` (PEP 610), which only an installation from an index lacks."""
    try:
        return metadata.distribution(NAME).read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        clone = Path(__file__).parents[1]
        if not (clone / "pyproject.toml").exists():
            return None
        return json.dumps({"url": clone.as_uri(), "dir_info": {"editable": True}})


def _requirement(origin: str | None, extra: str) -> str:
    """Return what pip installs, from where a copy came.

    >>> _requirement('{"url": "file:///home/ada/gym", "dir_info": {"editable": true}}', "[ray]")
    '-e "/home/ada/gym[ray]"'
    >>> _requirement('{"url": "file:///tmp/a.whl", "archive_info": {}}', "[ray]")
    '"rlhf-gym[ray] @ file:///tmp/a.whl"'
    >>> _requirement(None, "[ray]")
    '"rlhf-gym[ray]"'
    """
    if origin is None:
        return f'"{NAME}{extra}"'
    found = json.loads(origin)
    url = found["url"]
    if found.get("dir_info", {}).get("editable"):
        return f'-e "{url.removeprefix("file://")}{extra}"'
    if "vcs_info" in found:
        url = f"{found['vcs_info']['vcs']}+{url}"
    return f'"{NAME}{extra} @ {url}"'
