"""What happens to the turn as a whole: its end, failures, and lines about itself."""

from __future__ import annotations

from dataclasses import replace

from copilot_nb.errors import ConnectionClosedError
from copilot_nb.protocol.events import (
    Abort,
    AssistantIdle,
    McpOauthRequired,
    SessionAutoModeResolved,
    SessionAutopilotStopped,
    SessionCompactionComplete,
    SessionCompactionStart,
    SessionErrorEvent,
    SessionEvent,
    SessionIdle,
    SessionInfo,
    SessionMcpServerStatusChanged,
    SessionModeChanged,
    SessionModelChange,
    SessionModelDeselected,
    SessionPlanChanged,
    SessionTruncation,
    SessionWarning,
)
from copilot_nb.protocol.local import (
    LocalInterrupted,
    LocalLabel,
    LocalNotice,
    LocalRuntimeLost,
    LocalSent,
)
from copilot_nb.transcript.blocks import ErrorBlock, ToolBlock, Transcript
from copilot_nb.transcript.failures import explain
from copilot_nb.transcript.fold import close_all, find, fold, fold_nested, notice, words
from copilot_nb.transcript.output import plain
from copilot_nb.transcript.safety import visible

_SILENT_INFO = frozenset({"cancellation", "file_created", "file_edited", "model_retry"})
"""What other events say better."""

_SUMMARY = 4_000
"""Characters of a summary that are kept, folded."""

_SERVERS = {"failed": "failed", "needs-auth": "wants you to sign in"}
"""States of an MCP server that keep it from being used."""

_MODES = {
    "autopilot": "The agent goes on by itself (autopilot).",
    "interactive": "The agent asks again before it acts.",
    "plan": "The agent plans before it acts.",
}

_ABORTS = {
    "autopilot_credit_limit": "Stopped: the credit limit is reached.",
    "remote_command": "Stopped from elsewhere.",
}


@fold.register
def idle(data: AssistantIdle, event: SessionEvent, turn: Transcript) -> Transcript:
    """The answer is complete; background commands may go on, and are named."""
    turn = _finish(turn, event, aborted=data.aborted)
    for shell, call_id in turn.memory.shells.items():
        call = find(turn, ToolBlock, call_id)
        if call is not None:
            turn = notice(turn, f"shell-{shell}", f"Still running: {call.title}")
    return turn


@fold.register
def session_idle(data: SessionIdle, event: SessionEvent, turn: Transcript) -> Transcript:
    """Nothing runs any more."""
    return turn if turn.ended else _finish(turn, event, aborted=data.aborted)


@fold.register
def aborted(data: Abort, event: SessionEvent, turn: Transcript) -> Transcript:
    """The turn was stopped; nothing of it goes on."""
    refused = any(call.state == "denied" for call in turn.tools[-1:])
    usual = "Stopped: the request was denied." if refused else "Stopped."
    return _stop(turn, event, _ABORTS.get(data.reason, usual))


@fold.register
def interrupted(data: LocalInterrupted, event: SessionEvent, turn: Transcript) -> Transcript:
    """A person stopped the turn; the runtime's own word may follow."""
    return _stop(turn, event, f"Stopped: {visible(data.reason)}" if data.reason else "Stopped.")


@fold.register
def failed(data: SessionErrorEvent, event: SessionEvent, turn: Transcript) -> Transcript:
    """The turn failed, unless the runtime only logs an error."""
    if data.error_type == "notification":
        return notice(turn, event.id, visible(data.message), warning=True)
    message, hint, details = explain(
        data.message,
        kind=data.error_type,
        status=data.status_code,
        code=data.error_code or "",
    )
    block = ErrorBlock(id=f"error-{event.id}", message=message, hint=hint, details=details)
    return replace(close_all(turn, event).add(block), state="failed")


@fold.register
def runtime_lost(data: LocalRuntimeLost, event: SessionEvent, turn: Transcript) -> Transcript:
    """The runtime is gone in the middle of the turn."""
    message, _, details = explain(data.message or "The connection to the runtime is gone.")
    block = ErrorBlock(
        id="error-runtime-lost",
        message=message,
        hint=ConnectionClosedError.hint,
        details=details,
    )
    return replace(close_all(turn, event).put(block), state="failed")


@fold.register
def labelled(data: LocalLabel, _event: SessionEvent, turn: Transcript) -> Transcript:
    """Where answers come from."""
    return replace(turn, label=visible(data.label))


@fold.register
@fold_nested.register
def sent(data: LocalSent, _event: SessionEvent, turn: Transcript) -> Transcript:
    """What left the kernel in this turn so far, in a line."""
    return replace(turn, sent=" ".join(visible(data.summary).split()))


@fold.register
@fold_nested.register
def noted(data: LocalNotice, event: SessionEvent, turn: Transcript) -> Transcript:
    """A line of ours that a reader of the turn should know."""
    if not data.text.strip():
        return turn
    text, details = visible(data.text.strip()), plain(data.details)
    return notice(turn, event.id, text, warning=data.level == "warning", details=details)


