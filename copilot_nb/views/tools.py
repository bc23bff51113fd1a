"""Tools as stored HTML and as text: a table of all, and the card of one."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from copilot_nb.views.markdown import text
from copilot_nb.views.style import STYLE
from copilot_nb.views.tool_facts import ToolFact, described, parameters

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDEST = 60
_HEADINGS = ("tool", "source", "permission", "calls")


def counts(facts: Sequence[ToolFact]) -> str:
    """How many there are, in a line."""
    off = sum(not fact.enabled for fact in facts)
    return f"{len(facts)} tools" + (f", {off} switched off" if off else "")


def to_html(facts: Sequence[ToolFact]) -> str:
    """The table as self-contained HTML; each row unfolds to description and parameters."""
    head = "".join(f'<th align="left">{each}</th>' for each in _HEADINGS)
    rows = "".join(map(_row, facts))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return (
        f'{STYLE}\n<div class="copilot-static copilot-toollist">\n'
        f"<p><strong>{counts(facts)}</strong></p>\n"
        f'<div class="copilot-tablewrap copilot-text">{table}</div>\n</div>'
    )


def to_text(facts: Sequence[ToolFact]) -> str:
    """The table as text."""
    rows = [(_HEADINGS[0], "description", *_HEADINGS[1:])]
    rows += [
        (_line(f.name), _line(f.summary), _line(f.source), f.permission, str(f.calls or ""))
        for f in facts
    ]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([counts(facts), *lines])


def card_html(fact: ToolFact) -> str:
    """One tool: its name, what it does, what it takes."""
    words = f"{fact.source} · {fact.permission}"
    return (
        f'{STYLE}\n<div class="copilot-static"><div class="copilot-tool">'
        f"<p><strong><code>{_text(fact.name)}</code></strong> "
        f'<span class="copilot-muted">{_text(words)}</span></p>{_body(fact)}</div></div>'
    )


def card(name: str, description: str, schema: Any, *, asks: bool) -> str:
    """The card of a tool that no session has yet, from its declaration."""
    return card_html(
        ToolFact(
            name=name,
            source="python",
            description=described(description),
            parameters=parameters(schema),
            asks="yes" if asks else "no",
        )
    )


def _row(fact: ToolFact) -> str:
    body = _body(fact)
    name = f"<code>{_text(fact.name)}</code>"
    line = f"{name} {_text(_line(fact.summary))}".strip()
    told = f"<details><summary>{line}</summary>{body}</details>" if body else line
    cells = (told, _text(fact.source), _text(fact.permission), str(fact.calls or ""))
    state = "" if fact.enabled else ' class="copilot-muted"'
    return f"<tr{state}>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _body(fact: ToolFact) -> str:
    paragraphs = [part for part in fact.description.split("\n\n") if part.strip()]
    told = "".join(f"<p>{_text(part)}</p>" for part in paragraphs)
    taken = "".join(
        f"<li><code>{_text(one.name)}</code> <em>{_text(_kind(one))}</em> "
        f"{_text(one.description)}</li>"
        for one in fact.parameters
    )
    ruled = "".join(f"<li>{_text(rule)}</li>" for rule in fact.rules)
    return told + "".join(f"<ul>{items}</ul>" for items in (taken, ruled) if items)


def _kind(parameter: Any) -> str:
    if parameter.required:
        return f"{parameter.type}, needed"
    return f"{parameter.type}, default {parameter.default}" if parameter.default else parameter.type


def _line(words: str) -> str:
    words = " ".join(words.split())
    return textwrap.shorten(words, _WIDEST, placeholder="…") if len(words) > _WIDEST else words


def _text(value: str) -> str:
    return text(value).replace("\n", "<br>")
