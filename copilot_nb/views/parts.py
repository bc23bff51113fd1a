"""The smallest pieces of stored HTML: every text in them is escaped here."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from copilot_nb.transcript.cuts import cut
from copilot_nb.views.diffs import diff
from copilot_nb.views.markdown import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from copilot_nb.transcript.blocks import TableOutput


def icon(sign: str) -> str:
    """A sign before a line."""
    return f'<span class="copilot-icon">{sign}</span>'


def strong(value: str) -> str:
    """Words that stand out."""
    return f"<strong>{text(value)}</strong>"


def code(value: str) -> str:
    """A name, path or command within a line."""
    return f"<code>{html.escape(value, quote=False)}</code>"


def pre(value: str, more: str = "") -> str:
    """Output as it was printed.

    Args:
        value: The text.
        more: Further classes, each after a space.
    """
    value = html.escape(cut(value.strip("\n")), quote=False)
    return f'<pre class="copilot-output{more}">{value}</pre>'


def table(
    output: TableOutput, name: str, *, th: Callable[[str], str], td: Callable[[str], str]
) -> str:
    """A table of texts.

    Args:
        output: Its cells.
        name: Class of the element.
        th: HTML of a heading, of columns and of the index.
        td: HTML of any other cell.
    """
    labels = int(output.has_index)
    head = "".join(map(th, ("", *output.columns) if labels else output.columns))
    rows = ("".join([*map(th, row[:labels]), *map(td, row[labels:])]) for row in output.rows)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<table class="{name}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def change(unified: str, *, whole: bool = False) -> str:
    """A unified diff; all of it where somebody decides about it."""
    return f'<pre class="copilot-diff">{diff(unified if whole else cut(unified))}</pre>'


def folded(name: str, line: str, body: str, level: str = "") -> str:
    """A line with a body folded behind it; only the line if there is no body.

    Args:
        name: Class of the element.
        line: HTML of the line.
        body: HTML of what is folded.
        level: Further classes of the line, each after a space.
    """
    if not body:
        return f'<p class="{name}{level}">{line}</p>'
    summary = f'<summary class="copilot-head{level}">{line}</summary>'
    return f'<details class="{name}">{summary}{body}</details>'
