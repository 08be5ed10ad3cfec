"""What an HTML page holds, as tests look at it."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path


class Page(HTMLParser):
    """The ids, anchors, links, tags and text of a page.

    Attributes:
        anchors: targets of ``<a href>``.
        links: all targets of ``href``, ``xlink:href`` and ``src``.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.anchors: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = {name: value for name, value in attrs if value}
        self.ids += [value for name, value in values.items() if name == "id"]
        targets = [value for name, value in values.items() if name in ("href", "xlink:href", "src")]
        self.links += targets
        self.anchors += targets if tag == "a" else []

    def handle_data(self, data: str) -> None:
        self.text += data
