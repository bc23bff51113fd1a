"""Permission requests: who decides, and what the turn makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import TurnAbortedError
from copilot_nb.protocol.local import LocalRequestAnswered
from copilot_nb.protocol.permission import (
    NO_RESULT,
    PermissionDecision,
    PermissionRequest,
    approve_for_session,
    approve_once,
    reject,
    user_not_available,
)
from copilot_nb.session.pending import Answer, PendingRequest
from copilot_nb.testing.model import Reply
from tests.behaviour.stage import (
    WAIT,
    Stage,
    eventually,
    next_request,
    said_to_model,
    shell,
)

if TYPE_CHECKING:
    from copilot_nb.session.turn import Turn


def always(decision: PermissionDecision) -> Any:
    """A handler that decides so, and counts."""

    def handler(request: PermissionRequest) -> PermissionDecision:
        handler.asked.append(request)  # type: ignore[attr-defined]  # a function with a note
        return decision

    handler.asked = []  # type: ignore[attr-defined]  # a function with a note
    return handler


def answers(turn: Turn) -> list[LocalRequestAnswered]:
    """Who answered what, as recorded in the turn."""
    return [e.data for e in turn.events if isinstance(e.data, LocalRequestAnswered)]


async def test_approved_command_runs(stage: Stage) -> None:
    """approve_once lets this one through; its output reaches model and transcript."""
    handler = always(approve_once())
    session = await stage.session(shell(), Reply("Ran."), on_permission_request=handler)

    turn = await session.ask("Run it.", timeout=WAIT)

    assert turn.text == "Ran."
    [request] = handler.asked
    assert (request.kind, request.full_command_text) == ("shell", "echo hi")
    assert "hi" in said_to_model(stage)
    [call] = turn.tool_calls
    assert (call.name, call.state) == ("bash", "ok")


async def test_without_anybody_the_answer_is_no_and_the_turn_goes_on(stage: Stage) -> None:
    """No handler, no policy, nobody watching: denied, said so, and recorded."""
    session = await stage.session(shell(), Reply("I see."))

    turn = await session.ask("Run it.", timeout=WAIT)

    assert turn.text == "I see."
    assert turn.tool_calls[0].state == "denied"
    assert [(a.by, a.choice) for a in answers(turn)] == [
        ("nobody could be asked", "user-not-available")
    ]


async def test_failing_handler_denies(stage: Stage) -> None:
    """An exception is a no, not an open request."""

    def handler(request: PermissionRequest) -> PermissionDecision:
        raise RuntimeError(request.kind)

    session = await stage.session(shell(), Reply("I see."), on_permission_request=handler)

    turn = await session.ask("Run it.", timeout=WAIT)

    assert (turn.text, turn.tool_calls[0].state) == ("I see.", "denied")


async def test_plain_reject_stops_the_turn(stage: Stage) -> None:
    """reject() ends the turn; it is reported as stopped, not as a success."""
    session = await stage.session(
        Reply("First", tools=shell().tools), on_permission_request=always(reject())
    )

    turn = await session.start_turn("Run it.")
    with pytest.raises(TurnAbortedError) as caught:
        await turn.wait(WAIT)

    assert caught.value.reason == "rejected by user"
    assert caught.value.partial == "First"
    assert turn.aborted
    stage.model.script.append(Reply("Next."))
    assert (await session.ask("Go on.", timeout=WAIT)).text == "Next."


async def test_reject_with_feedback_goes_on(stage: Stage) -> None:
    """The model reads why and answers."""
    handler = always(reject("use ls instead"))
    session = await stage.session(shell(), Reply("All right."), on_permission_request=handler)

    turn = await session.ask("Run it.", timeout=WAIT)

    assert turn.text == "All right."
    assert "use ls instead" in said_to_model(stage)


async def test_user_not_available_goes_on(stage: Stage) -> None:
    """The model learns that nobody could be asked."""
    handler = always(user_not_available())
    session = await stage.session(shell(), Reply("Fine."), on_permission_request=handler)

    assert (await session.ask("Run it.", timeout=WAIT)).text == "Fine."


async def test_approval_for_the_session_is_remembered(stage: Stage) -> None:
    """Echoing the prompt's identifiers, the same command does not ask again."""
    asked: list[PendingRequest] = []

    def handler(_: PermissionRequest, pending: PendingRequest) -> PermissionDecision:
        asked.append(pending)
        identifiers = pending.prompt["commandIdentifiers"]
        return approve_for_session({"kind": "commands", "commandIdentifiers": identifiers})

    session = await stage.session(
        shell("echo one"), Reply("1"), shell("echo one"), Reply("2"), on_permission_request=handler
    )

    await session.ask("Run it.", timeout=WAIT)
    second = await session.ask("Again.", timeout=WAIT)

    assert len(asked) == 1
    assert second.tool_calls[0].state == "ok"


