"""What a choice means to the session, and what "for this session" covers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.notebook.permissions.answers import answer_of
from copilot_nb.notebook.permissions.remembered import Remembered
from copilot_nb.notebook.permissions.subject import Subject, subject
from copilot_nb.protocol.base import Wire
from copilot_nb.protocol.permission import PermissionDecision, approve_once, reject
from copilot_nb.protocol.user_input import UserInputResponse
from copilot_nb.session.pending import Answer
from tests.unit.notebook.requests import (
    form,
    kernel_code,
    other,
    permission,
    plan,
    question,
    shell,
)

if TYPE_CHECKING:
    from pathlib import Path

    from copilot_nb.session.pending import PendingRequest


@pytest.mark.parametrize(
    ("value", "decision", "words"),
    [
        ({"choice": "allow_once"}, approve_once(), "Allowed once"),
        ({"choice": "allow_session"}, approve_once(), "Allowed for this session"),
        ({"choice": "deny"}, reject(feedback="The user declined."), "Denied"),
        ({"choice": "deny_feedback", "feedback": " ls "}, reject(feedback="ls"), "Denied: ls"),
        ({"choice": "deny_feedback"}, reject(feedback="The user declined."), "Denied"),
        ({"choice": "deny_stop"}, reject(), "Denied and stopped"),
    ],
)
def test_a_choice_is_a_decision(
    value: dict[str, str], decision: PermissionDecision, words: str
) -> None:
    """Only "deny and stop" refuses without feedback, which ends the turn."""
    assert answer_of(shell("ls"), value) == Answer(decision, "you", words, value["choice"])


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ("send_masked", "Sent masked"),
        ("allow_once", "Sent as it is"),
        ("deny", "Not sent"),
        ("deny_stop", "Not sent, and stopped"),
    ],
)
def test_what_became_of_held_text_is_said(choice: str, words: str) -> None:
    """The record must not say "allowed" of values that left, or did not."""
    answer = answer_of(permission({"kind": "release", "body": "x"}), {"choice": choice})

    assert answer is not None
    assert answer.words == words


@pytest.mark.parametrize("value", [{}, {"choice": "allow"}, {"choice": None}, {"answer": "yes"}])
def test_what_is_no_choice_allows_nothing(value: dict[str, object]) -> None:
    """A page that sends something else is not understood."""
    assert answer_of(shell("ls"), value) is None


def test_an_answer_is_text() -> None:
    """Whether it was one of the choices follows from the question."""
    asked = question("Which?", "red", "blue")

    assert answer_of(asked, {"answer": "red"}) == Answer(
        UserInputResponse(answer="red", was_freeform=False), "you", "red"
    )
    assert answer_of(asked, {"answer": "both"}, by="a test") == Answer(
        UserInputResponse(answer="both", was_freeform=True), "a test", "both"
    )
    assert answer_of(asked, {"choice": "allow_once"}) is None


def test_code_may_be_edited_or_taken_into_a_cell() -> None:
    """The tool reads what was pressed and what the person made of its code."""
    edited = answer_of(kernel_code("1"), {"choice": "allow_once", "body": "2"})
    moved = answer_of(kernel_code("1"), {"choice": "new_cell"})

    assert edited == Answer(approve_once(), "you", "Allowed once, edited", "allow_once", "2")
    assert moved is not None
    assert (moved.approved, moved.choice) == (False, "new_cell")


FILLED = {"action": "accept", "content": {"name": "Ada"}}


@pytest.mark.parametrize(
    ("request_", "value", "wire", "words"),
    [
        (form("Who?"), FILLED, FILLED, "Sent: name"),
        (form("Who?"), {"action": "decline"}, {"action": "decline"}, "Declined"),
        (form("Who?"), {"action": "cancel"}, {"action": "cancel"}, "Cancelled"),
        (form("Go", url="https://x"), {"action": "accept"}, {"action": "accept"}, "Accepted"),
        (
            plan("All."),
            {"choice": "interactive"},
            {"approved": True, "selectedAction": "interactive"},
            "Approved",
        ),
        (
            plan("All."),
            {"choice": "autopilot"},
            {"approved": True, "selectedAction": "autopilot"},
            "Approved, runs on autopilot",
        ),
        (
            plan("All."),
            {"choice": "reject", "feedback": " tests "},
            {"approved": False, "feedback": "tests"},
            "Sent back: tests",
        ),
        (
            plan("All."),
            {"choice": "reject"},
            {"approved": False, "feedback": "The user wants another plan."},
            "Sent back",
        ),
        (
            other("auto_mode_switch"),
            {"choice": "yes"},
            {"response": "yes"},
            "Switched for this turn",
        ),
        (other("auto_mode_switch"), {"choice": "no"}, {"response": "no"}, "Not switched"),
        (
            other("session_limits", maxAiCredits=10),
            {"choice": "add", "feedback": "5"},
            {"action": "add", "additionalAiCredits": 5.0},
            "5 AI credits more",
        ),
        (
            other("session_limits", maxAiCredits=10),
            {"choice": "add"},
            {"action": "add", "additionalAiCredits": 10.0},
            "10 AI credits more",
        ),
        (other("session_limits"), {"choice": "unset"}, {"action": "unset"}, "Limit removed"),
        (
            other("session_limits"),
            {"choice": "cancel"},
            {"action": "cancel"},
            "Stopped at the limit",
        ),
    ],
)
def test_the_other_kinds_have_answers_too(
    request_: PendingRequest, value: dict[str, Any], wire: dict[str, Any], words: str
) -> None:
    """What goes to the runtime, and what the transcript says."""
    answer = answer_of(request_, value)

    assert answer is not None
    assert isinstance(answer.value, Wire)
    assert (answer.value.to_wire(), answer.words) == (wire, words)


@pytest.mark.parametrize(
    ("request_", "value"),
    [
        (form("Who?"), {"choice": "allow_once"}),
        (plan("All."), {"choice": "approve_everything"}),
        (plan("All."), {"choice": "autopilot_fleet"}),
        (other("auto_mode_switch"), {"choice": "maybe"}),
        (other("session_limits"), {"choice": "add", "feedback": "-1"}),
        (other("session_limits"), {"choice": "add", "feedback": "inf"}),
        (other("session_limits"), {"choice": "more"}),
        (other("sign_in"), {"action": "accept"}),
    ],
)
def test_what_does_not_fit_the_request_answers_nothing(
    request_: PendingRequest, value: dict[str, Any]
) -> None:
    """It stays open."""
    assert answer_of(request_, value) is None


def test_what_does_not_fit_a_field_says_why() -> None:
    """The page checks less than this side: what it lets through must not be lost."""
    asked = form("Who?", {"age": {"type": "integer", "title": "Your age"}})

    with pytest.raises(ValueError, match="Your age: a number is needed"):
        answer_of(asked, {"action": "accept", "content": {"age": "x"}})


def test_a_sign_in_can_be_given_up() -> None:
    """There is nothing else to say to it; the page at the code's address says the rest."""
    assert answer_of(other("sign_in"), {"action": "cancel"}) == Answer(
        None, "you", "Cancelled", "cancel"
    )


