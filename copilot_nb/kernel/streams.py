"""Putting something in the place of stdout, or of an object's method, for a while."""

from __future__ import annotations

import contextlib
import io
import sys
from typing import TYPE_CHECKING, Any, Literal, Protocol

from copilot_nb.kernel.interrupt import raise_postponed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

StreamName = Literal["stdout", "stderr"]


class Taker(Protocol):
    """Who takes what is written."""

    def takes(self) -> bool:
        """Whether what is written right now is for them."""

    def write(self, text: str, stream: StreamName) -> None:
        """Take it."""

    def flush(self) -> None:
        """Let what was written be seen."""


class StandIn(io.TextIOBase):
    """Stands in for stdout or stderr; what its taker does not take goes through.

    Args:
        taker: Asked at every write.
        name: Which stream it is.
        original: What it stands in for.
    """

    def __init__(self, taker: Taker, name: StreamName, original: Any) -> None:
        super().__init__()
        self._taker: Taker | None = taker
        self._name = name
        self._original = original

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a plain attribute in the stubs
        """The original's; many libraries look at it."""
        return str(getattr(self._original, "encoding", None) or "utf-8")

    def write(self, text: str) -> int:
        """Give the text to the taker, or to the original."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self._taker is not None and self._taker.takes():
            self._taker.write(text, self._name)
            raise_postponed()
        else:
            self._original.write(text)
        return len(text)

    def flush(self) -> None:
        """Let the taker show what it has; flush the original, for subprocesses write there."""
        if self._taker is not None and self._taker.takes():
            self._taker.flush()
            raise_postponed()
        self._original.flush()

    def close(self) -> None:
        """Nothing: the original is not ours to close, also not when this is collected."""

    def isatty(self) -> bool:
        """Never a terminal: nobody should draw with control sequences."""
        return False

    def writable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """The original's: subprocesses write there."""
        return int(self._original.fileno())

    def release(self) -> None:
        """Pass everything through from now on: somebody may have kept this object."""
        self._taker = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


@contextlib.contextmanager
def replaced_stream(taker: Taker, name: StreamName) -> Iterator[None]:
    """Put a stand-in over `sys.stdout` or `sys.stderr`."""
    original = getattr(sys, name)
    stream = StandIn(taker, name, original)
    setattr(sys, name, stream)
    try:
        yield
    finally:
        stream.release()
        if getattr(sys, name) is stream:
            setattr(sys, name, original)


@contextlib.contextmanager
def shadowed(owner: Any, name: str, function: Callable[..., Any]) -> Iterator[None]:
    """Put a function over an object's method, and take it away again."""
    before = vars(owner).get(name)
    setattr(owner, name, function)
    try:
        yield
    finally:
        if before is None:
            delattr(owner, name)
        else:
            setattr(owner, name, before)
