"""Every request stands in the session's stream, with what becomes of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from copilot_nb.protocol.form import ExitPlanModeResult
from copilot_nb.protocol.local import (
    LocalRequestAnswered,
    LocalRequestOpened,
    LocalRequestTimed,
)
from copilot_nb.session.pending import Answer
from copilot_nb.session.tools import Invocation
from tests.unit.session.invoked import event, play, session_on, settle

if TYPE_CHECKING:
    from copilot_nb.protocol.events import SessionEvent
    from copilot_nb.session.session import Session


def stream(session: Session) -> list[Any]:
    """What our own events say, as they come."""
    seen: list[Any] = []

    def note(event: SessionEvent) -> None:
        if event.type.startswith("local."):
            seen.append(event.data)

    session.on(note)
    return seen


async def test_an_unannounced_plan_is_opened_here() -> None:
    """Nobody could answer what no view draws."""
    session = session_on()
    session.pending.attended = True
    seen = stream(session)
    plan = {"summary": "s", "planContent": "p"}

    async with asyncio.TaskGroup() as group:
        call = group.create_task(session.answer_call("exitPlanMode.request", plan))
        await settle()
        (request,) = session.pending.open
        approved = ExitPlanModeResult(approved=True)
        session.pending.answer(request.id, Answer(approved, words="Approved"))

    assert call.result() == {"approved": True}
    opened, answered = seen
    assert opened == LocalRequestOpened(request_id=request.id, kind="exit_plan_mode", prompt=plan)
    assert (answered.request_id, answered.answer) == (request.id, "Approved")


async def test_an_unannounced_question_has_its_choices() -> None:
    """By the names that the transcript reads."""
    session = session_on()
    session.pending.attended = True
    seen = stream(session)
    asked = {"question": "Which?", "choices": ["a"], "allowFreeform": False}

    async with asyncio.TaskGroup() as group:
        call = group.create_task(session.answer_call("userInput.request", asked))
        await settle()
        call.cancel()

    assert seen[0].question == {"question": "Which?", "choices": ["a"], "allow_freeform": False}


async def test_an_announced_switch_keeps_its_id() -> None:
    """So that one block shows both; another client's answer ends the wait."""
    session = session_on()
    session.pending.attended = True
    seen = stream(session)
    play(session, event("auto_mode_switch.requested", requestId="r", errorCode="x"))

    async with asyncio.TaskGroup() as group:
        call = group.create_task(session.answer_call("autoModeSwitch.request", {"errorCode": "x"}))
        await settle()
        (request,) = session.pending.open
        play(session, event("auto_mode_switch.completed", requestId="r", response="no"))
        await settle()
        call.cancel()

    assert (request.id, request.kind) == ("r", "auto_mode_switch")
    assert seen == []
    assert session.pending.open == ()


async def test_a_time_limit_is_told() -> None:
    """From the opening on, so that a view can count it down."""
    session = session_on()
    session.pending.attended, session.pending.time_limit = True, 0.01
    seen = stream(session)
    invocation = Invocation(session=session, tool_name="t", tool_call_id="c")

    answer = await invocation.ask_permission(kind="kernel-code", body="1")

    assert answer.by == "time limit"
    opened, timed, answered = seen
    assert isinstance(opened, LocalRequestOpened)
    assert timed == LocalRequestTimed(request_id=opened.request_id, seconds=0.01)
    assert (answered.answer, answered.by) == ("Denied", "time limit")


async def test_a_tool_that_is_stopped_withdraws_what_it_asked() -> None:
    """The runtime knows nothing of the question, so it cannot end it."""
    session = session_on()
    session.pending.attended = True
    seen = stream(session)
    invocation = Invocation(session=session, tool_name="t", tool_call_id="c")

    async with asyncio.TaskGroup() as group:
        asking = group.create_task(invocation.ask_permission(kind="kernel-code", body="1"))
        await settle()
        asking.cancel()

    opened, withdrawn = seen
    assert withdrawn == LocalRequestAnswered(
        request_id=opened.request_id, by="the runtime", answer="Withdrawn"
    )
    assert session.pending.open == ()
