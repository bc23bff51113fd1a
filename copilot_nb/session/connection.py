"""One living link to a runtime: the process if it is ours, the peer, and the greeting."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import CliVersionError, MethodNotFoundError
from copilot_nb.protocol import methods
from copilot_nb.rpc.peer import OnLost, OnNotification, OnRequest, Peer
from copilot_nb.rpc.tcp import TcpTransport
from copilot_nb.session.runtime import Runtime

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from copilot_nb.rpc.transport import Transport
    from copilot_nb.session.client_options import ClientOptions

PROTOCOL_VERSION = 3

_log = logging.getLogger(__name__)


class Connection:
    """A peer that has greeted its runtime. Made by `open`."""

    def __init__(self, peer: Peer, runtime: Runtime | None) -> None:
        self.peer = peer
        self.runtime = runtime
        self.version = ""
        """The runtime's version."""

    @classmethod
    async def open(
        cls,
        options: ClientOptions,
        transport: Transport | Callable[[], Transport] | None,
        *,
        on_notification: OnNotification,
        on_request: OnRequest,
        on_closed: OnLost,
    ) -> Connection:
        """Start or reach a runtime and greet it.

        Raises:
            CliError: It can not be found or started, or speaks another protocol.
            ConnectionClosedError: Nobody listens there.
        """
        runtime: Runtime | None = None
        token = options.connection_token
        if callable(transport):
            transport = transport()
        if transport is None:
            if (address := options.address) is not None:
                transport = await TcpTransport.connect(*address)
            else:
                runtime = await Runtime.start(_with_telemetry(options))
                transport, token = runtime.transport, runtime.connection_token
        peer = Peer(
            transport,
            on_notification=on_notification,
            on_request=on_request,
            on_closed=on_closed,
        )
        connection = cls(peer, runtime)
        try:
            peer.start()
            await connection._greet(token)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def request(
        self, method: str, params: Mapping[str, Any], *, timeout: float | None = 30.0
    ) -> Any:
        """Call the runtime."""
        return await self.peer.request(method, params, timeout=timeout)

    async def close(self) -> None:
        """End the link, and the process if it is ours; bounded steps."""
        await self.peer.close()
        if self.runtime is not None:
            await self.runtime.stop()

    async def kill(self) -> None:
        """End the process at once."""
        if self.runtime is not None:
            self.runtime.kill()
        await self.close()

    async def _greet(self, token: str | None) -> None:
        try:
            reply = await self.peer.call(methods.CONNECT, methods.ConnectParams(token=token))
            version, self.version = reply.protocol_version, reply.version
        except MethodNotFoundError:
            pong = await self.peer.call(methods.PING, methods.PingParams())
            version = pong.protocol_version or 0
        if version != PROTOCOL_VERSION:
            raise CliVersionError(
                f"The runtime speaks protocol version {version}, not {PROTOCOL_VERSION}."
            )


def _with_telemetry(options: ClientOptions) -> ClientOptions:
    if options.telemetry is None:
        return options
    return replace(options, env=options.telemetry.environment() | dict(options.env))
