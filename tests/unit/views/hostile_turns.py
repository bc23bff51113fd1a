"""One hostile text in every field of every block, for each view to draw."""

from __future__ import annotations

from dataclasses import replace

from copilot_nb.transcript import prompts
from copilot_nb.transcript.blocks import (
    Block,
    ErrorBlock,
    NoticeBlock,
    ReasoningBlock,
    RequestBlock,
    TableOutput,
    TextBlock,
    TextOutput,
    ToolBlock,
    Transcript,
    UserInputBlock,
)
from copilot_nb.transcript.output import plain
from copilot_nb.transcript.permissions import permission
from copilot_nb.transcript.safety import visible
from tests.unit.transcript.events import event, folded


def everywhere(text: str) -> Transcript:
    """A turn with that text in every field of every block."""
    shown, printed = visible(text), plain(text)
    call = ToolBlock(
        id="call",
        name=shown,
        title=shown,
        arguments=shown,
        language=text[:30],
        state="failed",
        output=printed,
        outputs=(
            TextOutput(text=printed, stream="stderr"),
            TableOutput(columns=(text,), rows=((text, text),), caption=text),
        ),
        diff=f"@@ -1 +1 @@\n-{shown}\n+{shown}",
        error=printed,
        agent=shown,
    )
    asked = permission("request", {"kind": "commands", "fullCommandText": text, "intention": text})
    question = UserInputBlock(id="question", question=shown, choices=(shown,))
    return Transcript(
        blocks=(
            TextBlock(id="text", text=text),
            ReasoningBlock(id="reasoning", text=text),
            call,
            asked,
            question,
            NoticeBlock(id="notice", text=shown, details=printed),
            ErrorBlock(id="error", message=shown, hint=shown, details=shown),
        ),
        state="running",
        status=shown,
        label=shown,
        model=shown,
        sent=shown,
    )


def questions(text: str) -> tuple[RequestBlock, ...]:
    """Open requests of every kind, as the reducer makes them of that text."""
    schema = {"properties": {text: {"title": text, "description": text, "enum": [text, "b"]}}}
    prompt = {"message": text, "elicitationSource": text, "requestedSchema": schema, "url": text}
    details = {"effects": [{"kind": "reads", "text": text}], "editable": True}
    plan = {"summary": text, "planContent": text, "actions": ["interactive", text]}
    return (
        prompts.asked("elicitation", "form", prompt),
        prompts.asked("elicitation", "fields", prompt | {"url": None}),
        prompts.asked("exit_plan_mode", "plan", plan),
        prompts.asked("auto_mode_switch", "switch", {"errorCode": text}),
        prompts.asked("sign_in", "sign", {"host": text, "url": text, "code": text}),
        permission("code", {"kind": "kernel-code", "body": text, "details": details}),
        permission("shell", {"kind": "commands", "fullCommandText": text, "intention": text}),
        UserInputBlock(id="question", question=visible(text), choices=(visible(text),)),
    )


def requests(text: str) -> tuple[Block, ...]:
    """Requests, open and answered, and tasks, as the reducer makes them of that text."""
    asks = questions(text)
    ended = (replace(ask, id=f"{ask.id}2", state="answered", answer=text, by=text) for ask in asks)
    start = event("tool.execution_start", toolCallId="c2", toolName="run_code")
    changes = event("local.kernel_changes", toolCallId="c2", lines=[text])
    todos = event("local.todos", rows=[{"title": text, "status": text}])
    return (*asks, *ended, *folded([start, changes, todos]).blocks)
