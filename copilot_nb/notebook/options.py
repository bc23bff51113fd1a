"""What can be said about one question: the options of `%%copilot`, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from copilot_nb.protocol.session import MessageOptions

_JSON = {
    "type": "json_schema",
    "jsonSchema": {"name": "answer", "strict": False, "schema": {"type": "object"}},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskOptions:
    """How one prompt is asked; what is not given is the notebook's setting."""

    timeout: float | None = None
    """Seconds after which the turn is stopped."""
    out: str = ""
    """The turn is bound to this name of the user's."""
    context: Literal["", "none", "index", "cells", "full"] = ""
    """How much of the notebook goes along without being asked for."""
    attach: tuple[str, ...] = ()
    """Paths of files that go along."""
    see: tuple[str, ...] = ()
    """Cells whose figures go along: "12", or "_" for the newest."""
    tools: tuple[str, ...] = ()
    """The only tools for this turn; empty leaves all."""
    budget: str = ""
    """What the cell may cost before it asks whether to go on: 5 (AI credits), 200k tokens, $2."""
    format: Literal["", "markdown", "code", "json"] = ""
    """What the answer is to be; JSON is asked of the model."""
    replay: Literal["", "replay", "live"] = ""
    """Whether a stored turn of this prompt is shown; empty leaves it to the settings."""
    dry_run: bool = False
    """Show what would be sent, and send nothing."""

    def shaped(self, message: MessageOptions) -> MessageOptions:
        """The message, which asks for an answer of that format."""
        if self.format != "json":
            return message
        return message.model_copy(update={"response_format": _JSON})


PLAIN = AskOptions()
"""A prompt without options."""
