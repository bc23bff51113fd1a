"""What a turn changed, in the kernel and in files, and taking it back.

Names and objects come back from the kernel's journal, files through the runtime, which then also
forgets the prompt: it can only go back to before one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.protocol.assistant_events import UserMessage
from copilot_nb.protocol.local import LocalUndone
from copilot_nb.transcript.presentation import first_line

if TYPE_CHECKING:
    from copilot_nb.kernel.journal import Run
    from copilot_nb.kernel.shell import Shell
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.settings import Settings
    from copilot_nb.protocol.results import RewindPoint
    from copilot_nb.session.session import Session
    from copilot_nb.session.turn import Turn
    from copilot_nb.transcript.blocks import ToolBlock

NOTHING = "There is nothing to undo."
FORGOTTEN = "The files of that turn stay: the runtime does not know how they were."


def set_limits(shell: Shell, settings: Settings) -> None:
    """How long agent code may run, and how much is kept to undo it."""
    shell.code_seconds = settings.get("code_timeout")
    shell.journal.megabytes = settings.get("undo_megabytes")


def undo_run(conversation: Conversation, tool_call_id: str | None = None) -> tuple[str, ...]:
    """Take back one run of agent code, the last one when none is named.

    Returns:
        Whose changes these are, and what came of it.
    """
    journal = conversation.link.shell.journal
    run = journal.run(tool_call_id)
    if run is None:
        return (NOTHING,)
    was_undone = run.undone
    lines = journal.undo(run.tool_call_id)
    if was_undone or not run.undone:
        return lines
    session = conversation.link.session
    if session is not None:
        # In the transcript they are parts of one sentence.
        told = tuple(line.rstrip(".") for line in lines)
        session.emit_local(LocalUndone(tool_call_id=run.tool_call_id, lines=told))
    return (_whose(conversation, run), *lines)


async def undo_turn(conversation: Conversation) -> tuple[str, ...]:
    """Take back every run of the last turn, newest first, and the files that it changed."""
    lines = [line for run in reversed(runs(conversation)) for line in _of(conversation, run)]
    session = conversation.link.session
    if session is not None and conversation.last is not None and file_diffs(conversation):
        point = await _point(session, conversation.last)
        lines += await _files_back(session, point) if point is not None else [FORGOTTEN]
    return tuple(lines) or (NOTHING,)


def runs(conversation: Conversation) -> tuple[Run, ...]:
    """The runs of the last turn that changed something, in order."""
    if conversation.last is None:
        return ()
    calls = {block.id for block in conversation.last.transcript.tools}
    kept = conversation.link.shell.journal.runs
    return tuple(run for run in kept if run.tool_call_id in calls)


def file_diffs(conversation: Conversation) -> tuple[ToolBlock, ...]:
    """The calls of the last turn that changed files."""
    if conversation.last is None:
        return ()
    tools = conversation.last.transcript.tools
    return tuple(block for block in tools if block.diff and block.state == "ok")


def _whose(conversation: Conversation, run: Run) -> str:
    """The run in a line: "Taking back `df['x'] = 1 …` of turn 3:"."""
    entries = (
        entry
        for entry in conversation.history
        if any(block.id == run.tool_call_id for block in entry.transcript.tools)
    )
    entry = next(entries, None)
    turn = f" of turn {entry.number}" if entry else ""
    return f"Taking back `{first_line(run.code)}`{turn}:"


def _of(conversation: Conversation, run: Run) -> tuple[str, ...]:
    return () if run.undone else undo_run(conversation, run.tool_call_id)


async def _point(session: Session, turn: Turn) -> RewindPoint | None:
    """Where the turn began, as long as the runtime knows it: never an earlier prompt."""
    prompts = {event.id for event in turn.events if isinstance(event.data, UserMessage)}
    points = await session.history.rewind_points()
    own = [point for point in points if point.event_id in prompts]
    return own[0] if own and own[0].can_restore_files else None


async def _files_back(session: Session, point: RewindPoint) -> list[str]:
    done = await session.history.rewind(point.event_id, files=True)
    if done.outcome != "success":
        return [f"The files stay as they are: {done.outcome or 'the runtime did not say why'}."]
    restored = [f"{path} is as it was." for path in map(_path, done.restored_files or ())]
    skipped = [
        f"{path} was changed since: left as it is." for path in map(_path, done.skipped_files or ())
    ]
    return [*restored, *skipped, "The conversation is back to before the prompt."]


def _path(entry: object) -> str:
    """The runtime names files by text or by object."""
    return str(entry.get("path", entry)) if isinstance(entry, dict) else str(entry)
