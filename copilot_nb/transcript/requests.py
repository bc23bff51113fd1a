"""What waits for an answer: permissions, questions, forms, plans; the runtime's and our own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from copilot_nb.protocol.events import (
    AutoModeSwitchCompleted,
    AutoModeSwitchRequested,
    ElicitationCompleted,
    ElicitationRequested,
    ExitPlanModeCompleted,
    ExitPlanModeRequested,
    PermissionCompleted,
    PermissionRequested,
    SessionEvent,
    SessionLimitsExhaustedCompleted,
    SessionLimitsExhaustedRequested,
    UserInputCompleted,
    UserInputRequested,
)
from copilot_nb.protocol.local import (
    LocalRequestAnswered,
    LocalRequestOpened,
    LocalRequestTimed,
    LocalRequestWarned,
)
from copilot_nb.transcript import prompts
from copilot_nb.transcript.blocks import (
    REQUESTS,
    PermissionBlock,
    Transcript,
    UserInputBlock,
)
from copilot_nb.transcript.choices import ALLOW_ALWAYS
from copilot_nb.transcript.fold import begin, find, fold, fold_nested, words
from copilot_nb.transcript.forms import FormBlock, PlanBlock, SignInBlock
from copilot_nb.transcript.permissions import permission
from copilot_nb.transcript.safety import sound, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.protocol.base import Wire

_ANSWERS: Mapping[str, str] = {
    "approved": "Allowed once",
    "approved-for-location": "Allowed here always",
    "approved-for-session": "Allowed for this session",
    "approved-read-only-for-session": "Allowed for this session",
    "denied-interactively-by-user": "Denied",
    "denied-no-approval-rule-and-could-not-request-from-user": "Denied: nobody could be asked",
}
_WITHDRAWN = "Withdrawn"
"""What is said of our own requests that ended without an answer."""
_VAGUE = frozenset({"", "Answered"})
"""What handlers of an application are recorded with; the runtime's words say more."""


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
    return turn.put(replace(block, state="answered", answer=answer, at=event.timestamp))


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
    data: UserInputCompleted, event: SessionEvent, turn: Transcript
) -> Transcript:
    """What the answer was."""
    block = find(turn, UserInputBlock, data.request_id)
    if block is None or block.state == "answered":
        return turn
    if data.answer is None:
        return turn.put(replace(block, state="cancelled"))
    answer = visible(data.answer)
    return turn.put(replace(block, state="answered", answer=answer, at=event.timestamp))


@fold.register
@fold_nested.register
def form_asked(data: ElicitationRequested, _event: SessionEvent, turn: Transcript) -> Transcript:
    """Somebody asks to fill in a form, or to open a page."""
    return _asked(turn, "elicitation", data)


@fold.register
@fold_nested.register
def form_answered(data: ElicitationCompleted, event: SessionEvent, turn: Transcript) -> Transcript:
    """What was sent, by the names of its fields."""
    if data.action == "accept":
        return _ended(turn, event, data.request_id, prompts.form_words(data.content))
    return _ended(turn, event, data.request_id, prompts.FORM_WORDS.get(data.action or "", ""))


@fold.register
@fold_nested.register
def plan_asked(data: ExitPlanModeRequested, _event: SessionEvent, turn: Transcript) -> Transcript:
    """The agent shows its plan."""
    return _asked(turn, "exit_plan_mode", data)


@fold.register
@fold_nested.register
def plan_judged(data: ExitPlanModeCompleted, event: SessionEvent, turn: Transcript) -> Transcript:
    """Whether the agent goes on with its plan."""
    if data.approved is None:
        return _ended(turn, event, data.request_id, "")
    words = prompts.plan_words(
        approved=data.approved, action=data.selected_action, feedback=data.feedback
    )
    return _ended(turn, event, data.request_id, words)


@fold.register
@fold_nested.register
def switch_asked(
    data: AutoModeSwitchRequested, _event: SessionEvent, turn: Transcript
) -> Transcript:
    """The chosen model can not answer; another one could."""
    return _asked(turn, "auto_mode_switch", data)


@fold.register
@fold_nested.register
def switch_answered(
    data: AutoModeSwitchCompleted, event: SessionEvent, turn: Transcript
) -> Transcript:
    """Whether another model goes on."""
    return _ended(turn, event, data.request_id, prompts.SWITCH_WORDS.get(str(data.response), ""))


