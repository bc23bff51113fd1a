"""What can be set and read besides talking, on the real runtime."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from copilot_nb.errors import AuthenticationError, MethodNotFoundError, TurnAbortedError
from copilot_nb.protocol.form import ElicitationResult, ExitPlanModeResult
from copilot_nb.protocol.permission import approve_once
from copilot_nb.protocol.session import CommandConfig, MessageOptions
from copilot_nb.session.client import Client
from copilot_nb.session.handlers import Handlers
from copilot_nb.testing.model import Reply, ScriptedModel
from tests.behaviour.stage import WAIT, Stage, eventually, said_to_model, seen, shell

if TYPE_CHECKING:
    from pathlib import Path

    from copilot_nb.session.pending import PendingRequest

TOKEN = "made up for this test"


async def test_model_mode_plan_and_name(stage: Stage) -> None:
    """The seed's getters and setters, under the methods that the runtime really has."""
    session = await stage.session(Reply("One."))
    await session.ask("Hello.", timeout=WAIT)

    assert (await session.model.get()).model_id == "scripted"
    assert (await session.model.set("other")).status == "applied"
    assert (await session.model.get()).model_id == "other"
    assert await session.model.list() == []
    await session.mode.set("plan")
    assert await session.mode.get() == "plan"
    assert not (await session.plan.read()).exists
    await session.plan.update("# Steps")
    assert (await session.plan.read()).content == "# Steps"
    await session.plan.delete()
    await session.rename("  A name ")
    assert await session.get_name() == "A name"
    assert await session.agents.list() == []
    assert await session.agents.current() is None


async def test_files_shell_log_and_side_question(stage: Stage) -> None:
    """The session's own directory, a person's command, a line in the stream, a question aside."""
    session = await stage.session(Reply("One."), Reply("Because."))
    await session.ask("Hello.", timeout=WAIT)
    events = session.subscribe()

    await session.files.create("note.txt", "text")
    assert await session.files.list() == ["note.txt"]
    assert await session.files.read("note.txt") == "text"
    run = await session.shell.run("echo from a person")
    assert (run.success, run.exit_code) == (True, 0)
    assert "from a person" in (run.output or "")
    assert await session.ephemeral_query("Why?") == "Because."
    event_id = await session.log("a line", level="warning")

    async with asyncio.timeout(WAIT):
        async for event in events:
            if getattr(event, "id", "") == event_id:
                break
    assert [e.type for e in await session.get_messages()].count("user.message") == 1


async def test_history_is_rewound_with_its_files(stage: Stage) -> None:
    """A prompt and everything after it go away, and the file it wrote too."""
    target = stage.directory / "made.txt"
    session = await stage.session(
        Reply("One."),
        Reply(tools=[("create", {"path": str(target), "file_text": "x\n"})]),
        Reply("Made."),
        config={"enable_file_change_tracking": True},
        on_permission_request=lambda _: approve_once(),
    )
    await session.ask("Hello.", timeout=WAIT)
    await session.ask("Make it.", timeout=WAIT)
    assert [change.path for change in await session.files.changes()] == [target.name]

    points = await session.history.rewind_points()
    rewound = await session.history.rewind(points[-1].event_id, files=True)

    assert [point.user_message for point in points] == ["Hello.", "Make it."]
    assert rewound.outcome == "success"
    assert not target.exists()
    stage.model.script.append(Reply("Short."))
    assert (await session.history.compact()).success


async def test_fork_goes_its_own_way(stage: Stage) -> None:
    """A copy of the conversation; the first one goes on undisturbed."""
    session = await stage.session(Reply("I am Ada."), Reply("Forked."), Reply("First."))
    await session.ask("Who are you?", timeout=WAIT)

    fork = await stage.client.fork_session(session)
    forked = await fork.ask("In the fork?", timeout=WAIT)
    told_fork = said_to_model(stage)
    first = await session.ask("In the first?", timeout=WAIT)

    assert fork.session_id != session.session_id
    assert (forked.text, first.text) == ("Forked.", "First.")
    assert "I am Ada." in told_fork
    assert "In the fork?" not in said_to_model(stage)


