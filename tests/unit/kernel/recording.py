"""A session that only records; also used inside of kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from copilot_nb.kernel.shell import Shell
from copilot_nb.session.pending import Answer, PendingRequest, PendingRequests
from copilot_nb.session.toolbox import HandlerTool, ToolHandler
from copilot_nb.session.tools import FunctionTool, Invocation, run_tool

if TYPE_CHECKING:
    from copilot_nb.protocol.base import Wire
    from copilot_nb.protocol.tool import ToolResultObject
    from copilot_nb.session.session import Session


class RecordingSession:
    """What an Invocation needs of a session; keeps the events and has one answer for all."""

    session_id = "s1"

    def __init__(self) -> None:
        self.events: list[Wire] = []
        self.requests: list[PendingRequest] = []
        self.answer: Answer | None = None
        self.pending = PendingRequests()
        self.pending.policies.append(self._decide)

    def emit_local(self, data: Wire) -> None:
        """Keep the event."""
        self.events.append(data)

    async def call(
        self, tool: FunctionTool[Any, Any], shell: Shell, **arguments: Any
    ) -> ToolResultObject:
        """Call a tool as the runtime would."""
        bound = tool.bind({Shell: shell})
        invocation = Invocation(
            session=cast("Session", self),
            tool_name=bound.definition.name,
            tool_call_id="t1",
            arguments=arguments,
        )
        return await run_tool(bound, invocation)

    async def call_handler(
        self, name: str, handler: ToolHandler, arguments: Any
    ) -> ToolResultObject:
        """Call a tool that is a declaration with a function for it."""
        invocation = Invocation(
            session=cast("Session", self), tool_name=name, tool_call_id="t1", arguments=arguments
        )
        return await run_tool(HandlerTool(handler), invocation)

    def _decide(self, request: PendingRequest) -> Answer | None:
        self.requests.append(request)
        return self.answer
