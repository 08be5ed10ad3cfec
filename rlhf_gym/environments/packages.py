"""Find, without importing them, which installed packages register environments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import Distribution, distributions
from importlib.util import find_spec
from pathlib import Path

__all__ = ["registering", "sources_of"]

_USES_GYMNASIUM = re.compile(r"gymnasium\b", re.IGNORECASE)
_ID = re.compile(r"""["']((?:[\w:.-]+/)?[\w.-]+-v\d+)["']""")
_MOST_BYTES = 100_000
"""Size of a source file in bytes above which it is not read."""
_MOST_FILES = 500
"""Number of source files of a package that are read."""
_MISPLACED = {"tests", "test", "docs", "examples"}
"""What many distributions install at the top by mistake; another project's may be found there."""


@cache
def registering() -> dict[str, str]:
    """Return the package that registers each id, of the installed packages that use Gymnasium.

    Ids are found as text in the source of modules that call ``register``; those that are put
    together when the package is imported are not.
    """
    found: dict[str, str] = {}
    for distribution in distributions():
        if not any(_USES_GYMNASIUM.match(each) for each in distribution.requires or ()):
            continue
        for package in _packages_of(distribution):
            for source in sources_of(package):
                if "register(" in source:
                    found.update((id_, package) for id_ in _ID.findall(source) if id_ not in found)
    return found


def sources_of(package: str) -> Iterator[str]:
    """Yield the source files of an installed package or module, without importing it."""
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return
    places = [Path(place) for place in (spec and spec.submodule_search_locations) or ()]
    files = [file for place in places for file in sorted(place.rglob("*.py"))]
    if not files and spec is not None and spec.origin and spec.origin.endswith(".py"):
        files = [Path(spec.origin)]
    for file in files[:_MOST_FILES]:
        try:
            if file.stat().st_size < _MOST_BYTES:
                yield file.read_text(errors="ignore")
        except OSError:
            continue


def _packages_of(distribution: Distribution) -> set[str]:
    """Return the packages and modules that a distribution installs at the top."""
    files = [file for file in distribution.files or () if file.suffix == ".py"]
    tops = {file.parts[0].removesuffix(".py") for file in files} - _MISPLACED
    return {top for top in tops if top.isidentifier()}
