"""What a peer needs from the thing that carries its messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

OnMessages = Callable[[list[dict[str, Any]]], None]
OnClosed = Callable[[Exception | None], None]


@runtime_checkable
class Transport(Protocol):
    """Carries JSON objects both ways, in order."""

    def start(self, on_messages: OnMessages, on_closed: OnClosed) -> None:
        """Begin to receive; called on the thread of the running loop.

        Args:
            on_messages: Gets whatever came in together, in order, on the loop's thread.
            on_closed: Called once, on the loop's thread, after the last message: with the reason,
                or None after `close` and after an ordinary end of the stream.
        """
        ...

    def send(self, message: Mapping[str, Any]) -> None:
        """Send one message; returns at once and may be called on any thread.

        Raises:
            ConnectionClosedError: The connection is closed.
            UsageError: The message is not JSON.
        """
        ...

    async def close(self) -> None:
        """Send what is queued, then close; bounded, and may be called more than once."""
        ...