@fold.register
@fold_nested.register
def limits_asked(
    data: SessionLimitsExhaustedRequested, _event: SessionEvent, turn: Transcript
) -> Transcript:
    """The session's credits are used up."""
    return _asked(turn, "session_limits", data)


@fold.register
@fold_nested.register
def limits_answered(
    data: SessionLimitsExhaustedCompleted, event: SessionEvent, turn: Transcript
) -> Transcript:
    """Whether there are more."""
    return _ended(turn, event, data.request_id, prompts.limit_words(data.response))


@fold.register
@fold_nested.register
def local_request_opened(
    data: LocalRequestOpened, _event: SessionEvent, turn: Transcript
) -> Transcript:
    """Something on this side asks, such as code before it runs in the kernel."""
    call = data.tool_call_id or ""
    if data.permission is not None:
        return turn.put(permission(data.request_id, data.permission, tool_call_id=call))
    if data.kind != "user_input":
        return turn.put(prompts.asked(data.kind, data.request_id, data.prompt or {}, call))
    question = data.question or {}
    return turn.put(
        UserInputBlock(
            id=data.request_id,
            question=visible(str(question.get("question") or "")),
            choices=tuple(visible(str(choice)) for choice in question.get("choices") or ()),
            allow_freeform=question.get("allow_freeform") is not False,
        )
    )


NOT_SENT = "Not sent: "
"""How a warning begins that says why what was filled in was not taken."""


@fold.register
@fold_nested.register
def request_timed(data: LocalRequestTimed, _event: SessionEvent, turn: Transcript) -> Transcript:
    """How long an open request waits before it is declined."""
    block = turn.get(data.request_id)
    if not isinstance(block, REQUESTS) or isinstance(block, SignInBlock):
        return turn
    return turn.put(replace(block, time_limit=data.seconds))


@fold.register
@fold_nested.register
def request_warned(data: LocalRequestWarned, _event: SessionEvent, turn: Transcript) -> Transcript:
    """What this side knows of a request, such as where a link leads; or why a form was not sent."""
    block = turn.get(data.request_id)
    if isinstance(block, FormBlock):
        # Of what did not fit only the newest is still so.
        kept = tuple(text for text in block.warnings if not text.startswith(NOT_SENT))
        return turn.put(replace(block, warnings=(*kept, *map(visible, data.warnings))))
    if not isinstance(block, PermissionBlock):
        return turn
    new = tuple(text for text in map(visible, data.warnings) if text not in block.warnings)
    if not new:
        return turn
    once = tuple(choice for choice in block.choices if choice.id != ALLOW_ALWAYS.id)
    return turn.put(replace(block, warnings=(*block.warnings, *new), choices=once))


@fold.register
@fold_nested.register
def request_answered(
    data: LocalRequestAnswered, event: SessionEvent, turn: Transcript
) -> Transcript:
    """Who answered, and what: better known here than in the runtime's own words."""
    block = turn.get(data.request_id)
    if not isinstance(block, REQUESTS):
        return turn
    if data.answer == _WITHDRAWN:
        return turn.put(replace(block, state="cancelled"))
    answer, by = visible(data.answer), visible(data.by)
    if isinstance(block, PlanBlock) and data.body is not None:
        block = replace(block, plan=sound(data.body))
    turn = turn.put(replace(block, state="answered", answer=answer, by=by, at=event.timestamp))
    return begin(turn, block.tool_call_id, event) if isinstance(block, PermissionBlock) else turn


def _asked(turn: Transcript, kind: str, data: Wire) -> Transcript:
    prompt = data.to_wire()
    request_id, call = str(prompt["requestId"]), str(prompt.get("toolCallId") or "")
    return turn.put(prompts.asked(kind, request_id, prompt, call))


def _ended(turn: Transcript, event: SessionEvent, request_id: str, words: str) -> Transcript:
    """The turn with the request answered in these words; without words nobody answered it."""
    block = turn.get(request_id)
    if not isinstance(block, REQUESTS) or block.state == "cancelled":
        return turn
    if block.state == "answered":
        told = block.answer not in _VAGUE or not words
        return turn if told else turn.put(replace(block, answer=words))
    if not words:
        return turn.put(replace(block, state="cancelled"))
    return turn.put(replace(block, state="answered", answer=words, at=event.timestamp))
