"""Markdown on a terminal while it is still being written.

A line is shown word by word as soon as it is clear what kind of line it is; marks of emphasis and
code are held back until they close. Tables wait for their last row.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from copilot_nb.transcript.output import clean

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from copilot_nb.views.lines import Lines

_FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*([\w+#.-]*)")
_RULE = re.compile(r"\s{0,3}([-*_])(?:\s*\1){2,}\s*")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+")
_BULLET = re.compile(r"(\s*)(?:[-*+]|(\d{1,9}[.)]))\s+(?:\[([ xX])\]\s+)?")
_QUOTE = re.compile(r"\s*(?:>\s?)+")
_TABLE = re.compile(r"\s*\|")
_UNCLEAR = re.compile(r"\s*(?:[#>*+|`~_=-]+\S{0,5}|\d{1,9}[.)]?)?\s*(?:\[[ xX]?\]?)?\s*")
_SPAN = re.compile(
    r"(?P<code>`[^`\n]+`)"
    r"|(?P<math>\$(?![\s$])[^$\n`]*[^$\s`\\]\$(?!\d))"
    r"|(?P<strong>\*\*(?=\S)[^*\n]+\*\*)"
    r"|(?P<em>\*(?=\S)[^*\n]+\*(?!\*)|(?<!\w)_(?=\S)[^_\n]+_(?!\w))"
    r"|(?P<strike>~~(?=\S)[^~\n]+~~)"
    r"|(?P<link>!?\[[^\]\n]*\]\([^)\s]*\))"
)
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)]*)\)")
_MARK = re.compile(r"[`*_~\[$]|!(?=\[|\Z)")
_STYLES = {"code": "cyan", "strong": "bold", "em": "italic", "strike": "strike"}
_HELD = 240
"""Characters after which a mark that does not close is taken for what it is."""


class MarkdownStream:
    """Writes Markdown to lines as it comes.

    Args:
        lines: Where to write.
    """

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._pending = ""
        self._escape = ""
        self._in_line = False
        self._style = ""
        self._before = ""
        self._fence = ""
        self._language = ""
        self._table: list[str] = []
        self._gap = False

    def feed(self, text: str) -> None:
        """Show some more of the text."""
        text, self._escape = clean(text, self._escape)
        self._pending += text.replace("\r", "")
        while "\n" in self._pending:
            line, self._pending = self._pending.split("\n", 1)
            self._finish(line)
        if not self._fence and (self._in_line or not _UNCLEAR.fullmatch(self._pending)):
            self._advance()

    def close(self) -> None:
        """Show what was held back; the text has ended."""
        if self._pending or self._in_line:
            self._finish(self._pending)
            self._pending = ""
        self._flush_table()
        self._lines.fresh()
        self._fence, self._gap = "", False

    def _advance(self) -> None:
        if not self._in_line:
            if _TABLE.match(self._pending) or _FENCE.match(self._pending):
                return
            self._pending = self._begin(self._pending)
        self._pending = self._inline(self._pending, final=False)

    def _finish(self, line: str) -> None:
        """The rest of a line whose end has come."""
        if self._in_line:
            self._inline(line, final=True)
            self._end_line()
        elif self._fence:
            self._code(line)
        elif _TABLE.match(line):
            self._table.append(line)
        else:
            self._flush_table()
            self._whole(line)

    def _whole(self, line: str) -> None:
        """A line of which nothing has been shown."""
        if fence := _FENCE.match(line):
            self._open_gap()
            self._fence, self._language = fence[1], fence[2]
        elif not line.strip():
            self._gap = True
        elif _RULE.fullmatch(line):
            self._open_gap()
            self._lines.exact("───", "dim")
        else:
            self._inline(self._begin(line), final=True)
            self._end_line()

    def _begin(self, line: str) -> str:
        """Write what a line begins with; the rest of it is handed back."""
        self._flush_table()
        self._open_gap()
        self._in_line, self._style, self._before = True, "", ""
        if heading := _HEADING.match(line):
            self._style = "bold"
            return line[heading.end() :]
        if bullet := _BULLET.match(line):
            self._write_bullet(bullet)
            return line[bullet.end() :]
        if quote := _QUOTE.match(line):
            self._lines.write("│ ", "dim", indent="│ ")
            return line[quote.end() :]
        return line.lstrip()

    def _write_bullet(self, bullet: re.Match[str]) -> None:
        indent, number, box = bullet[1], bullet[2], bullet[3]
        mark = number or "•"
        if box:
            mark = "☐" if box == " " else "☑"
        self._lines.write(f"{indent}{mark} ", indent=" " * (len(indent) + len(mark) + 1))

    def _end_line(self) -> None:
        self._lines.newline()
        self._in_line = False

    def _open_gap(self) -> None:
        if self._gap:
            self._lines.fresh()
            self._lines.newline()
            self._gap = False

    def _inline(self, text: str, *, final: bool) -> str:
        """Write what is sure of a line's text; the rest is handed back."""
        while text:
            mark = _MARK.search(text)
            plain = text[: mark.start()] if mark else text
            if mark is None and not final:
                plain = text[: _last_word(text)]
            self._write(plain, self._style)
            text = text[len(plain) :]
            if mark is None:
                return text
            if span := self._span(text, final=final):
                self._write_span(span)
                text = text[span.end() :]
            elif final or len(text) > _HELD or self._is_literal(text):
                self._write(text[0], self._style)
                text = text[1:]
            else:
                return text
        return text

    def _span(self, text: str, *, final: bool) -> re.Match[str] | None:
        """The span at the beginning, unless more text could still make it another one."""
        span = _SPAN.match(text)
        if span is None or (span.end() == len(text) and not final):
            return None
        inside_word = text[0] == "_" and (self._before.isalnum() or self._before == "_")
        return None if inside_word else span

    def _is_literal(self, text: str) -> bool:
        """Whether the mark at the beginning can not open anything."""
        if text[0] == "_":
            return self._before.isalnum()
        return len(text) > 1 and text[0] in "*$" and text[1].isspace()

    def _write(self, text: str, style: str) -> None:
        self._lines.write(text, style)
        self._before = text[-1:] or self._before

    def _write_span(self, span: re.Match[str]) -> None:
        kind = span.lastgroup or ""
        if kind == "link":
            label, url = _LINK.fullmatch(span[0]).groups()  # type: ignore[union-attr]  # a part of _SPAN
            self._write(label, self._style)
            if url and url != label:
                self._write(f" ({url})", "dim")
            return
        if kind == "math":
            self._write(span[0], self._style)
            return
        marks = 2 if kind in {"strong", "strike"} else 1
        style = f"{self._style} {_STYLES[kind]}".strip()
        self._write(span[0][marks:-marks], style)

    def _code(self, line: str) -> None:
        if line.strip().startswith(self._fence) and not line.strip().strip(self._fence[0]):
            self._fence = ""
            return
        self._lines.exact(coloured(line, self._language), indent="    ")

    def _flush_table(self) -> None:
        rows, self._table = self._table, []
        if not rows:
            return
        self._open_gap()
        if self._lines.console.is_terminal:
            self._lines.draw(_table(rows))
        else:
            for row in rows:
                self._lines.exact(row.strip())


