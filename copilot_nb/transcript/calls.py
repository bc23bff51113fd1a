"""Tool calls, from the first streamed argument to the result; those of sub-agents too."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from copilot_nb.protocol.events import (
    AssistantToolCallDelta,
    ExternalToolRequested,
    SessionEvent,
    SubagentCompleted,
    SubagentFailed,
    SubagentStarted,
    SystemNotification,
    ToolExecutionComplete,
    ToolExecutionPartialResult,
    ToolExecutionProgress,
    ToolExecutionStart,
    ToolRequest,
    ToolShellOutput,
)
from copilot_nb.transcript import output, presentation
from copilot_nb.transcript.blocks import PermissionBlock, ToolBlock, ToolState, Transcript
from copilot_nb.transcript.cuts import left_out
from copilot_nb.transcript.diffs import diff_counts
from copilot_nb.transcript.fold import (
    begin,
    close_writing,
    elapsed,
    find,
    fold,
    fold_nested,
    remember,
    without,
)
from copilot_nb.transcript.presentation import first_line
from copilot_nb.transcript.safety import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHELL_TRAILER = re.compile(r"\n?<shellId: \S+ completed with exit code -?\d+>\s*\Z")
_BACKGROUND = re.compile(r"<command started in background with shellId: (\S+?)>")
_BY_US = "Denied by preToolUse hook: "
"""How the runtime begins to tell why we let a call not begin."""
_STATES: Mapping[str, ToolState] = {"denied": "denied", "rejected": "denied"}


@fold.register
@fold_nested.register
def call_written(data: AssistantToolCallDelta, event: SessionEvent, turn: Transcript) -> Transcript:
    """The model writes a call: its command or code shows as it comes."""
    name = data.tool_name or ""
    if presentation.shape(name).hidden:
        return turn
    block = find(turn, ToolBlock, data.tool_call_id)
    if block is None:
        turn = close_writing(turn, event) if not event.agent_id else turn
        turn = remember(turn, drafts=(*turn.memory.drafts, data.tool_call_id))
        block = ToolBlock(id=data.tool_call_id, name=first_line(name), agent=_agent(turn, event))
    if block.state != "pending":
        return turn
    written = turn.memory.written.get(block.id, "") + data.input_delta
    turn = remember(turn, written={**turn.memory.written, block.id: written})
    return turn.put(_showing(block, presentation.show_partial(block.name, written)))


def request_call(turn: Transcript, request: ToolRequest) -> Transcript:
    """The turn with a call that the model has asked for and that has not begun."""
    if presentation.shape(request.name).hidden:
        return turn
    block = find(turn, ToolBlock, request.tool_call_id)
    block = block or ToolBlock(id=request.tool_call_id, name=first_line(request.name))
    return turn.put(_showing(block, presentation.show(request.name, request.arguments)))


@fold.register
@fold_nested.register
def call_started(data: ToolExecutionStart, event: SessionEvent, turn: Transcript) -> Transcript:
    """A call begins; it may still ask for permission."""
    if presentation.shape(data.tool_name).hidden:
        return turn
    turn = remember(turn, written=without(turn.memory.written, data.tool_call_id))
    if lasts := presentation.lasting(data.arguments):
        turn = remember(turn, lasting={**turn.memory.lasting, data.tool_call_id: lasts})
    block = find(turn, ToolBlock, data.tool_call_id)
    block = block or ToolBlock(id=data.tool_call_id, name=first_line(data.tool_name))
    block = replace(
        _showing(block, presentation.show(data.tool_name, data.arguments)),
        name=first_line(data.mcp_tool_name or data.tool_name),
        state="running",
        source=f"mcp:{data.mcp_server_name}" if data.mcp_server_name else block.source,
        agent=_agent(turn, event),
    )
    return begin(turn.put(block), block.id, event)


@fold.register
@fold_nested.register
def call_external(
    data: ExternalToolRequested, _event: SessionEvent, turn: Transcript
) -> Transcript:
    """The call is for a tool of ours, unless the tool says more of itself."""
    block = find(turn, ToolBlock, data.tool_call_id)
    if block is None or block.source != "builtin":
        return turn
    return turn.put(replace(block, source="python"))


@fold.register
@fold_nested.register
def call_printed(data: ToolShellOutput, _event: SessionEvent, turn: Transcript) -> Transcript:
    """Text that a command wrote."""
    block = find(turn, ToolBlock, data.tool_call_id)
    if block is None:
        return turn
    text, held = output.clean(data.text, turn.memory.tails.get(block.id, ""))
    turn = remember(turn, tails={**turn.memory.tails, block.id: held})
    return turn.put(_printing(block, output.append(block.output, text)))


@fold.register
@fold_nested.register
def call_printed_so_far(
    data: ToolExecutionPartialResult, _event: SessionEvent, turn: Transcript
) -> Transcript:
    """The whole output so far, of tools that do not stream it."""
    block = find(turn, ToolBlock, data.tool_call_id)
    if block is None or block.id in turn.memory.tails:
        return turn
    return turn.put(_printing(block, output.plain(data.partial_output)))


@fold.register
@fold_nested.register
def call_progressed(
    data: ToolExecutionProgress, _event: SessionEvent, turn: Transcript
) -> Transcript:
    """How far a call has come, in its own words."""
    block = find(turn, ToolBlock, data.tool_call_id)
    if block is None:
        return turn
    return turn.put(replace(block, progress=presentation.first_line(data.progress_message)))


@fold.register
@fold_nested.register
def call_ended(data: ToolExecutionComplete, event: SessionEvent, turn: Transcript) -> Transcript:
    """A call's result, or why there is none."""
    block = find(turn, ToolBlock, data.tool_call_id)
    if block is None:
        return turn
    block = replace(block, progress="", seconds=elapsed(turn, block.id, event))
    block = _succeeded(block, data) if data.success else _failed(block, data, turn)
    turn = _note_background(turn, block, data)
    return remember(turn.put(block), tails=without(turn.memory.tails, block.id))


