"""What a session answers when the agent asks: its tools, handlers and hooks.

What nobody is registered for waits in `pending`. Each answer is recorded in the session's stream.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol

from copilot_nb.errors import ProtocolError
from copilot_nb.protocol import methods
from copilot_nb.protocol.events import PIECES, SessionEvent, local_event, parse
from copilot_nb.protocol.local import LocalRequestAnswered, LocalRequestTimed
from copilot_nb.protocol.permission import PermissionDecision, PermissionRequest, user_not_available
from copilot_nb.protocol.user_input import UserInputRequest, UserInputResponse
from copilot_nb.session.asking import ask
from copilot_nb.session.calls import Calls, Invoke
from copilot_nb.session.discreet import without_keys
from copilot_nb.session.handlers import (
    Handlers,
    PermissionHandler,
    SessionHooks,
    UserInputHandler,
    call_handler,
)
from copilot_nb.session.hooks import answer_hook
from copilot_nb.session.pending import WITHDRAWN, Answer, PendingRequest, PendingRequests
from copilot_nb.session.reactions import Reactions
from copilot_nb.session.rpc_path import session_rpc
from copilot_nb.session.server_requests import ServerRequests
from copilot_nb.session.server_tools import ServerTools
from copilot_nb.session.tasks import Tasks
from copilot_nb.session.todos import Todos
from copilot_nb.session.toolbox import AnyTool, Toolbox, ToolHandler
from copilot_nb.session.tools import Invocation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from contextvars import Context

    from copilot_nb.protocol.base import Wire
    from copilot_nb.protocol.tool import Tool, ToolResultObject


Release = Callable[[Invocation, "ToolResultObject"], Awaitable["ToolResultObject"]]
"""(call, its result) -> the result that the model gets."""


class Owner(Protocol):
    """What a session needs from the client that opened it."""

    shared: bool
    """Other clients may use the same runtime: a session is left, not ended."""

    async def refresh(self, session_id: str) -> None:
        """Tell the runtime again what the session can answer."""
        ...

    def forget(self, session: Answering) -> None:
        """The session has ended."""
        ...


class Answering:
    """The answering side of a session.

    Args:
        session_id: The runtime's name for it.
        invoke: Sends a call.
        handlers: Functions that answer the agent.
        toolbox: Its tools.
    """

    def __init__(
        self, session_id: str, invoke: Invoke, handlers: Handlers | None, toolbox: Toolbox | None
    ) -> None:
        self.session_id = session_id
        self.context: Context | None = None
        """Callbacks, handlers and tools run in copies of it: the asking cell's."""
        self.handlers = handlers or Handlers()
        self.toolbox = toolbox or Toolbox()
        self.pending = PendingRequests(self.record)
        """Where requests wait that no handler answers."""
        self.tasks = Tasks()
        self.calls = Calls(invoke, session_id)
        self.owner: Owner | None = None
        """The client that opened it in a runtime; None in a test without one."""
        self.release: Release | None = None
        """Sees every result of our tools before it leaves, and gives what leaves instead."""
        self.servers = ServerTools(
            session_rpc(self.calls).tools.get_current_metadata,
            lambda name: self.toolbox.definition(name) is not None,
        )
        """Which tools are an MCP server's; the runtime is told to ask before each of them."""
        self.keys: tuple[str, ...] = ()
        """What it was given to show to others; hidden in what is told of failures."""
        self._reactions = Reactions(self, self.handlers)
        self._server_requests = ServerRequests(self, self.handlers)
        self._todos = Todos(self)
        self._tools_lock = asyncio.Lock()

    def dispatch_event(self, event: SessionEvent) -> None:
        """Tell everybody of an event; here, those that answer."""
        self._reactions.take(event)
        self._server_requests.take(event)
        self._todos.take(event)

    def heard(self, raw: Any) -> SessionEvent:
        """An event of the runtime, as the session tells it."""
        event = parse(raw)
        if event.type in PIECES:  # they quote nobody and ask nothing
            return event
        told = self.servers.told(without_keys(raw, self.keys))
        return event if told is raw else parse(told)

    def emit_local(self, data: Wire) -> None:
        """Put an event of our own into the stream."""
        self.dispatch_event(local_event(data))

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
        await self._tell_tools()

    async def remove_tools(self, names: Iterable[str]) -> None:
        """Offer these tools no more, from the next model call on; unknown ones are ignored."""
        for name in names:
            self.toolbox.remove(name)
        await self._tell_tools()

    async def _tell_tools(self) -> None:
        if self.owner is None:
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
        if hooks and not had_hooks:
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
        """Put into the stream that a request runs out of time, or who answered it, and what."""
        if answer is None:
            if self.pending.time_limit is not None:
                seconds = self.pending.time_limit
                self.emit_local(LocalRequestTimed(request_id=request.id, seconds=seconds))
            return
        if answer is WITHDRAWN:
            return
        value = answer.value
        self.emit_local(
            LocalRequestAnswered(
                request_id=request.id,
                by=answer.by,
                answer=answer.words,
                choice=answer.choice
                or getattr(value, "kind", None)
                or getattr(value, "action", None),
                feedback=getattr(value, "feedback", None),
                body=answer.body,
            )
        )

    async def refresh(self) -> None:
        """Tell the runtime again what we answer, after handlers or hooks changed."""
        if self.owner is not None:
            await self.owner.refresh(self.session_id)

    def stop_answering(self) -> None:
        """What is still being answered is void."""
        self._reactions.stop()
        self._server_requests.stop()
