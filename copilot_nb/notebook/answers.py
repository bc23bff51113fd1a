"""What a person chose, as the answer that the session takes.

One function per kind of request. "For this session" is remembered here and answered by us each
time: the runtime stays in manual mode, so every decision is seen and says who made it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot_nb.notebook.subject import Subject, subject
from copilot_nb.protocol.form import (
    AutoModeSwitchResult,
    ElicitationResult,
    ExitPlanModeResult,
    SessionLimitsResult,
)
from copilot_nb.protocol.permission import PermissionDecision, approve_once, reject
from copilot_nb.protocol.user_input import UserInputResponse
from copilot_nb.session.pending import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from copilot_nb.session.pending import PendingRequest

YOU = "you"
DECLINED = "The user declined."
"""Feedback of a plain deny: with it the model goes on, without it the turn would stop."""
NEW_CELL = "The user took the code into a new cell of the notebook. It has not run yet."
"""What the model hears of code that is put into a cell instead."""
SENT_BACK = "The user wants another plan."
_NOT_NOW = {"deny", "deny_feedback", "deny_stop", "reject", "send_back"}
"""Choices that send a plan back."""

Value = dict[str, Any]


def answer_of(request: PendingRequest, value: Mapping[str, Any], *, by: str = YOU) -> Answer | None:
    """The answer that a view's value means; None when it fits no request.

    Args:
        request: What was asked.
        value: What a view sends; see `views.view.Callbacks`.
        by: Who answers.
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


def plan_answer(request: PendingRequest, value: Mapping[str, Any], by: str = YOU) -> Answer | None:
    """What becomes of a plan: approved with what follows, or sent back with what is missing."""
    choice, why = _text(value, "choice"), _text(value, "feedback").strip()
    plan = value.get("plan")
    edited = plan if isinstance(plan, str) else None
    if choice in _NOT_NOW:
        result = ExitPlanModeResult(approved=False, feedback=why or SENT_BACK)
        return Answer(result, by, f"Sent back: {why}" if why else "Sent back", choice, edited)
    action = _PLAN_ACTIONS.get(choice, choice.removeprefix("approve_"))
    if action not in (request.prompt.get("actions") or ("interactive",)):
        return None
    words = _PLAN_WORDS.get(action, f"Approved, {action}") + (", edited" if edited else "")
    result = ExitPlanModeResult(approved=True, selected_action=action, feedback=why or None)
    return Answer(result, by, words, choice, edited)


def _permission(request: PendingRequest, value: Mapping[str, Any], by: str) -> Answer | None:
    del request
    body = value.get("body")
    return permission_answer(
        _text(value, "choice"),
        _text(value, "feedback"),
        body=body if isinstance(body, str) else None,
        by=by,
    )


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
        case "accept":
            pass
        case _:
            return None
    if request.prompt.get("url"):
        return Answer(ElicitationResult(action="accept"), by, "Accepted", "accept")
    content = value.get("content")
    if not isinstance(content, dict):
        return None
    words = f"Sent: {', '.join(content)}" if content else "Sent"
    return Answer(ElicitationResult(action="accept", content=content), by, words, "accept")


def _switch(request: PendingRequest, value: Mapping[str, Any], by: str) -> Answer | None:
    del request
    choice = _text(value, "choice")
    response = _SWITCHES.get(choice)
    if response is None:
        return None
    return Answer(AutoModeSwitchResult(response=response), by, _SWITCH_WORDS[response], choice)


def _limits(request: PendingRequest, value: Mapping[str, Any], by: str) -> Answer | None:
    choice = _text(value, "choice")
    if choice in {"cancel", "deny", "deny_stop"}:
        return Answer(SessionLimitsResult(action="cancel"), by, "Stopped at the limit", choice)
    if choice in {"unset", "allow_once"}:
        return Answer(SessionLimitsResult(action="unset"), by, "Limit removed", choice)
    more = _number(value.get("feedback")) or _number(request.prompt.get("maxAiCredits")) or 0.0
    if choice != "add" or not 0 < more < float("inf"):
        return None
    result = SessionLimitsResult(action="add", additional_ai_credits=more)
    return Answer(result, by, f"{more:g} AI credits more", choice)


def _sign_in(request: PendingRequest, value: Mapping[str, Any], by: str) -> Answer | None:
    del request
    return Answer(None, by, "Cancelled", "cancel") if value.get("action") == "cancel" else None


_ANSWERS: dict[str, Callable[[PendingRequest, Mapping[str, Any], str], Answer | None]] = {
    "permission": _permission,
    "user_input": _question,
    "elicitation": _form,
    "exit_plan_mode": plan_answer,
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
_PLAN_ACTIONS = {"approve": "interactive", "allow_once": "interactive"}
_PLAN_WORDS = {
    "interactive": "Approved",
    "autopilot": "Approved, runs on autopilot",
    "autopilot_fleet": "Approved, runs on autopilot with sub-agents",
    "exit_only": "Approved, nothing is done yet",
}
_SWITCHES = {
    "yes": "yes",
    "allow_once": "yes",
    "yes_always": "yes_always",
    "allow_session": "yes_always",
    "no": "no",
    "deny": "no",
}
_SWITCH_WORDS = {
    "yes": "Switched for this turn",
    "yes_always": "Switched from now on",
    "no": "Not switched",
}


class Remembered:
    """What was allowed for the rest of the session; a policy that answers it again.

    A command, code or URL is remembered by its whole text, a file by its path, a tool by its name;
    each only for the folder that it was allowed in, because `make` is another program elsewhere.
    """

    def __init__(self) -> None:
        self._allowed: set[tuple[Path, Subject]] = set()

    def remember(self, request: PendingRequest) -> None:
        """Allow the same again."""
        self._allowed.add((Path.cwd(), subject(request)))

    def clear(self) -> None:
        """Forget everything: a new session starts without permissions."""
        self._allowed.clear()

    def __call__(self, request: PendingRequest) -> Answer | None:
        """The earlier decision, or None."""
        if request.kind != "permission" or (Path.cwd(), subject(request)) not in self._allowed:
            return None
        return Answer(approve_once(), YOU, "Allowed earlier in this session")


def _text(value: Mapping[str, Any], name: str) -> str:
    given = value.get(name)
    return given if isinstance(given, str) else ""


def _number(given: object) -> float | None:
    try:
        return float(str(given))
    except ValueError:
        return None
