"""A peer in a test's hands: what it was told, what it sends, and the other end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from copilot_nb.errors import ConnectionClosedError, CopilotError
from copilot_nb.rpc.memory import pair
from copilot_nb.rpc.peer import Peer

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


def under_way(call: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """A call that the test awaits later."""
    return asyncio.get_running_loop().create_task(outcome(call))


async def outcome(call: Awaitable[Any]) -> Any:
    """What a call came to: its result, or what it raised."""
    try:
        return await call
    except CopilotError as error:
        return error
