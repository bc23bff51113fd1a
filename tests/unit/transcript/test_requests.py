"""Permissions and questions, event by event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.transcript.blocks import REQUESTS, PermissionBlock, UserInputBlock
from copilot_nb.transcript.reduce import reduce
from tests.unit.transcript.events import after, event, only

if TYPE_CHECKING:
    from copilot_nb.protocol.events import SessionEvent

PROMPT = {"kind": "commands", "fullCommandText": "ls", "commandIdentifiers": ["ls"]}
ASKED = event(
    "permission.requested",
    requestId="r",
    permissionRequest={"kind": "shell", "toolCallId": "c", "fullCommandText": "ls"},
    promptRequest=PROMPT,
)
QUESTION = event("user_input.requested", requestId="q", question="Which?", choices=["a", "b"])


def completed(kind: str) -> SessionEvent:
    """The runtime's word on a permission."""
    return event("permission.completed", requestId="r", result={"kind": kind})


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({}, ()),
        ({"mode": "sync"}, ()),
        ({"mode": "async"}, ("It goes on in the background while the agent answers.",)),
        ({"mode": "async", "detach": True}, ("It goes on even after the session has ended.",)),
    ],
)
def test_a_command_that_outlives_its_call_says_so(
    how: dict[str, object], said: tuple[str, ...]
) -> None:
    """The runtime's request leaves it out; whoever decides must know."""
    arguments = {"command": "ls", **how}
    start = event("tool.execution_start", toolCallId="c", toolName="bash", arguments=arguments)

    assert only(after(start, ASKED), PermissionBlock).warnings == said


def test_an_open_request_waits_for_a_person() -> None:
    """It says what is asked, about which call, and is the status."""
    turn = after(ASKED)

    block = only(turn, PermissionBlock)
    assert (block.heading, block.body, block.tool_call_id) == ("Run this command?", "ls", "c")
    assert turn.status == "Waiting for you"
    assert turn.open_requests == (block,)


ENDINGS = [
    ("permission.completed", {"requestId": "r", "result": {"kind": "approved"}}),
    ("user_input.completed", {"requestId": "q", "answer": "a"}),
    ("elicitation.completed", {"requestId": "f", "action": "decline"}),
    ("exit_plan_mode.completed", {"requestId": "p", "approved": True}),
    ("local.request_answered", {"requestId": "r", "by": "you", "answer": "x"}),
]


@pytest.mark.parametrize(("name", "data"), ENDINGS)
def test_an_answer_says_when(name: str, data: dict[str, Any]) -> None:
    """The first word on it does; the turn says when it began."""
    form = event("elicitation.requested", requestId="f", message="Who?")
    plan = event("exit_plan_mode.requested", requestId="p", summary="S")

    turn = after(ASKED, QUESTION, form, plan, event(name, at=5, **data), event(name, at=9, **data))

    block = turn.get(data["requestId"])
    assert isinstance(block, REQUESTS)
    assert turn.at == "2026-01-01T00:00:00.000Z"
    last = "09" if name.startswith("local") else "05"
    assert (block.state, block.at) == ("answered", f"2026-01-01T00:00:{last}.000Z")


def test_what_a_hook_decided_is_not_asked() -> None:
    """Nobody could answer it."""
    asked = event(
        "permission.requested",
        requestId="r",
        permissionRequest={"kind": "shell"},
        resolvedByHook=True,
    )

    assert after(asked).blocks == ()


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("approved", "Allowed once"),
        ("approved-for-session", "Allowed for this session"),
        ("denied-interactively-by-user", "Denied"),
        ("denied-by-something-new", "Denied by something new"),
    ],
)
def test_the_runtimes_decision_in_words(kind: str, answer: str) -> None:
    """Also when another client has answered, or in a way that we do not know."""
    block = only(after(ASKED, completed(kind)), PermissionBlock)

    assert (block.state, block.answer, block.by) == ("answered", answer, "")


def test_a_cancelled_request_is_no_answer() -> None:
    """Nobody decided."""
    assert only(after(ASKED, completed("cancelled")), PermissionBlock).state == "cancelled"


def test_our_own_word_on_an_answer_wins() -> None:
    """It knows who answered, whether it comes before the runtime's word or after it."""
    ours = event(
        "local.request_answered", requestId="r", by="you", answer="Allowed for this session"
    )

    before = only(after(ASKED, ours, completed("approved")), PermissionBlock)
    later = only(after(ASKED, completed("approved"), ours), PermissionBlock)

    assert before == later
    assert (before.by, before.answer) == ("you", "Allowed for this session")


def test_answers_to_unknown_requests_change_nothing() -> None:
    """Such as those of an earlier turn."""
    turn = after()

    for unknown in (
        completed("approved"),
        event("user_input.completed", requestId="q", answer="a"),
        event("local.request_answered", requestId="r", by="you", answer="x"),
    ):
        assert reduce(turn, unknown) is turn


def test_a_question_and_its_answer() -> None:
    """The choices are suggestions; the first answer stays."""
    said = event("user_input.completed", requestId="q", answer="c", wasFreeform=True)
    ours = event("local.request_answered", requestId="q", by="you", answer="b")

    asked = only(after(QUESTION), UserInputBlock)
    answered = only(after(QUESTION, ours, said), UserInputBlock)

    assert (asked.choices, asked.allow_freeform, asked.state) == (("a", "b"), True, "open")
    assert (answered.answer, answered.by) == ("b", "you")


def test_a_question_without_an_answer_is_cancelled() -> None:
    """The runtime closes it empty."""
    closed = event("user_input.completed", requestId="q")

    assert only(after(QUESTION, closed), UserInputBlock).state == "cancelled"


def test_kernel_code_asks_like_everything_else() -> None:
    """A request of our own has heading, code and call."""
    opened = event(
        "local.request_opened",
        requestId="r",
        kind="permission",
        toolCallId="c",
        permission={"kind": "kernel-code", "body": "x = 1", "language": "python"},
    )

    block = only(after(opened), PermissionBlock)

    assert (block.subject, block.body, block.language) == ("kernel-code", "x = 1", "python")
    assert (block.heading, block.tool_call_id) == ("Run this code in your kernel?", "c")


def test_a_question_of_our_own() -> None:
    """Tools may ask too; what is missing is harmless."""
    opened = event(
        "local.request_opened",
        requestId="r",
        kind="user_input",
        question={"question": "Which?", "choices": ["a"], "allow_freeform": False},
    )
    empty = event("local.request_opened", requestId="e", kind="user_input")

    first, second = after(opened, empty).blocks

    assert first == UserInputBlock(id="r", question="Which?", choices=("a",), allow_freeform=False)
    assert second == UserInputBlock(id="e", question="")


def test_what_this_side_knows_of_a_request_warns() -> None:
    """Once each, made visible; what is odd makes no rule."""
    warned = event("local.request_warned", requestId="r", warnings=["It leads to /etc\u202e."])
    turn = after(ASKED, warned, warned)

    block = only(turn, PermissionBlock)

    assert block.warnings == ("It leads to /etc⟨U+202E⟩.",)
    assert [choice.id for choice in block.choices] == [
        "allow_once",
        "allow_session",
        "deny",
        "deny_feedback",
        "deny_stop",
    ]
    assert reduce(after(), warned).blocks == ()
