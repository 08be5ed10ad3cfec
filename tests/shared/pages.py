"""What an HTML page holds, as tests look at it."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser
from pathlib import Path


class Page(HTMLParser):
    """The ids, anchors, links, tags and text of a page.

    Attributes:
        anchors: targets of ``<a href>``.
        links: all targets of ``href``, ``xlink:href`` and ``src``.
        scripts: texts of the scripts.
        tips: what is shown where the pointer rests on a figure.
        policy: what the page lets the browser load and run.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.anchors: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.scripts: list[str] = []
        self.tips: list[str] = []
        self.policy = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = {name: value for name, value in attrs if value}
        self.ids += [value for name, value in values.items() if name == "id"]
        targets = [value for name, value in values.items() if name in ("href", "xlink:href", "src")]
        self.links += targets
        self.anchors += targets if tag == "a" else []
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"]

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.tags[-1:] == ["script"] and data.strip():
            self.scripts.append(data)
        if self.tags[-2:] == ["g", "title"] and data.strip():
            self.tips.append(data)

    @property
    def loads_nothing_and_runs_only_its_scripts(self) -> bool:
        """Whether the policy says so."""
        hashes = [base64.b64encode(hashlib.sha256(t.encode()).digest()) for t in self.scripts]
        allowed = " ".join(f"'sha256-{each.decode()}'" for each in hashes) or "'none'"
        rules = self.policy.split("; ")
        return f"script-src {allowed}" in rules and "default-src 'none'" in rules
