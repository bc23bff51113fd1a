"""The seed's methods that answer without a runtime: tools and handlers called by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import (
    ProtocolError,
    ToolError,
    ToolNotFoundError,
)
from copilot_nb.protocol.permission import (
    PermissionDecision,
    PermissionRequest,
    approve_once,
    user_not_available,
)
from copilot_nb.protocol.tool import Tool
from copilot_nb.protocol.user_input import UserInputRequest, UserInputResponse
from copilot_nb.session.handlers import SessionHooks
from tests.unit.session.invoked import session_on

if TYPE_CHECKING:
    from copilot_nb.session.pending import PendingRequest
    from copilot_nb.session.tools import Invocation


async def test_seed_methods_for_direct_calls() -> None:
    """What handlers say, without a runtime."""
    session = session_on()
    request, question = PermissionRequest(kind="shell"), UserInputRequest(question="?")

    assert await session.handle_permission_request(request) == user_not_available()
    session.register_permission_handler(lambda _: approve_once())
    assert await session.handle_permission_request(request) == approve_once()
    assert not session.has_user_input_handler()
    with pytest.raises(ProtocolError, match="No user input handler registered"):
        await session.handle_user_input_request(question)
    session.register_user_input_handler(lambda _: "x")
    assert (await session.handle_user_input_request(question)).was_freeform
    whole = UserInputResponse(answer="y", was_freeform=False)
    session.register_user_input_handler(lambda _: whole)
    assert await session.handle_user_input_request(question) is whole
    assert session.has_user_input_handler()
    assert not session.has_hooks()
    assert await session.handle_hooks_invoke("preToolUse", {}) is None
    await session.register_hooks(SessionHooks(on_session_start=lambda _: {"reason": "x"}))
    assert session.has_hooks()
    assert await session.handle_hooks_invoke("sessionStart", {}) == {"reason": "x"}


async def test_tools_can_be_called_by_hand() -> None:
    """What they raise comes through; the handler may register another."""
    session = session_on()

    async def handler(arguments: Any, call: Invocation) -> str:
        await call.session.register_tool(Tool(name="made"))
        return f"{arguments} {call.session_id}"

    await session.register_tool_with_handler(Tool(name="t"), handler)

    result = await session.invoke_tool("t", "x")

    assert result.text_result_for_llm == "x s"
    assert session.get_tool("made") == Tool(name="made")
    assert [one.name for one in session.get_tools()] == ["t", "made"]
    with pytest.raises(ToolNotFoundError):
        await session.invoke_tool("unknown")
    with pytest.raises(ToolError):
        await session.invoke_tool("made")


async def test_failing_permission_handler_denies_direct_calls() -> None:
    """As for the runtime's requests."""

    def broken(_: PermissionRequest, pending: PendingRequest) -> PermissionDecision:
        raise RuntimeError(pending.kind)

    session = session_on(permission=broken)

    decision = await session.handle_permission_request(PermissionRequest(kind="read"))

    assert decision == user_not_available()
