"""Which function takes which event: two tables, and what their functions share.

`fold` takes what happens to the agent itself, `fold_nested` what its sub-agents do; an event that
no function is registered for changes nothing. The functions stand in the modules beside this.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import singledispatch
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from copilot_nb.transcript.blocks import (
    REQUESTS,
    Block,
    NoticeBlock,
    ReasoningBlock,
    TextBlock,
    ToolBlock,
    Transcript,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.protocol.events import SessionEvent

B = TypeVar("B", bound=Block)


@singledispatch
def fold(_data: object, _event: SessionEvent, turn: Transcript) -> Transcript:
    """The turn after an event of the agent itself."""
    return turn


@singledispatch
def fold_nested(_data: object, _event: SessionEvent, turn: Transcript) -> Transcript:
    """The turn after an event of a sub-agent."""
    return turn


def seconds_of(event: SessionEvent) -> float | None:
    """When the event happened, in seconds; None if it does not say."""
    try:
        return datetime.fromisoformat(event.timestamp).timestamp()
    except (TypeError, ValueError):
        return None


def find(turn: Transcript, kind: type[B], block_id: str) -> B | None:
    """The block of that kind and id."""
    block = turn.get(block_id)
    return block if isinstance(block, kind) else None


def remember(turn: Transcript, **changes: Any) -> Transcript:
    """The turn with other things in its memory."""
    return replace(turn, memory=replace(turn.memory, **changes))


def begin(turn: Transcript, block_id: str, event: SessionEvent) -> Transcript:
    """The turn that knows when a block began to work."""
    now = seconds_of(event)
    return turn if now is None else remember(turn, times={**turn.memory.times, block_id: now})


def elapsed(turn: Transcript, block_id: str, event: SessionEvent) -> float | None:
    """Seconds since a block began to work, to a tenth."""
    return since(turn.memory.times.get(block_id), event)


def since(began: float | None, event: SessionEvent) -> float | None:
    """Seconds from then to the event, to a tenth."""
    now = seconds_of(event)
    return None if now is None or began is None else round(max(0.0, now - began), 1)


def notice(
    turn: Transcript, block_id: str, text: str, *, warning: bool = False, details: str = ""
) -> Transcript:
    """The turn with one more line about itself, or another one of that id."""
    level: Literal["info", "warning"] = "warning" if warning else "info"
    return turn.put(NoticeBlock(id=f"notice-{block_id}", text=text, level=level, details=details))


def close_writing(turn: Transcript, event: SessionEvent) -> Transcript:
    """The turn with its open answer and reasoning closed, because something else begins."""
    for block in turn.blocks:
        if isinstance(block, TextBlock) and not block.closed:
            turn = turn.put(replace(block, closed=True))
        elif isinstance(block, ReasoningBlock) and not block.closed:
            seconds = elapsed(turn, block.id, event)
            turn = turn.put(replace(block, closed=True, seconds=seconds))
    return turn


def close_all(turn: Transcript, event: SessionEvent) -> Transcript:
    """The turn with nothing open: what runs or waits is cancelled."""
    turn = close_writing(turn, event)
    blocks = tuple(_cancelled(block) for block in turn.blocks)
    seconds = since(turn.memory.began, event)
    return replace(
        remember(turn, drafts=(), written={}, tails={}),
        blocks=blocks,
        seconds=turn.seconds if seconds is None else seconds,
    )


def words(value: str) -> str:
    """An identifier of the runtime as words."""
    return value.replace("_", " ").replace("-", " ").strip()


def without(mapping: Mapping[str, str], key: str) -> dict[str, str]:
    """The mapping without that key."""
    return {name: value for name, value in mapping.items() if name != key}


def _cancelled(block: Block) -> Block:
    if isinstance(block, ToolBlock) and block.state in {"pending", "running"}:
        return replace(block, state="cancelled", progress="")
    if isinstance(block, REQUESTS) and block.state == "open":
        return replace(block, state="cancelled")
    return block
