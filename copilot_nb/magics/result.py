"""What subcommands return: values that draw themselves as plain text and as safe HTML.

A table keeps numbers and times as they are for whoever uses it as data, and shows them as people
read them. As text it is as wide as the terminal: what does not fit goes on in the next line.
"""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Literal

from copilot_nb.transcript.safety import visible

if TYPE_CHECKING:
    from copilot_nb.transcript.blocks import Transcript

Cell = str | int | float | datetime | None

_BRIEF = 60
_MOST_LINES = 8
_WIDTH = 100
"""Of a table as text where no terminal says it: in files, and in what is made out of them."""
_WHOLE = 36
"""A word up to that long, such as the id of a session, is never broken."""
_NARROW = 20
"""A column up to that wide, such as one of times, gives no way."""
_GAP = "  "
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
    brief: tuple[str, ...] = ()
    """Columns of which some words are enough as text, such as prompts."""

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return Table(self.columns, self.rows[index], self.caption, self.note, self.brief)
        return dict(zip(self.columns, self.rows[index], strict=True))

    def __iter__(self) -> Iterator[dict[str, Cell]]:
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def __repr__(self) -> str:
        if not self.rows:
            return "\n".join(visible(line) for line in (self.caption, self.note) if line)
        (heads, *rows), columns = self._drawn()
        right = list(map(_are_numbers, columns))
        cells = [heads, *(tuple(map(self._line, heads, row)) for row in rows)]
        widths = _widths(cells, _width())
        head, *body = (_lines(row, widths, right) for row in cells)
        rule = _GAP.join("-" * width for width in widths)
        caption = [visible(self.caption)] if self.caption else []
        note = [visible(self.note)] if self.note else []
        return "\n".join([*caption, *head, rule, *(line for row in body for line in row), *note])

    def _line(self, column: str, cell: str) -> str:
        """A cell without line ends; names and descriptions come from servers."""
        text = visible(cell).replace("\n", " ")
        is_long = column in self.brief and len(text) > _BRIEF
        return f"{text[: _BRIEF - 1].rstrip()}…" if is_long else text

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


def _width() -> int:
    """How wide a text may be."""
    known = sys.stdout is not None and sys.stdout.isatty()
    return shutil.get_terminal_size((_WIDTH, 0)).columns if known else _WIDTH


def _widths(cells: Sequence[tuple[str, ...]], most: int) -> list[int]:
    """How wide each column is: the widest give way until all fit, but no word is broken for it."""
    columns = list(zip(*cells, strict=True))
    widths = [max(map(len, column)) for column in columns]
    least = [
        width if width <= _NARROW else max(min(_longest_word(column), _WHOLE), _NARROW)
        for width, column in zip(widths, columns, strict=True)
    ]
    widths = [
        max(min(width, most), at_least) for width, at_least in zip(widths, least, strict=True)
    ]
    room = most - len(_GAP) * (len(columns) - 1)
    while sum(widths) > room:
        left = [at for at, width in enumerate(widths) if width > least[at]]
        if not left:
            break
        widths[max(left, key=widths.__getitem__)] -= 1
    return widths


def _longest_word(column: Sequence[str]) -> int:
    return max(len(word) for cell in column for word in cell.split() or [""])


def _lines(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> Iterator[str]:
    """A row as lines: a cell that is longer than its column goes on in the next one."""
    wrapped = (
        textwrap.wrap(cell, width, break_on_hyphens=False, max_lines=_MOST_LINES, placeholder=" …")
        for cell, width in zip(row, widths, strict=True)
    )
    for line in zip_longest(*wrapped, fillvalue=""):
        yield _GAP.join(
            cell.rjust(width) if at_right else cell.ljust(width)
            for cell, width, at_right in zip(line, widths, right, strict=True)
        ).rstrip()
