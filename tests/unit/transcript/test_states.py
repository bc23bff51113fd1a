"""Ends, failures and lines about the turn, event by event."""

from __future__ import annotations

from typing import Any

import pytest

from copilot_nb.transcript.blocks import ErrorBlock, NoticeBlock, TextBlock, ToolBlock, Transcript
from copilot_nb.transcript.reduce import describe, reduce
from tests.unit.transcript.events import after, event, folded, only, shapes

DELTA = event("assistant.message_delta", 1, messageId="m", deltaContent="Hi")


def test_idle_ends_the_turn_with_its_seconds() -> None:
    """From prompt to end; the later idle of the session changes nothing."""
    turn = after(DELTA, event("assistant.idle", 12.34))

    assert (turn.state, turn.seconds) == ("done", 12.3)
    assert only(turn, TextBlock).closed
    assert reduce(turn, event("session.idle", 20)) is turn


def test_the_session_may_be_idle_without_the_agent_saying_so() -> None:
    """Either ends the turn."""
    assert after(event("session.idle", aborted=True)).state == "stopped"


def test_a_turn_without_times_has_no_seconds() -> None:
    """Nothing is made up."""
    turn = folded([event("assistant.idle", 1)])

    assert (turn.state, turn.seconds) == ("done", None)


def test_events_without_a_date_are_fine() -> None:
    """Nothing can be timed by them."""
    reasoning = event("assistant.reasoning_delta", reasoningId="r", deltaContent="Hm")
    del reasoning.raw["timestamp"]  # type: ignore[attr-defined]  # made by hand, a dict

    turn = after(reasoning, event("assistant.idle", 2))

    assert turn.state == "done"


def test_what_was_sent_is_one_line() -> None:
    """The newest word on it counts."""
    first = event("local.sent", summary="index (3 names)")
    second = event("local.sent", summary="index (3 names),\n2 rows of `df`\u202e")

    assert after(first, second).sent == "index (3 names), 2 rows of `df`⟨U+202E⟩"


def test_a_line_of_ours_may_have_details() -> None:
    """It warns where it must; without words it is none."""
    notes = [
        event("local.notice", 1, text="The kernel is busy.", level="warning", details="\x1b[1mWhy"),
        event("local.notice", 2, text="So be it.", level="odd"),
        event("local.notice", 3, text=" "),
    ]

    first, second = after(*notes).blocks

    assert isinstance(first, NoticeBlock)
    assert isinstance(second, NoticeBlock)
    assert (first.text, first.level, first.details) == ("The kernel is busy.", "warning", "Why")
    assert (second.level, second.details) == ("info", "")


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("user_initiated", "Stopped."),
        ("autopilot_credit_limit", "Stopped: the credit limit is reached."),
    ],
)
def test_an_abort_says_what_stopped_the_turn(reason: str, text: str) -> None:
    """Once, whatever else ends it."""
    turn = after(DELTA, event("abort", 2, reason=reason), event("assistant.idle", 3, aborted=True))

    assert turn.state == "stopped"
    assert only(turn, NoticeBlock).text == text


def test_an_interrupt_stops_at_once() -> None:
    """The runtime's own abort adds no second line."""
    stop = event("local.interrupted", 1, reason="■ was pressed")

    turn = after(DELTA, stop, event("abort", 2, reason="user_initiated"))

    assert only(turn, NoticeBlock).text == "Stopped: ■ was pressed"
    assert only(after(event("local.interrupted")), NoticeBlock).text == "Stopped."


def test_an_error_fails_the_turn_and_idle_does_not_mend_it() -> None:
    """The state says how it ended."""
    error = event("session.error", 1, errorType="rate_limit", message="Too many", statusCode=429)

    turn = after(DELTA, error, event("assistant.idle", 2))

    assert turn.state == "failed"
    assert "%copilot provider" in only(turn, ErrorBlock).hint


def test_a_logged_error_is_only_a_line() -> None:
    """`session.log` uses the same event."""
    turn = after(event("session.error", errorType="notification", message="odd"))

    assert turn.state == "running"
    assert only(turn, NoticeBlock).level == "warning"


def test_a_lost_runtime_ends_what_ran() -> None:
    """The reader sees where it ended, and what to do."""
    start = event("tool.execution_start", toolCallId="c", toolName="bash", arguments={})

    turn = after(start, event("local.runtime_lost", message="It was killed."))

    assert (turn.state, only(turn, ToolBlock).state) == ("failed", "cancelled")
    assert only(turn, ErrorBlock).message == "It was killed."
    assert after(event("local.runtime_lost")).blocks[0].kind == "error"


def test_a_label_and_the_model_are_in_the_head() -> None:
    """A first model is no change; another one is a line."""
    turn = after(
        event("local.label", label="demo model"),
        event("session.model_change", 1, newModel="one"),
        event("session.model_change", 2, newModel="two"),
        event("session.model_change", 3, newModel=""),
    )

    assert (turn.label, turn.model) == ("demo model", "two")
    assert only(turn, NoticeBlock).text == "The model is now two."


