"""A session by itself, on a function in place of a runtime: the seed's methods, one by one."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import (
    ConnectionClosedError,
    ProtocolError,
    SessionClosedError,
    ToolError,
    ToolNotFoundError,
    TurnTimeoutError,
)
from copilot_nb.protocol.events import SessionEvent, parse
from copilot_nb.protocol.form import ElicitationResult, ExitPlanModeResult
from copilot_nb.protocol.hook import HookOutput
from copilot_nb.protocol.permission import (
    PermissionDecision,
    PermissionRequest,
    approve_once,
    user_not_available,
)
from copilot_nb.protocol.session import Attachment, MessageOptions
from copilot_nb.protocol.tool import Tool
from copilot_nb.protocol.user_input import UserInputRequest, UserInputResponse
from copilot_nb.session.handlers import Handlers, SessionHooks
from copilot_nb.session.pending import Answer, PendingRequest
from copilot_nb.session.session import Life, Session
from copilot_nb.session.tools import Invocation, tool

if TYPE_CHECKING:
    from collections.abc import Mapping

CELL = contextvars.ContextVar("CELL", default="none")
Json = dict[str, Any]


class Invoke:
    """Stands where the runtime is: keeps the calls, gives the answers."""

    def __init__(self, **answers: Any) -> None:
        self.calls: list[tuple[str, Json]] = []
        self.answers = {"session.send": {"messageId": "p"}, "session.metadata.activity": {}}
        self.answers |= {name.replace("_", "."): value for name, value in answers.items()}

    async def __call__(
        self, method: str, params: Mapping[str, Any], *, timeout: float | None
    ) -> Any:
        """The answer to a call."""
        self.calls.append((method, dict(params)))
        answer = self.answers.get(method)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def sent(self, method: str) -> list[Json]:
        """What was sent to that method."""
        return [params for name, params in self.calls if name == method]


def session_on(invoke: Invoke | None = None, **handlers: Any) -> Session:
    """A session on that function."""
    return Session("s", None, invoke or Invoke(), handlers=Handlers(**handlers))


def event(kind: str, /, **data: Any) -> SessionEvent:
    """An event as it comes."""
    return parse({"type": kind, "data": data, "id": kind})


def play(session: Session, *events: SessionEvent) -> None:
    """The runtime says that."""
    for one in events:
        session.dispatch_event(one)


async def settle() -> None:
    """Let what was started go on as far as it can."""
    for _ in range(5):
        await asyncio.sleep(0)


ANSWER = (
    event("user.message", messageId="p", content="?"),
    event("assistant.message", messageId="m", originatingMessageId="p", content="Hi."),
    event("assistant.idle"),
    event("session.idle"),
)


async def test_answer_before_the_reply_to_the_prompt_is_kept() -> None:
    """A provider that answers within a millisecond: nothing hangs."""
    session = session_on()

    class Fast(Invoke):
        async def __call__(self, method: str, params: Any, *, timeout: float | None) -> Any:
            if method == "session.send":
                play(session, *ANSWER)
            return await super().__call__(method, params, timeout=timeout)

    session.calls.invoke = Fast()

    message = await session.send_and_wait("?", timeout=1)

    assert message is not None
    assert message.content() == "Hi."


async def test_prompt_is_sent_with_its_session() -> None:
    """Unset fields are not sent; the id of the message comes back."""
    invoke = Invoke()
    session = session_on(invoke)
    image = Attachment(type="blob", data="QUJD", mime_type="image/png")

    first = await session.send("Hello.")
    await session.send(MessageOptions(attachments=[image], display_prompt="A picture"))

    assert first == "p"
    assert invoke.sent("session.send") == [
        {"sessionId": "s", "prompt": "Hello."},
        {
            "sessionId": "s",
            "prompt": "",
            "displayPrompt": "A picture",
            "attachments": [{"type": "blob", "data": "QUJD", "mimeType": "image/png"}],
        },
    ]


async def test_refused_prompt_leaves_nothing_waiting() -> None:
    """The error comes through; no turn stays behind."""
    session = session_on(Invoke(session_send=ConnectionClosedError("gone")))

    with pytest.raises(ConnectionClosedError):
        await session.send("Hello.")

    assert session.turns == ()


async def test_timeout_can_stop_the_turn() -> None:
    """Only when asked for; the runtime then says how it ended."""
    invoke = Invoke()
    session = session_on(invoke)

    with pytest.raises(TurnTimeoutError):
        await session.send_and_wait("?", timeout=0.01, abort_on_timeout=True)
    with pytest.raises(TurnTimeoutError):
        await session.send_and_collect("?", timeout=0.01)

    assert len(invoke.sent("session.abort")) == 1
    assert len(session.turns) == 2


async def test_events_are_told_one_after_another() -> None:
    """An event made during another is told after it, to everybody."""
    session = session_on()
    heard: list[str] = []

    def first(one: SessionEvent) -> None:
        heard.append(f"1 {one.type}")
        if one.type == "session.info":
            session.dispatch_event(event("session.warning"))

    session.on(first)
    session.on(lambda one: heard.append(f"2 {one.type}"))

    play(session, event("session.info"))

    assert heard == ["1 session.info", "2 session.info", "1 session.warning", "2 session.warning"]


async def test_noise_is_left_out_unless_asked_for() -> None:
    """The runtime's internal records repeat the conversation."""
    session = session_on()
    heard: list[str] = []
    registration = session.on(lambda one: heard.append(one.type))

    play(session, event("model.response", kind="response"))
    session.keep_noise = True
    play(session, event("model.response", kind="response"))
    session.off(registration)
    play(session, event("session.info"))

    assert heard == ["model.response"]


