"""Our own tools: called, failing, timed out, replaced, called off."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from copilot_nb.errors import ConfigError, ToolError, TurnAbortedError
from copilot_nb.protocol.events import ToolExecutionComplete
from copilot_nb.protocol.local import LocalKernelOutput, LocalRequestOpened, LocalToolDetails
from copilot_nb.protocol.permission import PermissionDecision, PermissionRequest, approve_once
from copilot_nb.protocol.tool import Tool, ToolResultObject
from copilot_nb.session.pending import Answer
from copilot_nb.session.tools import Invocation, tool
from copilot_nb.testing.model import Reply
from tests.behaviour.stage import WAIT, Stage, said_to_model


@tool(permission="none")
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def calls(name: str, **arguments: object) -> Reply:
    """The model calls a tool."""
    return Reply(tools=[(name, arguments)])


async def test_function_is_called_with_typed_arguments(stage: Stage) -> None:
    """The signature is the schema; the result reaches the model."""
    session = await stage.session(calls("add", a=2, b=3), Reply("Five."), tools=[add])

    turn = await session.ask("Add.", timeout=WAIT)

    assert turn.text == "Five."
    assert turn.tool_calls[0].state == "ok"
    assert "5" in str(stage.model.requests[-1]["messages"][-1])


async def test_wrong_arguments_are_told_to_the_model(stage: Stage) -> None:
    """The function is not called; the model reads what does not fit."""
    session = await stage.session(calls("add", a="two", b=3), Reply("Oh."), tools=[add])

    turn = await session.ask("Add.", timeout=WAIT)

    assert "Invalid arguments: a:" in said_to_model(stage)
    assert turn.tool_calls[0].state == "failed"


async def test_exception_text_reaches_the_model(stage: Stage) -> None:
    """A failure is a result that the model can read."""

    @tool(permission="none")
    def broken() -> None:
        raise ToolError("the disk is full")

    @tool(permission="none")
    def worse() -> None:
        raise ValueError("no such column")

    session = await stage.session(
        Reply(tools=[("broken", {}), ("worse", {})]), Reply("I see."), tools=[broken, worse]
    )

    turn = await session.ask("Go.", timeout=WAIT)

    assert [call.state for call in turn.tool_calls] == ["failed", "failed"]
    assert "the disk is full" in said_to_model(stage)
    assert "no such column" in said_to_model(stage)


async def test_tool_that_takes_too_long_is_ended(stage: Stage) -> None:
    """A time limit is a result of its own kind."""

    @tool(permission="none", timeout=0.2)
    async def slow() -> None:
        await asyncio.Event().wait()

    session = await stage.session(calls("slow"), Reply("Too slow."), tools=[slow])

    turn = await session.ask("Go.", timeout=WAIT)

    assert turn.tool_calls[0].state == "failed"
    assert "did not finish within 0.2 s" in said_to_model(stage)


async def test_abort_calls_a_running_tool_off(stage: Stage) -> None:
    """The function is cancelled when the turn is stopped."""
    started, cancelled = asyncio.Event(), asyncio.Event()

    @tool(permission="none")
    async def forever() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    session = await stage.session(calls("forever"), tools=[forever])
    turn = await session.start_turn("Go.")
    async with asyncio.timeout(WAIT):
        await started.wait()
        await session.abort()
        await cancelled.wait()

    with pytest.raises(TurnAbortedError):
        await turn.wait(WAIT)


async def test_tools_run_concurrently(stage: Stage) -> None:
    """Two calls of one step wait for each other and both end."""
    meeting = asyncio.Barrier(2)

    @tool(permission="none")
    async def meet() -> str:
        await meeting.wait()
        return "met"

    session = await stage.session(
        Reply(tools=[("meet", {}), ("meet", {})]), Reply("Both."), tools=[meet]
    )

    turn = await session.ask("Go.", timeout=WAIT)

    assert [call.output for call in turn.tool_calls] == ["met", "met"]


async def test_asking_tool_asks_the_runtime_first(stage: Stage) -> None:
    """`permission="ask"` brings a permission request of kind custom-tool."""
    kinds: list[str] = []

    @tool
    def careful(path: str) -> str:
        """Touch a path."""
        return path

    def handler(request: PermissionRequest) -> PermissionDecision:
        kinds.append(request.kind)
        return approve_once()

    session = await stage.session(
        calls("careful", path="x"), Reply("Ok."), tools=[careful], on_permission_request=handler
    )

    await session.ask("Go.", timeout=WAIT)

    assert kinds == ["custom-tool"]


async def test_tool_added_later_is_offered_to_the_next_call(stage: Stage) -> None:
    """Registration on a living session tells the runtime."""
    session = await stage.session(Reply("Before."), calls("add", a=1, b=1), Reply("Two."))
    await session.ask("Hello.", timeout=WAIT)

    await session.register_tool(add)
    turn = await session.ask("Add.", timeout=WAIT)

    assert turn.tool_calls[0].output == "2"
    assert [one.name for one in session.get_tools()] == ["add"]


async def test_declared_tool_with_a_handler(stage: Stage) -> None:
    """The seed's way: a declaration and a function of its arguments."""
    echo = Tool(name="echo_back", description="Echo.", skip_permission=True).with_parameter(
        "text", "string", "What to echo", required=True
    )
    session = await stage.session(calls("echo_back", text="hey"), Reply("Heard."))
    await session.register_tool_with_handler(echo, lambda arguments: arguments["text"])
    await session.register_tool(echo)

    turn = await session.ask("Go.", timeout=WAIT)

    assert turn.tool_calls[0].output == "hey"


