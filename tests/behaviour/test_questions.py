"""Questions of the agent, and hooks: what comes as a call of the runtime."""

from __future__ import annotations

import pytest

from copilot_nb.errors import TurnAbortedError
from copilot_nb.protocol.events import ToolExecutionStart
from copilot_nb.protocol.hook import HookOutput, PreToolUse, UserPromptSubmitted
from copilot_nb.protocol.permission import approve_once
from copilot_nb.protocol.user_input import UserInputRequest, UserInputResponse
from copilot_nb.session.handlers import SessionHooks
from copilot_nb.session.pending import Answer
from copilot_nb.testing.model import Reply
from tests.behaviour.stage import (
    WAIT,
    Stage,
    eventually,
    next_request,
    said_to_model,
    shell,
)

ASK = Reply(tools=[("ask_user", {"question": "Which colour?", "choices": ["red", "blue"]})])


async def test_plain_text_answers_a_question(stage: Stage) -> None:
    """Whether the answer is one of the choices is found out here."""
    asked: list[UserInputRequest] = []

    def handler(request: UserInputRequest) -> str:
        asked.append(request)
        return "blue"

    session = await stage.session(ASK, Reply("Blue it is."), on_user_input_request=handler)

    await session.ask("Paint.", timeout=WAIT)

    assert [(r.question, r.choices) for r in asked] == [("Which colour?", ["red", "blue"])]
    assert "blue" in said_to_model(stage)


async def test_question_waits_in_pending_with_its_tool_call(stage: Stage) -> None:
    """Nobody registered: whoever attends answers, and the request names its call."""
    session = await stage.session(ASK, Reply("Green it is."))
    session.pending.attended = True

    turn = await session.start_turn("Paint.")
    request = await next_request(session)
    assert request.user_input is not None
    response = UserInputResponse.to(request.user_input, "green")
    session.pending.answer(request.id, Answer.reply(response))
    await turn.wait(WAIT)

    assert response.was_freeform
    started = [e.data for e in turn.events if isinstance(e.data, ToolExecutionStart)]
    assert [data.tool_call_id for data in started] == [request.tool_call_id]
    assert "green" in said_to_model(stage)


async def test_unanswered_question_does_not_stop_the_turn(stage: Stage) -> None:
    """Without anybody the model is told so."""
    session = await stage.session(ASK, Reply("I choose red."))

    turn = await session.ask("Paint.", timeout=WAIT)

    assert turn.text == "I choose red."


async def test_abort_withdraws_a_question(stage: Stage) -> None:
    """After an abort no question waits."""
    session = await stage.session(ASK)
    session.pending.attended = True

    turn = await session.start_turn("Paint.")
    await next_request(session)
    await session.abort()
    with pytest.raises(TurnAbortedError):
        await turn.wait(WAIT)
    await eventually(lambda: not session.pending.open)


async def test_pre_tool_use_deny_is_enforced(stage: Stage) -> None:
    """A hook's no stops the call before anybody is asked."""
    seen: list[PreToolUse] = []

    def guard(data: PreToolUse) -> HookOutput:
        seen.append(data)
        return HookOutput(permission_decision="deny", permission_decision_reason="not on Friday")

    session = await stage.session(
        shell(),
        Reply("I see."),
        hooks=SessionHooks(on_pre_tool_use=guard),
        on_permission_request=lambda _: approve_once(),
    )

    turn = await session.ask("Run it.", timeout=WAIT)

    assert [data.tool_name for data in seen] == ["bash"]
    assert turn.tool_calls[0].state in {"failed", "denied"}
    assert "not on Friday" in said_to_model(stage)


async def test_broken_pre_tool_use_hook_denies(stage: Stage) -> None:
    """A check that cannot be made lets nothing through."""

    def guard(_: PreToolUse) -> HookOutput:
        raise OSError("the rules are gone")

    session = await stage.session(
        shell("echo leaked"),
        Reply("I see."),
        hooks=SessionHooks(on_pre_tool_use=guard),
        on_permission_request=lambda _: approve_once(),
    )

    turn = await session.ask("Run it.", timeout=WAIT)

    assert turn.tool_calls[0].state in {"failed", "denied"}


async def test_hooks_registered_later_are_called(stage: Stage) -> None:
    """The runtime is told, so that a living session calls them from then on."""
    prompts: list[str] = []

    def note(data: UserPromptSubmitted) -> None:
        prompts.append(data.prompt)

    session = await stage.session(Reply("One."), Reply("Two."))
    await session.ask("First.", timeout=WAIT)
    await session.register_hooks(SessionHooks(on_user_prompt_submitted=note))

    await session.ask("Second.", timeout=WAIT)

    assert prompts == ["Second."]
