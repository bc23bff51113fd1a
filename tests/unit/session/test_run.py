"""One prompt's way through the stream: which events are its own, and where it ends."""

from __future__ import annotations

from typing import Any

import pytest

from copilot_nb.errors import AuthenticationError, SessionError, TurnAbortedError
from copilot_nb.protocol.events import SessionEvent, parse
from copilot_nb.session.run import DROPPED, REJECTED, Run


def event(kind: str, agent: str | None = None, **data: Any) -> SessionEvent:
    """An event as it comes."""
    return parse({"type": kind, "data": data} | ({"agentId": agent} if agent else {}))


def prompt(message_id: str = "p", **data: Any) -> SessionEvent:
    """A prompt enters the conversation."""
    return event("user.message", messageId=message_id, content="?", **data)


def piece(text: str, message_id: str = "m") -> SessionEvent:
    """A piece of an answer."""
    return event("assistant.message_delta", messageId=message_id, deltaContent=text)


def answer(text: str, origin: str | None = "p", message_id: str = "m", **data: Any) -> SessionEvent:
    """A whole answer."""
    named = {} if origin is None else {"originatingMessageId": origin}
    return event("assistant.message", messageId=message_id, content=text, **named, **data)


IDLE = event("session.idle")
ANSWERED = event("assistant.idle")


def run_of(*events: SessionEvent, accepted: str | None = "p", **options: Any) -> Run:
    """A run that has seen these."""
    run = Run(**options)
    if accepted is not None:
        run.accept(accepted)
    for one in events:
        run.feed(one)
    return run


def test_answer_of_ones_own_prompt() -> None:
    """Started by its prompt, ended by the rest, with the answer between."""
    run = run_of(prompt(), piece("He"), piece("llo"), answer("Hello"), ANSWERED, IDLE)

    assert run.finished
    assert run.failure is None
    assert run.text.join() == "Hello"
    assert run.message == answer("Hello")


def test_events_before_the_id_is_known_are_kept() -> None:
    """A fast turn may overtake the reply to its own prompt."""
    run = Run()
    fed = [run.feed(one) for one in (IDLE, prompt(), answer("Hi"), IDLE)]

    mine = run.accept("p")

    assert fed == [False] * 4
    assert [one.type for one in mine] == ["user.message", "assistant.message", "session.idle"]
    assert run.finished
    assert not run.feed(IDLE)


def test_foreign_prompts_and_answers_are_not_ours() -> None:
    """What belongs to another id neither starts, feeds nor ends us."""
    run = run_of(prompt("other"), piece("x"), answer("x", "other"), IDLE)

    assert (run.started, run.finished, run.text.join()) == (False, False, "")
    assert run.passed_over


def test_answer_starts_a_run_whose_prompt_was_missed() -> None:
    """A resumed stream may begin in the middle."""
    run = run_of(answer("Hi"), IDLE)

    assert run.finished
    assert run.text.join() == "Hi"


def test_next_prompt_of_ours_ends_the_run() -> None:
    """The queue has one idle for all: the next prompt is the end of this one."""
    run = run_of(prompt(), answer("One"))
    run.sent_another("q")

    belongs = run.feed(prompt("q"))

    assert not belongs
    assert run.finished
    assert run.closing is not None
    assert run.closing.type == "assistant.idle"


def test_next_prompt_may_be_seen_before_its_id_is_known() -> None:
    """Its reply was in the same batch."""
    run = run_of(prompt(), answer("One"), prompt("q"))
    assert not run.finished

    run.sent_another("q")

    assert run.finished


def test_continuations_do_not_end_the_run() -> None:
    """Prompts that the agent gives itself, or that other clients send."""
    run = run_of(prompt(), prompt("auto", source="autopilot"), event("user.message", content="x"))

    assert run.started
    assert not run.finished


def test_sub_agents_decide_nothing() -> None:
    """Their events are shown, not obeyed."""
    run = run_of(prompt())

    assert run.feed(event("session.idle", agent="a"))
    assert run.feed(event("session.error", agent="a", message="x"))
    assert not run.finished
    assert run.error is None


def test_until_the_answer_ends_earlier() -> None:
    """A background shell does not hold a cell."""
    assert run_of(prompt(), answer("Hi"), ANSWERED, until="assistant").finished
    assert not run_of(prompt(), answer("Hi"), ANSWERED, until="session").finished


def test_a_plan_that_goes_on_by_itself_lasts_to_the_sessions_rest() -> None:
    """Approved on autopilot, the agent rests between the prompts that it gives itself."""
    approved = event("session.mode_changed", previousMode="plan", newMode="autopilot")
    left = event("session.mode_changed", previousMode="plan", newMode="interactive")

    run = run_of(prompt(), approved, answer("Halfway"), ANSWERED, until="assistant")

    assert not run.finished
    run.feed(IDLE)
    assert run.finished
    assert run_of(prompt(), left, answer("Done"), ANSWERED, until="assistant").finished
    assert not run_of(approved, until="assistant").started


def test_autopilot_rests_between_its_prompts() -> None:
    """There the agent's idle is not the end; its stop is."""
    run = run_of(prompt(agentMode="autopilot"), ANSWERED, until="assistant")
    assert not run.finished

    run.feed(event("session.autopilot_stopped", requestId="other"))
    assert not run.finished
    run.feed(event("session.autopilot_stopped", requestId="p", reason="cap_reached"))

    assert run.finished


