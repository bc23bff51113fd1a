"""What a pending request is about, as one kind and one text.

Rules match it, "for this session" remembers it, and prompts show it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from copilot_nb.session.pending import PendingRequest


@dataclass(frozen=True, slots=True)
class Subject:
    """Exactly what would be done: `text` is complete, never shortened."""

    kind: str
    """shell, write, read, path, url, mcp, custom-tool, hook, memory, kernel-code, question, …"""
    text: str
    access: str = ""
    """What is wanted of a path: read or write."""

    @property
    def rule_kind(self) -> str:
        """The kind of rule that it falls under."""
        return (self.access or "read") if self.kind == "path" else self.kind


def subject(request: PendingRequest) -> Subject:
    """The subject of a request; a kind that we do not know is told by all of its fields."""
    if request.user_input is not None:
        return Subject("question", request.user_input.question)
    if request.kind in _ASKED:
        names = _ASKED[request.kind]
        said = (str(request.prompt.get(name) or "") for name in names)
        return Subject(request.kind, "\n".join(filter(None, said)))
    asked = request.permission.to_wire() if request.permission else {}
    prompt: Mapping[str, Any] = request.prompt or asked
    kind = str(prompt.get("kind") or asked.get("kind") or "unknown")
    kind = {"commands": "shell"}.get(kind, kind)
    fields = {**asked, **prompt}
    text = _TEXTS.get(kind, _everything)(fields)
    # Without a text all requests of a kind would be the same one.
    return Subject(kind, text or _everything(fields), str(prompt.get("accessKind") or ""))


def model_name(server: str, tool: str = "") -> str:
    """How the model calls a server's tool: it may be called like one of ours, too."""
    prefix = _ODD.sub("-", f"{server}-")
    return prefix + tool.removeprefix(prefix)


def paths(request: PendingRequest) -> tuple[str, ...]:
    """The files and folders that a request names."""
    about = subject(request)
    if about.kind == "path":
        return tuple(map(str, request.prompt.get("paths") or ()))
    return (about.text,) if about.kind in {"read", "write"} else ()


def _field(*names: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda fields: next((str(fields[name]) for name in names if fields.get(name)), "")


def _paths(fields: Mapping[str, Any]) -> str:
    return "\n".join(str(path) for path in fields.get("paths") or ())


def _mcp(fields: Mapping[str, Any]) -> str:
    server, tool = fields.get("serverName"), fields.get("toolName")
    return f"{server}/{tool}" if server and tool else ""


def _everything(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, sort_keys=True, default=str)


_ODD = re.compile(r"[^\w-]")
_ASKED = {
    "elicitation": ("elicitationSource", "message", "url"),
    "exit_plan_mode": ("summary", "planContent"),
    "auto_mode_switch": ("errorCode",),
    "session_limits": (),
    "sign_in": ("host",),
}
"""What a request is told by that is no permission: fields of its prompt."""
_TEXTS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "shell": _field("fullCommandText"),
    "write": _field("fileName"),
    "read": _field("path", "body"),
    "path": _paths,
    "url": _field("url"),
    "mcp": _mcp,
    "custom-tool": _field("toolName"),
    "hook": _field("toolName"),
    "kernel-code": _field("body"),
    "lend": _field("body"),
    "release": _field("body"),
}
