"""Calls over a connection in memory, and their answers."""

from __future__ import annotations

import asyncio

import pytest

from copilot_nb.errors import InvalidParamsError, MethodNotFoundError, RpcError
from copilot_nb.rpc.method import Method
from tests.unit.rpc.connection import Connection, under_way
from tests.unit.rpc.test_method import MOVE, Point


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
