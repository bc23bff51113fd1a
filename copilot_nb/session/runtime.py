"""One process of the Copilot CLI: started, watched, and ended in bounded steps.

It lives in a process group of its own, so that interrupting the kernel leaves it alone; the end of
its stdin ends it, so that a dead kernel leaves nothing behind. (Over TCP only an orderly exit of
the kernel ends it; pipes are the default.)
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
import weakref
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any, Self

from copilot_nb.errors import CliStartError, ConnectionClosedError, MethodNotFoundError, RpcError
from copilot_nb.rpc.peer import METHOD_NOT_FOUND, NO_ANSWER, Peer
from copilot_nb.rpc.stdio import StdioTransport
from copilot_nb.rpc.tcp import TcpTransport
from copilot_nb.session.launch import RuntimeOptions, command_line, environment
from copilot_nb.session.locate import CLI_VERSION, find_cli
from copilot_nb.session.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["CLI_VERSION", "Runtime", "RuntimeOptions", "find_cli"]

LAST_WORDS_GRACE = 0.5
"""Seconds for the exit code and the last words after the end of its output."""
EXIT_GRACE = 3.0
"""Seconds after the end of the connection, and again after each signal, for it to end."""

_PORT = re.compile(r"listening on port (\d+)", re.IGNORECASE)
_running: weakref.WeakSet[Runtime] = weakref.WeakSet()


class Runtime:
    """A running Copilot CLI that has answered. Made by `start`; belongs to the loop it ran on."""

    transport: StdioTransport
    """Carries the messages; a `Peer` started on it takes over."""
    connection_token: str | None
    """For TCP: what `connect` must present."""

    def __init__(self, process: subprocess.Popen[bytes], options: RuntimeOptions) -> None:
        self.connection_token = None if options.use_stdio else options.connection_token
        self.pid = process.pid
        self._process = process
        self._options = options
        loop = asyncio.get_running_loop()
        self._exited: asyncio.Future[None] = loop.create_future()
        self._end: Callable[[Exception], None] = _nothing
        self._stderr = Words(_given(process.stderr))
        threading.Thread(target=self._watch, args=(loop,), name="copilot-nb", daemon=True).start()
        _running.add(self)

    @classmethod
    async def start(cls, options: RuntimeOptions | None = None) -> Self:
        """Start the process and wait until it answers.

        Raises:
            CliNotFoundError: There is no executable.
            CliStartError: It did not start, ended at once, or does not answer.
        """
        options = options or RuntimeOptions()
        if not options.use_stdio and options.connection_token is None:
            options = replace(options, connection_token=secrets.token_urlsafe(32))
        cli = await asyncio.to_thread(find_cli, options.cli_path)
        runtime = cls(_spawn(cli, options), options)
        try:
            await (runtime._open_pipes() if options.use_stdio else runtime._open_socket())
        except BaseException:
            runtime.kill()
            raise
        return runtime

    @property
    def returncode(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._process.returncode

    @property
    def stderr_tail(self) -> str:
        """The last that it wrote to stderr, where it says why it cannot go on."""
        return self._stderr.text

    async def stop(self) -> None:
        """End it: close the connection, wait, terminate, kill; each step is bounded."""
        await self.transport.close()
        atexit.unregister(self.kill)
        if self._options.use_stdio:
            await self._exits(EXIT_GRACE)
        self._process.terminate()  # does nothing when it has ended
        if not await self._exits(EXIT_GRACE):
            self.kill()
            await self._exits(EXIT_GRACE)

    def kill(self) -> None:
        """End it at once, with what it started; nothing is saved."""
        if self._process.poll() is not None:
            return
        if sys.platform == "win32":  # pragma: no cover - Windows
            self._process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    def close_pipe(self) -> None:  # pragma: no cover - for forked children
        """Close our end of its stdin; it ends when nobody else holds one."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    async def _open_pipes(self) -> None:
        self.transport = StdioTransport(
            _given(self._process.stdin), _given(self._process.stdout), explain=self._explain
        )
        self._end = self.transport.end
        peer = Peer(
            self.transport, on_notification=_nothing, on_request=_refuse, on_closed=_nothing
        )
        peer.start()
        try:
            await peer.request("ping", timeout=self._options.start_timeout)
        except RpcError as error:
            if error.code == NO_ANSWER:
                raise self._start_error() from error
        except ConnectionClosedError as error:
            raise self._start_error() from error

    async def _open_socket(self) -> None:
        atexit.register(self.kill)  # it does not watch its stdin
        words = Words(_given(self._process.stdout))
        try:
            async with asyncio.timeout(self._options.start_timeout):
                while (port := _PORT.search(words.text)) is None:
                    if not await words.more():
                        await self._exits(LAST_WORDS_GRACE)
                        raise self._start_error()
        except TimeoutError as error:
            raise self._start_error() from error
        self.transport = await TcpTransport.connect(
            "127.0.0.1", int(port[1]), explain=self._explain
        )
        self._end = self.transport.end

    async def _exits(self, limit: float) -> bool:
        await asyncio.wait([self._exited], timeout=limit)
        return self._exited.done()

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait for the exit on a thread: its output may be held open by a process it started."""
        self._process.wait()
        with contextlib.suppress(RuntimeError):  # the loop has been closed
            loop.call_soon_threadsafe(self._note_exit, loop)

    def _note_exit(self, loop: asyncio.AbstractEventLoop) -> None:
        self._exited.set_result(None)
        loop.call_later(LAST_WORDS_GRACE, self._end, ConnectionClosedError(self._last_words()))

    def _explain(self) -> Exception:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(LAST_WORDS_GRACE)
        self._stderr.wait(LAST_WORDS_GRACE)
        return ConnectionClosedError(self._last_words())

    def _start_error(self) -> CliStartError:
        code, limit = self.returncode, self._options.start_timeout
        what = f"did not answer within {limit:g} s" if code is None else _ending(code)
        return CliStartError(
            _with_tail(f"The Copilot CLI could not be started: it {what}.", self.stderr_tail),
            exit_code=code,
            stderr=self.stderr_tail,
        )

    def _last_words(self) -> str:
        code = self.returncode
        what = "closed its output" if code is None else _ending(code)
        return _with_tail(f"The Copilot CLI {what}.", self.stderr_tail)


def _spawn(cli: Path, options: RuntimeOptions) -> subprocess.Popen[bytes]:
    words, variables = command_line(cli, options), environment(options)
    own_group: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":  # pragma: no cover - Windows
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        own_group = {"creationflags": flags}
    try:
        return subprocess.Popen(  # noqa: S603 - the path is the user's or ours
            words,
            stdin=subprocess.PIPE if options.use_stdio else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=options.cwd,
            env=variables,
            **own_group,
        )
    except OSError as error:
        raise CliStartError(f"{str(cli)!r} could not be started: {error}") from error


def _given(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None  # noqa: S101 - asked for as PIPE, which the types cannot tell
    return stream


def _ending(code: int) -> str:
    return f"ended with exit code {code}" if code >= 0 else f"was ended by signal {-code}"


def _with_tail(message: str, tail: str) -> str:
    return f"{message}\n{tail}" if tail else message


def _nothing(*_: object) -> None: ...


async def _refuse(method: str, _: object) -> None:
    raise MethodNotFoundError(f"Nobody answers {method} yet.", code=METHOD_NOT_FOUND)


def _let_go() -> None:  # pragma: no cover - runs in the child, where nobody measures
    """A forked child holds our end of the pipe too, and would keep the runtime alive.

    Nor is the runtime the child's to end when it exits.
    """
    for runtime in list(_running):
        runtime.close_pipe()
        atexit.unregister(runtime.kill)


if sys.platform != "win32":  # pragma: no branch - Windows does not fork
    os.register_at_fork(after_in_child=_let_go)
