"""One conversation with the agent.

The names and their meaning are those of the Rust crate's `Session`; `docs/session.md` lists them.
What the runtime asks is answered by itself: by handlers and tools that are registered, otherwise
by whoever answers `session.pending`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

from copilot_nb.errors import (
    ConnectionClosedError,
    ProtocolError,
    SessionClosedError,
    SessionNotFoundError,
    TurnTimeoutError,
)
from copilot_nb.protocol import methods
from copilot_nb.protocol.base import Empty, Wire
from copilot_nb.protocol.events import SessionEvent, is_noise, local_event, parse
from copilot_nb.protocol.local import LocalRequestAnswered, LocalRuntimeLost
from copilot_nb.protocol.permission import PermissionDecision, PermissionRequest, user_not_available
from copilot_nb.protocol.user_input import UserInputRequest, UserInputResponse
from copilot_nb.session.asking import ask
from copilot_nb.session.blocking import block_on
from copilot_nb.session.calls import Calls, Invoke
from copilot_nb.session.handlers import (
    Handlers,
    PermissionHandler,
    SessionHooks,
    UserInputHandler,
    call_handler,
)
from copilot_nb.session.hooks import answer_hook
from copilot_nb.session.hub import EventHandler, EventHub, Registration
from copilot_nb.session.messaging import Messaging
from copilot_nb.session.pending import WITHDRAWN, Answer, PendingRequest, PendingRequests
from copilot_nb.session.reactions import Reactions
from copilot_nb.session.rpc_path import RpcPath
from copilot_nb.session.server_requests import ServerRequests
from copilot_nb.session.tasks import Tasks
from copilot_nb.session.toolbox import AnyTool, Toolbox, ToolHandler
from copilot_nb.session.tools import Invocation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping
    from contextvars import Context
    from types import TracebackType

    from copilot_nb.protocol.session import MessageOptions, OpenedSession
    from copilot_nb.protocol.tool import Tool, ToolResultObject
    from copilot_nb.session.run import Until
    from copilot_nb.session.subscription import EventSubscription
    from copilot_nb.session.turn import Turn

SEED_TIMEOUT = 60.0
"""Seconds that the seed's waiting methods wait."""
END_TIMEOUT = 5.0
"""Seconds that the runtime may take to end a session."""


class Life(Enum):
    """Where a session is in its life."""

    OPEN = "open"
    LOST = "lost"
    """The runtime is gone; `client.resume_all` brings it back."""
    CLOSED = "closed"


class Owner(Protocol):
    """What a session needs from the client that opened it."""

    shared: bool
    """Other clients may use the same runtime: a session is left, not ended."""

    async def refresh(self, session: Session) -> None:
        """Tell the runtime again what the session can answer."""
        ...

    def forget(self, session: Session) -> None:
        """The session has ended."""
        ...


