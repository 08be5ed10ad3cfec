"""How this copy of the package was installed, and so how an extra of it is."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

__all__ = ["install_extra"]

NAME = "rlhf-gym"


def install_extra(extra: str) -> str:
    """Return the command that installs an extra of the copy in use.

    A copy in an editable clone, from a local file, from a repository, and from an index each need
    another.

    Args:
        extra: its name, such as ``box2d``.
    """
    return f"pip install {_requirement(_origin(), f'[{extra}]')}"


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
