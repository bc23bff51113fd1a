"""Calls the application's hooks and makes of what they say what the runtime understands."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from copilot_nb.errors import ProtocolError
from copilot_nb.protocol.base import Wire
from copilot_nb.protocol.hook import INPUTS, HookOutput
from copilot_nb.session.handlers import Handlers, call_handler

FAILED = HookOutput(
    permission_decision="deny",
    permission_decision_reason="The check before this tool call failed; it was not run.",
)
"""What a broken `pre_tool_use` hook says: a check that can not be made lets nothing through."""

_log = logging.getLogger(__name__)


async def answer_hook(handlers: Handlers, hook_type: str, raw: Any) -> dict[str, Any] | None:
    """What the hook of that type says to that input; None when there is nothing to say.

    Raises:
        ProtocolError: The input does not fit the hook.
    """
    handler = handlers.hooks.get(hook_type)
    if handler is None or hook_type not in INPUTS:
        return None
    try:
        data = INPUTS[hook_type].from_wire(raw)
    except ValidationError as error:
        raise ProtocolError(f"Invalid {hook_type} input: {error}") from error
    try:
        return _wire(await call_handler(handler, data))
    except Exception:  # noqa: BLE001 - the runtime waits without limit for an answer
        _log.exception("The %s hook failed", hook_type)
    if hook_type == "preToolUse" and handlers.deny_when_hook_fails:
        return FAILED.to_wire()
    return None


def _wire(output: Any) -> dict[str, Any] | None:
    match output:
        case None:
            return None
        case Wire():
            return output.to_wire()
        case Mapping():
            return HookOutput(**output).to_wire()
    raise TypeError(f"A hook answers a HookOutput, a mapping or None, not {output!r:.80}.")
