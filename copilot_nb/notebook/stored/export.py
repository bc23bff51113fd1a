"""Turns as a file of their own: Markdown, HTML, a notebook with the agent's code, or JSON.

Everything is made of transcripts, so that a stored conversation exports like a live one.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from copilot_nb.errors import UsageError
from copilot_nb.notebook.stored.cells import to_ipynb
from copilot_nb.views.document import to_html
from copilot_nb.views.plain import to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from copilot_nb.transcript.blocks import Transcript

Format = Literal["markdown", "html", "ipynb", "json"]
SUFFIXES: Mapping[str, Format] = {
    ".md": "markdown",
    ".html": "html",
    ".ipynb": "ipynb",
    ".json": "json",
}
_PAGE = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Copilot</title>\n'
    "<style>body{{font-family:sans-serif;max-width:60em;margin:2em auto;padding:0 1em}}"
    ".prompt{{white-space:pre-wrap;border-left:4px solid #999;padding-left:1em}}</style></head>\n"
    "<body>\n{}\n</body></html>\n"
)


def export(turns: Sequence[Transcript], form: Format) -> str:
    """The text of a file with those turns."""
    return _WRITERS[form](turns)


def checked(file: str, form: str, *, force: bool) -> Format:
    """The format that a file is to have.

    Raises:
        UsageError: Neither its ending nor the given format says it, or the file is there.
    """
    path = Path(file).expanduser()
    found = cast("Format | None", form or SUFFIXES.get(path.suffix.lower()))
    if found is None:
        raise UsageError(
            f"The format of {file!r} is not known.",
            hint=f"End it in {', '.join(SUFFIXES)}, or say --format.",
        )
    if path.exists() and not force:
        raise UsageError(f"{file} is there already.", hint="--force overwrites it.")
    return found


def write(file: str, turns: Sequence[Transcript], form: Format) -> None:
    """Write those turns into a file.

    Raises:
        UsageError: It cannot be written.
    """
    try:
        Path(file).expanduser().write_text(export(turns, form), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.", hint="") from None


def _markdown(turns: Sequence[Transcript]) -> str:
    parts = []
    for turn in turns:
        quoted = "\n".join(f"> {line}" for line in turn.prompt.splitlines())
        parts.append(f"{quoted}\n\n{to_text(turn).strip()}\n")
    return "\n---\n\n".join(parts)


def _html(turns: Sequence[Transcript]) -> str:
    from html import escape

    parts = (
        f'<section>\n<p class="prompt">{escape(turn.prompt)}</p>\n{to_html(turn)}\n</section>'
        for turn in turns
    )
    return _PAGE.format("\n".join(parts))


def _json(turns: Sequence[Transcript]) -> str:
    return json.dumps([_plain(turn) for turn in turns], indent=1, ensure_ascii=False) + "\n"


def _plain(turn: Transcript) -> dict[str, Any]:
    calls = ("name", "title", "arguments", "language", "state", "output", "error", "seconds")
    return {
        "prompt": turn.prompt,
        "text": turn.text,
        "state": turn.state,
        "model": turn.model,
        "seconds": turn.seconds,
        "usage": asdict(turn.usage),
        "tool_calls": [{name: getattr(tool, name) for name in calls} for tool in turn.tools],
    }


_WRITERS: Mapping[Format, Callable[[Sequence[Transcript]], str]] = {
    "markdown": _markdown,
    "html": _html,
    "ipynb": to_ipynb,
    "json": _json,
}
