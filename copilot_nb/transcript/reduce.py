"""Events to a transcript: `reduce(transcript, event)`, pure and without a clock.

The functions that know one event each stand in the modules imported here; they put themselves
into the tables of `fold`. Times come from the events, so that a replay gives the same value.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from copilot_nb.transcript import answers, calls, kernel_calls, requests, states, tasks
from copilot_nb.transcript.blocks import (
    REQUESTS,
    Block,
    ReasoningBlock,
    TextBlock,
    ToolBlock,
    Transcript,
)
from copilot_nb.transcript.fold import fold, fold_nested

if TYPE_CHECKING:
    from copilot_nb.protocol.events import SessionEvent

HANDLERS = (answers, calls, kernel_calls, requests, states, tasks)
"""The modules whose functions are in the tables."""


def reduce(transcript: Transcript, event: SessionEvent) -> Transcript:
    """The transcript after one more event; the same object if nothing changed for a reader."""
    table = fold_nested if event.agent_id else fold
    turn = table(event.data, event, transcript)
    if turn is transcript:
        return transcript
    status = describe(turn)
    return turn if status == turn.status else replace(turn, status=status)


def describe(turn: Transcript) -> str:
    """What goes on now, in two or three words; nothing when the turn has ended."""
    if turn.ended:
        return ""
    if _is_asking(turn):
        return "Waiting for you"
    writing = _writing(turn.blocks[-1]) if turn.blocks else ""
    return writing or _working(turn)


def _is_asking(turn: Transcript) -> bool:
    """Whether a request is open; a plain loop, because every delta asks."""
    for block in turn.blocks:  # noqa: SIM110 - see above
        if isinstance(block, REQUESTS) and block.state == "open":
            return True
    return False


def _writing(block: Block) -> str:
    """What the model writes, if that is what goes on."""
    match block:
        case TextBlock(closed=False):
            return "Writing"
        case ReasoningBlock(closed=False):
            return "Thinking"
        case ToolBlock(state="pending", name=name):
            return f"Preparing {name}"
    return ""


def _working(turn: Transcript) -> str:
    running = [call.name for call in turn.tools if call.state == "running"]
    if running:
        return f"Running {running[0]}" if len(running) == 1 else f"Running {len(running)} tools"
    if turn.state == "waiting":
        return "Starting"
    return turn.memory.intent or "Thinking"
