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
    """(request id, value). By kind of request:

    permission {"choice": id, "feedback": text, "body": edited text}; user_input {"answer": text};
    form {"action": "accept" | "decline" | "cancel", "content": {name: value}};
    plan {"choice": id, "feedback": text, "plan": edited text}; sign_in {"action": "cancel"}.
    """
    stop: Callable[[], None]
    """Stop the turn."""
    act: Callable[[str, Mapping[str, Any]], None] = lambda _name, _value: None
    """(name, value): anything else that a person did in the view.

    "say" {"text": …, "mode": "steer" | "queue"}; "undo" {"tool_call_id": …}; "more" {"id": …}, the
    whole output of a call; "tool" {"name": …, "rule": "ask" | "allow" | "deny", "enabled": bool}.
    """


class View(Protocol):
    """Draws one turn."""

    def update(self, transcript: Transcript) -> None:
        """Draw the newest transcript; may be called per event, the view sets its own pace."""

    def close(self, transcript: Transcript) -> None:
        """Draw the last transcript and leave its stored form behind."""