def test_an_edited_plan_comes_along() -> None:
    """Whoever answers writes it down before it is approved."""
    answer = answer_of(plan("All."), {"choice": "interactive", "plan": "1. Less."})

    assert answer is not None
    assert (answer.body, answer.words) == ("1. Less.", "Approved, edited")


def test_for_this_session_covers_the_same_and_nothing_else() -> None:
    """A command by its whole text; never a question."""
    remembered = Remembered()
    remembered.remember(shell("git status"))
    remembered.remember(question("Which?"))

    again = remembered(shell("git status"))

    assert again == Answer(approve_once(), "you", "Allowed earlier in this session")
    assert remembered(shell("git status; rm -r .")) is None
    assert remembered(kernel_code("git status")) is None
    assert remembered(question("Which?")) is None
    remembered.clear()
    assert remembered(shell("git status")) is None


def test_for_this_session_ends_with_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`make` is another program in another folder."""
    remembered = Remembered()
    remembered.remember(shell("make"))

    monkeypatch.chdir(tmp_path)

    assert remembered(shell("make")) is None


def test_reading_a_path_is_not_writing_it() -> None:
    """The runtime asks for both in the same words but one."""
    remembered = Remembered()
    outside = {"kind": "path", "paths": ["/etc"]}
    remembered.remember(permission(outside | {"accessKind": "read"}))

    assert remembered(permission(outside | {"accessKind": "read"})) is not None
    assert remembered(permission(outside | {"accessKind": "write"})) is None


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ({"kind": "write", "fileName": "/a/b.txt", "diff": "+x"}, Subject("write", "/a/b.txt")),
        ({"kind": "read", "path": "/a"}, Subject("read", "/a")),
        ({"kind": "read", "body": "/a"}, Subject("read", "/a")),
        ({"kind": "read", "b": 1}, Subject("read", '{"b": 1, "kind": "read"}')),
        ({"kind": "mcp", "b": 1}, Subject("mcp", '{"b": 1, "kind": "mcp"}')),
        ({"kind": "path", "paths": ["/a", "/b"]}, Subject("path", "/a\n/b")),
        ({"kind": "url", "url": "https://x/y"}, Subject("url", "https://x/y")),
        ({"kind": "mcp", "serverName": "s", "toolName": "t"}, Subject("mcp", "s/t")),
        ({"kind": "custom-tool", "toolName": "t"}, Subject("custom-tool", "t")),
        ({"kind": "hook", "toolName": "t"}, Subject("hook", "t")),
        ({"kind": "kernel-code", "body": "1 + 1"}, Subject("kernel-code", "1 + 1")),
        (
            {"kind": "new-kind", "b": 1, "a": 2},
            Subject("new-kind", '{"a": 2, "b": 1, "kind": "new-kind"}'),
        ),
    ],
)
def test_a_request_is_about_one_thing(prompt: dict[str, object], expected: Subject) -> None:
    """The text is complete: rules and memory compare all of it."""
    assert subject(permission(prompt)) == expected


def test_one_call_may_ask_twice_about_different_things() -> None:
    """First for a path, then for itself: what is shown counts, not what it is for."""
    asked = {"kind": "read", "path": "/etc/hostname"}

    assert subject(permission({"kind": "path", "paths": ["/etc"]}, asked)).kind == "path"
