"""Which buttons a request has: only what can be kept is offered.

Their ids are what an answer names; what each of them does is decided elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from copilot_nb.transcript.forms import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping

ALLOW_ONCE = Choice(id="allow_once", label="Allow once", key="y", style="primary")
ALLOW_SESSION = Choice(id="allow_session", label="Allow for this session", key="s")
ALLOW_ALWAYS = Choice(id="allow_always", label="Allow here always", key="l")
DENY = Choice(id="deny", label="Deny", key="n")
DENY_FEEDBACK = Choice(id="deny_feedback", label="Deny and say why", key="w", asks_feedback=True)
DENY_STOP = Choice(id="deny_stop", label="Deny and stop", key="x", style="danger")

_DENIALS = (DENY, DENY_FEEDBACK, DENY_STOP)
_OWN = {
    "kernel-code": (
        replace(ALLOW_ONCE, label="Run"),
        Choice(id="new_cell", label="Put in a new cell", key="c"),
        *_DENIALS,
    ),
    "release": (
        # Y is what hands do by themselves: it must not let anything out.
        Choice(id="send_masked", label="Send it masked", key="y", style="primary"),
        replace(ALLOW_ONCE, label="Send it as it is", key="i", style=""),
        replace(DENY, label="Send nothing of it"),
        DENY_STOP,
    ),
    "budget": (
        replace(ALLOW_ONCE, label="Allow as much again"),
        replace(DENY_STOP, label="Stop here", key="n"),
    ),
}
"""Kinds whose answers are not the usual ones."""

_REMEMBERED = frozenset({"custom-tool", "mcp", "path", "read", "url"})
"""What can be allowed for a session, besides the commands and writes that say so themselves."""
_SCOPES = {
    "custom-tool": ("Allow this tool for this session", "Allow this tool here always"),
    "mcp": ("Allow this tool for this session", "Allow this tool here always"),
    "write": ("Allow this file for this session", "Allow this file here always"),
}
"""What a lasting yes covers where that is more than what is shown."""
_RULED = {
    "custom-tool": ("toolName",),
    "mcp": ("toolName",),
    "read": ("path", "body"),
    "shell": ("fullCommandText",),
    "url": ("url",),
    "write": ("fileName",),
}
"""What a standing rule can name, and the fields that say it."""
_OPERATORS = re.compile(r"[;&|<>`(){}\n\r]")

_PLAN = {
    "interactive": Choice(id="interactive", label="Approve", key="y", style="primary"),
    "autopilot": Choice(id="autopilot", label="Approve and run on autopilot", key="a"),
    "autopilot_fleet": Choice(
        id="autopilot_fleet", label="Approve and run with sub-agents", key="f"
    ),
    "exit_only": Choice(id="exit_only", label="Approve, but do nothing yet", key="e"),
}
_SEND_BACK = Choice(id="reject", label="Ask for another plan", key="n", asks_feedback=True)

SWITCH = (
    Choice(id="yes", label="Switch for this turn", key="y", style="primary"),
    Choice(id="yes_always", label="Switch from now on", key="a"),
    Choice(id="no", label="Do not switch", key="n"),
)
LIMITS = (
    Choice(id="add", label="Allow more AI credits", key="a", asks_feedback=True),
    Choice(id="unset", label="Remove the limit", key="u"),
    Choice(id="cancel", label="Stop here", key="n", style="primary"),
)


def permission_choices(
    subject: str, prompt: Mapping[str, Any], *, is_odd: bool
) -> tuple[Choice, ...]:
    """The buttons of a permission.

    Args:
        subject: Its kind.
        prompt: What the request says.
        is_odd: Whether it holds something that a reader must be warned of; then a yes counts once
            or for this session, and makes no rule.
    """
    if subject in _OWN:
        return _OWN[subject]
    session, always = _SCOPES.get(subject, (ALLOW_SESSION.label, ALLOW_ALWAYS.label))
    lasting = []
    if _is_remembered(subject, prompt):
        lasting.append(replace(ALLOW_SESSION, label=session))
    if not is_odd and _is_ruled(subject, prompt):
        lasting.append(replace(ALLOW_ALWAYS, label=always))
    return (ALLOW_ONCE, *lasting, *_DENIALS)


def plan_choices(actions: object) -> tuple[Choice, ...]:
    """The buttons of a plan.

    Args:
        actions: What the runtime can do with it; approving stands out, autopilot never does.
    """
    given = actions if isinstance(actions, list | tuple) else ()
    named = [choice for name, choice in _PLAN.items() if name in given]
    return (*(named or [_PLAN["interactive"]]), _SEND_BACK)


def _is_remembered(subject: str, prompt: Mapping[str, Any]) -> bool:
    if subject == "shell":
        return bool(prompt.get("commandIdentifiers"))
    if subject == "write":
        return prompt.get("canOfferSessionApproval") is True
    return subject in _REMEMBERED


def _is_ruled(subject: str, prompt: Mapping[str, Any]) -> bool:
    """Whether one exact rule says what would be allowed; a line with operators does more."""
    fields = (prompt.get(name) for name in _RULED.get(subject, ()))
    value = next((text for text in fields if isinstance(text, str) and text.strip()), "")
    return bool(value) and (subject != "shell" or not _OPERATORS.search(value))
