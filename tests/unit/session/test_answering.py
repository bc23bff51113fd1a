"""What a session answers when the runtime asks: once, by whoever is there, in the right place."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import (
    ConnectionClosedError,
    ProtocolError,
)
from copilot_nb.protocol.form import ElicitationResult, ExitPlanModeResult
from copilot_nb.protocol.hook import HookOutput
from copilot_nb.protocol.permission import (
    PermissionDecision,
    PermissionRequest,
    approve_once,
)
from copilot_nb.protocol.tool import Tool
from copilot_nb.protocol.user_input import UserInputResponse
from copilot_nb.session.handlers import SessionHooks
from copilot_nb.session.pending import Answer
from copilot_nb.session.tools import tool
from tests.unit.session.invoked import Invoke, event, play, session_on, settle

if TYPE_CHECKING:
    from copilot_nb.protocol.events import SessionEvent

CELL = contextvars.ContextVar("CELL", default="none")
Json = dict[str, Any]


async def test_same_request_is_answered_once() -> None:
    """A duplicate does not run the tool twice."""
    ran: list[Any] = []
    invoke = Invoke(session_tools_handlePendingToolCall={"success": True})
    session = session_on(invoke)
    await session.register_tool(Tool(name="t"), ran.append)
    request = event("external_tool.requested", requestId="r", toolName="t", arguments={"x": 1})

    play(session, request, request)
    await settle()

    assert ran == [{"x": 1}]
    assert [
        p["result"]["resultType"] for p in invoke.sent("session.tools.handlePendingToolCall")
    ] == ["success"]


async def test_tools_of_others_are_left_to_them() -> None:
    """Unknown here, or only declared."""
    invoke = Invoke()
    session = session_on(invoke)
    await session.register_tool(Tool(name="declared"))

    for number, name in enumerate(("declared", "unknown")):
        play(session, event("external_tool.requested", requestId=str(number), toolName=name))
    play(session, event("external_tool.requested"), event("permission.requested", requestId="odd"))
    await settle()

    assert invoke.calls == []


async def test_late_answer_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    """Another client was first, or the runtime is gone."""
    gone = ConnectionClosedError("gone")
    session = session_on(Invoke(session_permissions_handlePendingPermissionRequest=gone))

    with caplog.at_level(logging.DEBUG, "copilot_nb"):
        play(session, event("permission.requested", requestId="r", permissionRequest={}))
        await settle()

    assert "came too late" in caplog.text


async def test_hook_that_has_decided_is_not_answered() -> None:
    """The runtime says so in the event."""
    invoke = Invoke()

    play(
        session_on(invoke),
        event("permission.requested", requestId="r", permissionRequest={}, resolvedByHook=True),
    )
    await settle()

    assert invoke.calls == []


async def test_handlers_run_in_the_asking_cells_context() -> None:
    """Handlers, tools and callbacks see what the cell sees."""
    seen: list[str] = []
    invoke = Invoke(session_tools_handlePendingToolCall={"success": True})

    def decide(_: PermissionRequest) -> PermissionDecision:
        seen.append(CELL.get())
        return approve_once()

    @tool(permission="none")
    def look() -> None:
        seen.append(CELL.get())

    session = session_on(invoke, permission=decide)
    await session.register_tool(look)
    cell = contextvars.copy_context()
    cell.run(CELL.set, "cell 7")
    await session.start_turn("Go.", context=cell)

    play(
        session,
        event("permission.requested", requestId="1", permissionRequest={"kind": "shell"}),
        event("external_tool.requested", requestId="2", toolName="look"),
    )
    await settle()

    assert seen == ["cell 7", "cell 7"]


async def test_form_is_filled_in_or_declined() -> None:
    """By a handler, or not at all."""
    filled = ElicitationResult(action="accept", content={"colour": "blue"})
    answers = []
    for handler in (lambda _: filled, None):
        invoke = Invoke(session_ui_handlePendingElicitation={"success": True})
        play(
            session_on(invoke, elicitation=handler),
            event("elicitation.requested", requestId="r", message="Which?"),
        )
        await settle()
        answers += [p["result"] for p in invoke.sent("session.ui.handlePendingElicitation")]

    assert answers == [{"action": "accept", "content": {"colour": "blue"}}, {"action": "decline"}]


async def test_a_server_that_wants_the_model_gets_a_no() -> None:
    """Its tool call would wait for ever; the person is told."""
    invoke = Invoke(session_ui_handlePendingSampling={"success": True})
    session = session_on(invoke)
    told: list[str] = []
    session.on(lambda one: told.append(getattr(one.data, "text", "")))

    play(session, event("sampling.requested", requestId="r", serverName="clerk"))
    await settle()

    assert invoke.sent("session.ui.handlePendingSampling") == [{"sessionId": "s", "requestId": "r"}]
    assert "MCP server clerk" in told[-1]


async def test_handler_that_answers_something_else_is_no_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A wrong type is a mistake of the application, not a yes."""
    invoke = Invoke(session_permissions_handlePendingPermissionRequest={"success": True})
    session = session_on(invoke, permission=lambda _: True)

    with caplog.at_level(logging.ERROR):
        play(session, event("permission.requested", requestId="r", permissionRequest={}))
        await settle()

    [answer] = invoke.sent("session.permissions.handlePendingPermissionRequest")
    assert answer["result"] == {"kind": "user-not-available"}
    assert "gave a bool" in caplog.text


