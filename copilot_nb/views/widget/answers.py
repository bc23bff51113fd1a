"""What a page may answer: a choice that was offered, words where words were asked for.

A page is not trusted to send what its panels can send. What does not fit is no answer; what it says
about values (a form's numbers, an address) is checked where they are used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from copilot_nb.transcript.blocks import REQUESTS, Block, PermissionBlock, UserInputBlock
from copilot_nb.transcript.forms import FormBlock, PlanBlock, SignInBlock

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST: Final = 20_000
_LONGEST_EDIT: Final = 200_000
_ACTIONS: Final = frozenset({"accept", "decline", "cancel"})
_MODES: Final = frozenset({"steer", "queue"})

Answer = dict[str, Any]


def fitting(block: Block | None, value: object) -> Answer | None:
    """The answer as the callbacks expect it; None when it does not answer an open request."""
    if not isinstance(block, REQUESTS) or block.state != "open" or not isinstance(value, Mapping):
        return None
    match block:
        case PermissionBlock():
            return _decision(block, value)
        case UserInputBlock():
            return _words(block, value)
        case FormBlock():
            return _form(block, value)
        case PlanBlock():
            return _plan(block, value)
        case SignInBlock():
            return {"action": "cancel"} if value.get("action") == "cancel" else None


def acting(name: str, value: object) -> Answer | None:
    """What a person did besides answering, as the callbacks expect it; None for anything else."""
    reader = _ACTS.get(name)
    return reader(value) if reader is not None and isinstance(value, Mapping) else None


def _decision(block: PermissionBlock, value: Mapping[str, Any]) -> Answer | None:
    answer = _chosen(block, value)
    body = value.get("body")
    if answer is not None and block.editable and isinstance(body, str) and body != block.body:
        # Cutting code would run another one than was seen.
        return {**answer, "body": body} if len(body) <= _LONGEST_EDIT else None
    return answer


def _plan(block: PlanBlock, value: Mapping[str, Any]) -> Answer | None:
    answer = _chosen(block, value)
    plan = value.get("plan")
    if answer is not None and isinstance(plan, str) and plan != block.plan:
        return {**answer, "plan": plan} if len(plan) <= _LONGEST_EDIT else None
    return answer


def _chosen(block: PermissionBlock | PlanBlock, value: Mapping[str, Any]) -> Answer | None:
    chosen = next((choice for choice in block.choices if choice.id == value.get("choice")), None)
    if chosen is None:
        return None
    feedback = _text(value.get("feedback")) if chosen.asks_feedback else ""
    return {"choice": chosen.id, **({"feedback": feedback} if feedback else {})}


def _words(block: UserInputBlock, value: Mapping[str, Any]) -> Answer | None:
    answer = _text(value.get("answer"))
    allowed = block.allow_freeform or answer in block.choices
    return {"answer": answer} if answer and allowed else None


def _form(block: FormBlock, value: Mapping[str, Any]) -> Answer | None:
    action = value.get("action")
    if action not in _ACTIONS:
        return None
    if action != "accept" or not block.fields:
        return {"action": action}
    content = value.get("content")
    if not isinstance(content, Mapping):
        return None
    names = {field.name for field in block.fields}
    given = {name: _field(item) for name, item in content.items() if name in names}
    return {"action": action, "content": given}


def _field(value: object) -> str | float | bool | list[str] | None:
    """A value that a field can have; nothing nested comes out of a form."""
    if isinstance(value, list):
        return [_text(item) for item in value[:1000]]
    if isinstance(value, bool | int | float) or value is None:
        return value
    return _text(value)


def _say(value: Mapping[str, Any]) -> Answer | None:
    text = _text(value.get("text")).strip()
    mode = value.get("mode")
    return {"text": text, "mode": mode if mode in _MODES else "steer"} if text else None


def _named(key: str) -> Callable[[Mapping[str, Any]], Answer | None]:
    def read(value: Mapping[str, Any]) -> Answer | None:
        name = _text(value.get(key))
        return {key: name} if name else None

    return read


def _text(value: object) -> str:
    return value[:_LONGEST] if isinstance(value, str) else ""


_ACTS: Final[Mapping[str, Callable[[Mapping[str, Any]], Answer | None]]] = {
    "say": _say,
    "undo": _named("tool_call_id"),
    "more": _named("id"),
}
