"""Why a turn failed, in two lines: what happened, and the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb import errors
from copilot_nb.transcript.safety import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

_HINTS: Mapping[str, str] = {
    "authentication": errors.AuthenticationError.hint,
    "authorization": errors.AuthenticationError.hint,
    "context_limit": "Start afresh with `%copilot new`, or ask for less at once.",
    "model": errors.ModelError.hint,
    "quota": errors.QuotaError.hint,
    "rate_limit": errors.QuotaError.hint,
}
_LINE = 300
_OTHERWISE = "Run the cell again, or see what is used with `%copilot`."
_CLIENT_ERRORS = {401: "authentication", 403: "authorization", 404: "model", 429: "rate_limit"}


def explain(message: str, *, kind: str = "", status: int | None = None) -> tuple[str, str, str]:
    """The line that says what happened, the next step, and the whole text if there is more.

    Args:
        message: The runtime's own text; its second line is often its own advice.
        kind: The runtime's `errorType`.
        status: HTTP status of the model's provider.
    """
    text = visible(message.replace("\r\n", "\n")).strip() or "The turn failed without a reason."
    first, *rest = [line.strip() for line in text.split("\n") if line.strip()]
    hint = _HINTS.get(kind) or _HINTS.get(_CLIENT_ERRORS.get(status or 0, ""))
    if hint is None:
        hint = rest.pop(0) if rest else _OTHERWISE
    if len(first) > _LINE:
        return first[:_LINE] + " …", hint, text
    return first, hint, text if rest else ""