async def test_commands_are_run_and_their_failure_told() -> None:
    """Those of other clients are left alone."""

    def deploy(arguments: str, one: SessionEvent) -> None:
        if arguments != "prod":
            raise ValueError(one.type)

    invoke = Invoke(session_commands_handlePendingCommand={"success": True})
    session = session_on(invoke, commands={"deploy": deploy})

    for number, (name, arguments) in enumerate(
        [("deploy", "prod"), ("deploy", "x"), ("other", "")]
    ):
        play(
            session,
            event("command.execute", requestId=str(number), commandName=name, args=arguments),
        )
    await settle()

    assert [p.get("error") for p in invoke.sent("session.commands.handlePendingCommand")] == [
        None,
        "ValueError: command.execute",
    ]


async def test_questions_and_plans_come_as_calls() -> None:
    """Paired with the events that announce them, which have the ids."""
    session = session_on(exit_plan_mode=lambda _: ExitPlanModeResult(approved=True))
    session.pending.attended = True
    plan: Json = {"summary": "s", "planContent": "p", "actions": [], "recommendedAction": "x"}

    play(session, event("user_input.requested", requestId="r", question="?", toolCallId="c"))
    asking = asyncio.get_running_loop().create_task(
        session.answer_call("userInput.request", {"question": "?"})
    )
    await settle()
    [open_request] = session.pending.open
    play(session, event("user_input.completed", requestId="r"))
    with pytest.raises(asyncio.CancelledError):
        await asking
    approved = await session.answer_call("exitPlanMode.request", plan)
    other = asyncio.get_running_loop().create_task(
        session.answer_call("userInput.request", {"question": "other?"})
    )
    await settle()
    [unannounced] = session.pending.open
    session.pending.answer(
        unannounced.id, Answer.reply(UserInputResponse(answer="x", was_freeform=True))
    )

    assert (open_request.id, open_request.tool_call_id) == ("r", "c")
    assert approved == {"approved": True}
    assert unannounced.tool_call_id is None
    assert await other == {"answer": "x", "wasFreeform": True}


async def test_broken_hook_input_denies_a_tool() -> None:
    """An error as answer would count as a yes."""
    session = session_on()
    await session.register_hooks(
        SessionHooks(
            on_pre_tool_use=lambda _: HookOutput(permission_decision="allow"),
            on_session_end=lambda _: None,
        )
    )
    odd = {"hookType": "preToolUse", "input": {"toolName": {}}}

    answer = await session.answer_call("hooks.invoke", odd)

    assert answer["output"]["permissionDecision"] == "deny"
    with pytest.raises(ProtocolError):
        await session.answer_call("hooks.invoke", {"hookType": "sessionEnd", "input": {"cwd": 5}})
    session.handlers.deny_when_hook_fails = False
    with pytest.raises(ProtocolError):
        await session.answer_call("hooks.invoke", odd)


async def test_odd_requests_start_nothing() -> None:
    """Data that does not fit: an id at most, and nothing to answer."""
    invoke = Invoke()
    session = session_on(invoke)

    for kind in ("elicitation", "session_limits_exhausted", "external_tool"):
        play(session, event(f"{kind}.requested", requestId=5))
    play(session, event("command.execute", requestId=5), event("permission.completed"))
    await settle()

    assert invoke.calls == []
