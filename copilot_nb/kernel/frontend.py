"""Who sits in front of the kernel, and what they type: a line, or a text that they edit.

Asking never stops the loop: streaming goes on and ■ ends the question. Where nobody can type
(nbclient, papermill, a pipe) nothing is asked at all.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from IPython.core.getipython import get_ipython

from copilot_nb.kernel.comm import current_cell, running_kernel

LOOK_SECONDS = 0.05
"""How often we look for the typed line."""
_END_OF_INPUT = "\x04"
_END_OF_TEXT = "."


@dataclass(frozen=True, slots=True)
class Frontend:
    """Where the code runs and whether somebody can type."""

    kind: Literal["notebook", "terminal", "none"]
    """none: no IPython at all."""
    allow_stdin: bool


def detect() -> Frontend:
    """What is in front of us now; ask at the start of a cell."""
    kernel = running_kernel()
    if kernel is not None:
        return Frontend("notebook", _kernel_allows(kernel))
    kind: Literal["terminal", "none"] = "none" if get_ipython() is None else "terminal"
    return Frontend(kind, _is_terminal())


def wants_colours() -> bool:
    """Whether IPython itself writes in colours: not with `--colors=NoColor`."""
    return str(getattr(get_ipython(), "colors", "")).lower() != "nocolor"


def has_comms() -> bool:
    """Whether widgets could reach a page from here."""
    return running_kernel() is not None


async def ask_line(prompt: str, *, hidden: bool = False) -> str | None:
    """One line that a person types; None when nobody can.

    Args:
        prompt: What is shown before it.
        hidden: Do not show what is typed.

    Raises:
        EOFError: The person ended the input instead.
        asyncio.CancelledError: ■ or Ctrl-C; the turn is being stopped as well.
    """
    if not detect().allow_stdin:
        return None
    kernel = running_kernel()
    if kernel is not None:
        return await _ask_frontend(kernel, prompt, hidden=hidden)
    return await _ask_terminal(prompt, hidden=hidden)


async def ask_text(prompt: str, text: str) -> str | None:
    """A text as a person edits it; None when nobody can.

    A terminal lets it be edited in place; elsewhere there is one line at a time, and all of it is
    typed anew, or none.

    Args:
        prompt: What is shown before it.
        text: The text as it is.

    Raises:
        EOFError: The person ended the input instead.
        asyncio.CancelledError: ■ or Ctrl-C; the turn is being stopped as well.
    """
    if not detect().allow_stdin:
        return None
    if running_kernel() is None:
        return await _ask_terminal(f"{prompt} (Esc and Enter end it)\n", text=text)
    lines: list[str] = []
    prompt = f"{prompt} type it anew, line by line; {_END_OF_TEXT!r} alone ends it\n"
    while (line := await ask_line(prompt)) not in {None, _END_OF_TEXT}:
        lines.append(line or "")
        prompt = ""
    return "\n".join(lines) or text


def _kernel_allows(kernel: Any) -> bool:
    _, parent = current_cell(kernel)
    content = parent.get("content", {}) if isinstance(parent, dict) else {}
    # While a click is handled the parent is the click; the kernel remembers the last cell's word.
    return bool(content.get("allow_stdin", getattr(kernel, "_allow_stdin", False)))


def _is_terminal() -> bool:
    stdin = sys.stdin
    return stdin is not None and not stdin.closed and stdin.isatty()


async def _ask_frontend(kernel: Any, prompt: str, *, hidden: bool) -> str:
    """What `input()` does in a kernel, without the wait that stops the loop.

    A thread with `input()` could not be cancelled: it would take the answer to the next question.
    """
    import zmq

    ident, parent = current_cell(kernel)
    stdin, session = kernel.stdin_socket, kernel.session
    sys.stdout.flush()
    sys.stderr.flush()
    while stdin.poll(0):
        stdin.recv_multipart(zmq.NOBLOCK)  # a late answer to a question that was withdrawn
    content = {"prompt": prompt, "password": hidden}
    session.send(stdin, "input_request", content, parent, ident=ident)
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        _, reply = session.recv(stdin)
        if reply is not None:
            value = str(reply["content"].get("value", ""))
            if value == _END_OF_INPUT:
                raise EOFError
            return value


async def _ask_terminal(prompt: str, *, hidden: bool = False, text: str | None = None) -> str:
    from prompt_toolkit import PromptSession

    _drop_typed_ahead()
    try:
        return await PromptSession[str]().prompt_async(
            prompt,
            is_password=hidden,
            handle_sigint=False,
            default=text or "",
            multiline=text is not None,
        )
    except KeyboardInterrupt:
        # The terminal is in raw mode: Ctrl-C came as a key. The guard shall hear of it.
        signal.raise_signal(signal.SIGINT)
        raise asyncio.CancelledError from None


def _drop_typed_ahead() -> None:
    """Forget keys from before the question was there: they are no answer to it."""
    from prompt_toolkit.application.current import get_app_session
    from prompt_toolkit.input.typeahead import clear_typeahead

    clear_typeahead(get_app_session().input)
    try:
        import termios
    except ImportError:  # Windows
        return
    with suppress(termios.error, OSError, ValueError):
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