async def test_built_in_name_is_refused_before_the_first_turn(stage: Stage) -> None:
    """The runtime would only fail at the first turn."""

    @tool
    def grep() -> None: ...

    with pytest.raises(ConfigError, match="'grep'"):
        await stage.session(tools=[grep])


async def test_rich_result_reaches_the_model(stage: Stage) -> None:
    """A structured result goes through as it is."""

    @tool(permission="none")
    def rich() -> ToolResultObject:
        return ToolResultObject(text_result_for_llm="for the model", session_log="for people")

    session = await stage.session(calls("rich"), Reply("Ok."), tools=[rich])

    turn = await session.ask("Go.", timeout=WAIT)

    assert "for the model" in said_to_model(stage)
    [done] = [e.data for e in turn.events if isinstance(e.data, ToolExecutionComplete)]
    assert done.result is not None
    assert done.result.detailed_content == "for people"


@dataclass
class Workbench:
    """Something that the session hands to tools."""

    name: str


async def test_invocation_asks_shows_and_describes(stage: Stage) -> None:
    """A tool asks by itself and shows what it does, through the session's own stream."""

    @tool(permission="none")
    async def careful_run(code: str, *, bench: Workbench, invocation: Invocation) -> str:
        invocation.describe(title="one line", arguments=code, language="python")
        answer = await invocation.ask_permission(kind="kernel-code", body=code)
        if not answer.approved:
            raise ToolError("The user declined.")
        invocation.show({"kind": "text", "text": "output", "stream": "stdout"})
        return f"{bench.name} ran {code}"

    session = await stage.session(
        calls("careful_run", code="1 + 1"),
        Reply("Ran."),
        tools=[careful_run],
        provide={Workbench: Workbench("bench")},
    )
    session.pending.policies.append(lambda _: Answer.decision(approve_once(), "policy"))

    turn = await session.ask("Go.", timeout=WAIT)

    local = [e.data for e in turn.events if e.type.startswith("local.")]
    assert [type(data) for data in local[:2]] == [LocalToolDetails, LocalRequestOpened]
    assert [data.output for data in local if isinstance(data, LocalKernelOutput)] == [
        {"kind": "text", "text": "output", "stream": "stdout"}
    ]
    assert "bench ran 1 + 1" in said_to_model(stage)
    assert set(session.get_tools()[0].parameters_schema["properties"]) == {"code"}
