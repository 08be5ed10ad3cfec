"""TextTable: a table of text, for terminals and Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rlhf_gym.basics.words import NOTHING

__all__ = ["TextTable"]


@dataclass(frozen=True)
class TextTable:
    """A table of text.

    Attributes:
        header: names of the columns.
        rows: one text for each column.
        labels: number of leading columns that are names, not numbers.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    labels: int = 2

    def of_known_columns(self) -> TextTable:
        """Leave out the columns of numbers in which nothing is known."""
        kept = [
            i
            for i in range(len(self.header))
            if i < self.labels or any(row[i] not in ("", NOTHING) for row in self.rows)
        ]
        rows = tuple(tuple(row[i] for i in kept) for row in self.rows)
        return TextTable(tuple(self.header[i] for i in kept), rows, self.labels)

    def aligned(self) -> str:
        """Write the table for a terminal: names left, numbers right.

        >>> print(TextTable(("arm", "score"), (("true", "1.00"),), labels=1).aligned())
        arm   score
        true   1.00
        """
        lines = [self.header, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join(
                text.ljust(width) if i < self.labels else text.rjust(width)
                for i, (text, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        )

    def markdown(self) -> str:
        """Write the table as Markdown.

        >>> print(TextTable(("arm", "score"), (("true", "1.00"),), labels=1).markdown())
        | arm | score |
        |---|--:|
        | true | 1.00 |
        """
        rule = ["---"] * self.labels + ["--:"] * (len(self.header) - self.labels)
        lines = [_line(self.header), "|" + "|".join(rule) + "|", *map(_line, self.rows)]
        return "\n".join(lines)


def _line(texts: Sequence[str]) -> str:
    safe = (" ".join(text.split()).replace("|", "\\|") for text in texts)
    return "| " + " | ".join(safe) + " |"
