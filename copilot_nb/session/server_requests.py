"""Answers the requests that come as calls: questions, plans, switches, hooks.

Questions, plans and switches are announced by an event just before, which has the ids that the
call lacks. One that was not announced is opened in the stream here, so that it is seen too.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from copilot_nb.errors import ProtocolError, RpcError
from copilot_nb.protocol import events
from copilot_nb.protocol.base import Wire
from copilot_nb.protocol.form import AutoModeSwitchResult, ExitPlanModeResult
from copilot_nb.protocol.local import LocalRequestOpened
from copilot_nb.protocol.user_input import UserInputRequest, UserInputResponse
from copilot_nb.session.asking import ask
from copilot_nb.session.hooks import FAILED, answer_hook
from copilot_nb.session.pending import PendingRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from copilot_nb.protocol.events import SessionEvent
    from copilot_nb.session.answering import Answering
    from copilot_nb.session.handlers import Handlers
    from copilot_nb.session.pending import Kind

NO_SUCH_METHOD = -32601
NOBODY = "Nobody could be asked. Do nothing of the plan: give it as your answer, and end."
W = TypeVar("W", bound=Wire)
Params = dict[str, Any]
Announcement = (
    events.UserInputRequested | events.ExitPlanModeRequested | events.AutoModeSwitchRequested
)

ENDINGS = frozenset(
    {"user_input.completed", "exit_plan_mode.completed", "auto_mode_switch.completed"}
)


class ServerRequests:
    """What a session answers when the runtime calls it.

    Args:
        session: Whose requests these are.
        handlers: The application's functions; what they leave out waits in `session.pending`.
    """

    def __init__(self, session: Answering, handlers: Handlers) -> None:
        self._session = session
        self._handlers = handlers
        self._announced: list[Announcement] = []
        self._running: dict[str, asyncio.Task[Any]] = {}

    def take(self, event: SessionEvent) -> None:
        """Note what an event announces or ends; returns at once."""
        if event.type in _ANNOUNCEMENTS and isinstance(event.data, Announcement):
            self._announced.append(event.data)
        elif event.type in ENDINGS:
            self._end(getattr(event.data, "request_id", ""))

    def stop(self) -> None:
        """Nothing runs in the runtime any more: what is still open here is void."""
        self._announced.clear()
        for task in tuple(self._running.values()):
            task.cancel()

    async def answer(self, method: str, params: Params) -> Any:
        """The JSON value that answers a call.

        Raises:
            RpcError: This client does not have the method, or nobody could answer.
        """
        answer = ANSWERS.get(method)
        if answer is None:
            raise RpcError(f"This client does not offer {method}.", code=NO_SUCH_METHOD)
        return await self._session.tasks.spawn(answer(self, params), context=self._session.context)

    async def _user_input(self, params: Params) -> Params:
        question = UserInputRequest.from_wire(params)
        announced = self._pair(lambda data: getattr(data, "question", None) == question.question)
        request = self._request("user_input", announced, params, user_input=question)
        answer = await self._ask(request, self._handlers.user_input, UserInputResponse)
        if answer is None:
            raise RpcError("No user input handler registered")
        return answer.to_wire()

    async def _exit_plan(self, params: Params) -> Params:
        summary = params.get("summary")
        announced = self._pair(lambda data: getattr(data, "summary", None) == summary)
        request = self._request("exit_plan_mode", announced, params)
        result = await self._ask(request, self._handlers.exit_plan_mode, ExitPlanModeResult)
        # Without feedback the whole turn would stop.
        return (result or ExitPlanModeResult(approved=False, feedback=NOBODY)).to_wire()

    async def _auto_mode(self, params: Params) -> Params:
        announced = self._pair(lambda data: isinstance(data, events.AutoModeSwitchRequested))
        request = self._request("auto_mode_switch", announced, params)
        result = await self._ask(request, self._handlers.auto_mode_switch, AutoModeSwitchResult)
        return (result or AutoModeSwitchResult(response="no")).to_wire()

    async def _hook(self, params: Params) -> Params:
        hook_type = str(params.get("hookType", ""))
        try:
            output = await answer_hook(self._handlers, hook_type, params.get("input"))
        except ProtocolError:
            if hook_type != "preToolUse" or not self._handlers.deny_when_hook_fails:
                raise
            output = FAILED.to_wire()  # an error would count as a yes
        if hook_type == "preToolUse" and not (output or {}).get("permissionDecision"):
            name = str((params.get("input") or {}).get("toolName") or "")
            asked = await self._session.servers.before(name)
            output = {**(output or {}), **asked.to_wire()} if asked else output
        return {"output": output}

    def _request(
        self,
        kind: Kind,
        announced: Announcement | None,
        params: Params,
        user_input: UserInputRequest | None = None,
    ) -> PendingRequest:
        if announced is not None:
            request_id = announced.request_id
        else:
            request_id = str(uuid4())
            self._session.emit_local(
                LocalRequestOpened(
                    request_id=request_id,
                    kind=kind,
                    question=user_input.model_dump() if user_input else None,
                    prompt=None if user_input else params,
                )
            )
        return PendingRequest(
            id=request_id,
            kind=kind,
            session_id=self._session.session_id,
            prompt=params,
            user_input=user_input,
            tool_call_id=getattr(announced, "tool_call_id", None),
        )

    async def _ask(
        self, request: PendingRequest, handler: Callable[..., Any] | None, expected: type[W]
    ) -> W | None:
        task = asyncio.current_task()
        if task is not None:
            self._running[request.id] = task
        try:
            return await ask(self._session, request, handler, expected)
        finally:
            self._running.pop(request.id, None)

    def _pair(self, fits: Callable[[Announcement], bool]) -> Announcement | None:
        for place, data in enumerate(self._announced):
            if fits(data):
                return self._announced.pop(place)
        return None

    def _end(self, request_id: str) -> None:
        self._announced = [data for data in self._announced if data.request_id != request_id]
        if task := self._running.pop(request_id, None):
            task.cancel()


_ANNOUNCEMENTS = frozenset(
    {"user_input.requested", "exit_plan_mode.requested", "auto_mode_switch.requested"}
)
ANSWERS: dict[str, Callable[[ServerRequests, Params], Coroutine[Any, Any, Params]]] = {
    "userInput.request": ServerRequests._user_input,  # noqa: SLF001 - its own table
    "exitPlanMode.request": ServerRequests._exit_plan,  # noqa: SLF001 - its own table
    "autoModeSwitch.request": ServerRequests._auto_mode,  # noqa: SLF001 - its own table
    "hooks.invoke": ServerRequests._hook,  # noqa: SLF001 - its own table
}
