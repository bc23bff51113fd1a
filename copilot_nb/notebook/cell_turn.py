"""One prompt in the cell that asked it: sent, drawn until its end, stopped, spoken into.

■, errors and time limits end the cell, never the session; however it ends, its last drawing stays
behind.
"""

from __future__ import annotations

import asyncio
import contextvars
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from copilot_nb.errors import (
    CopilotError,
    ShownError,
    TurnAbortedError,
    TurnTimeoutError,
    UsageError,
)
from copilot_nb.notebook.link import DEMO_LABEL
from copilot_nb.notebook.options import AskOptions
from copilot_nb.notebook.outgoing.ledger import SentItem
from copilot_nb.notebook.screen.prelude import Prelude
from copilot_nb.notebook.screen.saying import Drawing, Said
from copilot_nb.protocol.local import LocalInterrupted, LocalLabel, LocalSent
from copilot_nb.transcript.blocks import ErrorBlock, NoticeBlock, Transcript

if TYPE_CHECKING:
    from copilot_nb.notebook.context.compose import Composed
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.screen.screen import Screen
    from copilot_nb.session.session import Session
    from copilot_nb.session.turn import Turn

ABORT_SECONDS = 0.3
"""How long ■ waits for the runtime; the cell ends in any case."""
_MORE_TIME = "Give it more: --timeout SECONDS, or `%copilot config timeout SECONDS` for all cells."
ALONE = AskOptions(context="none")
"""Words into a running turn bring nothing along but what they refer to."""


class CellTurn:
    """A turn and what follows it in the same cell.

    Args:
        conversation: The notebook's.
        screen: What draws it.
        options: How it is asked.
    """

    def __init__(self, conversation: Conversation, screen: Screen, options: AskOptions) -> None:
        self.screen = screen
        self._conversation = conversation
        self._options = options
        self._session: Session | None = None
        self._said = Said()
        self._stopping: asyncio.Task[None] | None = None
        self._over = False

    async def begin(self, composed: Composed) -> Turn:
        """Open the session and send the prompt; what fails is drawn.

        Raises:
            ShownError: It could not be sent; the output says why.
        """
        prompt = composed.prompt
        if self._conversation.link.ready is None:
            self.screen.update(Transcript(prompt=prompt, status="Starting"))
        try:
            return await self._send(composed)
        except CopilotError as error:
            self.screen.close(_failed(prompt, error))
            raise shown(error) from error
        except asyncio.CancelledError:
            await self.abort()  # the prompt may be on its way
            self.screen.close(Transcript(prompt=prompt, state="stopped"))
            raise
        except BaseException:  # a fault of ours: its traceback stands below, not below "Starting"
            self.screen.close(Transcript(prompt=prompt, state="failed"))
            raise

    async def follow(self, turn: Turn, limit: float | None) -> None:
        """Draw the turn, and what was queued behind it, until the end, however it comes.

        Raises:
            ShownError: It failed or was stopped; the output says why.
            TurnTimeoutError: It took longer than `limit` seconds.
        """
        pending = self._opened.pending
        drawing = Drawing(self.screen, turn)
        self.screen.attend(pending)
        try:
            await turn.wait(limit)
            for said in self._said.following():
                drawing.go_on(said)
                self._conversation.remember(said)
                await said.wait(limit)
        except asyncio.CancelledError:
            await self.abort()
            raise
        except TurnTimeoutError as error:
            await self.abort(f"the time limit of {limit:g} s")
            error.hint = _MORE_TIME
            raise
        except CopilotError as error:
            if self._said.clear():  # nobody would see what waits behind the failure
                await self.abort()
            raise shown(error) from error
        finally:
            self._over = True
            pending.attended = False
            self._said.clear()
            drawing.close()
            await self._stopped()

    async def say(self, text: str, mode: Literal["steer", "queue"]) -> None:
        """Say something into the turn, or behind it; see `Conversation.say`.

        Raises:
            UsageError: There is no turn yet, or no longer.
        """
        talk, session = self._conversation, self._opened
        composed = await talk.gate.prompt(session, await talk.compose(text, ALONE))
        if self._over:  # the answer to the gate's question came later than the turn's end
            raise UsageError("The turn has ended.", hint="Ask with `%%copilot`.")
        message = composed.message
        if mode == "steer":
            message = message.model_copy(update={"mode": "immediate"})
        # What the words lead to belongs to the cell that asked, not to a click.
        self._said.add(await session.start_turn(message, context=session.context))
        words = SentItem.of_text("prompt", mode, composed.prompt)
        session.emit_local(LocalSent(summary=talk.ledger.add((words, *composed.sent))))

    def stop(self) -> None:
        """The view's stop button: the turn ends as aborted, which ends the cell."""
        if self._session is not None and self._stopping is None:
            self._stopping = asyncio.get_running_loop().create_task(self.abort())

    async def abort(self, reason: str = "") -> None:
        """Stop what runs, within a bound: ■ must end the cell even if the runtime hangs."""
        session = self._session
        if session is None:
            return
        session.emit_local(LocalInterrupted(reason=reason))
        with suppress(CopilotError, TimeoutError):
            async with asyncio.timeout(ABORT_SECONDS):
                await session.abort()

    @property
    def _opened(self) -> Session:
        if self._session is None:
            raise UsageError("The turn has not begun.", hint="Say it again in a moment.")
        return self._session

    async def _send(self, composed: Composed) -> Turn:
        """Ask what has to be asked about the prompt, and send it."""
        talk, screen, options = self._conversation, self.screen, self._options
        session = self._session = await talk.session()
        session.context = contextvars.copy_context()  # what is drawn from now on, is drawn here
        session.pending.attended = screen.attended
        await talk.toolbox.apply(session, options.tools)
        screen.preface = tuple(
            NoticeBlock(id=f"news-{at}", text=text) for at, text in enumerate(talk.link.take_news())
        )
        with Prelude(session, screen, composed.prompt):
            await talk.admit(session)
            composed = await talk.gate.prompt(session, composed)
            await talk.lent.lend(session, composed.functions, talk.link.shell)
        number = len(talk.history) + 1
        payload = talk.ledger.begin(composed.prompt, composed.sent, number)
        message = options.shaped(composed.message)
        turn = await session.start_turn(message, context=session.context)
        talk.link.spoken = True
        talk.remember(turn)
        talk.bookmark.put(session.session_id, composed.prompt)
        if summary := payload.summary:
            session.emit_local(LocalSent(summary=summary))
        if talk.link.source().kind == "demo":
            session.emit_local(LocalLabel(label=DEMO_LABEL))
        return turn

    async def _stopped(self) -> None:
        """Wait for the view's stop to be through: a late abort would stop the next turn."""
        stopping, self._stopping = self._stopping, None
        if stopping is not None:
            await asyncio.wait({stopping}, timeout=ABORT_SECONDS)


def shown(error: CopilotError) -> ShownError:
    """The quiet form of what ended a turn."""
    if isinstance(error, TurnAbortedError):
        return ShownError("Stopped: the session goes on.")
    return ShownError(f"The turn failed: {error.message}")


def _failed(prompt: str, error: CopilotError) -> Transcript:
    """What is drawn when a turn could not begin."""
    block = ErrorBlock(id="error", message=error.message, hint=error.hint)
    return Transcript(prompt=prompt, blocks=(block,), state="failed")
