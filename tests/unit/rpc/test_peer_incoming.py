"""What the other side says by itself: notifications, in order, and requests, at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import ConnectionClosedError, CopilotError, MethodNotFoundError
from copilot_nb.rpc.peer import Peer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from copilot_nb.rpc.transport import OnClosed, OnMessages
    from tests.unit.rpc.connection import Connection


async def test_notifications_are_taken_in_order(connection: Connection) -> None:
    """Also around answers and requests, and with parameters of any shape."""
    for n in range(50):
        connection.say(method="event", params={"n": n})
    connection.say(method="bare")
    connection.say(method="odd", params=[1])
    await connection.settle()

    expected: list[tuple[str, dict[str, Any]]] = [("event", {"n": n}) for n in range(50)]
    assert connection.notified == [*expected, ("bare", {}), ("odd", {})]


async def test_a_handler_that_raises_does_not_stop_the_stream(
    connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    """Its fault is logged and the next notification is taken."""
    connection.say(method="raise")
    connection.say(method="event")
    await connection.settle()

    assert connection.notified == [("event", {})]
    assert "A handler of raise failed" in caplog.text


class Direct:
    """A transport that hands over what the test gives, at once."""

    def __init__(self) -> None:
        self.give: OnMessages = print
        self.end: OnClosed = print

    def start(self, on_messages: OnMessages, on_closed: OnClosed) -> None:
        """Nothing comes by itself."""
        self.give, self.end = on_messages, on_closed

    def send(self, message: Mapping[str, Any]) -> None:
        """Nobody listens."""

    async def close(self) -> None:
        """Nothing to close."""


def listening(transport: Direct, hear: Callable[[int], None]) -> None:
    """A peer that hears the numbers of the notifications."""

    async def refuse(_: str, __: dict[str, Any]) -> None:
        raise MethodNotFoundError("nothing is answered here")

    Peer(
        transport,
        on_notification=lambda _, params: hear(params["n"]),
        on_request=refuse,
        on_closed=lambda _: hear(-1),
    ).start()


def event(n: int) -> dict[str, Any]:
    """A notification with a number."""
    return {"jsonrpc": "2.0", "method": "event", "params": {"n": n}}


async def test_order_survives_a_handler_that_runs_the_loop() -> None:
    """Code that waits inside a handler gets the rest of the batch first, then what came later."""
    transport, heard = Direct(), list[int]()

    def hear(n: int) -> None:
        heard.append(n)
        if n == 1:
            transport.give([event(3)])
            transport.end(None)

    listening(transport, hear)
    transport.give([event(1), event(2)])

    assert heard == [1, 2, 3, -1]


async def test_an_interrupt_in_a_handler_loses_no_message() -> None:
    """What follows the interrupted message is taken on the loop's next turn."""
    transport, heard = Direct(), list[int]()

    def hear(n: int) -> None:
        heard.append(n)
        if n == 1:
            raise KeyboardInterrupt

    listening(transport, hear)
    with pytest.raises(KeyboardInterrupt):
        transport.give([event(1), event(2)])
    await asyncio.sleep(0)

    assert heard == [1, 2]


async def test_a_flood_is_taken_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """In between the loop has time for others; what comes meanwhile stands behind."""
    monkeypatch.setattr("copilot_nb.rpc.peer.SLICE", -1.0)
    transport, heard = Direct(), list[int]()
    listening(transport, heard.append)

    transport.give([event(1), event(2)])
    transport.give([event(3)])
    at_first = list(heard)
    for _ in range(3):
        await asyncio.sleep(0)

    assert (at_first, heard) == ([1], [1, 2, 3])


async def test_a_notification_can_be_sent(connection: Connection) -> None:
    """It has no id, so that nobody answers."""
    connection.peer.notify("hello", {"a": 1})
    connection.peer.notify("bye")

    assert await connection.sent() == {"jsonrpc": "2.0", "method": "hello", "params": {"a": 1}}
    assert await connection.sent() == {"jsonrpc": "2.0", "method": "bye", "params": {}}


async def test_requests_are_answered_concurrently(connection: Connection) -> None:
    """A question that waits for a person does not hold up another, nor a notification."""
    opened = asyncio.Event()

    async def slow(_: dict[str, Any]) -> str:
        await opened.wait()
        return "slow"

    async def fast(params: dict[str, Any]) -> Any:
        return params["n"]

    connection.handlers = {"slow": slow, "fast": fast}
    connection.say(id=1, method="slow")
    connection.say(id="1", method="fast", params={"n": 5})
    connection.say(method="event")

    assert await connection.sent() == {"jsonrpc": "2.0", "id": "1", "result": 5}
    assert connection.notified == [("event", {})]
    opened.set()
    assert await connection.sent() == {"jsonrpc": "2.0", "id": 1, "result": "slow"}


@pytest.mark.parametrize(
    ("raised", "code", "text"),
    [
        (MethodNotFoundError("no such thing", code=-32601), -32601, "no such thing"),
        (CopilotError("not now"), -32603, "not now"),
        (ConnectionClosedError("another connection"), -32603, "another connection"),
        (KeyError("x"), -32603, "KeyError: 'x'"),
    ],
)
async def test_a_request_whose_handler_raises_is_refused(
    connection: Connection, raised: Exception, code: int, text: str
) -> None:
    """The other side always gets an answer."""

    async def handler(_: dict[str, Any]) -> None:
        raise raised

    connection.handlers["ask"] = handler
    connection.say(id=7, method="ask")

    assert await connection.sent() == {
        "jsonrpc": "2.0",
        "id": 7,
        "error": {"code": code, "message": text},
    }


async def test_an_answer_that_is_not_json_is_refused(connection: Connection) -> None:
    """A handler's odd value becomes an error answer, not silence."""

    async def handler(_: dict[str, Any]) -> object:
        return object()

    connection.handlers["ask"] = handler
    connection.say(id=7, method="ask")

    assert (await connection.sent())["error"]["code"] == -32603


async def test_the_other_side_can_cancel_its_request(connection: Connection) -> None:
    """`$/cancelRequest` cancels the handler and is answered; for unknown ids it does nothing."""
    ended = asyncio.Event()

    async def handler(_: dict[str, Any]) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    connection.handlers["ask"] = handler
    connection.say(id=7, method="ask")
    await connection.settle()
    connection.say(method="$/cancelRequest", params={"id": 8})
    connection.say(method="$/cancelRequest", params={"id": 7})

    assert (await connection.sent())["error"]["code"] == -32800
    assert ended.is_set()
    assert connection.notified == []