class Session:
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
        self.session_id = session_id
        self.workspace_path = workspace_path
        self.capabilities: Mapping[str, Any] = {}
        """What the session's clients can show, as the runtime said."""
        self.life = Life.OPEN
        self.context: Context | None = None
        """Callbacks, handlers and tools run in copies of it: the asking cell's."""
        self.handlers = handlers or Handlers()
        self.toolbox = toolbox or Toolbox()
        self.pending = PendingRequests(self.record)
        """Where requests wait that no handler answers."""
        self.tasks = Tasks()
        self.calls = Calls(invoke, session_id)
        self.loop: asyncio.AbstractEventLoop | None = None
        """Where it lives; sync code and other threads hand their work over to it."""
        self.keep_noise = False
        """Also pass on the runtime's internal records, which repeat the conversation."""
        self._owner: Owner | None = None
        self._hub = EventHub(self.tasks, lambda: self.context)
        self._messaging = Messaging(self)
        self._reactions = Reactions(self, self.handlers)
        self._server_requests = ServerRequests(self, self.handlers)
        self._waiting_events: deque[SessionEvent] = deque()
        self._dispatching = False
        self._tools_lock = asyncio.Lock()

    @property
    def attached(self) -> bool:
        """Whether a client has opened it in a runtime."""
        return self._owner is not None

    @property
    def rpc(self) -> RpcPath:
        """Every method of the runtime by its path: `await session.rpc.plan.read()`."""
        return RpcPath(self.calls, "session.")

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns that run or wait in the queue, oldest first."""
        return self._messaging.turns

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

    def emit_local(self, data: Wire) -> None:
        """Put an event of our own into the stream."""
        self.dispatch_event(local_event(data))

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

    # Prompts

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
        """Send a prompt and wait for its end; raises what `Turn.wait` raises."""
        turn = await self.start_turn(prompt, until=until)
        return await turn.wait(timeout)

    async def ask_stream(self, prompt: str | MessageOptions) -> AsyncIterator[SessionEvent]:
        """Send a prompt and iterate over its events; raises what `Turn.wait` raises."""
        turn = await self.start_turn(prompt)
        async for event in turn.stream():
            yield event

    def ask_sync(self, prompt: str | MessageOptions, timeout: float | None = None) -> Turn:
        """`ask` for sync code: functions, loops, scripts, other threads."""
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
        await self.calls(methods.ABORT, Empty())

    async def interrupt(self, *, flush_queue: bool = True) -> None:
        """Stop the turn that runs; go on with the queue, unless `flush_queue` is False."""
        self._check_open()
        await self.rpc.interrupt_main_turn(flush_queued=flush_queue)

    # Tools

    async def register_tool(self, tool: AnyTool, handler: ToolHandler | None = None) -> None:
        """Offer a tool from the next model call on; one of the same name is replaced.

        A declaration without handler keeps its namesake's (the seed erases it).
        """
        await self.register_tools([tool] if handler is None else [(tool, handler)])

    async def register_tool_with_handler(self, tool: Tool, handler: ToolHandler | None) -> None:
        """The seed's name for `register_tool(tool, handler)`."""
        await self.register_tool(tool, handler)

    async def register_tools(
        self,
        tools: Iterable[AnyTool | tuple[AnyTool, ToolHandler]],
        *,
        provide: Mapping[type, Any] | None = None,
    ) -> None:
        """Offer several tools at once.

        Args:
            tools: Declarations, `@tool` functions, or declarations with a handler.
            provide: What their parameters of these types are handed.
        """
        self.toolbox.provide |= provide or {}
        for one in tools:
            self.toolbox.add(*one) if isinstance(one, tuple) else self.toolbox.add(one)
        if not self.attached:
            return
        async with self._tools_lock:
            params = methods.ToolsParams(tools=self.toolbox.definitions())
            await self.calls(methods.SET_TOOLS, params)

    def get_tool(self, name: str) -> Tool | None:
        """What the runtime is told about that tool."""
        return self.toolbox.definition(name)

    def get_tools(self) -> list[Tool]:
        """What the runtime is told about our tools, in the order of registration."""
        return self.toolbox.definitions()

    async def invoke_tool(self, name: str, arguments: Any = None) -> ToolResultObject:
        """Call one of our tools here, without the runtime; what it raises comes through.

        Raises:
            ToolNotFoundError: There is no such tool.
            ToolError: It is only declared, the arguments do not fit, or it says so.
        """
        runnable = self.toolbox.required(name)
        return await runnable.run(Invocation(session=self, tool_name=name, arguments=arguments))

    # What the runtime asks

    def register_permission_handler(self, handler: PermissionHandler | None) -> None:
        """Answer permission requests by a function; None leaves them to `session.pending`."""
        self.handlers.permission = handler

    async def handle_permission_request(self, request: PermissionRequest) -> PermissionDecision:
        """What the handler says; a no when there is none, or when it fails."""
        if self.handlers.permission is None:
            return user_not_available()
        pending = PendingRequest(id="", kind="permission", permission=request)
        decision = await ask(self, pending, self.handlers.permission, PermissionDecision)
        return decision or user_not_available()

    def register_user_input_handler(self, handler: UserInputHandler | None) -> None:
        """Answer questions by a function; None leaves them to `session.pending`."""
        self.handlers.user_input = handler

    def has_user_input_handler(self) -> bool:
        """Whether a function answers questions."""
        return self.handlers.user_input is not None

    async def handle_user_input_request(self, request: UserInputRequest) -> UserInputResponse:
        """What the handler answers.

        Raises:
            ProtocolError: There is none; the seed's error.
        """
        if self.handlers.user_input is None:
            raise ProtocolError("No user input handler registered")
        answer = await call_handler(self.handlers.user_input, request)
        return UserInputResponse.to(request, answer) if isinstance(answer, str) else answer

    async def register_hooks(self, hooks: SessionHooks) -> None:
        """Replace all hooks. A session that was made without any is told now."""
        had_hooks, self.handlers.hooks = bool(self.handlers.hooks), hooks
        if self.attached and hooks and not had_hooks:
            await self.refresh()

    def has_hooks(self) -> bool:
        """Whether any hook is set."""
        return bool(self.handlers.hooks)

    async def handle_hooks_invoke(self, hook_type: str, hook_input: Any) -> dict[str, Any] | None:
        """What our hook of that type says; None without one.

        Raises:
            ProtocolError: The input does not fit the hook.
        """
        return await answer_hook(self.handlers, hook_type, hook_input)

    async def answer_call(self, method: str, params: dict[str, Any]) -> Any:
        """Answer a call of the runtime (called by the client)."""
        return await self._server_requests.answer(method, params)

    def record(self, request: PendingRequest, answer: Answer | None) -> None:
        """Put an answer into the stream: who answered, and what."""
        if answer is None or answer is WITHDRAWN:
            return
        value = answer.value
        self.emit_local(
            LocalRequestAnswered(
                request_id=request.id,
                by=answer.by,
                answer=answer.words,
                choice=getattr(value, "kind", None) or getattr(value, "action", None),
                feedback=getattr(value, "feedback", None),
            )
        )

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
            if was_open and self._owner is not None:
                end = methods.DETACH if self._owner.shared else methods.DESTROY
                with contextlib.suppress(SessionNotFoundError, ConnectionClosedError):
                    await self.calls(end, Empty())
        finally:
            await self.close()

    async def close(self) -> None:
        """Tidy up here without a word to the runtime."""
        self.life = Life.CLOSED
        self._stop_answering()
        self._messaging.fail(SessionClosedError("The session was closed."))
        self._hub.end(None)
        self._hub.clear()
        if self._owner is not None:
            self._owner.forget(self)
        await self.tasks.close()

    async def refresh(self) -> None:
        """Tell the runtime again what we answer, after handlers or hooks changed."""
        if self._owner is not None:
            await self._owner.refresh(self)

    def opened(self, owner: Owner, opened: OpenedSession) -> None:
        """The runtime has created or resumed it (called by the client)."""
        self._owner = owner
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
        self._stop_answering()
        self.emit_local(LocalRuntimeLost(message=error.message))
        self._messaging.fail(error)
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

    def _tell(self, event: SessionEvent) -> None:
        if not self.keep_noise and is_noise(event):
            return
        self._reactions.take(event)
        self._server_requests.take(event)
        self._messaging.take(event)
        self._hub.tell(event)
        if event.type == "session.idle" and event.agent_id is None:
            self._stop_answering()

    def _stop_answering(self) -> None:
        self._reactions.stop()
        self._server_requests.stop()

    def _check_open(self) -> None:
        if self.life is Life.CLOSED:
            raise SessionClosedError("The session was closed.")
        if self.life is Life.LOST:
            raise ConnectionClosedError("The runtime of this session is gone.")