async def test_queue_is_edited_while_a_turn_runs(stage: Stage) -> None:
    """Waiting prompts are listed, changed, moved and taken out."""
    gate = asyncio.Event()
    session = await stage.session(Reply("1", gate=gate), default_reply := Reply("later"))
    stage.model.default = default_reply
    first = await session.start_turn("first")
    await seen(first, "assistant.turn_start")
    second = await session.start_turn("second")
    third = await session.start_turn("third")

    waiting = await session.queue.items()
    await session.queue.edit(waiting[0].id, "second, changed")
    await session.queue.remove(waiting[1].id)
    left = await session.queue.items()
    gate.set()
    await second.wait(WAIT)
    with pytest.raises(TurnAbortedError) as caught:
        await third.wait(WAIT)

    assert [item.display_text for item in waiting] == ["second", "third"]
    assert [item.display_text for item in left] == ["second, changed"]
    assert caught.value.reason == "dropped from the queue"


async def test_steering_joins_the_turn_that_runs(stage: Stage) -> None:
    """What is said during a tool phase reaches the same turn; both waits end with it."""
    session = await stage.session(
        shell("sleep 30"), Reply("Adjusted."), on_permission_request=lambda _: approve_once()
    )
    turn = await session.start_turn("Go.")
    await seen(turn, "permission.completed")

    steered = await session.steer("Use the small one.")
    await asyncio.gather(turn.wait(WAIT), steered.wait(WAIT))

    assert "Use the small one." in said_to_model(stage)
    assert turn.text == "Adjusted."
    assert steered.text == "Adjusted."


async def test_interrupt_goes_on_with_the_queue(stage: Stage) -> None:
    """One turn is stopped, the next prompt is not lost."""
    session = await stage.session(Reply(chunks=["w "] * 200, delay=0.05), Reply("Second."))
    first = await session.start_turn("1")
    await seen(first, "assistant.message_delta")
    second = await session.start_turn("2")

    await session.interrupt()

    with pytest.raises(TurnAbortedError):
        await first.wait(WAIT)
    assert (await second.wait(WAIT)).text == "Second."


@pytest.mark.parametrize("way", ["abort", "interrupt", "cancel"])
async def test_what_becomes_of_a_turns_agents(stage: Stage, way: str) -> None:
    """An abort ends them, an interrupt leaves them at work; a cancelled `ask` ends its own."""
    agent = {"description": "look", "prompt": "Look.", "agent_type": "general-purpose"}
    slow = Reply(chunks=["w "] * 400, delay=0.05)
    session = await stage.session(
        Reply(tools=[("task", agent | {"name": "looker", "mode": "sync"})]),
        slow,
        Reply("Second."),
        on_permission_request=lambda _: approve_once(),
    )
    first = asyncio.get_running_loop().create_task(session.ask("1"))
    await eventually(lambda: len(stage.model.requests) == 2)
    second = None if way == "abort" else await session.start_turn("2")

    match way:
        case "abort":
            await session.abort()
        case "interrupt":
            await session.interrupt()
        case _:
            first.cancel()
    await asyncio.wait({first}, timeout=WAIT)

    tasks = (await session.rpc.tasks.list())["tasks"]
    expected = {"abort": "cancelled", "interrupt": "running", "cancel": "cancelled"}
    assert [task["status"] for task in tasks] == [expected[way]]
    assert isinstance(first.exception(), TurnAbortedError) if way != "cancel" else first.cancelled()
    assert second is None or (await second.wait(WAIT)).text == "Second."


@pytest.mark.parametrize("behind", [False, True])
async def test_a_prompt_can_be_withdrawn_until_it_is_answered(
    stage: Stage, *, behind: bool
) -> None:
    """From the turn that it began too, unless another waits behind it; history forgets it then."""
    gate = asyncio.Event()
    session = await stage.session(Reply("One.", gate=gate), Reply("Two."))
    first = await session.start_turn("1")
    await seen(first, "assistant.turn_start")
    second = await session.start_turn("2") if behind else None

    gone = await session.queue.withdraw(first.message_id or "", "1")
    gate.set()

    if second is None:
        with pytest.raises(TurnAbortedError):
            await first.wait(WAIT)
        assert "user.message" not in [event.type for event in await session.get_messages()]
    else:
        assert ((await first.wait(WAIT)).text, (await second.wait(WAIT)).text) == ("One.", "Two.")
    assert gone == (second is None)


async def test_background_shell_outlives_the_answer(stage: Stage) -> None:
    """`ask` ends with the answer; `until="session"` when the background rests too."""
    background = {"command": "sleep 2", "description": "wait", "mode": "async"}
    session = await stage.session(
        Reply(tools=[("bash", background)]),
        Reply("Started."),
        Reply("Noted."),
        on_permission_request=lambda _: approve_once(),
    )

    turn = await session.ask("Go.", timeout=WAIT)
    calls_before = len(stage.model.requests)
    message = await session.wait_for_idle(WAIT)

    assert turn.text == "Started."
    assert (calls_before, len(stage.model.requests)) == (2, 3)
    assert message is not None
    assert message.content() == "Noted."


