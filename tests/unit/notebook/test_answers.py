"""What a choice means to the session, and what "for this session" covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from copilot_nb.notebook.answers import Remembered, answer_of
from copilot_nb.notebook.subject import Subject, subject
from copilot_nb.protocol.permission import PermissionDecision, approve_once, reject
from copilot_nb.protocol.user_input import UserInputResponse
from copilot_nb.session.pending import Answer
from tests.unit.notebook.requests import kernel_code, permission, question, shell

if TYPE_CHECKING:
    from pathlib import Path


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
    assert answer_of(shell("ls"), value) == Answer(decision, "you", words)


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
