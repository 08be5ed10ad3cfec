"""Pages: HTML files that need no network, and the numbers behind them."""

from __future__ import annotations

import json
import math
import re
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

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


def render(template: str, **values: Any) -> str:
    """Render a template that extends ``page.html.j2``.

    Args:
        template: its file, relative to this package.
        values: what the template shows; text is escaped, `markupsafe.Markup` is not.
    """
    written = time.strftime("%d %B %Y, %H:%M").lstrip("0")
    return _environment().get_template(template).render(written=written, **values)


@cache
def _environment() -> jinja2.Environment:
    loader = jinja2.PackageLoader("rlhf_gym.reports", "")
    made = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.filters["headings"] = _headings
    return made


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
