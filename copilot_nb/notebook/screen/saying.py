"""What a person says while a turn runs: into it, or behind it, in the same output.

The runtime decides where the words land: between two steps of the turn, after its answer, or, when
the turn has just ended, as a prompt of their own. What becomes a turn of its own is drawn below.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from copilot_nb.transcript.blocks import NoticeBlock, Transcript, Usage
from copilot_nb.transcript.safety import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copilot_nb.notebook.screen.screen import Screen
    from copilot_nb.session.turn import Turn

_LATEST = frozenset({"context_tokens", "context_limit"})
"""Parts of the usage that are states, not sums."""


class Said:
    """What was said since the turn began."""

    def __init__(self) -> None:
        self._turns: list[Turn] = []

    def add(self, turn: Turn) -> None:
        """The runtime has taken it."""
        self._turns.append(turn)

    def following(self) -> Iterator[Turn]:
        """The turns that go on behind the one that has ended, in their order."""
        while self._turns:
            turn = self._turns.pop(0)
            if not turn.ended:  # else it was part of that one
                yield turn

    def clear(self) -> bool:
        """Forget what has not run yet; whether there was anything."""
        waits, self._turns = any(not turn.ended for turn in self._turns), []
        return waits


class Drawing:
    """A turn on its screen, and below it what was said behind it.

    Args:
        screen: Draws it.
        turn: The turn.
    """

    def __init__(self, screen: Screen, turn: Turn) -> None:
        self._screen = screen
        self._before: Transcript | None = None
        self._begin(turn)

    def go_on(self, turn: Turn) -> None:
        """The turn that was drawn has ended; this one goes on."""
        self._stop()
        self._before = self._whole(_ended(self._turn))
        self._begin(turn)

    def close(self) -> None:
        """Leave the stored form behind."""
        self._stop()
        self._screen.close(self._whole(_ended(self._turn)))

    def _begin(self, turn: Turn) -> None:
        self._turn = turn
        self._stop = turn.on_change(self._draw)
        self._draw(turn.transcript)

    def _draw(self, transcript: Transcript) -> None:
        self._screen.update(self._whole(transcript))

    def _whole(self, transcript: Transcript) -> Transcript:
        return transcript if self._before is None else joined(self._before, transcript)


def joined(before: Transcript, now: Transcript) -> Transcript:
    """One output of a turn and of what was said behind it."""
    heading = NoticeBlock(id=f"said-{len(before.blocks)}", text=f"You said: {visible(now.prompt)}")
    return replace(
        now,
        prompt=before.prompt,
        blocks=(*before.blocks, heading, *now.blocks),
        label=now.label or before.label,
        sent=now.sent or before.sent,
        usage=_sum(before.usage, now.usage),
        seconds=None if now.seconds is None else now.seconds + (before.seconds or 0.0),
    )


def _ended(turn: Turn) -> Transcript:
    """The turn's last transcript, closed even when the runtime did not say so in time."""
    transcript = turn.transcript
    return transcript if transcript.ended else replace(transcript, state="stopped", status="")


def _sum(before: Usage, now: Usage) -> Usage:
    added = {
        field.name: getattr(before, field.name) + getattr(now, field.name)
        for field in fields(Usage)
        if field.name not in _LATEST
    }
    return replace(now, **added)