LINES = [
    ("session.info", {"infoType": "other", "message": " worth it "}, "worth it", "info"),
    ("session.warning", {"warningType": "x", "message": "careful"}, "careful", "warning"),
    (
        "session.compaction_start",
        {},
        "Summarising the conversation to make room …",
        "info",
    ),
    (
        "session.compaction_complete",
        {"success": True, "tokensRemoved": 1234},
        "The conversation was summarised to make room; 1,234 tokens are free again.",
        "info",
    ),
    (
        "session.compaction_complete",
        {"success": True},
        "The conversation was summarised to make room.",
        "info",
    ),
    (
        "session.compaction_complete",
        {"success": False, "error": "no model"},
        "The conversation could not be summarised: no model",
        "warning",
    ),
    (
        "session.compaction_complete",
        {"success": False},
        "The conversation could not be summarised.",
        "warning",
    ),
    (
        "session.truncation",
        {"messagesRemovedDuringTruncation": 12},
        "The oldest 12 messages were dropped to make room.",
        "info",
    ),
    (
        "session.mcp_server_status_changed",
        {"serverName": "web", "status": "failed", "error": "refused"},
        "MCP server web failed: refused",
        "warning",
    ),
    (
        "session.mcp_server_status_changed",
        {"serverName": "web", "status": "failed"},
        "MCP server web failed.",
        "warning",
    ),
    (
        "mcp.oauth_required",
        {"requestId": "r", "serverName": "web", "serverUrl": "https://web.example"},
        "MCP server web wants you to sign in at https://web.example.",
        "warning",
    ),
    (
        "mcp.oauth_required",
        {"requestId": "r", "serverName": "web"},
        "MCP server web wants you to sign in.",
        "warning",
    ),
    (
        "session.mcp_server_status_changed",
        {"serverName": "web", "status": "needs-auth"},
        "MCP server web wants you to sign in.",
        "warning",
    ),
    (
        "session.model_deselected",
        {"previousModel": "big", "reason": "provider_withdrawn"},
        "big can not be used any more.",
        "warning",
    ),
    ("session.model_deselected", {}, "The model can not be used any more.", "warning"),
    (
        "session.mode_changed",
        {"newMode": "autopilot", "previousMode": "plan"},
        "The agent goes on by itself (autopilot).",
        "info",
    ),
    ("session.mode_changed", {"newMode": "deep_sleep"}, "The mode is now deep sleep.", "info"),
    ("session.plan_changed", {"operation": "update"}, "The plan was written.", "info"),
    ("session.plan_changed", {"operation": "delete"}, "The plan was dropped.", "info"),
    (
        "session.autopilot_stopped",
        {"reason": "cap_reached"},
        "Autopilot stopped: cap reached.",
        "info",
    ),
]


@pytest.mark.parametrize(("kind", "data", "text", "level"), LINES)
def test_lines_about_the_turn(kind: str, data: dict[str, Any], text: str, level: str) -> None:
    """What a reader should know, in one line."""
    block = only(after(event(kind, **data)), NoticeBlock)

    assert (block.text, block.level) == (text, level)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("session.info", {"infoType": "model_retry", "message": "Retrying"}),
        ("session.info", {"infoType": "x", "message": " "}),
        ("session.warning", {"warningType": "x", "message": ""}),
        ("session.truncation", {}),
        ("session.mcp_server_status_changed", {"serverName": "web", "status": "connected"}),
        ("session.autopilot_stopped", {"reason": "task_complete"}),
        ("session.mode_changed", {}),
    ],
)
def test_what_is_not_worth_a_line(kind: str, data: dict[str, Any]) -> None:
    """Other events say it better, or it is as it should be."""
    assert after(event(kind, **data)).blocks == ()


def test_a_summary_can_be_unfolded() -> None:
    """What the agent still knows of the conversation; not all of a long one."""
    done = event("session.compaction_complete", success=True, summaryContent=" It was\x1b[1m long.")
    long = event("session.compaction_complete", success=True, summaryContent="x" * 9999)

    assert only(after(done), NoticeBlock).details == "It was long."
    assert len(only(after(long), NoticeBlock).details) == 4000


def test_a_line_names_the_address_that_it_is_about() -> None:
    """Once."""
    one = event("session.info", 1, infoType="x", message="More is known.", url="https://a.b")
    two = event("session.warning", 2, message="See https://a.b", url="https://a.b")

    first, second = after(one, two).blocks

    assert isinstance(first, NoticeBlock)
    assert isinstance(second, NoticeBlock)
    assert (first.text, second.text) == ("More is known. (https://a.b)", "See https://a.b")


def test_between_turns_modes_and_plans_change_unseen() -> None:
    """They are no part of any turn."""
    for kind in ("session.mode_changed", "session.plan_changed"):
        assert folded([event(kind, newMode="plan", operation="create")]).blocks == ()


def test_the_model_that_was_chosen_is_the_turns_model() -> None:
    """The footer names it; an odd event changes nothing."""
    chosen = event("session.auto_mode_resolved", chosenModel="big")

    assert after(chosen, event("session.auto_mode_resolved")).model == "big"


def test_a_summary_takes_the_place_of_its_announcement() -> None:
    """One line for both."""
    turn = after(
        event("session.compaction_start"), event("session.compaction_complete", success=True)
    )

    assert shapes(turn) == ["notice"]


def test_a_turn_that_has_not_begun_is_starting() -> None:
    """Before the prompt is taken."""
    assert describe(Transcript()) == "Starting"
