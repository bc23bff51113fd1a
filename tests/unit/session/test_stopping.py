"""What a cancelled `ask` asks of the runtime; behaviour/test_cancel.py shows what comes of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import InvalidParamsError, MethodNotFoundError, RpcError
from copilot_nb.session.stopping import STOP_SECONDS
from tests.unit.session.invoked import Invoke, event, play, session_on, settle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.session.session import Session

QUEUED = {"items": [{"id": "7", "messageId": "p", "displayText": "?"}]}
BEHIND = {"items": [{"id": "8", "messageId": "q", "displayText": "next"}]}
PROMPT = event("user.message", messageId="p", content="?")


class Runtime(Invoke):
    """Knows what an abort and an interrupt lead to."""

    def __init__(self, **answers: Any) -> None:
        no = {"removed": False, "interrupted": False}
        known = {"session_queue_withdrawMessage": no, "session_queue_pendingItems": {}}
        super().__init__(**known | {"session_tasks_list": {"tasks": []}} | answers)
        self.session = session_on(self)

    async def __call__(
        self, method: str, params: Mapping[str, Any], *, timeout: float | None
    ) -> Any:
        """The answer, after what it leads to."""
        if method in {"session.abort", "session.interruptMainTurn"}:
            play(self.session, event("abort", reason="user_initiated"), event("assistant.idle"))
        return await super().__call__(method, params, timeout=timeout)

    def called(self) -> list[str]:
        """What was done to stop it."""
        return [
            name for name, _ in self.calls if not name.startswith(("session.send", "session.m"))
        ]


class NeverAborts(Runtime):
    """Does not answer an abort."""

    async def __call__(
        self, method: str, params: Mapping[str, Any], *, timeout: float | None
    ) -> Any:
        """No answer to that."""
        if method == "session.abort":
            self.calls.append((method, dict(params)))
            await asyncio.Event().wait()
        return await super().__call__(method, params, timeout=timeout)


async def cancel(session: Session, *events: Any) -> None:
    """Ask, let that happen, and cancel."""
    asking = asyncio.get_running_loop().create_task(session.ask("?"))
    await settle()
    play(session, *events)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(5):
            await asking


async def test_the_only_turn_is_aborted() -> None:
    """With its agents, which an abort ends too."""
    runtime = Runtime()

    await cancel(runtime.session, PROMPT)

    assert runtime.called() == ["session.queue.pendingItems", "session.abort"]
    assert runtime.session.turns == ()


async def test_a_turn_with_others_behind_it_is_interrupted() -> None:
    """An abort would drop them; the turn's own agents are ended one by one."""
    tasks = [
        {"id": "mine", "toolCallId": "c", "status": "running"},
        {"id": "done", "toolCallId": "c", "status": "completed"},
        {"id": "theirs", "toolCallId": "d", "status": "running"},
        {"id": "nobody's", "status": "running"},
    ]
    runtime = Runtime(session_queue_pendingItems=BEHIND, session_tasks_list={"tasks": tasks})
    call = event("tool.execution_start", toolCallId="c", toolName="task", arguments={})

    await cancel(runtime.session, PROMPT, call)

    assert runtime.sent("session.interruptMainTurn") == [{"sessionId": "s", "flushQueued": True}]
    assert runtime.sent("session.tasks.cancel") == [{"sessionId": "s", "id": "mine"}]
    assert "session.abort" not in runtime.called()


async def test_a_prompt_that_waits_is_withdrawn() -> None:
    """By its id, and as it was sent; nothing else is touched."""
    runtime = Runtime(session_queue_withdrawMessage={"removed": True, "interrupted": False})

    await cancel(runtime.session)

    assert runtime.sent("session.queue.withdrawMessage") == [
        {"sessionId": "s", "messageId": "p", "expectedPrompt": "?"}
    ]
    assert runtime.called() == ["session.queue.withdrawMessage"]
    assert runtime.session.turns == ()


async def test_an_older_runtime_is_asked_for_its_queue() -> None:
    """Where there is no withdrawal it is removed by its place."""
    unknown = MethodNotFoundError("Unhandled method", code=-32601)
    runtime = Runtime(session_queue_withdrawMessage=unknown, session_queue_pendingItems=QUEUED)

    await cancel(runtime.session)

    assert runtime.sent("session.queue.removeAt") == [{"sessionId": "s", "id": "7"}]
    assert runtime.session.turns == ()