@fold.register
def model_changed(data: SessionModelChange, event: SessionEvent, turn: Transcript) -> Transcript:
    """Another model goes on with the turn."""
    if data.new_model and turn.model and turn.model != data.new_model:
        turn = notice(turn, event.id, f"The model is now {visible(data.new_model)}.")
    return replace(turn, model=data.new_model or turn.model)


@fold.register
def model_taken_away(
    data: SessionModelDeselected, _event: SessionEvent, turn: Transcript
) -> Transcript:
    """The chosen model can not be used any more."""
    text = f"{visible(data.previous_model) or 'The model'} can not be used any more."
    return notice(turn, "model", text, warning=True)


@fold.register
def model_resolved(
    data: SessionAutoModeResolved, _event: SessionEvent, turn: Transcript
) -> Transcript:
    """Which model the automatic choice took; the footer names it."""
    return replace(turn, model=data.chosen_model or turn.model)


@fold.register
def mode_changed(data: SessionModeChanged, _event: SessionEvent, turn: Transcript) -> Transcript:
    """The agent goes on in another way; between turns nobody need hear of it."""
    if turn.state != "running" or not data.new_mode:
        return turn
    mode = visible(data.new_mode)
    return notice(turn, "mode", _MODES.get(mode, f"The mode is now {words(mode)}."))


@fold.register
def plan_changed(data: SessionPlanChanged, _event: SessionEvent, turn: Transcript) -> Transcript:
    """The agent wrote its plan, or gave it up; one line for all of it."""
    if turn.state != "running":
        return turn
    text = "The plan was dropped." if data.operation == "delete" else "The plan was written."
    return notice(turn, "plan", text)


@fold.register
def informed(data: SessionInfo, event: SessionEvent, turn: Transcript) -> Transcript:
    """A line worth knowing."""
    if data.info_type in _SILENT_INFO or not data.message.strip():
        return turn
    return notice(turn, event.id, _told(data.message, data.url))


@fold.register
def warned(data: SessionWarning, event: SessionEvent, turn: Transcript) -> Transcript:
    """A line to heed."""
    if not data.message.strip():
        return turn
    return notice(turn, event.id, _told(data.message, data.url), warning=True)


@fold.register
def compacting(_data: SessionCompactionStart, _event: SessionEvent, turn: Transcript) -> Transcript:
    """The history is being summarised."""
    return notice(turn, "compaction", "Summarising the conversation to make room …")


@fold.register
def compacted(
    data: SessionCompactionComplete, _event: SessionEvent, turn: Transcript
) -> Transcript:
    """The history is summarised, or could not be."""
    if not data.success:
        reason = f": {visible(data.error)}" if data.error else "."
        text = f"The conversation could not be summarised{reason}"
        return notice(turn, "compaction", text, warning=True)
    freed = f"; {data.tokens_removed:,} tokens are free again" if data.tokens_removed else ""
    text = f"The conversation was summarised to make room{freed}."
    summary = plain((data.summary_content or "").strip()[:_SUMMARY])
    return notice(turn, "compaction", text, details=summary)


@fold.register
def truncated(data: SessionTruncation, event: SessionEvent, turn: Transcript) -> Transcript:
    """Old messages were dropped."""
    count = data.messages_removed_during_truncation
    if not count:
        return turn
    return notice(turn, event.id, f"The oldest {count:,} messages were dropped to make room.")


@fold.register
def server_changed(
    data: SessionMcpServerStatusChanged, _event: SessionEvent, turn: Transcript
) -> Transcript:
    """An MCP server that can not be used is worth a line; others are not."""
    problem = _SERVERS.get(data.status)
    if problem is None:
        return turn
    reason = f": {visible(data.error)}" if data.error else "."
    text = f"MCP server {visible(data.server_name)} {problem}{reason}"
    return notice(turn, f"mcp-{data.server_name}", text, warning=True)


@fold.register
def server_wants_sign_in(
    data: McpOauthRequired, _event: SessionEvent, turn: Transcript
) -> Transcript:
    """A server that cannot be used before somebody signs in."""
    address = f" at {visible(data.server_url)}" if data.server_url else ""
    text = f"MCP server {visible(data.server_name)} wants you to sign in{address}."
    return notice(turn, f"mcp-{data.server_name}", text, warning=True)


@fold.register
def autopilot_stopped(
    data: SessionAutopilotStopped, event: SessionEvent, turn: Transcript
) -> Transcript:
    """Why autopilot ended, unless the task is done."""
    if data.reason in {"", "task_complete"}:
        return turn
    return notice(turn, event.id, f"Autopilot stopped: {words(data.reason)}.")


def _told(message: str, url: str | None) -> str:
    """The line, and the address that it is about if it does not name it itself."""
    text = visible(message.strip())
    return f"{text} ({visible(url)})" if url and url not in message else text


def _finish(turn: Transcript, event: SessionEvent, *, aborted: bool) -> Transcript:
    if turn.ended:
        return turn
    return replace(close_all(turn, event), state="stopped" if aborted else "done")


def _stop(turn: Transcript, event: SessionEvent, text: str) -> Transcript:
    if turn.ended:
        return turn
    return replace(notice(close_all(turn, event), "stopped", text), state="stopped")
