"""Prompts of one session: sent, followed each to its own end, and waited for.

What a prompt gives is found by its id, so that several may wait in the runtime's queue at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from copilot_nb.errors import ConnectionClosedError, CopilotError, TurnTimeoutError, UsageError
from copilot_nb.protocol import methods
from copilot_nb.protocol.base import Empty
from copilot_nb.protocol.session import MessageOptions
from copilot_nb.session.idle import IdleWatch
from copilot_nb.session.run import Run, Until
from copilot_nb.session.stopping import STOP_SECONDS, stop
from copilot_nb.session.turn import Turn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from copilot_nb.protocol.events import SessionEvent
    from copilot_nb.session.prompting import Prompting

_log = logging.getLogger(__name__)


class Messaging:
    """The prompts of a session that have not ended.

    Args:
        session: Whose they are.
    """

    def __init__(self, session: Prompting) -> None:
        self._session = session
        self._turns: list[Turn] = []
        self._watches: list[IdleWatch] = []
        self._sending = asyncio.Lock()  # the runtime queues in the order in which it has answered
        self.last_message: SessionEvent | None = None
        """The agent's last answer to anything."""
        self._rests = True

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns that run or wait, oldest first."""
        return tuple(self._turns)

    def take(self, event: SessionEvent) -> None:
        """Pass an event to those that wait for it; returns at once."""
        if event.agent_id is None:
            self._note(event)
        if event.type.startswith("local."):
            self._take_local(event)
            return
        for turn in tuple(self._turns):
            turn.feed(event)
            if event.type == "session.idle" and turn.passed_over:
                self._session.tasks.spawn(self._drop_if_gone(turn))
        for watch in self._watches:
            watch.feed(event)
        self._forget_ended()

    def take_piece(self, event: SessionEvent) -> None:
        """Pass some more text to what runs."""
        for turn in tuple(self._turns):
            turn.feed_piece(event)

    def fail(self, error: CopilotError, last: SessionEvent) -> None:
        """End everything that waits with that error, and each transcript with that event."""
        for turn in self._turns:
            turn.fail(error, last)
        for watch in self._watches:
            watch.fail(error)
        self._turns.clear()
        self._rests = True

    async def start(
        self,
        options: str | MessageOptions,
        *,
        until: Until,
        context: contextvars.Context | None = None,
    ) -> Turn:
        """Send a prompt and follow it."""
        turn, delivery = self._begin(checked(options), until, context)
        await delivery
        return turn

    @asynccontextmanager
    async def asking(self, options: str | MessageOptions, *, until: Until) -> AsyncIterator[Turn]:
        """Send a prompt, for a block that waits for its end.

        A block that is cancelled stops the turn. The stop goes on by itself after `STOP_SECONDS`,
        and when it is cancelled too.
        """
        message = checked(options)
        turn, delivery = self._begin(message, until, None)
        try:
            await asyncio.shield(delivery)  # without its id a prompt cannot be stopped
            yield turn
        except asyncio.CancelledError:
            turn.given_up = True
            stopping = self._session.tasks.spawn(self._stop(turn, delivery, message.prompt))
            await asyncio.wait({stopping}, timeout=STOP_SECONDS)
            raise

    async def idle(self, timeout: float | None, until: Until) -> SessionEvent | None:
        """Wait until nothing runs; the last answer."""
        watch = IdleWatch(until)
        self._watches.append(watch)
        try:
            activity = await self._session.calls(methods.ACTIVITY, Empty())
            # The runtime does not count a shell in the background as active work.
            rests = self._rests or until == "assistant"
            if rests and not activity.has_active_work and not self._turns:
                return self.last_message
            async with asyncio.timeout(timeout):
                return await watch.wait() or self.last_message
        except TimeoutError:
            raise TurnTimeoutError(f"The session was not idle within {timeout:g} s.") from None
        finally:
            self._watches.remove(watch)

    def _begin(
        self, message: MessageOptions, until: Until, context: contextvars.Context | None
    ) -> tuple[Turn, asyncio.Task[None]]:
        """A turn, and the task that sends its prompt; whoever calls waits for that."""
        self._session.context = context or contextvars.copy_context()
        turn = Turn(
            message.display_prompt or message.prompt,
            Run(until=until, steering=_steers(message), alone=self._nothing_started),
        )
        self._turns.append(turn)  # before it is sent: a fast answer may overtake the reply
        delivery = asyncio.get_running_loop().create_task(self._deliver(turn, message))
        delivery.add_done_callback(partial(self._delivered, turn))
        return turn, delivery

    async def _deliver(self, turn: Turn, message: MessageOptions) -> None:
        if self._session.admit is not None and not _steers(message):
            await self._session.admit()
        async with self._sending:
            sent = await self._session.calls(methods.SEND, message)
        if not _steers(message):
            self._sent(turn, sent.message_id)
        turn.accept(sent.message_id)
        if turn.passed_over:
            self._session.tasks.spawn(self._drop_if_gone(turn))
        self._forget_ended()

    def _delivered(self, turn: Turn, delivery: asyncio.Task[None]) -> None:
        if (delivery.cancelled() or delivery.exception()) and turn in self._turns:
            self._turns.remove(turn)

    async def _stop(self, turn: Turn, delivery: asyncio.Task[None], prompt: str) -> None:
        with contextlib.suppress(CopilotError):  # it was refused, has ended, or the runtime is gone
            await delivery
            ends = await stop(self._session, turn, prompt, self._sending)
            self._forget_ended()
            if ends:
                await turn.wait()

    def _note(self, event: SessionEvent) -> None:
        if event.type == "assistant.message":
            self.last_message = event
        elif event.type in {"user.message", "assistant.turn_start", "session.idle"}:
            self._rests = event.type == "session.idle"

    def _sent(self, turn: Turn, message_id: str) -> None:
        for other in tuple(self._turns):
            if other is not turn:
                other.sent_another(message_id)

    def _nothing_started(self) -> bool:
        return not any(turn.started for turn in self._turns)

    def _take_local(self, event: SessionEvent) -> None:
        running = [turn for turn in self._turns if turn.started] or self._turns
        if running:
            running[0].feed(event)

    def _forget_ended(self) -> None:
        if any(turn.ended for turn in self._turns):
            self._turns = [turn for turn in self._turns if not turn.ended]

    async def _drop_if_gone(self, turn: Turn) -> None:
        """The session rests and this prompt has not begun: is it still in the queue?"""
        with contextlib.suppress(ConnectionClosedError):  # then it ends with the session
            await self._look_for(turn)

    async def _look_for(self, turn: Turn) -> None:
        activity = await self._session.calls(methods.ACTIVITY, Empty())
        if activity.has_active_work or not turn.passed_over:
            return
        queue = await self._session.calls(methods.QUEUE, Empty())
        if turn.passed_over and all(
            item.get("messageId") != turn.message_id for item in queue.items
        ):
            turn.drop()
            self._forget_ended()


def _steers(message: MessageOptions) -> bool:
    return message.mode == "immediate"


def checked(options: str | MessageOptions) -> MessageOptions:
    """The message to send.

    Raises:
        UsageError: It is blank; the runtime would take it all the same.
    """
    message = MessageOptions(prompt=options) if isinstance(options, str) else options
    if not message.prompt.strip() and not message.attachments:
        raise UsageError("The prompt is empty.", hint="Say something, or attach something.")
    return message