async def test_a_prompt_whose_turn_just_comes_is_stopped_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It can not be taken back any more; the stop goes on after the wait for it."""
    monkeypatch.setattr("copilot_nb.session.messaging.STOP_SECONDS", 0.01)
    gone = InvalidParamsError("unknown queue item id '7'", code=-32602)
    runtime = Runtime(session_queue_pendingItems=QUEUED, session_queue_removeAt=gone)
    await cancel(runtime.session)
    runtime.answers["session.queue.pendingItems"] = {}
    assert "session.abort" not in runtime.called()

    play(runtime.session, PROMPT)
    await settle()

    assert runtime.called()[-1] == "session.abort"
    assert runtime.session.turns == ()


async def test_a_turn_that_ends_meanwhile_stops_nothing() -> None:
    """The next prompt may be at work already."""

    class Late(Runtime):
        async def __call__(
            self, method: str, params: Mapping[str, Any], *, timeout: float | None
        ) -> Any:
            if method == "session.queue.pendingItems":
                play(self.session, event("assistant.idle"))
            return await super().__call__(method, params, timeout=timeout)

    runtime = Late()

    await cancel(runtime.session, PROMPT)

    assert runtime.called() == ["session.queue.pendingItems"]


@pytest.mark.parametrize("source", [None, "autopilot"])
async def test_a_turn_that_another_client_steers_goes_on(source: str | None) -> None:
    """Prompts of people count, and not those that the agent gives itself; nobody waits for it."""
    runtime = Runtime()
    remark = event("user.message", messageId="x", content="!", delivery="steering", source=source)

    async with asyncio.timeout(STOP_SECONDS / 2):
        await cancel(runtime.session, PROMPT, remark)

    assert ("session.abort" in runtime.called()) == (source is not None)


async def test_a_remark_on_a_turn_of_another_client_stops_nothing() -> None:
    """The turn is theirs."""
    runtime = Runtime()
    remark = event("user.message", messageId="p", content="?", delivery="steering")

    async with asyncio.timeout(STOP_SECONDS / 2):
        await cancel(runtime.session, remark)

    assert runtime.called() == []


@pytest.mark.parametrize("method", ["send", "queue_pendingItems"])
async def test_a_refusal_is_no_reason_to_hang(method: str) -> None:
    """The cancelled task ends as cancelled, whatever the runtime says."""
    runtime = Runtime(**{f"session_{method}": RpcError("no", code=-32000)})
    asking = asyncio.get_running_loop().create_task(runtime.session.ask("?"))
    await asyncio.sleep(0)
    play(runtime.session, PROMPT)

    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(5):
            await asking


async def test_a_runtime_that_does_not_answer_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The stop has its time; a second cancellation ends even that wait, and not the stop."""
    never = asyncio.Event()

    class Deaf(Runtime):
        async def __call__(
            self, method: str, params: Mapping[str, Any], *, timeout: float | None
        ) -> Any:
            if method == "session.queue.pendingItems":
                await never.wait()
            return await super().__call__(method, params, timeout=timeout)

    runtime = Deaf()
    asking = asyncio.get_running_loop().create_task(runtime.session.ask("?"))
    await settle()
    play(runtime.session, PROMPT)
    asking.cancel()
    await settle()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(1):
            await asking
    never.set()
    await settle()

    assert runtime.called()[-1] == "session.abort"
    monkeypatch.setattr("copilot_nb.session.messaging.STOP_SECONDS", 0.01)
    never.clear()
    async with asyncio.timeout(1):
        await cancel(runtime.session, PROMPT)
    await runtime.session.close()


async def test_interrupted_ask_sync_stops_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is told that it was stopped must not find variables changed a second later."""
    runtime = Runtime()
    work: list[asyncio.Task[Any]] = []
    monkeypatch.setattr(
        "copilot_nb.session.prompting.block_on",
        lambda coroutine, _: work.append(asyncio.get_running_loop().create_task(coroutine)),
    )
    runtime.session.ask_sync("?")
    await settle()
    play(runtime.session, PROMPT)

    work[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await work[0]

    assert runtime.called()[-1] == "session.abort"


async def test_a_runtime_that_does_not_answer_the_stop_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The next prompt is sent all the same."""
    monkeypatch.setattr("copilot_nb.session.stopping.END_SECONDS", 0.01)
    monkeypatch.setattr("copilot_nb.session.messaging.STOP_SECONDS", 0.05)
    runtime = NeverAborts()
    await cancel(runtime.session, PROMPT)

    async with asyncio.timeout(5):
        await runtime.session.send("next")

    assert len(runtime.sent("session.abort")) == 1
    assert [sent["prompt"] for sent in runtime.sent("session.send")] == ["?", "next"]
