"""A Sphinx extension that describes the rooms, the packages of `rlhf_gym`.

It writes the index of the API reference: the text of a room is the docstring of its package; its
names are the public names of `rlhf_gym` that live there, followed by the other names that the
package exports. And it puts the map of the rooms in place of ``<!-- map of the rooms -->``, made
from the layers in `pyproject.toml` that the import linter checks.
"""

from __future__ import annotations

import inspect
import sys
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any

from environment_pages import write
from sphinx.application import Sphinx

import rlhf_gym

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MAP = "<!-- map of the rooms -->"
PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"

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
`from rlhf_gym import HumanFeedback`. Importing `rlhf_gym` registers the environments and loads
neither PyTorch nor stable-baselines3; each name is loaded when it is first used.

Rooms are listed with what a user needs first. [Design](../design.md) says how they fit together.
"""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension; it writes before autosummary looks for what to generate."""
    app.connect("builder-inited", write_reference, priority=400)
    app.connect("source-read", put_map)
    return {"version": "1", "parallel_read_safe": True}


def write_reference(app: Sphinx) -> None:
    """Write the index."""
    folder = Path(app.srcdir) / "reference"
    folder.mkdir(exist_ok=True)
    listed = {f"{name}.rst" for room, _ in ROOMS for name in names_of(room)}
    for page in (folder / "generated").glob("*.rst"):
        if page.name not in listed:  # of a name that is no longer there
            page.unlink()
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
    home = f"rlhf_gym.{room}."
    public = [
        name
        for name in rlhf_gym.__all__
        if f"{getattr(rlhf_gym, name).__module__}.".startswith(home)
    ]
    package = import_module(f"rlhf_gym.{room}")
    others = [name for name in getattr(package, "__all__", ()) if name not in public]
    shown = [name for name in others if callable(getattr(package, name))]
    return [f"rlhf_gym.{name}" for name in public] + [f"rlhf_gym.{room}.{name}" for name in shown]


def put_map(app: Sphinx, name: str, source: list[str]) -> None:
    """Replace the mark in a page by the map."""
    if MAP in source[0]:
        source[0] = source[0].replace(MAP, map_of_rooms())


def map_of_rooms() -> str:
    """The layers of the import contract as HTML, the highest first."""
    contracts = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(c["layers"] for c in contracts["contracts"] if c["type"] == "layers")
    floors = []
    for layer in layers:
        rooms = "".join(map(room_of, layer.split(" | ")))
        floors.append(f'<div class="floor">{rooms}</div>')
    return f'<div class="rooms">{"".join(floors)}</div>'


def room_of(name: str) -> str:
    """A room of the map: its name, and what its package says of itself first."""
    text = inspect.getdoc(import_module(f"rlhf_gym.{name}")) or ""
    said = escape(text.split("\n\n")[0].replace("\n", " ").replace("`", ""))
    return f'<div class="room"><code>{name}</code><p>{said}</p></div>'