def test_answer_without_tools_is_the_result() -> None:
    """A message that only calls tools is not preferred to one that says something."""
    tools = [{"toolCallId": "c", "name": "x"}]
    final = answer("Done", message_id="m1")

    run = run_of(prompt(), final, answer("", message_id="m2", toolRequests=tools), IDLE)

    assert run.message == final


def test_background_messages_are_left_out() -> None:
    """Those that the runtime makes up name no prompt."""
    run = run_of(prompt(), answer("Mine"), piece("x", "b"), answer("", None, "b"), IDLE)

    assert run.text.join() == "Mine"
    assert run.message == answer("Mine")


def test_retry_voids_and_length_keeps() -> None:
    """A broken stream's pieces go; those that a length limit cut stand."""
    retried = run_of(
        prompt(), piece("Ha"), event("assistant.turn_retry"), answer("Whole", message_id="n")
    )
    cut = run_of(
        prompt(), piece("Half"), event("assistant.turn_end"), answer("rest", message_id="n")
    )

    assert retried.text.join() == "Whole"
    assert cut.text.join() == "Half\n\nrest"


def test_error_of_ours_is_raised_after_the_rest() -> None:
    """It is remembered, and the idle that follows is consumed."""
    error = event(
        "session.error", errorType="authentication", message="no", originatingMessageId="p"
    )

    run = run_of(prompt(), error)
    assert not run.finished
    run.feed(IDLE)

    assert run.finished
    assert isinstance(run.failure, AuthenticationError)


@pytest.mark.parametrize(
    ("data", "alone", "ours"),
    [
        ({"errorType": "notification"}, True, False),
        ({"errorType": "query", "originatingMessageId": "other"}, True, False),
        ({"errorType": "query"}, False, False),
        ({"errorType": "query"}, True, True),
    ],
)
def test_whose_error_it_is(data: dict[str, Any], *, alone: bool, ours: bool) -> None:
    """Before it has started, an error without a name is ours only if nobody else is at work."""
    run = run_of(event("session.error", message="x", **data), IDLE, alone=lambda: alone)

    assert run.finished is ours
    assert isinstance(run.failure, SessionError) is ours


def test_blocked_prompt_ends_without_having_entered() -> None:
    """A hook may refuse it: a warning names it, and there is no `user.message`."""
    warning = event("session.warning", warningType="policy_blocked", originatingMessageId="p")

    run = run_of(event("session.warning", message="other"), warning, IDLE)

    assert run.finished
    assert run.message is None


def test_stop_has_reason_and_what_had_come() -> None:
    """Not a success, whatever arrived before."""
    run = run_of(prompt(), piece("Hal"), event("abort", reason="remote_command"), IDLE)

    failure = run.failure
    assert isinstance(failure, TurnAbortedError)
    assert (failure.reason, failure.partial) == ("remote_command", "Hal")


@pytest.mark.parametrize(
    "no",
    [
        event(
            "permission.completed", requestId="r", result={"kind": "denied-interactively-by-user"}
        ),
        event(
            "tool.execution_complete", toolCallId="c", error={"message": "x", "code": "rejected"}
        ),
    ],
    ids=["permission", "tool"],
)
def test_plain_no_is_named(no: SessionEvent) -> None:
    """The runtime aborts without saying that a person's no was the reason."""
    run = run_of(prompt(), no, event("abort", reason="user_initiated"), IDLE)

    assert run.abort_reason == REJECTED


def test_aborted_idle_alone_is_a_stop() -> None:
    """Even if the abort itself was missed."""
    run = run_of(prompt(), event("session.idle", aborted=True))

    assert run.abort_reason == "user_initiated"


def test_stop_of_another_turn_is_not_ours() -> None:
    """A prompt in the queue is passed over; whether it was dropped is found out elsewhere."""
    run = run_of(event("abort", reason="user_initiated"), event("session.idle", aborted=True))

    assert run.abort_reason is None
    assert run.passed_over
    run.drop()
    assert run.finished
    assert run.abort_reason == DROPPED
    assert run.closing is not None
    assert run.closing.type == "local.interrupted"


def test_steering_prompt_takes_the_answers_of_its_turn() -> None:
    """They carry the first prompt's id."""
    run = run_of(
        answer("before", "first", "a"),
        prompt(delivery="steering"),
        answer("after", "first", "b"),
        IDLE,
        steering=True,
    )

    assert run.text.join() == "after"


def test_odd_data_is_taken_by_its_type() -> None:
    """Events whose data does not fit still count for what they are."""
    run = run_of(prompt())
    for kind in (
        "assistant.message",
        "session.error",
        "session.warning",
        "permission.completed",
        "assistant.message_delta",
        "user.message",
        "tool.execution_complete",
    ):
        assert run.feed(parse({"type": kind, "data": None}))

    run.feed(parse({"type": "session.idle", "data": None}))

    assert run.finished


def test_local_events_belong_to_the_run_that_is_told() -> None:
    """The session tells one; before its start too."""
    run = run_of()

    assert run.feed(event("local.label", label="demo model"))
