"""What a person chose, as the answer that the session takes.

One function per kind of request.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from copilot_nb.notebook.screen.forms import checked
from copilot_nb.protocol.form import (
    AutoModeSwitchResult,
    ElicitationResult,
    ExitPlanModeResult,
    SessionLimitsResult,
)
from copilot_nb.protocol.permission import PermissionDecision, approve_once, reject
from copilot_nb.protocol.user_input import UserInputResponse
from copilot_nb.session.pending import Answer
from copilot_nb.transcript.form_schema import form_fields
from copilot_nb.transcript.prompts import SWITCH_WORDS, form_words, limit_words, plan_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from copilot_nb.session.pending import PendingRequest

YOU = "you"
DECLINED = "The user declined."
"""Feedback of a plain deny: with it the model goes on, without it the turn would stop."""
NEW_CELL = "The user took the code into a new cell of the notebook. It has not run yet."
"""What the model hears of code that is put into a cell instead."""
SENT_BACK = "The user wants another plan."
NOT_SENT = "Not sent"
"""What is said of a no where the question is what may be sent."""


def answer_of(request: PendingRequest, value: Mapping[str, Any], *, by: str = YOU) -> Answer | None:
    """The answer that a view's value means; None when it fits no request.

    Args:
        request: What was asked.
        value: What a view sends; see `views.view.Callbacks`.
        by: Who answers.

    Raises:
        ValueError: A value of a form does not fit its field; the message says what would.
    """
    return _ANSWERS[request.kind](request, value, by)


def permission_answer(
    choice: str, feedback: str = "", *, body: str | None = None, by: str = YOU
) -> Answer | None:
    """The answer that a choice's id means; None for an id that we do not know.

    Args:
        choice: The choice's id.
        feedback: Why, in the person's words.
        body: What was asked about as the person edited it; what then runs is that.
        by: Who answers.
    """
    reason = feedback.strip() if choice == "deny_feedback" else ""
    if reason:
        return Answer(reject(feedback=reason), by, f"Denied: {reason}", choice, body)
    decision, words = _DECISIONS.get(choice, (None, ""))
    if decision is None:
        return None
    if body is not None and decision.is_approved:
        words += ", edited"
    return Answer(decision, by, words, choice, body)


def _plan(request: PendingRequest, value: Mapping[str, Any], by: str) -> Answer | None:
    """What becomes of a plan: approved with what follows, or sent back with what is missing."""
    choice, why = _text(value, "choice"), _text(value, "feedback").strip()
    plan = value.get("plan")
    edited = plan if isinstance(plan, str) else None
    if choice in {"reject", "deny"}:
        words = plan_words(approved=False, action=None, feedback=why)
        result = ExitPlanModeResult(approved=False, feedback=why or SENT_BACK)
        return Answer(result, by, words, choice)
    empty = edited is not None and not edited.strip()
    if empty or choice not in (request.prompt.get("actions") or ("interactive",)):
        return None
    words = plan_words(approved=True, action=choice, feedback=None)
    result = ExitPlanModeResult(approved=True, selected_action=choice)
    return Answer(result, by, f"{words}, edited" if edited else words, choice, edited)


def _permission(request: PendingRequest, value: Mapping[str, Any], by: str) -> Answer | None:
    body = value.get("body")
    choice = _text(value, "choice")
    answer = permission_answer(
        choice, _text(value, "feedback"), body=body if isinstance(body, str) else None, by=by
    )
    if answer is None or request.prompt.get("kind") != "release" or choice not in _RELEASED:
        return answer
    return replace(answer, words=_RELEASED[choice])


def _question(request: PendingRequest, value: Mapping[str, Any], by: str) -> Answer | None:
    text = value.get("answer")
    if request.user_input is None or not isinstance(text, str):
        return None
    return Answer(UserInputResponse.to(request.user_input, text), by, text)


def _form(request: PendingRequest, value: Mapping[str, Any], by: str) -> Answer | None:
    match value.get("action"):
        case "decline":
            return Answer(ElicitationResult(action="decline"), by, "Declined", "decline")
        case "cancel":
            return Answer(ElicitationResult(action="cancel"), by, "Cancelled", "cancel")
        case "accept" if request.prompt.get("url"):
            return Answer(ElicitationResult(action="accept"), by, "Accepted", "accept")
        case "accept":
            return _filled(request, value.get("content"), by)
    return None


def _filled(request: PendingRequest, given: object, by: str) -> Answer | None:
    """The form with these values.

    Raises:
        ValueError: One of them does not fit; the message names its field.
    """
    fields = form_fields(request.prompt.get("requestedSchema")).fields
    content = checked(fields, given if isinstance(given, dict) else {})
    result = ElicitationResult(action="accept", content=content)
    return Answer(result, by, form_words(content), "accept")


def _switch(request: PendingRequest, value: Mapping[str, Any], by: str) -> Answer | None:
    del request
    choice = _text(value, "choice")
    if choice not in SWITCH_WORDS:
        return None
    result = AutoModeSwitchResult.from_wire({"response": choice})
    return Answer(result, by, SWITCH_WORDS[choice], choice)


def _limits(request: PendingRequest, value: Mapping[str, Any], by: str) -> Answer | None:
    choice = _text(value, "choice")
    more = None
    match choice:
        case "add":
            more = _number(value.get("feedback")) or _number(request.prompt.get("maxAiCredits"))
            if more is None:
                return None
        case "unset" | "cancel":
            pass
        case _:
            return None
    result = SessionLimitsResult.from_wire({"action": choice, "additionalAiCredits": more})
    return Answer(result, by, limit_words(result.to_wire()), choice)


def _sign_in(request: PendingRequest, value: Mapping[str, Any], by: str) -> Answer | None:
    del request
    return Answer(None, by, "Cancelled", "cancel") if value.get("action") == "cancel" else None


_ANSWERS: dict[str, Callable[[PendingRequest, Mapping[str, Any], str], Answer | None]] = {
    "permission": _permission,
    "user_input": _question,
    "elicitation": _form,
    "exit_plan_mode": _plan,
    "auto_mode_switch": _switch,
    "session_limits": _limits,
    "sign_in": _sign_in,
}
_DECISIONS: dict[str, tuple[PermissionDecision, str]] = {
    "allow_once": (approve_once(), "Allowed once"),
    "allow_session": (approve_once(), "Allowed for this session"),
    "allow_always": (approve_once(), "Allowed here always"),
    "send_masked": (approve_once(), "Sent masked"),
    "new_cell": (reject(feedback=NEW_CELL), "Put in a new cell"),
    "deny": (reject(feedback=DECLINED), "Denied"),
    "deny_feedback": (reject(feedback=DECLINED), "Denied"),
    "deny_stop": (reject(), "Denied and stopped"),
}
"""What a choice's id decides, and its words."""
_RELEASED = {
    "allow_once": "Sent as it is",
    "deny": NOT_SENT,
    "deny_stop": f"{NOT_SENT}, and stopped",
}
"""The words where the question is what may be sent."""


def _text(value: Mapping[str, Any], name: str) -> str:
    given = value.get(name)
    return given if isinstance(given, str) else ""


def _number(given: object) -> float | None:
    """A positive number; None for everything else."""
    try:
        number = float(str(given))
    except ValueError:
        return None
    return number if 0 < number < float("inf") else None
