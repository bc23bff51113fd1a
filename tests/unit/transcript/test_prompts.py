"""Forms, plans, switches, limits and sign-ins, event by event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.transcript.blocks import REQUESTS, PermissionBlock, RequestBlock, UserInputBlock
from copilot_nb.transcript.forms import FormBlock, PlanBlock, SignInBlock
from copilot_nb.transcript.reduce import reduce
from tests.unit.transcript.events import after, event, only

if TYPE_CHECKING:
    from copilot_nb.protocol.events import SessionEvent

SCHEMA = {"type": "object", "properties": {"colour": {"type": "string"}}, "required": ["colour"]}
FORM = event(
    "elicitation.requested",
    requestId="r",
    message="Which\u202e colour?",
    elicitationSource="paint",
    requestedSchema=SCHEMA,
    toolCallId="c",
)
PLAN = event(
    "exit_plan_mode.requested",
    requestId="r",
    summary="- read\n- plot",
    planContent="# Plan\n\n1. Read\n",
    actions=["autopilot", "interactive", "exit_only"],
    recommendedAction="autopilot",
    toolCallId="c",
)
SWITCH = event(
    "auto_mode_switch.requested", requestId="r", errorCode="rate_limited", retryAfterSeconds=90
)
LIMITS = event(
    "session_limits_exhausted.requested", requestId="r", usedAiCredits=30.5, maxAiCredits=30
)


def request(*events: SessionEvent) -> RequestBlock:
    """The one request of a turn with these events."""
    (block,) = [block for block in after(*events).blocks if isinstance(block, REQUESTS)]
    return block


def test_a_form_says_who_asks_for_what() -> None:
    """Its words are shown as they are, and what hides in them is said."""
    block = request(FORM)

    assert isinstance(block, FormBlock)
    assert (block.heading, block.source, block.tool_call_id) == (
        "Which⟨U+202E⟩ colour?",
        "paint",
        "c",
    )
    assert [(field.name, field.required) for field in block.fields] == [("colour", True)]
    assert len(block.warnings) == 1


def test_a_form_may_be_a_page_to_open() -> None:
    """The address is shown whole; what is missing is harmless."""
    block = request(event("elicitation.requested", requestId="r", mode="url", url="https://a/b"))

    assert block == FormBlock(id="r", heading="Please fill this in.", url="https://a/b")


def test_a_plan_is_shown_with_what_can_be_done() -> None:
    """Approving stands out, and autopilot never does, whatever the runtime recommends."""
    block = request(PLAN)

    assert isinstance(block, PlanBlock)
    assert (block.summary, block.plan) == ("- read\n- plot", "# Plan\n\n1. Read\n")
    assert [(choice.id, choice.style) for choice in block.choices] == [
        ("interactive", "primary"),
        ("autopilot", ""),
        ("exit_only", ""),
        ("reject", ""),
    ]
    assert block.choices[-1].asks_feedback


def test_a_plan_that_was_edited_is_shown_as_it_was_approved() -> None:
    """That is what the agent goes on with."""
    edited = event(
        "local.request_answered", requestId="r", by="you", answer="Approved, edited", body="# Less"
    )

    block = request(PLAN, edited)

    assert isinstance(block, PlanBlock)
    assert (block.plan, block.answer) == ("# Less", "Approved, edited")


def test_a_plan_without_actions_can_still_be_approved() -> None:
    """An older runtime names none."""
    block = request(event("exit_plan_mode.requested", requestId="r", actions=[]))

    assert isinstance(block, PlanBlock)
    assert [choice.id for choice in block.choices] == ["interactive", "reject"]


def test_a_switch_says_why_it_is_asked() -> None:
    """The three answers that the runtime knows."""
    block = request(SWITCH)

    assert isinstance(block, PermissionBlock)
    assert block.intention == (
        "The chosen model is rate limited (rate_limited). It is free again in 90 seconds."
    )
    assert [choice.id for choice in block.choices] == ["yes", "yes_always", "no"]
    bare = request(event("auto_mode_switch.requested", requestId="r"))
    assert isinstance(bare, PermissionBlock)
    assert bare.intention == ""


def test_used_up_credits_are_said_in_numbers() -> None:
    """Stopping is the first choice."""
    block = request(LIMITS)

    assert isinstance(block, PermissionBlock)
    assert (block.subject, block.intention) == (
        "session_limits",
        "30.5 of 30 AI credits are used.",
    )
    assert [choice.id for choice in block.choices if choice.style == "primary"] == ["cancel"]
    bare = request(event("session_limits_exhausted.requested", requestId="r"))
    assert isinstance(bare, PermissionBlock)
    assert bare.intention == ""


@pytest.mark.parametrize(
    ("asked", "data", "words"),
    [
        (FORM, {"action": "accept", "content": {"colour": "blue"}}, "Sent: colour"),
        (FORM, {"action": "accept"}, "Sent"),
        (FORM, {"action": "decline"}, "Declined"),
        (PLAN, {"approved": True, "selectedAction": "interactive"}, "Approved"),
        (PLAN, {"approved": True, "selectedAction": "teleport"}, "Approved"),
        (PLAN, {"approved": False, "feedback": "more tests"}, "Sent back: more tests"),
        (PLAN, {"approved": False}, "Sent back"),
        (SWITCH, {"response": "yes_always"}, "Switched from now on"),
        (LIMITS, {"response": {"action": "unset"}}, "Limit removed"),
        (LIMITS, {"response": {"action": "add", "additionalAiCredits": 5}}, "5 AI credits more"),
        (LIMITS, {"response": "?"}, "Answered"),
    ],
)
def test_the_runtimes_word_on_an_answer(
    asked: SessionEvent, data: dict[str, Any], words: str
) -> None:
    """What another client answered, in our words; ours win where there are any."""
    said = event(asked.type.replace("requested", "completed"), requestId="r", **data)
    ours = event("local.request_answered", requestId="r", by="you", answer="So be it")
    vague = event("local.request_answered", requestId="r", by="a handler", answer="Answered")

    theirs = request(asked, said)

    assert (theirs.state, theirs.answer, theirs.by) == ("answered", words, "")
    assert request(asked, ours, said).answer == "So be it"
    told = request(asked, vague, said)
    assert (told.answer, told.by) == (words, "a handler")


@pytest.mark.parametrize("asked", [FORM, PLAN, SWITCH])
def test_a_request_that_ends_without_an_answer_is_cancelled(asked: SessionEvent) -> None:
    """By the runtime's word, by ours, and by the end of the turn; nothing answers it later."""
    closed = event(asked.type.replace("requested", "completed"), requestId="r")
    withdrawn = event("local.request_answered", requestId="r", by="the runtime", answer="Withdrawn")

    for end in (closed, withdrawn, event("assistant.idle", 2)):
        assert request(asked, end).state == "cancelled"
    assert request(asked, withdrawn, closed).state == "cancelled"
    late = event("local.request_answered", requestId="r", by="a handler", answer="Answered")
    assert request(asked, late, closed).answer == "Answered"


