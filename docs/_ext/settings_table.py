"""A Sphinx extension that writes the table of the settings of feedback.

It puts the table in place of ``<!-- table of the settings of feedback -->``, made from the fields
of `FeedbackSettings`, their defaults and their docstrings.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from sphinx.application import Sphinx

from rlhf_gym.presets import FeedbackSettings
from rlhf_gym.runs.open_fields import field_docstrings

MARK = "<!-- table of the settings of feedback -->"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("source-read", put_table)
    return {"version": "1", "parallel_read_safe": True}


def put_table(app: Sphinx, name: str, source: list[str]) -> None:
    """Replace the mark in a page by the table."""
    source[0] = source[0].replace(MARK, table_of_settings())


def table_of_settings() -> str:
    """The fields of `FeedbackSettings` with their defaults, as a table in Markdown."""
    texts, defaults = field_docstrings(FeedbackSettings), FeedbackSettings()
    rows = [
        f"| `{each.name}` | {written(getattr(defaults, each.name))} | {texts[each.name]} |"
        for each in fields(FeedbackSettings)
    ]
    return "\n".join(["| setting | default | meaning |", "|---|---|---|", *rows])


def written(value: object) -> str:
    """A default as readers see it.

    >>> written(0.25), written(None), written(2**30)
    ('`0.25`', '', '`1,073,741,824`')
    """
    if value is None:
        return ""
    if is_dataclass(value):
        return f"`{type(value).__name__}()`"
    return f"`{value:,}`" if isinstance(value, int) else f"`{value}`"
