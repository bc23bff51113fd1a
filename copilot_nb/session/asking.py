"""One question to the application: its handler if it has one, otherwise whoever answers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypeVar

from copilot_nb.protocol.base import Wire
from copilot_nb.protocol.permission import PermissionDecision
from copilot_nb.protocol.user_input import UserInputResponse
from copilot_nb.session.handlers import call_handler
from copilot_nb.session.pending import Answer, PendingRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from copilot_nb.session.answering import Answering

BY_HANDLER = "a handler"

_log = logging.getLogger(__name__)
W = TypeVar("W", bound=Wire)


async def ask(
    session: Answering,
    request: PendingRequest,
    handler: Callable[..., Any] | None,
    expected: type[W],
) -> W | None:
    """The answer, or None when there is none: nobody could be asked, or the handler failed.

    Policies come before the handler too, so that a rule holds whoever answers.

    Args:
        session: Who asks; answers are recorded in its stream.
        request: What is asked.
        handler: The application's function; None waits in `session.pending`.
        expected: What an answer is.
    """
    if handler is None:
        value = (await session.pending.ask(request)).value
        return value if isinstance(value, expected) else None
    if (decided := session.pending.decide(request)) is not None:
        session.record(request, decided)
        return decided.value if isinstance(decided.value, expected) else None
    subject = request.permission or request.user_input or request
    try:
        value = await call_handler(handler, subject, request)
    except Exception:  # noqa: BLE001 - a handler's fault is a no, not an open request
        _log.exception("The handler of %s requests failed", request.kind)
        return None
    if isinstance(value, str) and request.user_input is not None:
        value = UserInputResponse.to(request.user_input, value)
    if not isinstance(value, expected):
        _log.error("The handler of %s requests gave a %s", request.kind, type(value).__name__)
        return None
    session.record(request, _answer(value))
    return value


def _answer(value: Wire) -> Answer | None:
    match value:
        case PermissionDecision(kind="no-result"):
            return None
        case PermissionDecision():
            return Answer.decision(value, BY_HANDLER)
        case UserInputResponse():
            return Answer.reply(value, BY_HANDLER)
    return Answer(value, BY_HANDLER, "Answered")
