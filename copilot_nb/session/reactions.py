"""Answers the requests that come as events: permissions, tools, forms, limits, commands.

Each is answered in a task of its own, in the asking cell's context; the same request is never
answered twice, and one that ends elsewhere stops what was being done for it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import CopilotError
from copilot_nb.protocol import events, methods
from copilot_nb.protocol.base import Wire
from copilot_nb.protocol.form import ElicitationResult
from copilot_nb.protocol.local import LocalNotice
from copilot_nb.protocol.permission import PermissionDecision, user_not_available
from copilot_nb.protocol.tool import ToolResultObject
from copilot_nb.session.asking import ask
from copilot_nb.session.handlers import Handlers, call_handler
from copilot_nb.session.pending import PendingRequest
from copilot_nb.session.tools import Invocation, run_tool

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine

    from copilot_nb.protocol.events import SessionEvent
    from copilot_nb.rpc.method import Method
    from copilot_nb.session.answering import Answering

ENDINGS = frozenset(
    {"permission.completed", "external_tool.completed", "elicitation.completed"}
    | {"session_limits_exhausted.completed", "command.completed"}
    | {"sampling.completed"}
)
"""Events that say a request needs no answer any more."""

_log = logging.getLogger(__name__)


class Reactions:
    """What a session does by itself when an event asks for it.

    Args:
        session: Whose requests these are.
        handlers: The application's functions; what they leave out waits in `session.pending`.
    """

    def __init__(self, session: Answering, handlers: Handlers) -> None:
        self._session = session
        self._handlers = handlers
        self._seen: set[str] = set()
        self._running: dict[str, asyncio.Task[Any]] = {}

    def take(self, event: SessionEvent) -> None:
        """Begin or stop what an event asks for; returns at once."""
        if event.type in REACTIONS:
            self._begin(event, getattr(event.data, "request_id", ""))
        elif event.type in ENDINGS:
            self._end(getattr(event.data, "request_id", ""))

    def stop(self) -> None:
        """Nothing runs in the runtime any more: what is still open here is void."""
        for task in tuple(self._running.values()):
            task.cancel()

    def forget(self) -> None:
        """Another runtime may announce the same requests again."""
        self._seen.clear()

    def _begin(self, event: SessionEvent, request_id: str) -> None:
        if not request_id or request_id in self._seen:
            return
        self._seen.add(request_id)
        work = REACTIONS[event.type](self, event)
        task = self._session.tasks.spawn(work, context=self._session.context)
        self._running[request_id] = task
        task.add_done_callback(lambda _: self._running.pop(request_id, None))

    def _end(self, request_id: str) -> None:
        if task := self._running.pop(request_id, None):
            task.cancel()

    async def _reply(
        self, method: Method[methods.AnswerParams, Any], request_id: str, **answer: Any
    ) -> None:
        self._running.pop(request_id, None)  # how it ends is our own doing from here on
        try:
            await self._session.calls(method, methods.AnswerParams(request_id=request_id, **answer))
        except CopilotError as error:
            _log.debug("The answer to %s came too late: %s", request_id, error.message)

    async def _permission(self, event: SessionEvent) -> None:
        data = event.data
        if not isinstance(data, events.PermissionRequested) or data.resolved_by_hook:
            return
        request = PendingRequest(
            id=data.request_id,
            kind="permission",
            session_id=self._session.session_id,
            permission=data.permission_request,
            prompt=data.prompt_request or data.permission_request.to_wire(),
            tool_call_id=data.permission_request.tool_call_id,
        )
        decision = await ask(self._session, request, self._handlers.permission, PermissionDecision)
        decision = decision or user_not_available()
        if decision.kind != "no-result":
            await self._reply(methods.ANSWER_PERMISSION, request.id, result=decision.to_wire())

    async def _tool(self, event: SessionEvent) -> None:
        data = event.data
        if not isinstance(data, events.ExternalToolRequested):
            return
        runnable = self._session.toolbox.runnable(data.tool_name)
        if runnable is None:
            return  # another client's, or only declared: whoever knows it answers
        invocation = Invocation(
            session=self._session,
            tool_name=data.tool_name,
            tool_call_id=data.tool_call_id,
            arguments=data.arguments,
            request_id=data.request_id,
            agent_id=event.agent_id,
        )
        result = await self._released(invocation, await run_tool(runnable, invocation))
        await self._reply(methods.ANSWER_TOOL, data.request_id, result=result.to_wire())

    async def _released(self, invocation: Invocation, result: ToolResultObject) -> ToolResultObject:
        """The result as it may leave; a check that fails lets nothing of it out."""
        if self._session.release is None:
            return result
        try:
            return await self._session.release(invocation, result)
        except Exception:  # noqa: BLE001 - a broken check must not let anything out
            _log.exception("The check of what %s sends failed", invocation.tool_name)
            return ToolResultObject.failure("The result was withheld: it could not be checked.")

    async def _form(self, event: SessionEvent) -> None:
        data = event.data
        if not isinstance(data, events.ElicitationRequested):
            return
        request = PendingRequest(
            id=data.request_id,
            kind="elicitation",
            session_id=self._session.session_id,
            prompt=data.to_wire(),
            tool_call_id=data.tool_call_id,
        )
        result = await ask(self._session, request, self._handlers.elicitation, ElicitationResult)
        result = result or ElicitationResult(action="decline")
        await self._reply(methods.ANSWER_ELICITATION, request.id, result=result.to_wire())

    async def _limits(self, event: SessionEvent) -> None:
        data = event.data
        if not isinstance(data, events.SessionLimitsExhaustedRequested):
            return
        request = PendingRequest(
            id=data.request_id,
            kind="session_limits",
            session_id=self._session.session_id,
            prompt=data.to_wire(),
        )
        result = await ask(self._session, request, self._handlers.session_limits, Wire)
        if result is not None:
            await self._reply(methods.ANSWER_LIMITS, request.id, response=result.to_wire())

    async def _sampling(self, event: SessionEvent) -> None:
        """No: what a server has the model say on the user's account nobody could look at."""
        data = event.data
        if isinstance(data, events.SamplingRequested):
            await self._reply(methods.ANSWER_SAMPLING, data.request_id)
            text = f"MCP server {data.server_name} wanted the model to answer it; it was declined."
            self._session.emit_local(LocalNotice(text=text, level="warning"))

    async def _command(self, event: SessionEvent) -> None:
        data = event.data
        if not isinstance(data, events.CommandExecute):
            return
        handler = self._handlers.commands.get(data.command_name)
        if handler is None:
            return  # another client's
        problem: str | None = None
        try:
            await call_handler(handler, data.args, event)
        except Exception as error:  # noqa: BLE001 - the runtime must hear how it ended
            _log.exception("Command /%s failed", data.command_name)
            problem = f"{type(error).__name__}: {error}"
        await self._reply(methods.ANSWER_COMMAND, data.request_id, error=problem)


REACTIONS: dict[str, Callable[[Reactions, SessionEvent], Coroutine[Any, Any, None]]] = {
    "permission.requested": Reactions._permission,  # noqa: SLF001 - its own table
    "external_tool.requested": Reactions._tool,  # noqa: SLF001 - its own table
    "elicitation.requested": Reactions._form,  # noqa: SLF001 - its own table
    "session_limits_exhausted.requested": Reactions._limits,  # noqa: SLF001 - its own table
    "sampling.requested": Reactions._sampling,  # noqa: SLF001 - its own table
    "command.execute": Reactions._command,  # noqa: SLF001 - its own table
}