@fold.register
def shell_ended(data: SystemNotification, _event: SessionEvent, turn: Transcript) -> Transcript:
    """A command that went on in the background has ended."""
    call_id = turn.memory.shells.get(str(data.kind.get("shellId")), "")
    block = find(turn, ToolBlock, call_id)
    if data.kind.get("type") != "shell_completed" or block is None:
        return turn
    shell = str(data.kind["shellId"])
    turn = remember(turn, shells=without(turn.memory.shells, shell))
    turn = turn.drop({still_running(shell)})
    return turn.put(replace(_exited(block, data.kind.get("exitCode")), progress=""))


@fold_nested.register
def agent_started(data: SubagentStarted, event: SessionEvent, turn: Transcript) -> Transcript:
    """A sub-agent works for a call; its own calls name it."""
    name = visible(data.agent_display_name or data.agent_name) or "sub-agent"
    return remember(turn, agents={**turn.memory.agents, event.agent_id or "": name})


@fold_nested.register
def agent_completed(data: SubagentCompleted, _event: SessionEvent, turn: Transcript) -> Transcript:
    """What a sub-agent did, on the call that it worked for."""
    block = find(turn, ToolBlock, data.tool_call_id)
    calls = data.total_tool_calls
    if block is None or not calls:
        return turn
    return turn.put(replace(block, progress=f"{calls} tool call{'s' if calls > 1 else ''}"))


@fold_nested.register
def agent_failed(data: SubagentFailed, _event: SessionEvent, turn: Transcript) -> Transcript:
    """Why a sub-agent failed, on the call that it worked for."""
    block = find(turn, ToolBlock, data.tool_call_id)
    if block is None:
        return turn
    return turn.put(replace(block, error=visible(data.error)))


def result_text(content: str) -> str:
    """What a call's result says to people: not its envelope, nor the number of a shell."""
    return output.unwrapped(_SHELL_TRAILER.sub("", content))


def still_running(shell: str) -> str:
    """Id of the notice that a background shell goes on."""
    return f"notice-shell-{shell}"


def _agent(turn: Transcript, event: SessionEvent) -> str:
    if not event.agent_id:
        return ""
    return turn.memory.agents.get(event.agent_id, "sub-agent")


def _showing(block: ToolBlock, shown: presentation.Shown) -> ToolBlock:
    return replace(block, title=shown.title, arguments=shown.arguments, language=shown.language)


def _printing(block: ToolBlock, text: str) -> ToolBlock:
    return replace(block, output=text, cut=left_out(text))


def _succeeded(block: ToolBlock, data: ToolExecutionComplete) -> ToolBlock:
    block = replace(block, state="ok", title=block.title or _edited(data))
    if data.result is None:
        return block
    diff = (data.result.detailed_content or "").strip("\n")
    if diff.startswith("diff --git ") and any(diff_counts(diff)):
        return replace(block, diff=visible(diff), arguments="", output="")
    if not block.output and not block.outputs and not _BACKGROUND.search(data.result.content):
        block = _printing(block, output.plain(result_text(data.result.content)))
    return _exited(block, _exit_code(data))


def _edited(data: ToolExecutionComplete) -> str:
    """The files that a call without a title has changed, and how."""
    edits = [f"{edit.get('kind') or 'edit'} {edit.get('path')}" for edit in data.file_edits or ()]
    return first_line(", ".join(edits))


def _exited(block: ToolBlock, code: object) -> ToolBlock:
    if not isinstance(code, int) or code == 0:
        return block
    return replace(block, state="failed", error=f"Exit code {code}")


def _exit_code(data: ToolExecutionComplete) -> Any:
    return (data.shell_execution or {}).get("exitCode")


def _failed(block: ToolBlock, data: ToolExecutionComplete, turn: Transcript) -> ToolBlock:
    message = output.plain(data.error.message) if data.error else "Failed without a reason."
    message = message.removeprefix(_BY_US)
    state = _STATES.get(data.error.code or "", "failed") if data.error else "failed"
    asked = any(
        isinstance(other, PermissionBlock) and other.tool_call_id == block.id
        for other in turn.blocks
    )
    return replace(block, state=state, error="" if state == "denied" and asked else message)


def _note_background(turn: Transcript, block: ToolBlock, data: ToolExecutionComplete) -> Transcript:
    started = _BACKGROUND.search(data.result.content) if data.result else None
    if started is None:
        return turn
    return remember(turn, shells={**turn.memory.shells, started[1]: block.id})
