"""The connection of the moment, and how there comes to be one."""

from __future__ import annotations

import asyncio
import logging
from enum import Enum
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import ConnectionClosedError
from copilot_nb.session.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from copilot_nb.rpc.peer import OnLost, OnNotification, OnRequest
    from copilot_nb.rpc.transport import Transport
    from copilot_nb.session.client_options import ClientOptions

_log = logging.getLogger(__name__)


class ClientState(Enum):
    """Where a client is in its life."""

    DISCONNECTED = "disconnected"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    ERROR = "error"


class Uplink:
    """At most one connection at a time.

    Args:
        options: How the runtime is started or found.
        transport: Speaks to a runtime that is there already, or makes what does.
        on_notification: Gets what the runtime tells.
        on_request: Answers what it asks.
        on_lost: Told when the runtime is gone without our doing.
    """

    def __init__(
        self,
        options: ClientOptions,
        transport: Transport | Callable[[], Transport] | None,
        *,
        on_notification: OnNotification,
        on_request: OnRequest,
        on_lost: OnLost,
    ) -> None:
        self.state = ClientState.DISCONNECTED
        self.connection: Connection | None = None
        self.changing = asyncio.Lock()
        """Held while it starts or stops."""
        self._options = options
        self._transport = transport
        self._on_notification = on_notification
        self._on_request = on_request
        self._on_lost = on_lost

    async def start(self) -> None:
        """Connect, unless there is a connection already."""
        async with self.changing:
            if self.state is ClientState.CONNECTED:
                return
            self.state = ClientState.CONNECTING
            try:
                self.connection = await Connection.open(
                    self._options,
                    self._transport,
                    on_notification=self._on_notification,
                    on_request=self._on_request,
                    on_closed=self._closed,
                )
            except BaseException:
                self.state = ClientState.ERROR
                raise
            self.state = ClientState.CONNECTED

    async def current(self) -> Connection:
        """The connection; one is made where the options allow it.

        Raises:
            ConnectionClosedError: There is none, and none may be made.
        """
        startable = self._options.auto_start
        if self.state is ClientState.ERROR:
            startable = self._options.auto_restart
        if self.state is not ClientState.CONNECTED and startable:
            await self.start()
        if self.connection is None or self.state is not ClientState.CONNECTED:
            raise ConnectionClosedError("The client is not started.", hint="Call `start()`.")
        return self.connection

    async def invoke(
        self, method: str, params: Mapping[str, Any], *, timeout: float | None = 30.0
    ) -> Any:
        """Call the runtime."""
        return await (await self.current()).request(method, params, timeout=timeout)

    def take(self) -> Connection | None:
        """Hand the connection over to whoever ends it."""
        connection, self.connection = self.connection, None
        self.state = ClientState.DISCONNECTED
        return connection

    def _closed(self, error: ConnectionClosedError) -> None:
        if self.connection is None:
            return  # our own doing
        self.connection, self.state = None, ClientState.ERROR
        _log.warning("The runtime is gone: %s", error.message)
        self._on_lost(error)
