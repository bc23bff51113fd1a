"""What a view is: something that draws transcripts and passes answers on.

A view never sees events, sessions or other views. `update` and `close` are called on the loop's
thread; the callbacks may be called from any thread and take no longer than a queue needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from copilot_nb.transcript.blocks import Transcript


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Where a view sends what a person did."""

    answer: Callable[[str, Mapping[str, Any]], None]
    """(request id, value); value is {"choice": id, "feedback": text} or {"answer": text}."""
    stop: Callable[[], None]
    """Stop the turn."""


class View(Protocol):
    """Draws one turn."""

    def update(self, transcript: Transcript) -> None:
        """Draw the newest transcript; may be called per event, the view sets its own pace."""

    def close(self, transcript: Transcript) -> None:
        """Draw the last transcript and leave its stored form behind."""
