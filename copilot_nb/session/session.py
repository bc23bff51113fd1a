"""One conversation with the agent.

The names and their meaning are those of the Rust crate's `Session`; `docs/session.md` lists them.
Here are its events, what can be set, and its life. What the runtime asks is answered in
`answering.py`, what it is asked stands in `prompting.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from copilot_nb.errors import (
    ConnectionClosedError,
    ProtocolError,
    SessionClosedError,
    SessionNotFoundError,
)
from copilot_nb.protocol import methods
from copilot_nb.protocol.base import Empty
from copilot_nb.protocol.events import PIECES, SessionEvent, is_noise, local_event, parse
from copilot_nb.protocol.local import LocalInterrupted, LocalRuntimeLost
from copilot_nb.session import controls
from copilot_nb.session.hub import EventHandler, EventHub, Registration
from copilot_nb.session.life import Life
from copilot_nb.session.prompting import Prompting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from copilot_nb.protocol.session import OpenedSession
    from copilot_nb.session.answering import Owner
    from copilot_nb.session.calls import Invoke
    from copilot_nb.session.handlers import Handlers
    from copilot_nb.session.subscription import EventSubscription
    from copilot_nb.session.toolbox import Toolbox

__all__ = ["Life", "Session"]


class Session(Prompting):
    """One conversation with the agent; made by `Client.create_session` and `resume_session`.

    Args:
        session_id: The runtime's name for it.
        workspace_path: Its own directory; None when the runtime keeps none.
        invoke: Sends a call: `(method, params, *, timeout)`. A test needs no runtime.
        handlers: Functions that answer the agent.
        toolbox: Its tools.
    """

    def __init__(
        self,
        session_id: str,
        workspace_path: Path | None,
        invoke: Invoke,
        *,
        handlers: Handlers | None = None,
        toolbox: Toolbox | None = None,
    ) -> None:
        super().__init__(session_id, invoke, handlers, toolbox)
        self.workspace_path = workspace_path
        self.capabilities: Mapping[str, Any] = {}
        """What the session's clients can show, as the runtime said."""
        self.keep_noise = False
        """Also pass on the runtime's internal records, which repeat the conversation."""
        self.model = controls.ModelControl(self.calls)
        self.mode = controls.ModeControl(self.calls)
        self.plan = controls.PlanControl(self.calls)
        self.agents = controls.AgentControl(self.calls)
        self.history = controls.HistoryControl(self.calls)
        self.files = controls.FileControl(self.calls)
        self.shell = controls.ShellControl(self.calls)
        self._hub = EventHub(self.tasks, lambda: self.context)
        self._waiting_events: deque[SessionEvent] = deque()
        self._dispatching = False

    # Events

    def subscribe(
        self, *, capacity: int | None = 1024, on_lag: Literal["item", "raise"] = "item"
    ) -> EventSubscription:
        """Every event from now on, in order; an async iterator with `recv()`.

        The seed raises an error when a reader is 1024 events behind; here noise is lost first and
        a `Lagged(n)` item says so.
        """
        self._check_open()
        return self._hub.subscribe(capacity=capacity, on_lag=on_lag)

    def on(self, handler: EventHandler) -> Registration:
        """Call back with every event, in the order of registration; sync or async.

        Returns:
            Call it to unsubscribe, at once; its `id` is what `off` takes.
        """
        return self._hub.on(handler)

    def off(self, which: int | Registration) -> None:
        """End a callback, by its id or what `on` gave; unknown ones are ignored."""
        self._hub.off(which)

    def dispatch_event(self, event: SessionEvent) -> None:
        """Tell everybody of an event, as the client does for each that comes.

        Requests are answered in tasks, so this never waits (the seed answers first, and tells
        afterwards).
        """
        self._waiting_events.append(event)
        if self._dispatching:
            return
        self._dispatching = True
        try:
            while self._waiting_events:
                self._tell(self._waiting_events.popleft())
        finally:
            self._dispatching = False

    async def get_messages(self) -> list[SessionEvent]:
        """The stored history: durable events, with the ids they had when they came.

        Raises:
            ProtocolError: The reply holds no events.
        """
        self._check_open()
        reply = await self.calls(methods.GET_MESSAGES, Empty())
        found = reply.messages if reply.events is None else reply.events
        if found is None:
            raise ProtocolError("The runtime's reply holds no events.")
        return [parse(raw) for raw in found]

    # Besides the conversation

    async def ephemeral_query(self, question: str) -> str:
        """Ask aside: the answer leaves no trace in the conversation."""
        if self.admit is not None:
            await self.admit()
        return str((await self.rpc.ui.ephemeral_query(question=question)).get("answer", ""))

    async def log(
        self,
        message: str,
        *,
        level: Literal["info", "warning", "error"] = "info",
        ephemeral: bool | None = None,
    ) -> str:
        """Write a line into the stream for every client to see; the id of its event."""
        sent = await self.rpc.log(message=message, level=level, ephemeral=ephemeral)
        return str(sent.get("eventId", ""))

    async def get_name(self) -> str:
        """Its name, which begins as the first prompt."""
        return str((await self.rpc.name.get()).get("name") or "")

    async def rename(self, name: str) -> None:
        """Give it another name."""
        await self.rpc.name.set(name=name)

    # Its life

    async def destroy(self) -> None:
        """End it in the runtime; its history stays and can be resumed.

        Everything that waits for it ends with `SessionClosedError`, subscriptions just end. Again,
        or after the runtime is gone, it only tidies up here.
        """
        if self.life is Life.CLOSED:
            return
        was_open, self.life = self.life is Life.OPEN, Life.CLOSED
        try:
            if was_open and self.owner is not None:
                end = methods.DETACH if self.owner.shared else methods.DESTROY
                with contextlib.suppress(SessionNotFoundError, ConnectionClosedError):
                    await self.calls(end, Empty())
        finally:
            await self.close()

    async def close(self) -> None:
        """Tidy up here without a word to the runtime."""
        self.life = Life.CLOSED
        self.stop_answering()
        reason = "The session was closed."
        self._messaging.fail(
            SessionClosedError(reason), local_event(LocalInterrupted(reason=reason))
        )
        self._hub.end(None)
        self._hub.clear()
        if self.owner is not None:
            self.owner.forget(self)
        await self.tasks.close()

    def opened(self, owner: Owner, opened: OpenedSession) -> None:
        """The runtime has created or resumed it (called by the client)."""
        self.owner = owner
        self.loop = asyncio.get_running_loop()
        self.life = Life.OPEN
        if opened.workspace_path:
            self.workspace_path = Path(opened.workspace_path)
        if opened.capabilities is not None:
            self.capabilities = opened.capabilities.to_wire()

    def lose(self, error: ConnectionClosedError) -> None:
        """The runtime is gone: say so in the stream, and end everything that waits for it."""
        if self.life is not Life.OPEN:
            return
        self.life = Life.LOST
        self.stop_answering()
        last = local_event(LocalRuntimeLost(message=error.message))
        self._messaging.fail(error, last)
        self.dispatch_event(last)
        self._hub.end(error)

    def revive(self, invoke: Invoke) -> None:
        """Speak to another runtime from now on; callbacks stay (called by the client)."""
        self.calls.invoke = invoke
        self._reactions.forget()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.destroy()

    def __repr__(self) -> str:
        return f"<Session {self.session_id} {self.life.value}>"

    def _tell(self, event: SessionEvent) -> None:
        if event.type in PIECES:  # they begin, end and ask nothing
            self._messaging.take_piece(event)
            self._hub.tell(event)
            return
        if not self.keep_noise and is_noise(event):
            return
        super().dispatch_event(event)
        self._messaging.take(event)
        self._hub.tell(event)
        if event.type == "session.idle" and event.agent_id is None:
            self.stop_answering()
