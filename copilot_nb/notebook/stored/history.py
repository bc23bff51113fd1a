"""The turns of one notebook, by number; and stored conversations as transcripts.

A turn keeps every event it had. After a while only what it came to is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from copilot_nb.errors import UsageError
from copilot_nb.protocol.events import UserMessage
from copilot_nb.transcript.blocks import Transcript
from copilot_nb.transcript.reduce import reduce

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from copilot_nb.protocol.events import SessionEvent
    from copilot_nb.session.turn import Turn

KEPT = 50
"""Turns that are kept with their events."""
_ASK = "It has none yet: ask with `%%copilot`; `%copilot sessions` lists what was asked before."


@dataclass(frozen=True, slots=True)
class Entry:
    """One turn of the notebook."""

    number: int
    """From 1."""
    at: datetime
    """When it was asked."""
    what: Turn | Transcript

    @property
    def transcript(self) -> Transcript:
        """What it came to."""
        return self.what if isinstance(self.what, Transcript) else self.what.transcript


class History:
    """The turns of one notebook, oldest first."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The newest turns, with their events."""
        return tuple(e.what for e in self._entries if not isinstance(e.what, Transcript))

    def add(self, turn: Turn) -> None:
        """A turn has begun."""
        self._entries.append(Entry(len(self._entries) + 1, datetime.now(UTC), turn))
        if len(self._entries) > KEPT:
            old = self._entries[-KEPT - 1]
            self._entries[-KEPT - 1] = replace(old, what=old.transcript)

    def get(self, number: int) -> Entry:
        """The turn of that number; 0 is the newest, -1 the one before it.

        Raises:
            UsageError: There is no such turn.
        """
        at = number - 1 if number > 0 else len(self._entries) - 1 + number
        if not 0 <= at < len(self._entries):
            has = f"It has {len(self._entries)} so far; `%copilot history` lists them."
            which = f" {number}" if number else ""
            raise UsageError(
                f"There is no turn{which} in this notebook.", hint=has if self._entries else _ASK
            )
        return self._entries[at]


def transcripts(events: Iterable[SessionEvent]) -> tuple[Transcript, ...]:
    """A stored conversation as turns: each begins with a prompt of a person."""
    found: list[Transcript] = []
    for event in events:
        if _begins_turn(event):
            content = event.data.content if isinstance(event.data, UserMessage) else ""
            found.append(Transcript(prompt=content or ""))
        if found:
            found[-1] = reduce(found[-1], event)
    return tuple(replace(each, state="done", status="") for each in found)


def _begins_turn(event: SessionEvent) -> bool:
    return isinstance(event.data, UserMessage) and event.agent_id is None and not event.data.source
