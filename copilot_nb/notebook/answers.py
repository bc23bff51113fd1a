"""What a person chose, as the answer that the session takes.

"For this session" is remembered here and answered by us each time: the runtime stays in manual
mode, so every decision is seen and says who made it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot_nb.notebook.subject import Subject, subject
from copilot_nb.protocol.permission import PermissionDecision, approve_once, reject
from copilot_nb.protocol.user_input import UserInputResponse
from copilot_nb.session.pending import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.session.pending import PendingRequest

YOU = "you"
DECLINED = "The user declined."
"""Feedback of a plain deny: with it the model goes on, without it the turn would stop."""


def answer_of(request: PendingRequest, value: Mapping[str, Any], *, by: str = YOU) -> Answer | None:
    """The answer that a view's value means; None when it fits no request.

    Args:
        request: What was asked.
        value: `{"choice": id, "feedback": text}` or `{"answer": text}`.
        by: Who answers.
    """
    if request.user_input is not None:
        text = value.get("answer")
        if not isinstance(text, str):
            return None
        return Answer(UserInputResponse.to(request.user_input, text), by, text)
    feedback = value.get("feedback")
    return permission_answer(
        str(value.get("choice")), feedback if isinstance(feedback, str) else "", by=by
    )


def permission_answer(choice: str, feedback: str = "", *, by: str = YOU) -> Answer | None:
    """The answer that a choice's id means; None for an id that we do not know."""
    decision: PermissionDecision
    match choice:
        case "allow_once":
            decision, words = approve_once(), "Allowed once"
        case "allow_session":
            decision, words = approve_once(), "Allowed for this session"
        case "deny":
            decision, words = reject(feedback=DECLINED), "Denied"
        case "deny_feedback":
            reason = feedback.strip()
            decision = reject(feedback=reason or DECLINED)
            words = f"Denied: {reason}" if reason else "Denied"
        case "deny_stop":
            decision, words = reject(), "Denied and stopped"
        case _:
            return None
    return Answer(decision, by, words)


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
        if request.user_input is not None or (Path.cwd(), subject(request)) not in self._allowed:
            return None
        return Answer(approve_once(), YOU, "Allowed earlier in this session")
