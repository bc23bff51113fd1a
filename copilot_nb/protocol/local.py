"""Our own events: what happened on this side, in the same ordered stream as the runtime's.

Their types begin with "local."; they are recorded and reduced like all others.
"""

from __future__ import annotations

from typing import Any

from copilot_nb.protocol.base import Wire

__all__ = [
    "LocalInterrupted",
    "LocalKernelOutput",
    "LocalLabel",
    "LocalRequestAnswered",
    "LocalRequestOpened",
    "LocalRuntimeLost",
    "LocalToolDetails",
]


class LocalRequestOpened(Wire):
    """Something on this side asks for an answer, such as kernel code before it runs.

    Requests of the runtime are not announced again: they have events of their own.
    """

    request_id: str
    kind: str
    """permission or user_input."""
    tool_call_id: str | None = None
    permission: dict[str, Any] | None = None
    """{kind, heading, body, intention, language, place, details}: see `ask_permission`."""
    question: dict[str, Any] | None = None
    """{question, choices, allow_freeform}."""


class LocalRequestAnswered(Wire):
    """Who answered a request, and what, in words."""

    request_id: str
    by: str
    """you, a policy, a rule, a time limit, …"""
    answer: str
    """In words: "Allowed once"."""
    choice: str | None = None
    """The decision's kind, or the answer's own text."""
    feedback: str | None = None


class LocalKernelOutput(Wire):
    """Output of code that runs in the kernel for a tool call; append it."""

    tool_call_id: str
    output: dict[str, Any]
    """{"kind": "text" | "table" | "image", …}: the fields of `transcript.blocks`."""


class LocalToolDetails(Wire):
    """How a tool wants its call to be shown; empty fields leave what is there."""

    tool_call_id: str
    title: str = ""
    arguments: str = ""
    language: str = ""
    source: str = ""


class LocalInterrupted(Wire):
    """A person stopped the turn."""

    reason: str = ""


class LocalRuntimeLost(Wire):
    """The runtime is gone; nothing more will come."""

    message: str = ""


class LocalLabel(Wire):
    """Where answers come from, when a reader must know."""

    label: str


TYPES: dict[str, type[Wire]] = {
    "local.request_opened": LocalRequestOpened,
    "local.request_answered": LocalRequestAnswered,
    "local.kernel_output": LocalKernelOutput,
    "local.tool_details": LocalToolDetails,
    "local.interrupted": LocalInterrupted,
    "local.runtime_lost": LocalRuntimeLost,
    "local.label": LocalLabel,
}
