"""Our own events: what happened on this side, in the same ordered stream as the runtime's.

Their types begin with "local."; they are recorded and reduced like all others.
"""

from __future__ import annotations

from typing import Any

from copilot_nb.protocol.base import Wire

__all__ = [
    "LocalInterrupted",
    "LocalKernelChanges",
    "LocalKernelOutput",
    "LocalLabel",
    "LocalNotice",
    "LocalRequestAnswered",
    "LocalRequestOpened",
    "LocalRequestTimed",
    "LocalRequestWarned",
    "LocalRuntimeLost",
    "LocalSent",
    "LocalTodos",
    "LocalToolDetails",
    "LocalUndone",
]


class LocalRequestOpened(Wire):
    """Something on this side asks for an answer, such as kernel code before it runs.

    Requests of the runtime are not announced again: they have events of their own.
    """

    request_id: str
    kind: str
    """permission, user_input, elicitation, exit_plan_mode, auto_mode_switch, session_limits or
    sign_in."""
    tool_call_id: str | None = None
    permission: dict[str, Any] | None = None
    """{kind, heading, body, intention, language, place, details}: see `ask_permission`."""
    question: dict[str, Any] | None = None
    """{question, choices, allow_freeform}."""
    prompt: dict[str, Any] | None = None
    """What to show of the other kinds, by wire names."""


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
    body: str | None = None
    """What was asked about, as a person edited it."""


class LocalRequestTimed(Wire):
    """An open request is declined when nobody answers it in time."""

    request_id: str
    seconds: float
    """From its opening."""


class LocalRequestWarned(Wire):
    """What a reader of an open request should know, and the request does not say."""

    request_id: str
    warnings: tuple[str, ...]
    """Such as "/data/notes.txt leads to /etc/passwd"."""


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


class LocalKernelChanges(Wire):
    """What kernel code of a tool call changed in the user's namespace."""

    tool_call_id: str
    lines: tuple[str, ...]
    """Such as "`df` 8,760 x 12 → 8,112 x 13, + `gap_h`"."""
    undoable: bool = False


class LocalUndone(Wire):
    """The changes of a tool call were taken back."""

    tool_call_id: str
    lines: tuple[str, ...] = ()
    """What came back, and what could not."""


class LocalSent(Wire):
    """What left the kernel in this turn so far."""

    summary: str
    """One line, such as "index (31 names), 20 rows of `df` (4 columns)"."""


class LocalTodos(Wire):
    """The agent's list of tasks, read after the runtime said that it changed."""

    rows: tuple[dict[str, Any], ...] = ()
    """As the runtime keeps them: title, description, status (pending, in_progress, done, …)."""


class LocalNotice(Wire):
    """Something that a reader of the turn should know."""

    text: str
    level: str = "info"
    """info or warning."""
    details: str = ""


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
    "local.request_timed": LocalRequestTimed,
    "local.request_warned": LocalRequestWarned,
    "local.kernel_output": LocalKernelOutput,
    "local.tool_details": LocalToolDetails,
    "local.interrupted": LocalInterrupted,
    "local.runtime_lost": LocalRuntimeLost,
    "local.label": LocalLabel,
    "local.kernel_changes": LocalKernelChanges,
    "local.undone": LocalUndone,
    "local.sent": LocalSent,
    "local.notice": LocalNotice,
    "local.todos": LocalTodos,
}
