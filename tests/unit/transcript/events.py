"""Events for tests: recorded turns, and single events made by hand."""

from __future__ import annotations

import json
from functools import reduce as fold_left
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from copilot_nb.protocol.events import SessionEvent, parse
from copilot_nb.transcript.blocks import Block, Transcript
from copilot_nb.transcript.reduce import reduce

if TYPE_CHECKING:
    from collections.abc import Iterable

B = TypeVar("B", bound=Block)

TURNS = Path(__file__).parents[2] / "data" / "turns"


def recorded(name: str) -> list[SessionEvent]:
    """The events of a turn of the real runtime."""
    return [parse(raw) for raw in json.loads((TURNS / f"{name}.json").read_text())]


def recorded_names() -> list[str]:
    """The recorded turns."""
    return sorted(path.stem for path in TURNS.glob("*.json"))


def event(name: str, /, at: float = 0, agent: str = "", **data: Any) -> SessionEvent:
    """One event, `at` seconds after midnight, with its data in wire names."""
    raw = {
        "type": name,
        "id": f"{name}@{at}",
        "timestamp": f"2026-01-01T00:00:{at:06.3f}Z",
        "data": data,
    }
    return parse({**raw, "agentId": agent} if agent else raw)


def folded(events: Iterable[SessionEvent], start: Transcript | None = None) -> Transcript:
    """The transcript after the events."""
    return fold_left(reduce, events, start or Transcript())


def after(*events: SessionEvent, start: Transcript | None = None) -> Transcript:
    """The transcript after a prompt and these events."""
    prompt = event("user.message", content="Hi", messageId="prompt")
    return folded([prompt, *events], start)


def shapes(turn: Transcript) -> list[str]:
    """The kinds of the blocks, in order."""
    return [block.kind for block in turn.blocks]


def only(turn: Transcript, kind: type[B]) -> B:
    """The one block of that kind."""
    (block,) = [block for block in turn.blocks if isinstance(block, kind)]
    return block