def test_requests_of_our_own_look_like_the_runtimes() -> None:
    """The prompt has the same names; one of a kind that we do not know is shown as it is."""
    opened = [
        event("local.request_opened", requestId=kind, kind=kind, prompt=prompt)
        for kind, prompt in {
            "elicitation": {"message": "Which?", "requestedSchema": SCHEMA},
            "exit_plan_mode": {"planContent": "# Plan"},
            "sign_in": {
                "host": "github.com",
                "url": "https://github.com/login/device",
                "code": "A",
            },
            "teleport": {"to": "Mars"},
        }.items()
    ]

    form, plan, sign_in, other = after(*opened).blocks

    assert isinstance(form, FormBlock)
    assert isinstance(plan, PlanBlock)
    assert sign_in == SignInBlock(
        id="sign_in", host="github.com", url="https://github.com/login/device", code="A"
    )
    assert isinstance(other, PermissionBlock)
    assert "Mars" in other.body


def test_a_time_limit_is_part_of_the_request() -> None:
    """A sign-in has its own; unknown requests have none."""
    timed = event("local.request_timed", requestId="r", seconds=60)
    sign_in = event("local.request_opened", requestId="r", kind="sign_in", prompt={})
    question = event("user_input.requested", requestId="r", question="?")

    block = request(FORM, timed)

    assert isinstance(block, FormBlock)
    assert block.time_limit == 60
    assert only(after(question, timed), UserInputBlock).time_limit == 60
    turn = after(sign_in)
    assert reduce(turn, timed) is turn
    assert reduce(after(), timed).blocks == ()


def test_unknown_requests_end_unseen() -> None:
    """Such as those of an earlier turn."""
    turn = after()

    assert reduce(turn, event("elicitation.completed", requestId="r", action="accept")) is turn
