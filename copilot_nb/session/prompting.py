"""What a session is asked: prompts, the wait for their ends, and the stop.

The names and their meaning are those of the Rust crate's `Session`, and what it lacks: turns.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from copilot_nb.errors import ConnectionClosedError, SessionClosedError, TurnTimeoutError
from copilot_nb.protocol import methods
from copilot_nb.protocol.base import Empty
from copilot_nb.protocol.session import MessageOptions
from copilot_nb.session import controls
from copilot_nb.session.answering import Answering
from copilot_nb.session.blocking import block_on
from copilot_nb.session.life import Life
from copilot_nb.session.messaging import Messaging
from copilot_nb.session.rpc_path import session_rpc

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator
    from contextvars import Context

    from copilot_nb.protocol.events import SessionEvent
    from copilot_nb.session.calls import Invoke
    from copilot_nb.session.handlers import Handlers
    from copilot_nb.session.rpc_path import SessionRpc
    from copilot_nb.session.run import Until
    from copilot_nb.session.toolbox import Toolbox
    from copilot_nb.session.turn import Turn

Admit = Callable[[], Awaitable[None]]
SEED_TIMEOUT = 60.0
"""Seconds that the seed's waiting methods wait."""


class Prompting(Answering):
    """The asking side of a session.

    Args:
        session_id: The runtime's name for it.
        invoke: Sends a call.
        handlers: Functions that answer the agent.
        toolbox: Its tools.
    """

    def __init__(
        self, session_id: str, invoke: Invoke, handlers: Handlers | None, toolbox: Toolbox | None
    ) -> None:
        super().__init__(session_id, invoke, handlers, toolbox)
        self.life = Life.OPEN
        self.loop: asyncio.AbstractEventLoop | None = None
        """Where it lives; sync code and other threads hand their work over to it."""
        self.queue = controls.QueueControl(self.calls)
        self.admit: Admit | None = None
        """Called before anything that begins a turn is sent; what it raises keeps it back."""
        self._messaging = Messaging(self)

    @property
    def rpc(self) -> SessionRpc:
        """Every method of the runtime by its path: `await session.rpc.plan.read()`."""
        return session_rpc(self.calls)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns that run or wait in the queue, oldest first."""
        return self._messaging.turns

    async def send(self, options: str | MessageOptions) -> str:
        """Send a prompt; the id of the message, before the turn begins."""
        turn = await self.start_turn(options, until="session")
        return turn.message_id or ""

    async def start_turn(
        self,
        options: str | MessageOptions,
        *,
        until: Until = "assistant",
        context: Context | None = None,
    ) -> Turn:
        """Send a prompt; a Turn that fills itself as events come.

        Args:
            options: The prompt, or the prompt with what goes along.
            until: "assistant" ends with the agent's answer, "session" when the background rests
                too.
            context: What handlers and tools run in copies of; the caller's by default.
        """
        self._check_open()
        return await self._messaging.start(options, until=until, context=context)

    async def ask(
        self,
        prompt: str | MessageOptions,
        *,
        timeout: float | None = None,
        until: Until = "assistant",
    ) -> Turn:
        """Send a prompt and wait for its end; raises what `Turn.wait` raises.

        Cancelling it stops what it began, and nothing else: a prompt that waits is taken out of the
        queue, a turn that runs is ended, other prompts go on. A turn that somebody else steers, or
        that this prompt steers, goes on as well. Running out of `timeout` ends the wait alone.
        """
        self._check_open()
        async with self._messaging.asking(prompt, until=until) as turn:
            return await turn.wait(timeout)

    async def ask_stream(self, prompt: str | MessageOptions) -> AsyncIterator[SessionEvent]:
        """Send a prompt and iterate over its events; raises what `Turn.wait` raises.

        Cancelling the wait for an event stops the turn as `ask` does; leaving the loop does not.
        """
        self._check_open()
        async with self._messaging.asking(prompt, until="assistant") as turn:
            async for event in turn.stream():
                yield event

    async def steer(self, prompt: str) -> Turn:
        """Say something to the turn that runs; a running shell command moves to the background.

        When nothing runs it is an ordinary prompt.
        """
        return await self.start_turn(MessageOptions(prompt=prompt, mode="immediate"))

    def ask_sync(self, prompt: str | MessageOptions, timeout: float | None = None) -> Turn:
        """`ask` for sync code: functions, loops, scripts, other threads; ■ stops its turn."""
        return block_on(self.ask(prompt, timeout=timeout), self.loop)

    async def send_and_wait(
        self,
        options: str | MessageOptions,
        timeout: float | None = SEED_TIMEOUT,
        *,
        abort_on_timeout: bool = False,
    ) -> SessionEvent | None:
        """Send a prompt, wait for its own end, and give its answer's event.

        The seed listens only after sending, so that a fast answer is missed, and takes any answer
        for its own. Cancelling or running out of time leaves the turn running.
        """
        turn = await self._seed_turn(options, timeout, abort_on_timeout=abort_on_timeout)
        return turn.message

    async def send_and_collect(
        self,
        options: str | MessageOptions,
        timeout: float | None = SEED_TIMEOUT,
        *,
        final_only: bool = False,
    ) -> str:
        """Send a prompt, wait for its own end, and give its text.

        The seed doubles the text when the answer comes in pieces. Here messages are joined by a
        blank line; `final_only` gives the last one.
        """
        turn = await self._seed_turn(options, timeout)
        return turn.final_text if final_only else turn.text

    async def wait_for_idle(
        self, timeout: float | None = SEED_TIMEOUT, *, until: Until = "session"
    ) -> SessionEvent | None:
        """Wait until nothing runs; the last answer's event.

        Returns at once when nothing runs already (the seed waits out its time).
        """
        self._check_open()
        return await self._messaging.idle(timeout, until)

    async def abort(self) -> None:
        """Stop the turn that runs, in some 40 ms; prompts that wait in the queue are dropped."""
        self._check_open()
        self.pending.let_go()
        await self.calls(methods.ABORT, Empty())

    async def interrupt(self, *, flush_queue: bool = True) -> None:
        """Stop the turn that runs; go on with the queue, unless `flush_queue` is False.

        Other than an abort it leaves the turn's agents and shells at work.
        """
        self._check_open()
        self.pending.let_go()
        await self.rpc.interrupt_main_turn(flush_queued=flush_queue)

    def _check_open(self) -> None:
        if self.life is Life.CLOSED:
            raise SessionClosedError("The session was closed.")
        if self.life is Life.LOST:
            raise ConnectionClosedError("The runtime of this session is gone.")

    async def _seed_turn(
        self,
        options: str | MessageOptions,
        timeout: float | None,
        *,
        abort_on_timeout: bool = False,
    ) -> Turn:
        turn = await self.start_turn(options, until="session")
        try:
            return await turn.wait(timeout)
        except TurnTimeoutError:
            if abort_on_timeout:
                await self.abort()
            raise
