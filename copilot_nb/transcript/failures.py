"""Why a turn failed, in two lines: what happened, and the next step."""

from __future__ import annotations

from copilot_nb.protocol.causes import cause
from copilot_nb.transcript.safety import visible

_HINTS = {"context_limit": "Start afresh with `%copilot new`, or ask for less at once."}
_LINE = 300
_OTHERWISE = "Run the cell again, or see what is used with `%copilot`."


def explain(
    message: str, *, kind: str = "", status: int | None = None, code: str = ""
) -> tuple[str, str, str]:
    """The line that says what happened, the next step, and the whole text if there is more.

    Args:
        message: The runtime's own text; its second line is often its own advice.
        kind: The runtime's `errorType`.
        status: HTTP status of the model's provider.
        code: The provider's own code.
    """
    text = visible(message.replace("\r\n", "\n")).strip() or "The turn failed without a reason."
    first, *rest = [line.strip() for line in text.split("\n") if line.strip()]
    found = cause(text, kind=kind, status=status, code=code)
    if found is not None and (line := found.line(text)):
        return line, found.hint, text
    hint = found.hint if found else _HINTS.get(kind)
    if hint is None:
        hint = rest.pop(0) if rest else _OTHERWISE
    if len(first) > _LINE:
        return first[:_LINE] + " …", hint, text
    return first, hint, text if rest else ""
