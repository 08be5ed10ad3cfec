"""Pages: HTML files that need no network, and the numbers behind them."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from rlhf_gym.basics.durable import write_text

__all__ = ["Card", "Verdict", "render", "write", "write_numbers"]


@dataclass(frozen=True)
class Card:
    """A number at the top of a page."""

    label: str
    value: str
    note: str


@dataclass(frozen=True)
class Verdict:
    """A judgement in words at the top of a page.

    Attributes:
        headline: one sentence: what was done, and what came of it.
        trust: one or two sentences: how far to believe it.
        level: ``"good"``, ``"mixed"``, ``"poor"`` or ``"unknown"``.
        warnings: what speaks against it, most serious first.
    """

    headline: str
    trust: str
    level: str
    warnings: tuple[str, ...]


def render(template: str, *scripts: str, live: bool = False, **values: Any) -> str:
    """Render a template that extends ``page.html.j2``.

    The page tells the browser to run no other script than these, and to load nothing.

    Args:
        template: its file, relative to this package.
        scripts: files of JavaScript, relative to this package.
        live: whether the page may ask its own server how it looks now.
        values: what the template shows; text is escaped, `markupsafe.Markup` is not.
    """
    written = time.strftime("%d %B %Y, %H:%M").lstrip("0")
    made = _environment()
    texts = [made.loader.get_source(made, name)[0] for name in scripts] if made.loader else []
    return made.get_template(template).render(
        written=written,
        live=live,
        scripts=[Markup(text) for text in texts],
        policy=Markup(_policy(texts, live)),
        **values,
    )


def _policy(scripts: Sequence[str], live: bool) -> str:
    """Return the content security policy: what the page holds itself, and nothing else."""
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    allowed = {
        "default-src": "'none'",
        "img-src": "data:",
        "media-src": "data:",
        "style-src": "'unsafe-inline'",
        "script-src": " ".join(f"'sha256-{each}'" for each in hashes) or "'none'",
        "connect-src": "'self'" if live else "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in allowed.items())


@cache
def _environment() -> jinja2.Environment:
    loader = jinja2.PackageLoader("rlhf_gym.reports", "")
    made = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.filters |= {"headings": _headings, "breakable": _breakable}
    return made


def _breakable(name: str) -> Markup:
    """Let a long name go on in the next line after a dot or an underscore."""
    broken = [
        each + Markup("<wbr>") if each in "._" else Markup.escape(each)
        for each in re.split(r"([._])", name)
    ]
    return Markup("").join(broken)


def _headings(html: str) -> list[tuple[str, str]]:
    """Return id and title of each section, up to a comma, for the list of contents."""
    return re.findall(r'<section id="(\w+)">\s*<h2>([^<,]+)', html)


def write(path: Path, text: str) -> None:
    """Write a text file whole or not at all; missing folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, text)


def write_numbers(path: Path, numbers: dict[str, Any]) -> None:
    """Write numbers as strict JSON: NaN and infinity become null, and other objects text."""
    write(path, json.dumps(_strict(numbers), indent=1, default=str) + "\n")


def _strict(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _strict(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
