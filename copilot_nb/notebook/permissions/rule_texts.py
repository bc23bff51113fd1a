"""What the text of a rule may be: one that could never match would only look like protection."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from copilot_nb.errors import UsageError
from copilot_nb.notebook.permissions.addresses import Address
from copilot_nb.notebook.permissions.shell_lines import PATTERN

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER: Final = "/**"
"""Ends the text of a path rule that covers everything below a folder."""
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://.")


def checked(kind: str, decision: str, text: str) -> str:
    """The text as a rule keeps it.

    Raises:
        UsageError: Nothing could ever match it.
    """
    return _CHECKS[kind](text, decision)


def _command(text: str, _decision: str) -> str:
    if not text.removesuffix(PATTERN).strip():
        hint = "Such as `git log:*`; `tool bash` is about all of them."
        raise UsageError(f"{text!r} names no command.", hint=hint)
    return text


def _path(text: str, _decision: str) -> str:
    named = text.removesuffix(FOLDER)
    if set("*?") & set(named) and not Path(named).expanduser().exists():
        raise UsageError(
            f"{text!r} is read as the name of one file, and there is none.",
            hint="`FOLDER/**` is about everything below a folder; other patterns there are not.",
        )
    return text


def _url(text: str, decision: str) -> str:
    text = text.strip()
    if decision == "allow":
        if not _SCHEME.match(text):
            hint = "It takes all of one, such as `https://example.org/data.csv`; deny takes a host."
            raise UsageError(f"A rule allows a URL, and {text!r} is none.", hint=hint)
    elif Address.of(text) is None or text.endswith("*") or any(map(str.isspace, text)):
        raise UsageError(
            f"{text!r} is no URL and no host.",
            hint="Such as `example.org`, which is about all of its pages and the hosts below it.",
        )
    return text


def _server_tool(text: str, decision: str) -> str:
    text = text.strip().rstrip("/")
    server, _, tool = text.partition("/")
    if decision == "allow" and not tool:
        hint = f"Such as `{server}/search`; `%copilot tools` lists the tools."
        raise UsageError("A rule allows one tool of an MCP server: SERVER/TOOL.", hint=hint)
    if not server or "*" in text:
        raise UsageError(
            f"{text!r} names no MCP server.",
            hint="It takes `server/tool`; to deny, `server` alone is about all of its tools.",
        )
    return text


def _tool(text: str, _decision: str) -> str:
    text = text.strip()
    if "*" in text or "/" in text or any(map(str.isspace, text)):
        raise UsageError(
            f"No tool is called {text!r}.",
            hint="`%copilot tools` lists them; a tool of an MCP server is `mcp server/tool`.",
        )
    return text


_CHECKS: Final[dict[str, Callable[[str, str], str]]] = {
    "shell": _command,
    "read": _path,
    "write": _path,
    "url": _url,
    "mcp": _server_tool,
    "custom-tool": _tool,
    "tool": _tool,
}
