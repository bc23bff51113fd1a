# ruff: noqa: SLF001 - the tap works on parts of ipykernel and pyzmq that have no public name
"""Comm messages reach their widgets while a cell waits.

A kernel handles one shell message at a time, so a click waits behind the cell that waits for it.
`comm_tap()` looks at the main shell's messages as they come in: comms are handled at once, the two
requests that a reloading page needs are answered, all others take their usual way and keep their
order. Found by features, not by version: ipykernel 6.17 to 7.4 have the same parts.
"""

from __future__ import annotations

import contextlib
import contextvars
import inspect
import logging
import sys
import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from IPython.core.getipython import get_ipython

logger = logging.getLogger(__name__)

_COMMS = {"comm_open", "comm_msg", "comm_close"}
_INFO = {"kernel_info_request", "comm_info_request"}
_DELIMITER = b"<IDS|MSG>"

Frames = list[Any]


def running_kernel() -> Any:
    """The ipykernel we run in, or None."""
    return getattr(get_ipython(), "kernel", None)


def current_cell(kernel: Any) -> tuple[Any, Any]:
    """Identity of the front end, and the message that this context answers."""
    ident = getattr(kernel, "_parent_ident", None)
    # A mapping by channel from 6.0 on; LookupError: this context answers nothing yet.
    with contextlib.suppress(LookupError, TypeError):
        ident = ident["shell"]  # type: ignore[index]  # suppressed: None has no channels
    return ident, kernel.get_parent("shell")


def comm_tap() -> AbstractContextManager[object]:
    """Serve comms of the main shell inside the `with` block; nothing outside of a kernel.

    Reference counted: nested turns share one tap. Only the main thread can be tapped.
    """
    kernel = running_kernel()
    if kernel is None or threading.current_thread() is not threading.main_thread():
        return contextlib.nullcontext()
    tap = _taps.get(id(kernel))
    if tap is None:
        tap = _taps[id(kernel)] = CommTap(kernel)
    return tap


@dataclass(frozen=True)
class _WaitingCell:
    """Whose output goes on when a comm has been handled."""

    ident: Any
    parent: Any
    context: contextvars.Context


class CommTap:
    """The tap of one kernel; use `comm_tap()`."""

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel
        self._cells: list[_WaitingCell] = []
        self._stream: Any = None
        self._usual: Any = None
        self._copies = False

    def __enter__(self) -> CommTap:
        kernel = self._kernel
        ident, parent = current_cell(kernel)
        cell = _WaitingCell(ident, parent, contextvars.copy_context())
        self._cells.append(cell)
        if len(self._cells) == 1:
            self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self._cells.pop()
        if not self._cells and self._stream is not None:
            self._stream.on_recv(self._usual, copy=self._copies)
            self._stream = self._usual = None

    def _open(self) -> None:
        stream = _main_shell_stream(self._kernel)
        usual = getattr(stream, "_recv_callback", None)
        if stream is None or usual is None:
            logger.info("no shell stream to tap; comms wait for the end of the cell")
            return
        self._stream, self._usual = stream, usual
        self._copies = getattr(stream, "_recv_copy", False)
        stream.on_recv(self._received, copy=self._copies)

    def _received(self, frames: Frames) -> Any:
        kind = self._type_of(frames)
        if kind in _COMMS:
            contextvars.copy_context().run(self._handle_comm, frames)
            self._give_back()
            return None
        if kind in _INFO:
            return self._answer_info(frames)
        return self._usual(frames)

    def _type_of(self, frames: Frames) -> str:
        parts = [getattr(frame, "bytes", frame) for frame in frames]
        try:
            header = parts[parts.index(_DELIMITER) + 2]
            return str(self._kernel.session.unpack(header)["msg_type"])
        except Exception:  # noqa: BLE001 - whatever it is, ipykernel itself shall complain
            return ""

    def _read(self, frames: Frames) -> tuple[Any, dict[str, Any]]:
        session = self._kernel.session
        idents, rest = session.feed_identities(frames, copy=self._copies)
        return idents, session.deserialize(rest, content=True, copy=self._copies)

    def _handle_comm(self, frames: Frames) -> None:
        kernel = self._kernel
        try:
            idents, message = self._read(frames)
        except Exception:
            logger.exception("a comm message could not be read")
            return
        kernel.set_parent(idents, message, channel="shell")
        kernel._publish_status("busy", "shell", parent=message)
        try:
            # Not dispatch_shell: its hooks keep the SIGINT handler in one attribute and lose ours.
            kernel.shell_handlers[message["header"]["msg_type"]](None, idents, message)
        except Exception:
            logger.exception("a comm handler failed")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            # The page holds back a widget's next update until it sees this.
            kernel._publish_status("idle", "shell", parent=message)

    async def _answer_info(self, frames: Frames) -> None:
        kernel = self._kernel
        idents, message = self._read(frames)
        kernel._publish_status("busy", "shell", parent=message)
        handler = kernel.shell_handlers[message["header"]["msg_type"]]
        answer = handler(_reply_stream(kernel), idents, message)
        if inspect.isawaitable(answer):
            await answer
        kernel._publish_status("idle", "shell", parent=message)
        if self._cells:
            kernel._publish_status("busy", "shell", parent=self._cells[-1].parent)

    def _give_back(self) -> None:
        """Let the waiting cell's output go to the waiting cell again."""
        if not self._cells:
            return
        cell = self._cells[-1]
        cell.context.copy().run(self._kernel.set_parent, cell.ident, cell.parent, "shell")
        self._kernel._publish_status("busy", "shell", parent=cell.parent)


_taps: dict[int, CommTap] = {}


def _main_shell_stream(kernel: Any) -> Any:
    """The ZMQStream that hands main-shell messages to the main thread, or None."""
    channel_thread = getattr(kernel, "shell_channel_thread", None)
    if channel_thread is not None:
        pair = getattr(channel_thread.manager, "_shell_channel_to_main", None)
        return getattr(pair, "to_stream", None)
    return getattr(kernel, "shell_stream", None)


def _reply_stream(kernel: Any) -> Any:
    channel_thread = getattr(kernel, "shell_channel_thread", None)
    if channel_thread is not None:
        return channel_thread.manager.get_subshell_to_shell_channel_socket(None)
    return kernel.shell_stream
