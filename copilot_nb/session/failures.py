"""What the runtime says when something fails, as exceptions with a next step.

Which words mean what stands in `protocol.causes`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from copilot_nb.errors import CopilotError, RpcError, SessionError, SessionNotFoundError
from copilot_nb.protocol.causes import cause, refusal

if TYPE_CHECKING:
    from copilot_nb.protocol.events import SessionErrorEvent

_UNKNOWN_SESSION = re.compile(r"session (file )?not found", re.IGNORECASE)


def session_error(event: SessionErrorEvent) -> SessionError:
    """The exception of a `session.error` event."""
    message = event.message or "The turn failed."
    found = cause(
        message, kind=event.error_type, status=event.status_code, code=event.error_code or ""
    )
    kind = found.error if found else SessionError
    return kind(
        (found.line(message) if found else "") or message,
        error_type=event.error_type,
        status_code=event.status_code,
        remediation=None if event.remediation is None else str(event.remediation),
        hint=found.hint if found else None,
    )


def call_error(error: RpcError) -> CopilotError:
    """The exception of a refused call: a clearer one where its text gives it away."""
    if _UNKNOWN_SESSION.search(error.message):
        return SessionNotFoundError(error.message)
    said, status = refusal(error.message)
    found = cause(said, status=status)
    if found is None:
        return error
    return found.error(
        found.line(said) or said, error_type="call", status_code=status, hint=found.hint
    )