async def test_pending_waits_for_an_answer_from_outside(stage: Stage) -> None:
    """A view, a test or a time limit answers; the first answer wins."""
    session = await stage.session(shell(), Reply("Ran."))
    session.pending.attended = True

    turn = await session.start_turn("Run it.")
    request = await next_request(session)
    first = session.pending.answer(request.id, Answer.decision(approve_once()))
    second = session.pending.answer(request.id, Answer.decision(reject()))
    await turn.wait(WAIT)

    assert (first, second) == (True, False)
    assert turn.tool_calls[0].state == "ok"
    assert request.prompt["kind"] == "commands"
    assert request.tool_call_id == turn.tool_calls[0].id
    assert [(a.by, a.answer) for a in answers(turn)] == [("you", "Allowed once")]


async def test_policy_answers_before_anybody_is_asked(stage: Stage) -> None:
    """Policies come first, in order, and are recorded by name."""
    session = await stage.session(shell(), Reply("Ran."))
    session.pending.policies.append(lambda _: None)
    session.pending.policies.append(lambda _: Answer.decision(approve_once(), "policy allow"))

    turn = await session.ask("Run it.", timeout=WAIT)

    assert turn.tool_calls[0].state == "ok"
    assert [a.by for a in answers(turn)] == ["policy allow"]


async def test_policy_comes_before_a_handler(stage: Stage) -> None:
    """A rule holds whoever answers."""
    handler = always(approve_once())
    session = await stage.session(shell(), Reply("I see."), on_permission_request=handler)
    session.pending.policies.append(lambda _: Answer.decision(reject("a rule"), "policy deny"))

    turn = await session.ask("Run it.", timeout=WAIT)

    assert handler.asked == []
    assert turn.tool_calls[0].state == "denied"
    assert [a.by for a in answers(turn)] == ["policy deny"]


async def test_raising_policy_denies(stage: Stage) -> None:
    """A policy that fails lets nothing through, whatever comes after it."""

    def broken(_: PendingRequest) -> Answer | None:
        raise KeyError("rule")

    session = await stage.session(shell(), Reply("I see."))
    session.pending.policies += [broken, lambda _: Answer.decision(approve_once())]

    turn = await session.ask("Run it.", timeout=WAIT)

    assert turn.tool_calls[0].state == "denied"


async def test_no_result_leaves_the_request_to_a_later_call(stage: Stage) -> None:
    """NO_RESULT does not answer; the application does so later by itself."""
    seen: list[PendingRequest] = []

    def handler(_: PermissionRequest, pending: PendingRequest) -> PermissionDecision:
        seen.append(pending)
        return NO_RESULT

    session = await stage.session(shell(), Reply("Ran."), on_permission_request=handler)
    turn = await session.start_turn("Run it.")
    await eventually(lambda: seen)

    await session.rpc.permissions.handle_pending_permission_request(
        request_id=seen[0].id, result=approve_once()
    )

    assert (await turn.wait(WAIT)).tool_calls[0].state == "ok"


async def test_abort_withdraws_an_open_request(stage: Stage) -> None:
    """After an abort nothing waits any more, and a late answer changes nothing."""
    session = await stage.session(shell())
    session.pending.attended = True
    changes: list[tuple[str, bool]] = []
    session.pending.on_change(lambda r, a: changes.append((r.kind, a is None)))

    turn = await session.start_turn("Run it.")
    request = await next_request(session)
    await session.abort()
    with pytest.raises(TurnAbortedError):
        await turn.wait(WAIT)

    assert session.pending.open == ()
    assert not session.pending.answer(request.id, Answer.decision(approve_once()))
    assert changes == [("permission", True), ("permission", False)]


async def test_file_write_shows_its_diff_first(stage: Stage) -> None:
    """What will be written is known before it is allowed, and then it is there."""
    target = stage.directory / "note.txt"
    handler = always(approve_once())
    session = await stage.session(
        Reply(tools=[("create", {"path": str(target), "file_text": "one\ntwo\n"})]),
        Reply("Written."),
        on_permission_request=handler,
    )

    turn = await session.ask("Write it.", timeout=WAIT)

    [request] = [request for request in handler.asked if request.kind == "write"]
    assert Path(request.file_name) == target
    assert "+one" in request.diff
    assert target.read_text() == "one\ntwo\n"
    assert turn.tool_calls[0].state == "ok"
