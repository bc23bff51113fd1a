"""What the runtime says when something fails, as exceptions with a next step.

It has no codes for most of it, so its own words are what there is to go by.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from copilot_nb.errors import (
    AuthenticationError,
    CopilotError,
    ModelError,
    QuotaError,
    RpcError,
    SessionError,
    SessionNotFoundError,
)

if TYPE_CHECKING:
    from copilot_nb.protocol.events import SessionErrorEvent

_SIGN_IN = re.compile(
    r"not authenticated|authentication failed|no github oauth token", re.IGNORECASE
)
_QUOTA = re.compile(r"quota|rate.?limit|too many requests|premium request", re.IGNORECASE)
_MODEL = re.compile(
    r"model\b.{0,80}\b(not (found|supported|available|exist)|does not exist|unknown|invalid)",
    re.IGNORECASE,
)
_UNKNOWN_SESSION = re.compile(r"session (file )?not found", re.IGNORECASE)


def session_error(event: SessionErrorEvent) -> SessionError:
    """The exception of a `session.error` event."""
    kind = _kind(event.error_type, event.message, event.status_code)
    return kind(
        event.message or "The turn failed.",
        error_type=event.error_type,
        status_code=event.status_code,
        remediation=None if event.remediation is None else str(event.remediation),
    )


def call_error(error: RpcError) -> CopilotError:
    """The exception of a refused call: a clearer one where its text gives it away."""
    if _UNKNOWN_SESSION.search(error.message):
        return SessionNotFoundError(error.message)
    if _SIGN_IN.search(error.message):
        return AuthenticationError(error.message, error_type="authentication")
    return error


def _kind(error_type: str, message: str, status: int | None) -> type[SessionError]:
    if error_type == "authentication" or status in {401, 403} or _SIGN_IN.search(message):
        return AuthenticationError
    if error_type in {"rate_limit", "quota"} or status in {402, 429} or _QUOTA.search(message):
        return QuotaError
    if _MODEL.search(message):
        return ModelError
    return SessionError