@pytest.mark.parametrize("key", ["events", "messages"])
async def test_history_keeps_events_that_we_do_not_know(key: str) -> None:
    """Older servers name the list otherwise."""
    raw = [{"type": "brand.new", "id": "1", "data": 5}, {"type": "session.idle", "id": "2"}]
    session = session_on(Invoke(session_getMessages={key: raw}))

    history = await session.get_messages()

    assert [one.type for one in history] == ["brand.new", "session.idle"]


async def test_history_without_events_is_an_error() -> None:
    """A reply of another shape does not pass for an empty history."""
    with pytest.raises(ProtocolError):
        await session_on(Invoke(session_getMessages={})).get_messages()


async def test_wait_for_idle_raises_what_went_wrong() -> None:
    """After the idle that follows; notices are no failures, sub-agents are not asked."""
    session = session_on(Invoke(session_metadata_activity={"hasActiveWork": True}))
    waiting = asyncio.get_running_loop().create_task(session.wait_for_idle(5))
    await settle()

    play(
        session,
        event("session.error", errorType="notification", message="a notice"),
        parse({"type": "session.idle", "agentId": "a", "data": {}}),
        event("session.error", errorType="query", message="broken"),
    )
    await settle()
    rested = waiting.done()
    play(session, event("session.idle"))

    assert not rested
    with pytest.raises(Exception, match="broken"):
        await waiting


async def test_wait_for_idle_has_a_limit() -> None:
    """The session goes on."""
    session = session_on(Invoke(session_metadata_activity={"hasActiveWork": True}))

    with pytest.raises(TurnTimeoutError, match=r"not idle within 0\.01 s"):
        await session.wait_for_idle(0.01)


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


async def test_ended_session_says_so() -> None:
    """Every call, after destroy and after the loss of the runtime."""
    destroyed, lost = session_on(), session_on()
    await destroyed.destroy()
    lost.lose(ConnectionClosedError("gone"))
    lost.lose(ConnectionClosedError("again"))

    for call in (destroyed.send("x"), destroyed.abort(), destroyed.get_messages()):
        with pytest.raises(SessionClosedError):
            await call
    with pytest.raises(ConnectionClosedError):
        lost.subscribe()
    assert (destroyed.life, lost.life) == (Life.CLOSED, Life.LOST)
    assert repr(lost) == "<Session s lost>"
    await lost.destroy()
    assert lost.life is Life.CLOSED


