"""Tool calls that run on this side: how they want to be shown, their output, what they changed."""

from __future__ import annotations

from dataclasses import replace

from copilot_nb.protocol.events import SessionEvent
from copilot_nb.protocol.local import (
    LocalKernelChanges,
    LocalKernelOutput,
    LocalToolDetails,
    LocalUndone,
)
from copilot_nb.transcript import output
from copilot_nb.transcript.blocks import TextOutput, ToolBlock, Transcript
from copilot_nb.transcript.cuts import left_out, length
from copilot_nb.transcript.fold import find, fold, fold_nested, notice, remember, without
from copilot_nb.transcript.safety import visible

LINES = 40
"""More lines of changes than that are counted, not shown."""


@fold.register
@fold_nested.register
def call_described(data: LocalToolDetails, _event: SessionEvent, turn: Transcript) -> Transcript:
    """How a tool wants its call to be shown."""
    block = find(turn, ToolBlock, data.tool_call_id)
    if block is None:
        return turn
    return turn.put(
        replace(
            block,
            title=visible(data.title) or block.title,
            arguments=visible(data.arguments) or block.arguments,
            language=data.language or block.language,
            source=data.source or block.source,
        )
    )


@fold.register
@fold_nested.register
def kernel_printed(data: LocalKernelOutput, _event: SessionEvent, turn: Transcript) -> Transcript:
    """Output of code that runs in the kernel for a call."""
    block = find(turn, ToolBlock, data.tool_call_id)
    if block is None:
        return turn
    piece_of = f"{block.id} {data.output.get('stream')}"
    tails = turn.memory.tails
    outputs, held = output.printed(block.outputs, data.output, tails.get(piece_of, ""))
    if held or piece_of in tails:
        waiting = {piece_of: held} if held else {}
        turn = remember(turn, tails=without(tails, piece_of) | waiting)
    texts = [shown.text for shown in outputs if isinstance(shown, TextOutput)]
    total = sum(map(length, texts)) if any(map(left_out, texts)) else 0
    return turn.put(replace(block, outputs=outputs, cut=total))


@fold.register
@fold_nested.register
def kernel_changed(data: LocalKernelChanges, _event: SessionEvent, turn: Transcript) -> Transcript:
    """What code of a call changed among the user's names."""
    block = find(turn, ToolBlock, data.tool_call_id)
    if block is None:
        return turn
    lines = _lines(data.lines)
    return turn.put(replace(block, changes=lines, undo="offered" if data.undoable else ""))


@fold.register
@fold_nested.register
def kernel_undone(data: LocalUndone, _event: SessionEvent, turn: Transcript) -> Transcript:
    """A call's changes were taken back; what came back, and what could not, is a line below."""
    block = find(turn, ToolBlock, data.tool_call_id)
    if block is None:
        return turn
    turn = turn.put(replace(block, undo="done"))
    told = "; ".join(_lines(data.lines))
    return notice(turn, f"undo-{block.id}", f"Taken back: {told}") if told else turn


def _lines(lines: tuple[str, ...]) -> tuple[str, ...]:
    shown = tuple(" ".join(visible(line).split()) for line in lines[:LINES])
    more = len(lines) - LINES
    return (*shown, f"… {more} more") if more > 0 else shown
