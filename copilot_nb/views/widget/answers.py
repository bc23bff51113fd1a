"""What a page may answer: a choice that was offered, words where words were asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from copilot_nb.transcript.blocks import Block, PermissionBlock, UserInputBlock

_LONGEST: Final = 20_000


def fitting(block: Block | None, value: object) -> dict[str, str] | None:
    """The answer as the callbacks expect it; None when it does not answer an open request."""
    if not isinstance(value, Mapping):
        return None
    if isinstance(block, PermissionBlock) and block.state == "open":
        return _choice(block, value)
    if isinstance(block, UserInputBlock) and block.state == "open":
        return _words(block, value)
    return None


def _choice(block: PermissionBlock, value: Mapping[str, Any]) -> dict[str, str] | None:
    chosen = next((choice for choice in block.choices if choice.id == value.get("choice")), None)
    if chosen is None:
        return None
    feedback = value.get("feedback") if chosen.asks_feedback else None
    return {"choice": chosen.id, **({"feedback": _text(feedback)} if feedback else {})}


def _words(block: UserInputBlock, value: Mapping[str, Any]) -> dict[str, str] | None:
    answer = _text(value.get("answer"))
    allowed = block.allow_freeform or answer in block.choices
    return {"answer": answer} if answer and allowed else None


def _text(value: object) -> str:
    return value[:_LONGEST] if isinstance(value, str) else ""
