"""What subcommands return: values that draw themselves as plain text and as safe HTML."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from copilot_nb.transcript.safety import visible

_WIDEST = 60


@dataclass(frozen=True, slots=True)
class Text:
    """Lines of plain text."""

    text: str

    def __str__(self) -> str:
        return visible(self.text)

    def __repr__(self) -> str:
        return visible(self.text)

    def _repr_html_(self) -> str:
        """The text in a `pre`; nothing in it is taken for HTML."""
        return f'<pre class="copilot-text">{escape(visible(self.text))}</pre>'


@dataclass(frozen=True, slots=True)
class Table(Sequence[dict[str, str]]):
    """Rows of text under headings; a sequence of dicts, so `pandas.DataFrame(table)` works."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return Table(self.columns, self.rows[index], self.caption)
        return dict(zip(self.columns, self.rows[index], strict=True))

    def __iter__(self) -> Iterator[dict[str, str]]:
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def __repr__(self) -> str:
        cells = [self.columns, *(tuple(_short(cell) for cell in row) for row in self.rows)]
        widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in cells
        ]
        lines.insert(1, "  ".join("-" * width for width in widths))
        return "\n".join([*([self.caption] if self.caption else []), *lines])

    def _repr_html_(self) -> str:
        """A plain table; every cell is text."""
        caption = f"<caption>{escape(self.caption)}</caption>" if self.caption else ""
        head = "".join(f'<th style="text-align:left">{escape(name)}</th>' for name in self.columns)
        body = "".join(
            "<tr>"
            + "".join(f'<td style="text-align:left">{escape(visible(cell))}</td>' for cell in row)
            + "</tr>"
            for row in self.rows
        )
        table = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
        return f'<table class="copilot-table">{caption}{table}</table>'


Result = Text | Table


def _short(text: str) -> str:
    """One line of a cell for the plain form; names and descriptions come from servers."""
    text = visible(text).replace("\n", " ")
    return textwrap.shorten(text, _WIDEST, placeholder="…") if len(text) > _WIDEST else text