def coloured(line: str, language: str) -> Text:
    """A line of code in the terminal's own colours."""
    from rich.syntax import Syntax

    syntax = Syntax("", language or "text", theme="ansi_dark", background_color="default")
    text = syntax.highlight(line)
    text.rstrip()
    return text


def _last_word(text: str) -> int:
    """Where the last word begins, which may still grow."""
    return len(text) - len(re.split(r"\s", text)[-1])


def _table(rows: list[str]) -> RenderableType:
    from rich import box
    from rich.table import Table

    cells = [_cells(row) for row in rows]
    head, *body = [row for row in cells if not all(re.fullmatch(r":?-*:?", c) for c in row)] or [[]]
    rights = next((row for row in cells[1:2] if all(re.fullmatch(r":?-+:?", c) for c in row)), [])
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for at, name in enumerate(head):
        right = at < len(rights) and rights[at].endswith(":") and not rights[at].startswith(":")
        table.add_column(_plain(name), justify="right" if right else "left")
    for row in body:
        table.add_row(*(_plain(cell) for cell in row[: len(head)]))
    return table


def _cells(row: str) -> list[str]:
    return [
        cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))
    ]


def _plain(cell: str) -> Text:
    from rich.text import Text

    return Text(re.sub(r"[*`]", "", cell))
