"""Calls of one session: its id goes along, and refusals become clearer errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from copilot_nb.errors import RpcError
from copilot_nb.session.failures import call_error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from copilot_nb.rpc.method import Method, ToWire

    P = TypeVar("P", bound=ToWire | None)
    R = TypeVar("R")


class Invoke(Protocol):
    """Sends one call to the runtime; `Peer.request` is one."""

    def __call__(
        self, method: str, params: Mapping[str, Any], *, timeout: float | None
    ) -> Awaitable[Any]:
        """The result, as JSON."""
        ...


class Calls:
    """Calls with a session's id in them.

    Args:
        invoke: Sends them.
        session_id: The id; None for calls that belong to no session.
    """

    def __init__(self, invoke: Invoke, session_id: str | None = None) -> None:
        self.invoke = invoke
        self._session = {} if session_id is None else {"sessionId": session_id}

    async def __call__(self, method: Method[P, R], params: P) -> R:
        """Call a modelled method.

        Raises:
            SessionNotFoundError: The runtime does not know the session.
            RpcError: The runtime refused, or answered something that does not fit.
            ConnectionClosedError: The runtime is gone.
        """
        value = await self.request(method.name, method.to_wire(params), timeout=method.timeout)
        try:
            return method.from_wire(value)
        except ValueError as error:
            text = f"The runtime's answer does not fit: {error}"
            raise RpcError(text, code=-32000, method=method.name) from error

    async def request(
        self, method: str, params: Mapping[str, Any], *, timeout: float | None = 30.0
    ) -> Any:
        """Call any method; raises like a modelled one."""
        try:
            return await self.invoke(method, self._session | dict(params), timeout=timeout)
        except RpcError as error:
            clearer = call_error(error)
            if clearer is error:
                raise
            raise clearer from error
