"""How a tool call is shown: one row per tool that we know, indented JSON for all others.

Arguments may be half written: the model streams them as JSON text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import pydantic_core

from copilot_nb.transcript.safety import visible

TITLE_LENGTH = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How calls of one tool are shown."""

    title: tuple[str, ...] = ()
    """Arguments that name the call; the first one given is its title."""
    patch: bool = False
    """The call's text is a patch: the files that it names are the title."""
    body: str = ""
    """Argument that is the call's text; without it, what is not in the title is shown as JSON."""
    language: str = "json"
    """Language of the body; "path" takes it from the name of the file."""
    edit: tuple[str, str] = ("", "")
    """Arguments with the text before and after, shown as lines taken away and added."""
    hidden: bool = False
    """Other blocks say all there is to say."""


TOOLS: Mapping[str, Shape] = {
    "apply_patch": Shape(body="input", language="diff", patch=True),
    "ask_user": Shape(hidden=True),
    "bash": Shape(title=("command",), body="command", language="bash"),
    "create": Shape(title=("path",), body="file_text", language="path"),
    "describe_variable": Shape(title=("name",)),
    "edit": Shape(title=("path",), edit=("old_str", "new_str"), language="diff"),
    "exit_plan_mode": Shape(hidden=True),
    "glob": Shape(title=("pattern",)),
    "grep": Shape(title=("pattern",)),
    "powershell": Shape(title=("command",), body="command", language="powershell"),
    "report_intent": Shape(hidden=True),
    "rg": Shape(title=("pattern",)),
    "run_code": Shape(title=("code",), body="code", language="python"),
    "run_scratch": Shape(title=("code",), body="code", language="python"),
    "skill": Shape(title=("skill", "name")),
    "sql": Shape(title=("description", "query"), body="query", language="sql"),
    "store_memory": Shape(title=("fact",)),
    "str_replace_editor": Shape(title=("path",)),
    "task": Shape(title=("description",), body="prompt", language="text"),
    "update_todo": Shape(body="todos", language="markdown"),
    "view": Shape(title=("path",)),
    "web_fetch": Shape(title=("url",)),
    "web_search": Shape(title=("query",)),
    "write_bash": Shape(title=("input",), body="input", language="text"),
}
"""The tools whose calls read better than as JSON."""

_PATCHED = re.compile(r"^\*\*\* (Add|Delete|Update) File: (.+)$", re.MULTILINE)
_PATCHES = {"Add": "create", "Delete": "delete", "Update": "edit"}
"""What is done to a file, in the words of the runtime's own results."""

_LANGUAGES = {
    ".css": "css",
    ".html": "html",
    ".ipynb": "json",
    ".js": "javascript",
    ".json": "json",
    ".md": "markdown",
    ".py": "python",
    ".r": "r",
    ".sh": "bash",
    ".sql": "sql",
    ".toml": "toml",
    ".ts": "typescript",
    ".yaml": "yaml",
    ".yml": "yaml",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A call's arguments, made readable."""

    title: str
    arguments: str
    language: str


def shape(tool: str) -> Shape:
    """The row of that tool, or the one for tools that we do not know."""
    return TOOLS.get(tool, Shape())


def show(tool: str, arguments: object, *, complete: bool = True) -> Shown:
    """A call's title and text.

    Args:
        tool: The tool's name.
        arguments: What it was given; anything that JSON can hold.
        complete: Whether the model has written all of it.
    """
    row = shape(tool)
    if not isinstance(arguments, Mapping):
        if not isinstance(arguments, str):
            return Shown("", visible(_json(arguments, complete=complete)), "json")
        language = row.language if row.body else "text"
        return Shown(_names(row, arguments), visible(arguments), language)
    named = [name for name in row.title if arguments.get(name) not in {None, ""}] or _only(
        arguments
    )
    title = first_line(_text(arguments[named[0]])) if named else ""
    if row.edit[0]:
        return Shown(title, _edit(arguments, row), row.language)
    if row.body and row.body in arguments:
        text = _text(arguments[row.body])
        return Shown(title or _names(row, text), visible(text), _language(row, arguments))
    rest = {name: value for name, value in arguments.items() if name not in named[:1]}
    hidden_rest = rest if len(title) < TITLE_LENGTH else arguments
    return Shown(title, visible(_json(hidden_rest, complete=complete)), "json")


def show_partial(tool: str, written: str) -> Shown:
    """A call's title and text as far as the model has written its arguments."""
    try:
        arguments = pydantic_core.from_json(written, allow_partial="trailing-strings")
    except ValueError:
        return Shown("", "", shape(tool).language)
    return show(tool, arguments, complete=False)


def first_line(text: str) -> str:
    """The first line that says something, short enough for a closed card."""
    lines = text.strip().split("\n", 1)
    line = visible(lines[0].strip())
    if len(line) > TITLE_LENGTH or len(lines) > 1:
        return line[:TITLE_LENGTH].rstrip() + " …"
    return line


def file_language(path: str) -> str:
    """The language of a file, by its name."""
    return _LANGUAGES.get(PurePosixPath(path.replace("\\", "/")).suffix.lower(), "text")


def indented(value: object) -> str:
    """A value as indented JSON, nothing for nothing."""
    return _json(value, complete=True)


def _names(row: Shape, text: str) -> str:
    """What the text itself says that the call is about: "edit a.py, create b.py"."""
    found = _PATCHED.findall(text) if row.patch else ()
    return first_line(", ".join(f"{_PATCHES[verb]} {path}" for verb, path in found))


def _only(arguments: Mapping[str, Any]) -> list[str]:
    """The name of a call's only argument, if that is a short text."""
    match list(arguments.items()):
        case [(name, str(value))] if 0 < len(value) < TITLE_LENGTH and "\n" not in value:
            return [name]
    return []


def _json(value: object, *, complete: bool) -> str:
    if value in (None, {}, []):
        return ""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    return text if complete else text.rstrip('"}] \n')


def _text(value: object) -> str:
    return value if isinstance(value, str) else _json(value, complete=True)


def _edit(arguments: Mapping[str, Any], row: Shape) -> str:
    before, after = (_text(arguments.get(name)) for name in row.edit)
    gone = [f"-{line}" for line in before.split("\n")] if before else []
    new = [f"+{line}" for line in after.split("\n")] if after else []
    return visible("\n".join([*gone, *new]))


def _language(row: Shape, arguments: Mapping[str, Any]) -> str:
    if row.language != "path":
        return row.language
    return file_language(_text(arguments.get("path")))


def lasting(arguments: object) -> str:
    """How long a command outlives its call, in words; empty when it does not."""
    match arguments:
        case {"detach": True}:
            return "It goes on even after the session has ended."
        case {"mode": "async"}:
            return "It goes on in the background while the agent answers."
    return ""
