"""Calls, notifications and requests over a connection in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import (
    ConnectionClosedError,
    CopilotError,
    InvalidParamsError,
    MethodNotFoundError,
    ProtocolError,
    RpcError,
)
from copilot_nb.rpc.memory import pair
from copilot_nb.rpc.method import Method
from copilot_nb.rpc.peer import Peer
from tests.unit.rpc.test_method import MOVE, Point

if TYPE_CHECKING:
    from copilot_nb.rpc.transport import OnClosed, OnMessages

Handler = Callable[[dict[str, Any]], Awaitable[Any]]


class Connection:
    """A peer, what it was told, and the other end in the test's hands."""

    def __init__(self) -> None:
        ours, self.far = pair()
        self.notified: list[tuple[str, dict[str, Any]]] = []
        self.lost: list[ConnectionClosedError] = []
        self.handlers: dict[str, Handler] = {}
        self._sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.far.start(self._take, lambda _: None)
        self.peer = Peer(
            ours, on_notification=self._note, on_request=self._answer, on_closed=self.lost.append
        )
        self.peer.start()

    async def sent(self) -> dict[str, Any]:
        """The next message of the peer."""
        async with asyncio.timeout(5):
            return await self._sent.get()

    def say(self, **message: Any) -> None:
        """Send a message to the peer."""
        self.far.send({"jsonrpc": "2.0", **message})

    async def settle(self) -> None:
        """Let everything that is on its way arrive."""
        for _ in range(5):
            await asyncio.sleep(0)

    def _take(self, messages: list[dict[str, Any]]) -> None:
        for message in messages:
            self._sent.put_nowait(message)

    def _note(self, method: str, params: dict[str, Any]) -> None:
        if method == "raise":
            raise RuntimeError("a handler's fault")
        self.notified.append((method, params))

    async def _answer(self, method: str, params: dict[str, Any]) -> Any:
        return await self.handlers[method](params)


@pytest.fixture
async def connection() -> AsyncIterator[Connection]:
    """A connection that is closed after the test."""
    connection = Connection()
    yield connection
    await connection.peer.close()


def under_way(call: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """A call that the test awaits later."""
    return asyncio.get_running_loop().create_task(outcome(call))


async def outcome(call: Awaitable[Any]) -> Any:
    """What a call came to: its result, or what it raised."""
    try:
        return await call
    except CopilotError as error:
        return error


async def test_a_call_sends_parameters_and_returns_the_result(connection: Connection) -> None:
    """The method's classes are used both ways."""
    async with asyncio.TaskGroup() as tasks:
        call = tasks.create_task(connection.peer.call(MOVE, Point(1)))

        sent = await connection.sent()
        connection.say(id=sent["id"], result={"x": 2})

    assert sent == {"jsonrpc": "2.0", "id": 1, "method": "move", "params": {"x": 1}}
    assert call.result() == Point(2)


async def test_answers_may_come_in_any_order(connection: Connection) -> None:
    """Any number of calls is in flight; each gets its own answer."""
    async with asyncio.TaskGroup() as tasks:
        calls = [tasks.create_task(connection.peer.request("n", {"n": n})) for n in range(20)]

        sent = [await connection.sent() for _ in calls]
        for message in reversed(sent):
            connection.say(id=message["id"], result=message["params"]["n"])

    assert [call.result() for call in calls] == list(range(20))


@pytest.mark.parametrize(
    ("code", "kind"),
    [(-32601, MethodNotFoundError), (-32602, InvalidParamsError), (-32603, RpcError)],
)
async def test_a_refusal_keeps_code_text_and_data(
    connection: Connection, code: int, kind: type[RpcError]
) -> None:
    """The caller gets the class of the code, with everything that the runtime said."""
    call = under_way(connection.peer.request("send"))
    sent = await connection.sent()

    connection.say(id=sent["id"], error={"code": code, "message": "no", "data": [1]})

    error = await call
    assert type(error) is kind
    assert (error.message, error.code, error.data, error.method) == ("no", code, [1], "send")


@pytest.mark.parametrize("refusal", ["broken", {"code": "x"}, {}, 0])
async def test_a_shapeless_refusal_is_still_one(connection: Connection, refusal: object) -> None:
    """An `error` of any shape fails the call and nothing else."""
    call = under_way(connection.peer.request("send"))
    sent = await connection.sent()

    connection.say(id=sent["id"], error=refusal)

    error = await call
    assert isinstance(error, RpcError)
    assert error.code == -32603


async def test_an_empty_error_is_none(connection: Connection) -> None:
    """Some peers send both fields; null means that there was no error."""
    call = under_way(connection.peer.request("send"))
    sent = await connection.sent()

    connection.say(id=sent["id"], error=None, result=1)

    assert await call == 1


async def test_an_answer_that_does_not_fit_is_the_runtimes_error(connection: Connection) -> None:
    """A result of another shape names the method."""
    name: Method[None, str] = Method("name", type(None), str)
    call = under_way(connection.peer.call(name, None))
    sent = await connection.sent()

    connection.say(id=sent["id"], result=5)

    error = await call
    assert isinstance(error, RpcError)
    assert error.method == "name"
    assert "does not fit: 5 is not str" in error.message


async def test_silence_ends_with_the_time_limit(connection: Connection) -> None:
    """A call that is not answered fails, and its late answer changes nothing."""
    with pytest.raises(RpcError, match=r"did not answer within 0\.01 s") as caught:
        await connection.peer.request("slow", timeout=0.01)
    sent = await connection.sent()

    connection.say(id=sent["id"], result="late")
    await connection.settle()

    assert isinstance(caught.value.__cause__, TimeoutError)
    assert not connection.peer.closed


async def test_the_caller_may_override_the_methods_limit(connection: Connection) -> None:
    """The method's own limit is only the default."""
    patient = Method("move", Point, Point, timeout=None)

    with pytest.raises(RpcError, match="did not answer"):
        await connection.peer.call(patient, Point(1), timeout=0.01)


async def test_a_cancelled_call_leaves_nothing_behind(connection: Connection) -> None:
    """Its late answer is ignored and other calls go on."""
    task = under_way(connection.peer.request("slow"))
    first = await connection.sent()

    task.cancel()
    await asyncio.wait([task])
    connection.say(id=first["id"], result="late")
    call = under_way(connection.peer.request("next"))
    connection.say(id=(await connection.sent())["id"], result="fine")

    assert task.cancelled()
    assert await call == "fine"


async def test_an_answer_in_the_same_batch_as_another_is_taken_once(
    connection: Connection,
) -> None:
    """The first answer to a call wins."""
    call = under_way(connection.peer.request("send"))
    sent = await connection.sent()

    connection.say(id=sent["id"], result="first")
    connection.say(id=sent["id"], result="second")

    assert await call == "first"


@pytest.mark.parametrize("number", [None, 99, "1", [1], {"a": 1}, 1.5])
async def test_an_answer_to_nothing_is_ignored(connection: Connection, number: object) -> None:
    """The runtime reports unreadable messages with `id: null`."""
    connection.say(id=number, error={"code": -32700, "message": "what?"})
    connection.say(id=number, method=5)
    await connection.settle()

    assert not connection.peer.closed


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