async def test_question_as_a_form(stage: Stage) -> None:
    """With the elicitation variant ask_user is a form; it is filled in by a handler."""
    forms: list[PendingRequest] = []

    def fill(request: PendingRequest) -> ElicitationResult:
        forms.append(request)
        names = request.prompt["requestedSchema"]["properties"]
        return ElicitationResult(action="accept", content=dict.fromkeys(names, "blue"))

    session = await stage.session(
        Reply(tools=[("ask_user", ASK_FORM)]),
        Reply("Thanks."),
        config={"ask_user_variant": "elicitation"},
        handlers=Handlers(elicitation=fill),
    )

    turn = await session.ask("Ask.", timeout=WAIT)

    assert turn.text == "Thanks."
    assert len(forms) == 1
    assert "blue" in said_to_model(stage)


ASK_FORM = {
    "message": "Which colour?",
    "requestedSchema": {
        "type": "object",
        "properties": {"colour": {"type": "string", "title": "Colour"}},
        "required": ["colour"],
    },
}


async def test_plan_is_approved_by_a_handler(stage: Stage) -> None:
    """In plan mode the agent asks to go on; the answer reaches it."""
    plans: list[PendingRequest] = []

    def judge(request: PendingRequest) -> ExitPlanModeResult:
        plans.append(request)
        return ExitPlanModeResult(approved=False, feedback="shorter, please")

    session = await stage.session(
        Reply(tools=[("exit_plan_mode", {"summary": "the plan"})]),
        Reply("Shorter then."),
        handlers=Handlers(exit_plan_mode=judge),
    )
    await session.mode.set("plan")
    await session.plan.update("# The plan")

    turn = await session.ask(MessageOptions(prompt="Plan.", agent_mode="plan"), timeout=WAIT)

    assert turn.text == "Shorter then."
    assert [request.prompt["summary"] for request in plans] == ["the plan"]
    assert "shorter, please" in said_to_model(stage)


async def test_own_slash_command_runs(stage: Stage) -> None:
    """A command of the client is run by its handler."""
    ran: list[str] = []
    session = await stage.session(
        config={"commands": [CommandConfig(name="deploy", description="Deploy.")]},
        handlers=Handlers(commands={"deploy": ran.append}),
    )

    await session.rpc.commands.execute(command_name="deploy", args="prod")
    await eventually(lambda: ran)

    assert ran == ["prod"]


async def test_what_needs_an_account_says_so(stage: Stage) -> None:
    """Models and quota of the account; the runtime's own tools need none."""
    with pytest.raises(AuthenticationError):
        await stage.client.list_models()
    with pytest.raises(AuthenticationError):
        await stage.client.get_quota()
    with pytest.raises(MethodNotFoundError):
        await stage.client.rpc.nothing.like_this()

    names = [one.name for one in await stage.client.tools_list()]
    status = await stage.client.get_auth_status()

    assert "bash" in names
    assert not status.is_authenticated
    assert (await stage.client.get_status()).protocol_version == 3


async def test_two_clients_share_a_session(cli_path: Path, tmp_path: Path) -> None:
    """Both see it; the first answer to a request wins."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    async with (
        ScriptedModel(shell("echo hi"), Reply("Ran.")) as model,
        Client(
            cli_path=cli_path,
            copilot_home=tmp_path / "copilot",
            offline=True,
            provider_base_url=model.url,
            use_stdio=False,
            port=port,
            connection_token=TOKEN,
        ) as first,
        Client(cli_url=f"127.0.0.1:{port}", connection_token=TOKEN) as second,
    ):
        stage = Stage(first, model, tmp_path, provider_url=model.url)
        mine = await stage.session(on_permission_request=lambda _: approve_once())
        theirs = await second.resume_session(mine.session_id, stage.config())
        theirs.pending.attended = True
        heard: set[str] = set()
        theirs.on(lambda event: heard.add(event.type))

        turn = await mine.ask("Run it.", timeout=WAIT)
        await eventually(lambda: "session.idle" in heard)

        assert turn.tool_calls[0].state == "ok"
        assert {"permission.requested", "assistant.message"} <= heard
        assert theirs.pending.open == ()
