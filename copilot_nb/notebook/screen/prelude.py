"""What is asked before a prompt is sent, drawn in the cell that sends it.

A turn begins with its prompt; a question about the prompt itself comes earlier. It is folded and
drawn in the same way, and its answered line stays above the turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.transcript.blocks import Transcript
from copilot_nb.transcript.reduce import reduce

if TYPE_CHECKING:
    from types import TracebackType

    from copilot_nb.notebook.screen.screen import Screen
    from copilot_nb.protocol.events import SessionEvent
    from copilot_nb.session.session import Session


class Prelude:
    """A context manager: inside, what the session asks is drawn before there is a turn.

    Args:
        session: The session that will take the prompt.
        screen: What draws its turn.
        prompt: What will be asked.
    """

    def __init__(self, session: Session, screen: Screen, prompt: str) -> None:
        self._session = session
        self._screen = screen
        self.transcript = Transcript(prompt=prompt)

    def __enter__(self) -> Prelude:
        self._stop = self._session.on(self._take)
        self._screen.attend(self._session.pending)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()
        self._screen.preface = (*self._screen.preface, *self.transcript.blocks)

    def _take(self, event: SessionEvent) -> None:
        if not event.type.startswith("local."):
            return
        folded = reduce(self.transcript, event)
        if folded != self.transcript:
            self.transcript = folded
            self._screen.update(folded)
