"""What is asked besides permissions: forms, plans, switches, limits, sign-ins.

One function per kind makes its block; the prompt has the runtime's wire names. The answers' words
are here too, for requests that somebody else has answered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from copilot_nb.transcript.blocks import PermissionBlock
from copilot_nb.transcript.choices import LIMITS, SWITCH, plan_choices
from copilot_nb.transcript.form_schema import form_fields
from copilot_nb.transcript.forms import FormBlock, PlanBlock, SignInBlock
from copilot_nb.transcript.permissions import permission
from copilot_nb.transcript.safety import sound, visible, warnings

if TYPE_CHECKING:
    from copilot_nb.transcript.blocks import RequestBlock

Prompt = Mapping[str, Any]

PLAN_WORDS = {
    "interactive": "Approved",
    "autopilot": "Approved, runs on autopilot",
    "autopilot_fleet": "Approved, runs on autopilot with sub-agents",
    "exit_only": "Approved, nothing is done yet",
}
"""What became of a plan, by the action that was chosen."""
SWITCH_WORDS = {
    "yes": "Switched for this turn",
    "yes_always": "Switched from now on",
    "no": "Not switched",
}
FORM_WORDS = {"decline": "Declined", "cancel": "Cancelled"}
_LIMIT_WORDS = {"set": "Limit changed", "unset": "Limit removed", "cancel": "Stopped at the limit"}


def asked(kind: str, request_id: str, prompt: Prompt, tool_call_id: str = "") -> RequestBlock:
    """The open block of a request; one of a kind that we do not know is shown as it is.

    Args:
        kind: elicitation, exit_plan_mode, auto_mode_switch, session_limits or sign_in.
        request_id: What an answer names.
        prompt: What to show, by wire names.
        tool_call_id: The call that asks.
    """
    draw = _KINDS.get(kind)
    if draw is None:
        return permission(request_id, {**prompt, "kind": kind}, tool_call_id=tool_call_id)
    return draw(request_id, prompt, tool_call_id)


def form_words(content: Mapping[str, Any] | None) -> str:
    """What was sent, by the names of the fields."""
    return f"Sent: {', '.join(map(visible, map(str, content)))}" if content else "Sent"


def plan_words(*, approved: bool, action: object, feedback: str | None) -> str:
    """What became of a plan."""
    if approved:
        return PLAN_WORDS.get(str(action), "Approved")
    return f"Sent back: {visible(feedback)}" if feedback else "Sent back"


def limit_words(response: object) -> str:
    """What became of the limit."""
    given = response if isinstance(response, Mapping) else {}
    more = given.get("additionalAiCredits")
    if given.get("action") == "add" and isinstance(more, int | float):
        return f"{more:g} AI credits more"
    return _LIMIT_WORDS.get(str(given.get("action")), "Answered")


def _form(request_id: str, prompt: Prompt, tool_call_id: str) -> FormBlock:
    message, url = _text(prompt, "message").strip(), _text(prompt, "url")
    fields, problems = form_fields(prompt.get("requestedSchema"))
    return FormBlock(
        id=request_id,
        heading=visible(message) or "Please fill this in.",
        source=_line(prompt, "elicitationSource"),
        fields=fields,
        url=visible(url),
        warnings=(*problems, *warnings(f"{message}\n{url}")),
        tool_call_id=tool_call_id,
    )


def _plan(request_id: str, prompt: Prompt, tool_call_id: str) -> PlanBlock:
    return PlanBlock(
        id=request_id,
        summary=sound(_text(prompt, "summary")),
        plan=sound(_text(prompt, "planContent")),
        choices=plan_choices(prompt.get("actions")),
        tool_call_id=tool_call_id,
    )


def _switch(request_id: str, prompt: Prompt, tool_call_id: str) -> PermissionBlock:
    code, seconds = _line(prompt, "errorCode"), prompt.get("retryAfterSeconds")
    reason = f"The chosen model is rate limited ({code})." if code else ""
    if isinstance(seconds, int | float) and seconds > 0:
        reason = f"{reason} It is free again in {seconds:.0f} seconds.".strip()
    return PermissionBlock(
        id=request_id,
        subject="auto_mode_switch",
        heading="Go on with a model that is chosen automatically?",
        intention=reason,
        choices=SWITCH,
        tool_call_id=tool_call_id,
    )


def _limits(request_id: str, prompt: Prompt, tool_call_id: str) -> PermissionBlock:
    used, limit = prompt.get("usedAiCredits"), prompt.get("maxAiCredits")
    told = isinstance(used, int | float) and isinstance(limit, int | float)
    return PermissionBlock(
        id=request_id,
        subject="session_limits",
        heading="The session's AI credits are used up. Allow more?",
        intention=f"{used:,.4g} of {limit:,.4g} AI credits are used." if told else "",
        choices=LIMITS,
        tool_call_id=tool_call_id,
    )


def _sign_in(request_id: str, prompt: Prompt, _tool_call_id: str) -> SignInBlock:
    return SignInBlock(
        id=request_id,
        host=_line(prompt, "host") or "github.com",
        url=_line(prompt, "url"),
        code=_line(prompt, "code"),
    )


_KINDS: Mapping[str, Callable[[str, Prompt, str], RequestBlock]] = {
    "auto_mode_switch": _switch,
    "elicitation": _form,
    "exit_plan_mode": _plan,
    "session_limits": _limits,
    "sign_in": _sign_in,
}


def _text(prompt: Prompt, name: str) -> str:
    value = prompt.get(name)
    return value if isinstance(value, str) else ""


def _line(prompt: Prompt, name: str) -> str:
    return " ".join(visible(_text(prompt, name)).split())
