"""What waits for an answer: permissions and questions, the runtime's and our own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from copilot_nb.protocol.events import (
    PermissionCompleted,
    PermissionRequested,
    SessionEvent,
    UserInputCompleted,
    UserInputRequested,
)
from copilot_nb.protocol.local import LocalRequestAnswered, LocalRequestOpened
from copilot_nb.transcript.blocks import PermissionBlock, Transcript, UserInputBlock
from copilot_nb.transcript.fold import begin, find, fold, fold_nested, words
from copilot_nb.transcript.permissions import permission
from copilot_nb.transcript.safety import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

_ANSWERS: Mapping[str, str] = {
    "approved": "Allowed once",
    "approved-for-location": "Allowed here always",
    "approved-for-session": "Allowed for this session",
    "approved-read-only-for-session": "Allowed for this session",
    "denied-interactively-by-user": "Denied",
    "denied-no-approval-rule-and-could-not-request-from-user": "Denied: nobody could be asked",
}


@fold.register
@fold_nested.register
def permission_requested(
    data: PermissionRequested, _event: SessionEvent, turn: Transcript
) -> Transcript:
    """The agent asks whether it may; what a hook has answered is not asked."""
    if data.resolved_by_hook:
        return turn
    request = data.permission_request
    prompt = data.prompt_request or request.to_wire()
    block = permission(data.request_id, prompt, tool_call_id=request.tool_call_id or "")
    if lasts := turn.memory.lasting.get(block.tool_call_id):  # the request itself does not say so
        block = replace(block, warnings=(*block.warnings, lasts))
    return turn.put(block)


@fold.register
@fold_nested.register
def permission_completed(
    data: PermissionCompleted, event: SessionEvent, turn: Transcript
) -> Transcript:
    """How it was answered, by us or another client; the call's clock starts here."""
    block = find(turn, PermissionBlock, data.request_id)
    if block is None:
        return turn
    turn = begin(turn, block.tool_call_id, event)
    if block.state != "open":
        return turn
    if data.result.kind == "cancelled":
        return turn.put(replace(block, state="cancelled"))
    answer = _ANSWERS.get(data.result.kind) or words(data.result.kind).capitalize()
    if data.result.feedback:
        answer = f"{answer}: {visible(data.result.feedback)}"
    return turn.put(replace(block, state="answered", answer=answer))


@fold.register
@fold_nested.register
def question_asked(data: UserInputRequested, _event: SessionEvent, turn: Transcript) -> Transcript:
    """The agent asks a question."""
    return turn.put(
        UserInputBlock(
            id=data.request_id,
            question=visible(data.question),
            choices=tuple(map(visible, data.choices or ())),
            allow_freeform=data.allow_freeform is not False,
        )
    )


@fold.register
@fold_nested.register
def question_answered(
    data: UserInputCompleted, _event: SessionEvent, turn: Transcript
) -> Transcript:
    """What the answer was."""
    block = find(turn, UserInputBlock, data.request_id)
    if block is None or block.state == "answered":
        return turn
    if data.answer is None:
        return turn.put(replace(block, state="cancelled"))
    return turn.put(replace(block, state="answered", answer=visible(data.answer)))


@fold.register
@fold_nested.register
def local_request_opened(
    data: LocalRequestOpened, _event: SessionEvent, turn: Transcript
) -> Transcript:
    """Something on this side asks, such as code before it runs in the kernel."""
    if data.permission is not None:
        call = data.tool_call_id or ""
        return turn.put(permission(data.request_id, data.permission, tool_call_id=call))
    question = data.question or {}
    return turn.put(
        UserInputBlock(
            id=data.request_id,
            question=visible(str(question.get("question") or "")),
            choices=tuple(visible(str(choice)) for choice in question.get("choices") or ()),
            allow_freeform=question.get("allow_freeform") is not False,
        )
    )


@fold.register
@fold_nested.register
def request_answered(
    data: LocalRequestAnswered, event: SessionEvent, turn: Transcript
) -> Transcript:
    """Who answered, and what: better known here than in the runtime's own words."""
    block = turn.get(data.request_id)
    if not isinstance(block, PermissionBlock | UserInputBlock):
        return turn
    answer, by = visible(data.answer), visible(data.by)
    turn = turn.put(replace(block, state="answered", answer=answer, by=by))
    return begin(turn, block.tool_call_id, event) if isinstance(block, PermissionBlock) else turn
