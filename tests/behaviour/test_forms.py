"""Forms, plans, and words into a running turn: each ends as the person said."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from copilot_nb.protocol.form import ElicitationResult, ExitPlanModeResult
from copilot_nb.protocol.permission import approve_once
from copilot_nb.protocol.session import MessageOptions
from copilot_nb.session.pending import Answer
from copilot_nb.testing.model import Reply
from copilot_nb.transcript.blocks import NoticeBlock
from copilot_nb.transcript.forms import FormBlock, PlanBlock
from tests.behaviour.stage import WAIT, Stage, eventually, next_request, said_to_model, shell

if TYPE_CHECKING:
    from copilot_nb.protocol.base import Wire
    from copilot_nb.session.session import Session
    from copilot_nb.session.turn import Turn

SCHEMA = {
    "type": "object",
    "properties": {"colour": {"type": "string", "enum": ["red", "blue"]}},
}
ASK = Reply(tools=[("ask_user", {"message": "Which?", "requestedSchema": SCHEMA})])
PLAN = Reply(tools=[("exit_plan_mode", {"summary": "I will tidy up."})])


async def answered(session: Session, prompt: str, value: Wire) -> Turn:
    """The turn of that prompt, whose first request is answered so."""
    session.pending.attended = True
    turn = await session.start_turn(prompt)
    request = await next_request(session)
    session.pending.answer(request.id, Answer(value, words="So"))
    return await turn.wait(WAIT)


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (ElicitationResult(action="accept", content={"colour": "red"}), "User responded: red"),
        (ElicitationResult(action="decline"), "Work autonomously and make good decisions."),
        (ElicitationResult(action="cancel"), "User cancelled the request."),
    ],
)
async def test_a_form_is_filled_in_or_not(
    stage: Stage, result: ElicitationResult, told: str
) -> None:
    """The model hears what was sent, that nobody is there, or that it was cancelled."""
    config = {"ask_user_variant": "elicitation", "request_elicitation": True}
    session = await stage.session(ASK, Reply("Fine."), config=config)

    turn = await answered(session, "Paint.", result)

    (block,) = (block for block in turn.transcript.blocks if isinstance(block, FormBlock))
    assert (block.heading, [field.name for field in block.fields]) == ("Which?", ["colour"])
    assert (block.state, block.answer) == ("answered", "So")
    assert told in said_to_model(stage)


async def plan_mode(stage: Stage, *script: Reply) -> Session:
    """A session in plan mode that has a plan."""
    config = {"request_exit_plan_mode": True}
    session = await stage.session(PLAN, *script, config=config)
    await session.rpc.mode.set(mode="plan")
    await session.rpc.plan.update(content="1. Look around.")
    return session


async def test_an_approved_plan_is_carried_out(stage: Stage) -> None:
    """The agent leaves the mode, and goes on in the same turn."""
    session = await plan_mode(stage, Reply("Done."))

    turn = await answered(
        session, "Plan.", ExitPlanModeResult(approved=True, selected_action="interactive")
    )

    (block,) = (block for block in turn.transcript.blocks if isinstance(block, PlanBlock))
    assert (block.summary, block.plan) == ("I will tidy up.", "1. Look around.")
    assert "interactive" in [choice.id for choice in block.choices]
    assert "Plan approved! Exited plan mode." in said_to_model(stage)
    assert turn.final_text == "Done."
    assert await session.rpc.mode.get() == "interactive"


async def test_a_plan_is_sent_back(stage: Stage) -> None:
    """With what is missing; the mode stays."""
    session = await plan_mode(stage, Reply("Then so."))

    await answered(session, "Plan.", ExitPlanModeResult(approved=False, feedback="More tests."))

    told = said_to_model(stage)
    assert "Plan not approved. User feedback:" in told
    assert "More tests." in told
    assert await session.rpc.mode.get() == "plan"


async def test_nobody_approves_no_plan(stage: Stage) -> None:
    """Without a person or policy it is sent back."""
    session = await plan_mode(stage, Reply("Then not."))

    await session.ask("Plan.", timeout=WAIT)

    assert "Plan not approved." in said_to_model(stage)


async def test_steering_joins_the_turn_that_runs(stage: Stage) -> None:
    """Between two steps; the transcript says what was added."""
    session = await stage.session(shell(), Reply("Both, then."))
    session.pending.attended = True
    turn = await session.start_turn("One.")
    request = await next_request(session)

    await session.steer("And two.")
    session.pending.answer(request.id, Answer.decision(approve_once()))
    await turn.wait(WAIT)

    assert "And two." in said_to_model(stage)
    added = [block.text for block in turn.transcript.blocks if isinstance(block, NoticeBlock)]
    assert added == ["You added: And two."]


async def test_steering_an_answer_waits_for_its_end(stage: Stage) -> None:
    """It is answered in the same turn, under the first prompt."""
    gate = asyncio.Event()
    session = await stage.session(Reply("First.", gate=gate), Reply("Second."))
    turn = await session.start_turn(MessageOptions(prompt="One."))
    await eventually(lambda: stage.model.requests)

    await session.steer("And two.")
    gate.set()
    await turn.wait(WAIT)

    assert turn.text == "First.\n\nSecond."
    added = [block.text for block in turn.transcript.blocks if isinstance(block, NoticeBlock)]
    assert added == ["You added: And two."]
