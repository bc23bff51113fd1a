"""The end of a connection: nobody is left waiting, and nothing is sent any more."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from copilot_nb.errors import ConnectionClosedError, CopilotError, ProtocolError
from tests.unit.rpc.connection import Connection, under_way


async def test_the_end_fails_every_open_call_at_once(connection: Connection) -> None:
    """Nobody waits for a time limit when the runtime is gone."""
    calls = [under_way(connection.peer.request("slow", timeout=None)) for _ in range(3)]
    await connection.settle()

    connection.far.fail(ProtocolError("garbage came"))

    async with asyncio.timeout(1):
        errors = [await call for call in calls]
    assert [type(error) for error in errors] == [ConnectionClosedError] * 3
    assert len(set(map(id, errors))) == 3
    assert {error.message for error in errors} == {"garbage came"}
    assert [lost.message for lost in connection.lost] == ["garbage came"]
    assert isinstance(connection.lost[0].__cause__, ProtocolError)


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (None, "The connection to the runtime was closed."),
        (OSError("broken pipe"), "broken pipe"),
        (OSError(), "OSError"),
    ],
)
async def test_the_end_always_has_a_text(
    connection: Connection, reason: Exception | None, text: str
) -> None:
    """Whatever ended it, the message says something."""
    connection.far.fail(reason)
    await connection.settle()

    assert [lost.message for lost in connection.lost] == [text]


async def test_the_end_cancels_requests_that_are_being_answered(connection: Connection) -> None:
    """A handler does not go on for a runtime that is gone, and nothing is sent to it."""
    ended = asyncio.Event()

    async def handler(_: dict[str, Any]) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    connection.handlers["ask"] = handler
    connection.say(id=7, method="ask")
    await connection.settle()
    connection.far.fail(None)
    await connection.settle()

    assert ended.is_set()


async def test_an_answer_that_comes_after_the_end_is_dropped(connection: Connection) -> None:
    """A handler that finishes in spite of the end, well or badly, harms nobody."""

    async def stubborn(params: dict[str, Any]) -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if params.get("fail"):
                raise KeyError("fault") from None
        return "too late"

    connection.handlers["ask"] = stubborn
    connection.say(id=7, method="ask")
    connection.say(id=8, method="ask", params={"fail": True})
    await connection.settle()
    await connection.peer.close()

    assert len(connection.lost) == 1


async def test_a_call_that_is_answered_and_lost_at_once_keeps_its_answer(
    connection: Connection,
) -> None:
    """The end does not take back an answer that has arrived."""
    call = under_way(connection.peer.request("last"))
    sent = await connection.sent()

    connection.say(id=sent["id"], result="there")
    connection.far.fail(None)

    assert await call == "there"


async def test_a_closed_peer_refuses_calls(connection: Connection) -> None:
    """Closing twice is fine; calling is not."""
    await connection.peer.close()
    await connection.peer.close()

    assert connection.peer.closed
    assert len(connection.lost) == 1
    with pytest.raises(ConnectionClosedError):
        await connection.peer.request("any")


async def test_a_call_that_cannot_be_sent_leaves_nothing_behind(connection: Connection) -> None:
    """The next call works as if it had never been."""
    with pytest.raises(CopilotError):
        await connection.peer.request("send", {"x": object()})

    call = under_way(connection.peer.request("next"))
    sent = await connection.sent()
    connection.say(id=sent["id"], result=1)
    assert await call == 1
