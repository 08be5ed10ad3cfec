"""A Sphinx extension that writes the index of the API reference, room by room.

The text of a room is the docstring of its package; its names are the public names of `rlhf_gym`
that live there, followed by the other names that the package exports.
"""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any

from environment_pages import write
from sphinx.application import Sphinx

import rlhf_gym

ROOMS = (
    ("training", "The plug-in"),
    ("presets", "Settings and presets"),
    ("environments", "Environments"),
    ("wrappers", "Wrappers"),
    ("envs", "What is known of environments"),
    ("clips", "Clips and steps"),
    ("feedback", "Queries, judgements, the store"),
    ("queries", "Query strategies"),
    ("teachers", "Teachers"),
    ("reward_model", "The reward model"),
    ("agents", "Agents"),
    ("runs", "Runs"),
)

INTRODUCTION = """# API reference

Everything on this page that is listed under `rlhf_gym` can be imported from there:
`from rlhf_gym import HumanFeedback`. Importing `rlhf_gym` registers the environments and loads neither
PyTorch nor stable-baselines3; each name is loaded when it is first used.

Rooms are listed with what a user needs first. [Design](../design.md) says how they fit together.
"""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension; it writes before autosummary looks for what to generate."""
    app.connect("builder-inited", write_reference, priority=400)
    return {"version": "1", "parallel_read_safe": True}


def write_reference(app: Sphinx) -> None:
    """Write the index."""
    folder = Path(app.srcdir) / "reference"
    folder.mkdir(exist_ok=True)
    parts = [INTRODUCTION]
    for room, title in ROOMS:
        package = import_module(f"rlhf_gym.{room}")
        names = names_of(room)
        if names:
            listing = "\n   ".join(names)
            parts.append(
                f"\n## {title}\n\n`rlhf_gym.{room}`: {inspect.getdoc(package)}\n\n"
                "```{eval-rst}\n.. autosummary::\n   :toctree: generated\n   :nosignatures:\n\n"
                f"   {listing}\n```\n"
            )
    write(folder / "index.md", "".join(parts))


def names_of(room: str) -> list[str]:
    """The names that the reference lists for a room, the public names of `rlhf_gym` first."""
    modules: dict[str, str] = rlhf_gym._MODULES
    public = [name for name in rlhf_gym.__all__ if modules[name].split(".")[0] == room]
    package = import_module(f"rlhf_gym.{room}")
    others = [name for name in getattr(package, "__all__", ()) if name not in public]
    shown = [name for name in others if callable(getattr(package, name))]
    return [f"rlhf_gym.{name}" for name in public] + [f"rlhf_gym.{room}.{name}" for name in shown]
