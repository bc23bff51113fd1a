"""Requests that wait: policies, people, time limits, and who wins."""

from __future__ import annotations

import asyncio
import logging

import pytest

from copilot_nb.protocol.permission import (
    NO_RESULT,
    PermissionDecision,
    PermissionRequest,
    approve_for_location,
    approve_for_session,
    approve_once,
    reject,
    user_not_available,
)
from copilot_nb.protocol.user_input import UserInputRequest, UserInputResponse
from copilot_nb.session.pending import WITHDRAWN, Answer, PendingRequest, PendingRequests

REQUEST = PendingRequest(
    id="r", kind="permission", permission=PermissionRequest(kind="shell", full_command_text="ls")
)
QUESTION = PendingRequest(id="q", kind="user_input", user_input=UserInputRequest(question="?"))
YES = Answer.decision(approve_once())

Changes = list[tuple[str, Answer | None]]


def watched(pending: PendingRequests) -> Changes:
    """Everything that watchers are told."""
    changes: Changes = []
    pending.on_change(lambda request, answer: changes.append((request.id, answer)))
    return changes


async def test_first_answer_wins() -> None:
    """Later ones change nothing."""
    pending = PendingRequests()
    changes = watched(pending)
    asking = asyncio.get_running_loop().create_task(pending.ask(REQUEST))
    await asyncio.sleep(0)

    results = [pending.answer("r", YES), pending.answer("r", Answer.decision(reject()))]

    assert await asking is YES
    assert results == [True, False]
    assert changes == [("r", None), ("r", YES)]
    assert pending.open == ()


async def test_nobody_there_declines_at_once() -> None:
    """Permissions are denied so that the turn goes on; questions have no answer."""
    pending = PendingRequests()

    permission, question = await pending.ask(REQUEST), await pending.ask(QUESTION)

    assert (permission.value, permission.by) == (user_not_available(), "nobody could be asked")
    assert not permission.approved
    assert (question.value, question.words) == (None, "Not answered")


async def test_cancelled_wait_withdraws_the_request() -> None:
    """By the one who waits, or by name."""
    pending = PendingRequests()
    changes = watched(pending)
    loop = asyncio.get_running_loop()
    first, second = (loop.create_task(pending.ask(r)) for r in (REQUEST, QUESTION))
    await asyncio.sleep(0)

    first.cancel()
    withdrawn = [pending.cancel("q"), pending.cancel("unknown")]
    for task in (first, second):
        with pytest.raises(asyncio.CancelledError):
            await task

    assert withdrawn == [True, False]
    assert changes[2:] == [("r", WITHDRAWN), ("q", WITHDRAWN)]
    assert pending.open == ()


async def test_time_limit_declines() -> None:
    """Said so, to whoever watches."""
    pending = PendingRequests()
    pending.attended, pending.time_limit = True, 0.01
    changes = watched(pending)

    answer = await pending.ask(REQUEST)

    assert (answer.value, answer.by) == (user_not_available(), "time limit")
    assert changes == [("r", None), ("r", answer)]


async def test_policies_come_first_and_a_broken_one_denies(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An answer of a policy opens nothing; a failure is a no for every kind."""
    pending = PendingRequests()
    changes = watched(pending)
    pending.policies += [lambda _: None, lambda _: YES]
    allowed = await pending.ask(REQUEST)

    def broken(_: PendingRequest) -> Answer | None:
        raise LookupError("rule")

    pending.policies.insert(0, broken)
    with caplog.at_level(logging.ERROR):
        denied, unanswered = await pending.ask(REQUEST), await pending.ask(QUESTION)

    assert allowed is YES
    assert denied.value == reject("Denied by a policy that failed")
    assert unanswered.value is None
    assert changes == [("r", YES), ("r", denied), ("q", unanswered)]


async def test_failing_watcher_does_not_matter(caplog: pytest.LogCaptureFixture) -> None:
    """The recorder is told first, and does not count as somebody there."""
    told: list[str] = []
    pending = PendingRequests(lambda request, _: told.append(request.id))

    def broken(_request: PendingRequest, _answer: Answer | None) -> None:
        raise RuntimeError("a view")

    with caplog.at_level(logging.ERROR):
        nobody = await pending.ask(REQUEST)
        stop = pending.on_change(broken)
        asking = asyncio.get_running_loop().create_task(pending.ask(REQUEST))
        await asyncio.sleep(0)
        pending.answer("r", YES)
        answer = await asking
    stop()
    stop()

    assert nobody.by == "nobody could be asked"
    assert answer is YES
    assert told == ["r", "r", "r"]
    assert "A watcher of pending requests failed" in caplog.text


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        (approve_once(), "Allowed once"),
        (approve_for_session(), "Allowed for this session"),
        (approve_for_location({"kind": "read"}, "/w"), "Allowed always"),
        (reject(), "Denied, and the turn stopped"),
        (reject("use ls"), "Denied: use ls"),
        (user_not_available(), "Denied"),
        (NO_RESULT, "Left open"),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_answers_say_what_a_person_would(decision: PermissionDecision, words: str) -> None:
    """In the transcript the decision is one line."""
    assert Answer.decision(decision).words == words


def test_answer_to_a_question_is_its_own_words() -> None:
    """And never an approval."""
    answer = Answer.reply(UserInputResponse(answer="blue", was_freeform=False), "demo")

    assert (answer.words, answer.by, answer.approved) == ("blue", "demo", False)
