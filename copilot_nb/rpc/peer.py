"""JSON-RPC 2.0 over a transport: calls out, notifications and requests in.

Any number of calls may be open in both directions. Notifications are taken in the order received,
by a plain function. Requests of the other side run concurrently, each in a task that the peer owns.
When the connection ends, every open call ends with it, at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from types import EllipsisType
from typing import TYPE_CHECKING, Any, TypeVar

from copilot_nb.errors import (
    ConnectionClosedError,
    CopilotError,
    InvalidParamsError,
    MethodNotFoundError,
    RpcError,
)

if TYPE_CHECKING:
    from copilot_nb.rpc.method import Method, ToWire
    from copilot_nb.rpc.transport import Transport

    P = TypeVar("P", bound=ToWire | None)
    R = TypeVar("R")

OnNotification = Callable[[str, dict[str, Any]], None]
OnRequest = Callable[[str, dict[str, Any]], Awaitable[Any]]
OnLost = Callable[[ConnectionClosedError], None]
Message = dict[str, Any]

METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
NO_ANSWER = -32000
CANCELLED = -32800
ERRORS: dict[int, type[RpcError]] = {
    METHOD_NOT_FOUND: MethodNotFoundError,
    INVALID_PARAMS: InvalidParamsError,
}

SLICE = 0.01
"""Seconds of messages at a time: a flood must not keep timers and other tasks waiting."""

_log = logging.getLogger(__name__)


class Peer:
    """Our end of a JSON-RPC connection. Belongs to the loop that runs `start`.

    Args:
        transport: Carries the messages; the peer closes it.
        on_notification: Gets method and params; must not block. What it raises is logged.
        on_request: Answers a request with a JSON value. `RpcError` becomes an answer with its
            code, anything else raised an internal error.
        on_closed: Called once, when the connection has ended for whatever reason, `close` included.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        on_notification: OnNotification,
        on_request: OnRequest,
        on_closed: OnLost,
    ) -> None:
        self.closed = False
        self._transport = transport
        self._on_notification = on_notification
        self._on_request = on_request
        self._on_closed = on_closed
        self._ids = itertools.count(1)
        self._inbox: deque[Message] = deque()
        self._goes_on = False  # a later turn of the loop takes what is in the inbox
        self._calls: dict[int, asyncio.Future[Any]] = {}
        self._tasks: dict[asyncio.Task[None], Any] = {}  # to the id of the request

    def start(self) -> None:
        """Begin to receive."""
        self._transport.start(self._take, self._lost)

    async def call(
        self, method: Method[P, R], params: P, *, timeout: float | EllipsisType | None = ...
    ) -> R:
        """Call a modelled method.

        Args:
            method: What to call.
            params: Its parameters.
            timeout: Seconds to wait for the answer, None for ever; the method's own by default.

        Raises:
            RpcError: The runtime refused, did not answer in time, or answered something else.
            ConnectionClosedError: The connection is closed, or was while we waited.
        """
        limit = method.timeout if isinstance(timeout, EllipsisType) else timeout
        value = await self.request(method.name, method.to_wire(params), timeout=limit)
        try:
            return method.from_wire(value)
        except ValueError as error:
            raise RpcError(
                f"The runtime's answer does not fit: {error}", code=NO_ANSWER, method=method.name
            ) from error

    async def request(
        self, method: str, params: Mapping[str, Any] | None = None, *, timeout: float | None = 30.0
    ) -> Any:
        """Call a method by its name, with a plain JSON object; raises like `call`."""
        if self.closed:
            raise ConnectionClosedError("The connection to the runtime is closed.")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        number = next(self._ids)
        self._calls[number] = answer
        timer = None if timeout is None else loop.call_later(timeout, _expire, answer, timeout)
        try:
            self._send(id=number, method=method, params=dict(params or {}))
            return await answer
        except RpcError as error:
            error.method = method
            raise
        finally:
            del self._calls[number]
            if timer is not None:
                timer.cancel()

    def notify(self, method: str, params: Mapping[str, Any] | None = None) -> None:
        """Send a notification; nothing comes back."""
        self._send(method=method, params=dict(params or {}))

    async def close(self) -> None:
        """Close the connection and end what is open on it; bounded by the transport."""
        await self._transport.close()
        self._lost(None)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _send(self, **fields: Any) -> None:
        self._transport.send({"jsonrpc": "2.0", **fields})

    def _take(self, messages: list[Message]) -> None:
        self._inbox.extend(messages)
        if not self._goes_on:
            self._work(SLICE)

    def _go_on(self) -> None:
        self._goes_on = False
        self._work(SLICE)

    def _work(self, seconds: float) -> None:
        """Take messages in order, even if a handler runs the loop or an interrupt comes through."""
        end = time.monotonic() + seconds
        try:
            while self._inbox:
                self._take_one(self._inbox.popleft())
                if time.monotonic() > end:
                    break
        finally:
            if self._inbox and not self._goes_on:
                self._goes_on = True
                asyncio.get_running_loop().call_soon(self._go_on)

    def _take_one(self, message: Message) -> None:
        method = message.get("method")
        if not isinstance(method, str):
            self._settle(message)
        elif "id" in message:
            self._serve(message["id"], method, _params(message))
        else:
            self._notified(method, _params(message))

    def _notified(self, method: str, params: dict[str, Any]) -> None:
        if method == "$/cancelRequest":
            self._cancel(params.get("id"))
            return
        try:
            self._on_notification(method, params)
        except Exception:  # noqa: BLE001 - one handler's fault must not stop the stream
            _log.exception("A handler of %s failed", method)

    def _cancel(self, number: Any) -> None:
        for task, request in self._tasks.items():
            if request == number:
                task.cancel()

    def _settle(self, message: Message) -> None:
        number = message.get("id")
        answer = self._calls.get(number) if isinstance(number, int) else None
        if answer is None or answer.done():
            _log.debug("An answer to nothing: %.200r", message)
        elif (error := message.get("error")) is not None:
            answer.set_exception(_refusal(error))
        else:
            answer.set_result(message.get("result"))

    def _serve(self, number: Any, method: str, params: dict[str, Any]) -> None:
        task = asyncio.get_running_loop().create_task(self._answer(number, method, params))
        self._tasks[task] = number
        task.add_done_callback(self._tasks.pop)

    async def _answer(self, number: Any, method: str, params: dict[str, Any]) -> None:
        try:
            self._reply(number, result=await self._on_request(method, params))
        except asyncio.CancelledError:
            self._refuse(number, CANCELLED, "cancelled")
            raise
        except RpcError as error:
            self._refuse(number, error.code, error.message)
        except CopilotError as error:
            self._refuse(number, INTERNAL_ERROR, error.message)
        except Exception as error:  # noqa: BLE001 - the other side must get an answer
            _log.exception("The answer to %s failed", method)
            self._refuse(number, INTERNAL_ERROR, f"{type(error).__name__}: {error}")

    def _refuse(self, number: Any, code: int, text: str) -> None:
        self._reply(number, error={"code": code, "message": text})

    def _reply(self, number: Any, **fields: Any) -> None:
        with contextlib.suppress(ConnectionClosedError):  # nobody is left who wants it
            self._send(id=number, **fields)

    def _lost(self, error: Exception | None) -> None:
        if self.closed:
            return
        self._work(math.inf)
        self.closed = True
        text = "The connection to the runtime was closed." if error is None else _text(error)
        for answer in self._calls.values():
            if not answer.done():
                failure = ConnectionClosedError(text)
                failure.__cause__ = error
                answer.set_exception(failure)
        for task in self._tasks:
            task.cancel()
        lost = ConnectionClosedError(text)
        lost.__cause__ = error
        self._on_closed(lost)


def _params(message: Message) -> dict[str, Any]:
    params = message.get("params")
    return params if isinstance(params, dict) else {}


def _refusal(error: Any) -> RpcError:
    fields = error if isinstance(error, dict) else {"message": repr(error)}
    code = fields.get("code")
    code = code if isinstance(code, int) else INTERNAL_ERROR
    text = str(fields.get("message") or f"The runtime refused the call (code {code}).")
    return ERRORS.get(code, RpcError)(text, code=code, data=fields.get("data"))


def _expire(answer: asyncio.Future[Any], timeout: float) -> None:
    failure = RpcError(f"The runtime did not answer within {timeout:g} s.", code=NO_ANSWER)
    failure.__cause__ = TimeoutError()
    with contextlib.suppress(asyncio.InvalidStateError):  # the answer came in this very moment
        answer.set_exception(failure)


def _text(error: Exception) -> str:
    message = error.message if isinstance(error, CopilotError) else str(error)
    return message or type(error).__name__
