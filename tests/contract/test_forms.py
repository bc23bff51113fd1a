"""On the real runtime: an MCP server that asks back, and plans that go on by themselves."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.notebook.permissions.answers import answer_of
from copilot_nb.protocol.permission import reject
from copilot_nb.protocol.session import McpServerConfig
from copilot_nb.session.pending import Answer
from copilot_nb.testing.model import Reply
from copilot_nb.transcript.forms import FormBlock
from tests.behaviour.stage import WAIT, Stage, next_request, said_to_model

if TYPE_CHECKING:
    from pathlib import Path

    from copilot_nb.session.session import Session

SERVER = """
import json, sys

FORM = json.loads(sys.argv[1])


def send(**message):
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


def result(id, **value):
    send(id=id, result=value)


call = None
for line in sys.stdin:
    message = json.loads(line)
    match message.get("method"):
        case "initialize":
            version = message["params"]["protocolVersion"]
            name = {"name": "clerk", "version": "1"}
            result(message["id"], protocolVersion=version, capabilities={"tools": {}},
                   serverInfo=name)
        case "tools/list":
            tool = {"name": "enrol", "description": "Enrol.", "inputSchema": {"type": "object"}}
            result(message["id"], tools=[tool])
        case "tools/call":
            call = message["id"]
            send(id="form", method="elicitation/create", params=FORM)
        case None if message["id"] == "form":
            text = json.dumps(message.get("result") or message.get("error"))
            result(call, content=[{"type": "text", "text": text}])
        case _ if "id" in message:
            result(message["id"])
"""
"""An MCP server whose one tool asks the person for a form, and returns what it got."""

FORM = {
    "message": "Who are you?",
    "requestedSchema": {
        "type": "object",
        "properties": {
            "name": {"type": "string", "title": "Your name", "minLength": 2},
            "age": {"type": "integer", "minimum": 0},
            "news": {"type": "boolean", "default": True},
            "colour": {"type": "string", "enum": ["red", "blue"], "enumNames": ["Red", "Blue"]},
            "topics": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
        },
        "required": ["name"],
    },
}


@pytest.fixture
def stage(stage: Stage, tmp_path: Path) -> Stage:
    """With a server that asks, beside the agent's folder."""
    (tmp_path / "server.py").write_text(SERVER)
    return stage


PAGE = {
    "mode": "url",
    "message": "Please sign the form.",
    "elicitationId": "e1",
    "url": "https://example.org/sign?id=1",
}


async def clerk(stage: Stage, asks: dict[str, Any] = FORM) -> Session:
    """A session whose server asks back when its tool is called."""
    arguments = [str(stage.directory.parent / "server.py"), json.dumps(asks)]
    server = McpServerConfig(command=sys.executable, args=arguments, tools=["*"])
    config = {"mcp_servers": {"clerk": server}, "request_elicitation": True}
    session = await stage.session(
        Reply(tools=[("clerk-enrol", {})]), Reply("Enrolled."), config=config
    )
    session.pending.attended = True
    return session


async def press(session: Session, **value: object) -> None:
    """Answer the open request as a view does."""
    request = await next_request(session)
    answer = answer_of(request, value)
    assert answer is not None
    assert session.pending.answer(request.id, answer)


async def test_a_server_asks_a_person_for_a_form(stage: Stage) -> None:
    """First for its tool, then for the form; the server gets the values, each of its type."""
    session = await clerk(stage)
    content = {"name": "Ada", "age": 36, "news": False, "colour": "blue", "topics": ["a", "b"]}

    turn = await session.start_turn("Enrol me.")
    await press(session, choice="allow_once")
    await press(session, action="accept", content=content)
    await turn.wait(WAIT)

    (block,) = (block for block in turn.transcript.blocks if isinstance(block, FormBlock))
    assert (block.source, block.heading) == ("clerk", "Who are you?")
    assert [field.kind for field in block.fields] == [
        "text",
        "integer",
        "boolean",
        "choice",
        "choices",
    ]
    assert block.answer == "Sent: name, age, news, colour, topics"
    (call,) = turn.tool_calls
    assert json.loads(call.output) == {"action": "accept", "content": content}


async def test_a_declined_form_is_told_to_the_server(stage: Stage) -> None:
    """The tool goes on without it."""
    session = await clerk(stage)

    turn = await session.start_turn("Enrol me.")
    await press(session, choice="allow_once")
    await press(session, action="decline")
    await turn.wait(WAIT)

    (call,) = turn.tool_calls
    assert json.loads(call.output)["action"] == "decline"


async def test_a_server_asks_to_open_a_page(stage: Stage) -> None:
    """The whole address is shown; agreeing sends nothing but that."""
    session = await clerk(stage, PAGE)

    turn = await session.start_turn("Sign.")
    await press(session, choice="allow_once")
    await press(session, action="accept")
    await turn.wait(WAIT)

    (block,) = (block for block in turn.transcript.blocks if isinstance(block, FormBlock))
    assert (block.url, block.fields, block.answer) == (PAGE["url"], (), "Accepted")
    (call,) = turn.tool_calls
    assert json.loads(call.output)["action"] == "accept"


async def test_autopilot_asks_as_before(stage: Stage) -> None:
    """An approved plan is no permission; the turn lasts as long as the agent goes on by itself."""
    session = await stage.session(
        Reply(tools=[("exit_plan_mode", {"summary": "I make a file."})]),
        Reply(tools=[("bash", {"command": "touch MADE", "description": "d"})]),
        Reply("Halfway."),
        Reply(tools=[("create", {"path": "MADE", "file_text": "x"})]),
        Reply(tools=[("task_complete", {"summary": "Not done."})]),
        config={"request_exit_plan_mode": True},
    )
    session.pending.attended = True
    await session.rpc.mode.set(mode="plan")

    turn = await session.start_turn("Plan.")
    await press(session, choice="autopilot")
    for _ in range(2):
        request = await next_request(session)
        assert request.kind == "permission"
        session.pending.answer(request.id, Answer.decision(reject("Not now.")))
    await turn.wait(WAIT)

    assert await session.rpc.mode.get() == "autopilot"
    assert (await session.rpc.permissions.get_mode())["mode"] == "manual"
    assert not (stage.directory / "MADE").exists()
    assert "Halfway." in turn.text
    assert "Not now." in said_to_model(stage)
