"""What subcommands return: values that draw themselves as plain text and as safe HTML.

A table keeps numbers and times as they are for whoever uses it as data, and shows them as people
read them.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from copilot_nb.transcript.safety import visible

if TYPE_CHECKING:
    from copilot_nb.transcript.blocks import Transcript

Cell = str | int | float | datetime | None

_WIDEST = 60
_TICKED = re.compile(r"`([^`\n]+)`")
_PLAIN = "margin:0;padding:0;"
_CAPTION = ' style="text-align:left;padding:4px 0"'
_RED = "color:var(--jp-error-color0,#b00020);font-weight:bold"


@dataclass(frozen=True, slots=True)
class Text:
    """Lines of plain text."""

    text: str
    level: Literal["info", "warning"] = "info"
    """A warning is red where there are colours."""

    def __str__(self) -> str:
        return visible(self.text)

    def __repr__(self) -> str:
        return visible(self.text)

    def _repr_html_(self) -> str:
        """The text in a `pre`, words in backticks as code; nothing in it is taken for HTML."""
        style = _PLAIN + (_RED if self.level == "warning" else "")
        return f'<pre class="copilot-text" style="{style}">{_ticked(self.text)}</pre>'


@dataclass(frozen=True, slots=True)
class Table(Sequence[dict[str, Cell]]):
    """Rows under headings; a sequence of dicts, so `pandas.DataFrame(table)` works."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    note: str = ""
    """What stands below: mostly the next step."""

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return Table(self.columns, self.rows[index], self.caption, self.note)
        return dict(zip(self.columns, self.rows[index], strict=True))

    def __iter__(self) -> Iterator[dict[str, Cell]]:
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def __repr__(self) -> str:
        if not self.rows:
            return "\n".join(visible(line) for line in (self.caption, self.note) if line)
        cells, columns = self._drawn()
        right = list(map(_are_numbers, columns))
        cells = [tuple(map(_short, row)) for row in cells]
        widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
        lines = [
            "  ".join(
                cell.rjust(width) if at_right else cell.ljust(width)
                for cell, width, at_right in zip(row, widths, right, strict=True)
            ).rstrip()
            for row in cells
        ]
        lines.insert(1, "  ".join("-" * width for width in widths))
        caption = [visible(self.caption)] if self.caption else []
        return "\n".join([*caption, *lines, *([visible(self.note)] if self.note else [])])

    def _repr_html_(self) -> str:
        """A plain table; every cell is text."""
        if not self.rows:
            return Text(repr(self))._repr_html_()
        caption = f"<caption{_CAPTION}>{_ticked(self.caption)}</caption>" if self.caption else ""
        (heads, *rows), columns = self._drawn()
        styles = list(map(_style, columns))
        body = "".join(_row("td", row, styles) for row in rows)
        table = f"<thead>{_row('th', heads, styles)}</thead><tbody>{body}</tbody>"
        note = f'<p class="copilot-text">{_ticked(self.note)}</p>' if self.note else ""
        return f'<table class="copilot-table">{caption}{table}</table>{note}'

    def _drawn(self) -> tuple[list[tuple[str, ...]], list[tuple[Cell, ...]]]:
        """Headings and rows as text, without empty columns; and the columns that are left."""
        columns = list(zip(*self.rows, strict=True))
        kept = [at for at, cells in enumerate(columns) if any(map(shown, cells))]
        rows = [tuple(shown(row[at]) for at in kept) for row in self.rows]
        heads = tuple(self.columns[at] for at in kept)
        return [heads, *rows], [columns[at] for at in kept]


@dataclass(frozen=True, slots=True)
class Turns:
    """Turns as a notebook stores them, one below the other."""

    turns: tuple[Transcript, ...]
    caption: str = ""
    full: bool = False
    """Whether the text leaves nothing out; on a page it is folded."""

    def __repr__(self) -> str:
        from copilot_nb.views.plain import to_text

        caption = [visible(self.caption)] if self.caption else []
        drawn = (_asked(each) + to_text(each, full=self.full) for each in self.turns)
        return "\n\n".join([*caption, *drawn])

    def _repr_html_(self) -> str:
        """Safe and without scripts, like every stored turn."""
        from copilot_nb.views.document import to_html

        caption = f"<p>{_text(self.caption)}</p>" if self.caption else ""
        drawn = (
            f'<pre class="copilot-text">{_text(_asked(each))}</pre>{to_html(each)}'
            for each in self.turns
        )
        return caption + "".join(drawn)


Result = Text | Table | Turns


def shown(cell: Cell) -> str:
    """A value as people read it: "12,345", "0.25", "2026-01-31 14:05", "yes"; nothing for None."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case int():
            return f"{cell:,}"
        case float():
            return f"{cell:,.4g}" if abs(cell) < 10_000 else f"{cell:,.0f}"  # noqa: PLR2004 - from here on digits after the point say nothing
        case datetime():
            return (cell.astimezone() if cell.tzinfo else cell).strftime("%Y-%m-%d %H:%M")
    return str(cell)


def _asked(turn: Transcript) -> str:
    """The prompt above its turn, and when it was asked.

    A stored turn leaves both out: its cell shows the one, and the other would change its file.
    """
    from copilot_nb.views.words import moment

    when = moment(turn.at)
    lines = [*(f"> {line}" for line in turn.prompt.splitlines()), *([f"— {when}"] if when else [])]
    return "".join(f"{line}\n" for line in lines)


def _are_numbers(cells: tuple[Cell, ...]) -> bool:
    return all(
        cell is None or (isinstance(cell, int | float) and not isinstance(cell, bool))
        for cell in cells
    )


def _ticked(text: str) -> str:
    """HTML of a text in which only words in backticks mean something: they are code."""
    return _TICKED.sub(r"<code>\1</code>", _text(text))


def _text(value: str) -> str:
    """HTML of a text: data may hold anything, and two dollars in it are no formula."""
    from copilot_nb.views.markdown import text

    return text(visible(value))


def _style(cells: tuple[Cell, ...]) -> str:
    """How a column stands: numbers to the right, times in one line."""
    if _are_numbers(cells):
        return "text-align:right"
    times = all(cell is None or isinstance(cell, datetime) for cell in cells)
    return f"text-align:left{';white-space:nowrap' if times else ''}"


def _row(tag: str, cells: tuple[str, ...], styles: list[str]) -> str:
    drawn = (
        f'<{tag} style="{style}">{_text(cell)}</{tag}>'
        for cell, style in zip(cells, styles, strict=True)
    )
    return f"<tr>{''.join(drawn)}</tr>"


def _short(text: str) -> str:
    """One line of a cell for the plain form; names and descriptions come from servers."""
    text = visible(text).replace("\n", " ")
    return textwrap.shorten(text, _WIDEST, placeholder="…") if len(text) > _WIDEST else text