async def test_session_is_a_context_manager() -> None:
    """It is destroyed at the end of the block."""
    lives: list[Life] = []
    async with session_on() as session:
        lives.append(session.life)
    lives.append(session.life)

    assert lives == [Life.OPEN, Life.CLOSED]


async def test_error_without_idle_ends_the_turn_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The idle that follows every error may be lost."""
    monkeypatch.setattr("copilot_nb.session.turn.IDLE_AFTER_ERROR", 0.01)
    session = session_on()
    turn = await session.start_turn("Go.")

    play(session, ANSWER[0], event("session.error", errorType="query", message="broken"))

    with pytest.raises(Exception, match="broken"):
        await turn.wait(5)
    assert turn.error is not None
    assert not turn.aborted


async def test_turn_shows_itself() -> None:
    """Short in a console, safe HTML in a notebook."""
    session = session_on()
    turn = await session.start_turn("Say <hi>.")
    waiting = repr(turn)
    changes: list[str] = []
    stop = turn.on_change(lambda transcript: changes.append(transcript.state))

    def broken(_: Any) -> None:
        raise RuntimeError("a view")

    turn.on_change(broken)
    play(session, ANSWER[0])
    running = repr(turn)
    play(session, *ANSWER[1:])
    stop()
    stop()

    assert (waiting, running) == (
        "<Turn 'Say <hi>.' waiting, 0 characters>",
        "<Turn 'Say <hi>.' running, 0 characters>",
    )
    assert repr(turn) == "<Turn 'Say <hi>.' done, 3 characters>"
    assert changes[-1] == "done"
    assert "<hi>" not in turn._repr_html_()
    assert turn.final_text == "Hi."
    assert [one.type async for one in turn.stream()] == [one.type for one in turn.events]


async def test_steering_is_sent_as_such() -> None:
    """Into the turn that runs; the order of the queue is not touched."""
    invoke = Invoke()
    session = session_on(invoke)
    first = await session.start_turn("Go.")

    await session.steer("Smaller.")

    assert [params.get("mode") for params in invoke.sent("session.send")] == [None, "immediate"]
    assert not first.ended


async def test_turn_knows_its_usage() -> None:
    """As the runtime said it."""
    session = session_on()
    turn = await session.start_turn("Go.")
    play(session, ANSWER[0], event("assistant.usage", model="m", inputTokens=7, outputTokens=3))

    assert (turn.usage.input_tokens, turn.usage.output_tokens) == (7, 3)


async def test_odd_requests_start_nothing() -> None:
    """Data that does not fit: an id at most, and nothing to answer."""
    invoke = Invoke()
    session = session_on(invoke)

    for kind in ("elicitation", "session_limits_exhausted", "external_tool"):
        play(session, event(f"{kind}.requested", requestId=5))
    play(session, event("command.execute", requestId=5), event("permission.completed"))
    await settle()

    assert invoke.calls == []


async def test_prompt_passed_over_while_work_goes_on_is_kept() -> None:
    """It waits in the queue: an idle of another turn is not its end."""
    busy = session_on(Invoke(session_metadata_activity={"hasActiveWork": True}))
    queued = session_on(
        Invoke(session_queue_pendingItems={"items": [{"id": "1", "messageId": "p"}]})
    )
    gone = session_on(Invoke(session_metadata_activity=ConnectionClosedError("gone")))
    turns = [await session.start_turn("Go.") for session in (busy, queued, gone)]

    for session in (busy, queued, gone):
        play(session, event("session.idle"))
    await settle()

    assert [turn.ended for turn in turns] == [False, False, False]
