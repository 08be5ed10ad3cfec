"""A Sphinx extension that writes a page with a picture for each environment of this project.

Before each build it lists the environments as `rlhf-gym envs rlhf/` does and writes
`docs/environments/`: an index of cards, and a page for each environment made of its picture, its
metadata and the docstring of its class. A picture is kept until the environment's module changes.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
from collections.abc import Iterable
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any

import gymnasium as gym
from sphinx.application import Sphinx
from sphinx.util import logging

from rlhf_gym.cli.main import main
from rlhf_gym.reports.gallery import picture_of, shelves

logger = logging.getLogger(__name__)

INTRODUCTION = """# Environments

Any Gymnasium environment can be used, and those of other packages too. The environments on this
page were made for learning from people; each has a goal that is shown to whoever answers. They are
registered when `rlhf_gym` is imported.

```console
$ rlhf-gym envs rlhf/                  # this list in the terminal
$ rlhf-gym play rlhf/LunarLander-v3    # try one with the keyboard
```
"""

OPTIONAL = {"Box2D": "box2d", "mujoco": "mujoco", "ale_py": "atari"}
"""The extra of this package that installs a module."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.connect("builder-inited", write_pages)
    return {"version": "1", "parallel_read_safe": True}


def write_pages(app: Sphinx) -> None:
    """Write the index and the pages; a file that would not change is left as it is."""
    folder = Path(app.srcdir) / "environments"
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    rows = listed()
    for row in rows:
        row["picture"] = draw(row, folder / "pictures")
    names = {f"{slug(row['id'])}.md" for row in rows} | {"index.md"}
    for old in folder.glob("*.md"):
        if old.name not in names:
            old.unlink()
    for row in rows:
        write(folder / f"{slug(row['id'])}.md", page(row))
    write(folder / "index.md", index(shelves(rows)))


def listed() -> list[dict[str, Any]]:
    """What `rlhf-gym envs rlhf/ --json` says of each environment."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        main(["envs", "rlhf/", "--json"])
    rows: list[dict[str, Any]] = json.loads(printed.getvalue())
    return rows


def draw(row: dict[str, Any], folder: Path) -> str:
    """The name of the environment's picture, or an empty text where it cannot be drawn."""
    if not row["draws"]:
        return ""
    path = folder / f"{slug(row['id'])}.png"
    source = Path(str(sys.modules[class_of(row["id"]).__module__].__file__))
    if not path.exists() or path.stat().st_mtime < source.stat().st_mtime:
        try:
            path.write_bytes(picture_of(row["id"]))
        except Exception as error:  # such as robots where no EGL is installed
            logger.info("%s could not be drawn: %s", row["id"], error)
            return ""
    return path.name


def class_of(env_id: str) -> type[gym.Env[Any, Any]]:
    """The class of an environment of this project."""
    module, _, name = str(gym.spec(env_id).entry_point).partition(":")
    found: type[gym.Env[Any, Any]] = getattr(import_module(module), name)
    return found


def slug(env_id: str) -> str:
    """The name of an environment's page.

    >>> slug("rlhf/CartPole-v1")
    'cartpole-v1'
    """
    return env_id.removeprefix("rlhf/").lower()


def index(shelved: Iterable[tuple[str, list[dict[str, Any]]]]) -> str:
    """The page with a card for each environment."""
    parts, pages = [INTRODUCTION], []
    for title, rows in shelved:
        cards = "\n".join(map(card, rows))
        parts.append(f'\n## {title}\n\n<div class="shelf">\n{cards}\n</div>\n')
        pages += [slug(row["id"]) for row in rows]
    listing = "\n".join(pages)
    parts.append(f"\n```{{toctree}}\n:hidden:\n\n{listing}\n```\n")
    return "".join(parts)


def card(row: dict[str, Any]) -> str:
    """An environment's card, as HTML."""
    name = escape(row["id"])
    picture = '<span class="blank">no picture</span>'
    if row["picture"]:
        picture = f'<img src="../_images/{row["picture"]}" alt="{name}" loading="lazy">'
    words = f'<span class="words"><code>{name}</code><p>{escape(row["goal"])}</p></span>'
    return f'<a class="card" href="{slug(row["id"])}.html">{picture}{words}</a>'


def page(row: dict[str, Any]) -> str:
    """The page of one environment."""
    docstring = class_of(row["id"]).__doc__ or ""
    summary, _, rest = docstring.partition("\n")
    parts = [f"# {row['id']}\n\n{row['goal']} {row['tie_breaker']}\n"]
    if row["picture"]:
        parts.append(f"\n![{row['id']}](pictures/{row['picture']}){{.screen}}\n")
    parts.append(facts(row))
    parts.append(f"\n{summary}\n\n{body(rest)}\n")
    return "".join(parts)


def facts(row: dict[str, Any]) -> str:
    """The table of what an environment is."""
    steps = f"{row['time_limit']} steps" if row["time_limit"] else "none"
    lines = [
        ("Import", f'`make_vec_env("{row["id"]}", n_envs=8)`'),
        ("Observations", f"`{row['observations']}`"),
        ("Actions", f"`{row['actions']}`"),
        ("Time limit", steps),
    ]
    if row["probe"]:
        reward = f"naive: {row['naive_reward']}" if row["naive_reward"] else "none"
        lines += [("Reward", reward), ("Counted by a test", row["probe"])]
    needed = [extra for module, extra in OPTIONAL.items() if module in imported(row["id"])]
    if needed:
        lines.append(("Needs", f'`pip install "rlhf-gym[{needed[0]}]"`'))
    lines += [(f"Preset of {algo.upper()}", text) for algo, text in row["presets"].items()]
    table = "\n".join(f"| {name} | {text} |" for name, text in lines)
    return f"\n| | |\n|---|---|\n{table}\n"


def imported(env_id: str) -> str:
    """The modules that an environment's classes come from, as one text."""
    modules = [base.__module__ for base in class_of(env_id).__mro__]
    return " ".join(modules + ["Box2D" if "box2d" in name else "" for name in modules])


def body(docstring: str) -> str:
    """A docstring as Markdown: its indentation removed, its example fenced."""
    lines = [line.removeprefix("    ") for line in docstring.strip("\n").splitlines()]
    text = "\n".join(lines).strip()
    example = re.search(r"\n(>>> .*)\Z", text, re.DOTALL)
    if example:
        text = f"{text[: example.start()]}\n## Example\n\n```pycon\n{example[1]}\n```\n"
    return text


def write(path: Path, text: str) -> None:
    """Write a file unless it holds the same text, so that Sphinx reads only what changed."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
