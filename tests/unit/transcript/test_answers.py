"""Answers, reasoning and steps, event by event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copilot_nb.transcript.blocks import (
    NoticeBlock,
    ReasoningBlock,
    TextBlock,
    ToolBlock,
    Transcript,
)
from copilot_nb.transcript.reduce import reduce
from tests.unit.transcript.events import after, event, folded, only, shapes

if TYPE_CHECKING:
    from copilot_nb.protocol.events import SessionEvent


def delta(text: str, message: str = "m", **more: Any) -> SessionEvent:
    """A piece of the answer."""
    return event("assistant.message_delta", messageId=message, deltaContent=text, **more)


def test_an_event_that_nobody_draws_changes_nothing() -> None:
    """The same object comes back, so that views see at once that nothing is new."""
    turn = after()

    assert reduce(turn, event("session.title_changed", title="x")) is turn
    assert reduce(turn, event("something.new", x=1)) is turn
    assert reduce(turn, event("assistant.idle", agent="a")) is turn


def test_a_prompt_begins_the_turn_and_is_kept() -> None:
    """The prompt that the session knows is not replaced by the runtime's."""
    turn = after(start=Transcript(prompt="Mine"))

    assert (turn.prompt, turn.state, turn.status) == ("Mine", "running", "Thinking")


def test_a_prompt_that_steers_is_a_line_of_its_own() -> None:
    """Only what a person adds while the turn runs; others are not shown."""
    steer = event("user.message", content="Only May", delivery="steering")
    queued = event("user.message", content="", delivery="queued", source="autopilot")

    turn = after(steer, queued)

    assert only(turn, NoticeBlock).text == "You added: Only May"


def test_the_final_message_replaces_what_was_streamed() -> None:
    """Deltas are only a preview."""
    turn = after(
        delta("Helo"), event("assistant.message", messageId="m", content="Hello", model="big")
    )

    assert only(turn, TextBlock) == TextBlock(id="m", text="Hello", closed=True)
    assert turn.model == "big"


def test_an_answer_without_streaming_has_reasoning_and_calls() -> None:
    """One event brings all of it, in reading order."""
    request = {"toolCallId": "c", "name": "bash", "arguments": {"command": "ls"}}
    hidden = {"toolCallId": "q", "name": "ask_user", "arguments": {}}

    turn = after(
        event(
            "assistant.message",
            messageId="m",
            content="Look:",
            reasoningText="Hm",
            toolRequests=[request, hidden],
        ),
        event("assistant.reasoning", reasoningId="r", content="Hm"),
    )

    assert shapes(turn) == ["reasoning", "text", "tool"]
    assert (only(turn, ToolBlock).state, turn.status) == ("pending", "Preparing bash")


def test_an_empty_answer_is_no_block() -> None:
    """A message that only calls tools has no text."""
    turn = after(event("assistant.message", messageId="m", content=" "))

    assert turn.blocks == ()


def test_reasoning_is_timed_and_closed_by_the_answer() -> None:
    """Seconds come from the events."""
    turn = after(
        event("assistant.reasoning_delta", 1, reasoningId="r", deltaContent="Hm"),
        event("assistant.reasoning_delta", 2, reasoningId="r", deltaContent=" so"),
        event("assistant.message_start", 5.25, messageId="m"),
        delta("Yes"),
        event("assistant.message_start", 9, messageId="m"),
        event("assistant.reasoning", reasoningId="r", content=""),
    )

    assert only(turn, ReasoningBlock) == ReasoningBlock(
        id="r", text="Hm so", closed=True, seconds=4.2
    )
    assert turn.status == "Writing"


def test_late_reasoning_is_added_once() -> None:
    """The event after the answer is news only if nothing of it was there."""
    late = event("assistant.reasoning", reasoningId="r", content="Hm")

    turn = after(late, late, event("assistant.reasoning", reasoningId="e", content=""))

    assert only(turn, ReasoningBlock).text == "Hm"


def test_reasoning_shows_as_thinking() -> None:
    """The status says what goes on."""
    turn = after(event("assistant.reasoning_delta", reasoningId="r", deltaContent="Hm"))

    assert turn.status == "Thinking"


def test_the_status_says_what_the_agent_is_about_to_do() -> None:
    """An intent stands until something more definite goes on."""
    turn = after(event("assistant.intent", intent="Looking for gaps"))

    assert turn.status == "Looking for gaps"


def test_a_retry_drops_half_a_call_too() -> None:
    """Nothing of the broken try stays, and it is said why as far as it is known."""
    turn = after(
        delta("Let me"),
        event("assistant.tool_call_delta", toolCallId="c", toolName="bash", inputDelta='{"com'),
        event("assistant.turn_retry", turnId="0"),
    )

    assert shapes(turn) == ["notice"]
    assert only(turn, NoticeBlock).text == "The model did not answer; trying again."


def test_many_retries_of_a_step_are_one_line() -> None:
    """A server that is down must not fill the cell with the same words."""
    turn = after(*(event("assistant.turn_retry", turnId="0", reason="query") for _ in range(5)))

    assert shapes(turn) == ["notice"]


def test_half_a_call_at_the_end_of_a_step_is_cancelled() -> None:
    """An answer cut by its length may end within a call."""
    turn = after(
        delta("Let me"),
        event("assistant.tool_call_delta", toolCallId="c", toolName="bash", inputDelta='{"com'),
        event("assistant.turn_end", turnId="0"),
    )

    assert shapes(turn) == ["text", "tool"]
    assert only(turn, ToolBlock).state == "cancelled"


def test_words_of_a_sub_agent_are_not_the_answer() -> None:
    """Older runtimes mark them by their parent call only."""
    turn = after(
        delta("sub", parentToolCallId="c"),
        event("assistant.message", messageId="x", content="sub", parentToolCallId="c"),
    )

    assert turn.blocks == ()


def test_usage_adds_up_over_the_steps() -> None:
    """Each model call counts, those of sub-agents too; unknown numbers count nothing."""
    call: dict[str, Any] = {"inputTokens": 10, "outputTokens": 2, "cacheReadTokens": 4, "cost": 1}

    turn = after(
        event("assistant.usage", model="m", **call),
        event("assistant.usage", agent="a", model="m"),
        event("session.usage_info", currentTokens=50, tokenLimit=100),
    )

    assert (turn.usage.input_tokens, turn.usage.cached_tokens, turn.usage.requests) == (10, 4, 2)
    assert (turn.usage.cost, turn.usage.context_tokens, turn.usage.context_limit) == (1, 50, 100)


def test_credits_and_reasoning_are_summed() -> None:
    """The runtime counts credits in billionths, and only where it is told them."""
    turn = after(
        event("assistant.usage", reasoningTokens=5, copilotUsage={"totalNanoAiu": 1_500_000_000}),
        event("assistant.usage", reasoningTokens=2, copilotUsage={"totalNanoAiu": "odd"}),
        event("assistant.usage"),
    )

    assert (turn.usage.credits, turn.usage.reasoning_tokens) == (1.5, 7)


def test_a_turn_that_goes_on_is_running_again() -> None:
    """A background command may wake the agent after its answer."""
    step = event("assistant.turn_start", turnId="0")

    turn = after(event("assistant.idle"), step)

    assert turn.state == "running"
    assert folded([step]).memory.began is not None


def test_half_characters_never_enter_the_transcript() -> None:
    """Halves of surrogate pairs and controls could not be stored or sent."""
    turn = after(delta("a\ud83d"), delta("\x1b[31m"))

    turn.text.encode()
    assert turn.text == "a\ufffd\ufffd[31m"
