"""The answer of one run, put together from its pieces."""

from __future__ import annotations


class AnswerText:
    """Text by message: pieces, replaced by the whole when it comes."""

    def __init__(self) -> None:
        self._messages: dict[str, list[str]] = {}
        self._open: str | None = None

    def add(self, message_id: str, piece: str) -> None:
        """A piece came."""
        self._messages.setdefault(message_id, []).append(piece)
        self._open = message_id

    def complete(self, message_id: str, content: str) -> None:
        """The whole message came."""
        self._messages[message_id] = [content]
        if self._open == message_id:
            self._open = None

    def drop(self, message_id: str) -> None:
        """The message belongs to somebody else."""
        self._messages.pop(message_id, None)
        if self._open == message_id:
            self._open = None

    def retry(self) -> None:
        """The stream broke and starts anew: what it had sent is void."""
        if self._open is not None:
            self.drop(self._open)

    def keep(self) -> None:
        """The step ended without the whole message (length limit): its pieces stand."""
        self._open = None

    def join(self) -> str:
        """All messages in order, a blank line between them."""
        texts = ("".join(pieces) for pieces in self._messages.values())
        return "\n\n".join(text for text in texts if text)

    def last(self) -> str:
        """The last message that is not empty."""
        texts = ["".join(pieces) for pieces in self._messages.values()]
        return next((text for text in reversed(texts) if text), "")
