"""Signing in to GitHub with the runtime's own device flow.

The CLI is run once more, as `copilot login`. It keeps the login in the system's key ring; without
one it asks on a terminal whether a plain file may hold it, so it gets a pseudo terminal where the
system has them. The token never passes through here.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from copilot_nb.errors import AuthenticationError, CliStartError, SessionError
from copilot_nb.protocol.causes import cause
from copilot_nb.session.launch import environment, program
from copilot_nb.session.locate import find_cli
from copilot_nb.session.words import Words

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from copilot_nb.session.launch import RuntimeOptions

LIMIT = 1000.0
"""Seconds that a sign-in may take; GitHub's codes are good for 900."""
EXIT_GRACE = 3.0

_CODE = re.compile(r"visit (\S+) and enter code (\S+)")
_MAY_STORE = re.compile(r"plaintext[^?]*\?[^\n]*\[?\(?y/n", re.IGNORECASE)
_DONE = re.compile(r"Signed in successfully as (\S+)")
_FAILED = re.compile(r"Login failed: (?:Error: )?([^\r\n]*)")
_NOT_KEPT = re.compile(r"token was not saved", re.IGNORECASE)
_NO_USER = re.compile(r"copilot user info: (403|404)", re.IGNORECASE)
_AGAIN = "Check the network and the host, then run `%copilot login` again."
_NO_SEAT = (
    "See https://github.com/settings/copilot, sign in with another account, or choose another "
    "`%copilot provider`."
)
_NOWHERE_KEPT = (
    "Run `%copilot login --plaintext` to keep it in the CLI's own file, readable by you alone, "
    "install a key ring, or set a token in COPILOT_GITHUB_TOKEN."
)


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person types, and where."""

    url: str
    code: str


class _Ends(Protocol):
    """The other side of the process's terminal or pipes."""

    def read(self, size: int, /) -> bytes: ...

    def write(self, data: bytes, /) -> object: ...

    def close(self) -> None: ...


async def device_login(
    options: RuntimeOptions,
    *,
    host: str = "",
    on_code: Callable[[DeviceCode], None],
    may_store: Callable[[], Awaitable[bool]],
) -> str:
    """Sign in; the account's name. Cancelling ends the CLI's process.

    Args:
        options: How the runtime is started: its executable, environment and home.
        host: Another GitHub than github.com, such as https://example.ghe.com.
        on_code: Told the code, as soon as there is one.
        may_store: Asked whether a plain file may hold the login, where there is no key ring.

    Raises:
        CliNotFoundError: There is no CLI.
        AuthenticationError: The code expired, the account has no Copilot, or nothing may keep the
            login.
        OfflineError: GitHub cannot be reached.
    """
    cli = await asyncio.to_thread(find_cli, options.cli_path)
    words = [*program(cli), "--no-auto-update", "login", "--device-code"]
    process, ends = _spawn(words + (["--host", host] if host else []), options)
    try:
        async with asyncio.timeout(LIMIT):
            said = await _follow(ends, on_code, may_store)
            await asyncio.to_thread(process.wait, EXIT_GRACE)
    except TimeoutError as error:
        raise AuthenticationError("Nobody signed in in time.", hint=_AGAIN) from error
    except subprocess.TimeoutExpired:
        pass
    finally:
        _end(process)
    return _outcome(said)


async def _follow(
    ends: _Ends, on_code: Callable[[DeviceCode], None], may_store: Callable[[], Awaitable[bool]]
) -> str:
    """Do what the CLI asks, until its last word; all that it said."""
    words = Words(ends)  # type: ignore[arg-type]  # read and close are all that it uses
    told = asked = False
    going = True
    while going:
        going = await words.more()
        if not told and (found := _CODE.search(words.text)):
            told = True
            on_code(DeviceCode(found[1], found[2]))
        if going and not asked and _MAY_STORE.search(words.text):
            asked = True
            ends.write(b"y\r" if await may_store() else b"n\r")
    return words.text


def _outcome(said: str) -> str:
    """The name that was signed in.

    Raises:
        SessionError: It did not come to that.
    """
    if done := _DONE.search(said):
        return done[1]
    if _NOT_KEPT.search(said):
        message = "The sign-in went well, but there is no key ring to keep it in."
        raise AuthenticationError(message, hint=_NOWHERE_KEPT)
    failed = _FAILED.search(said)
    message = failed[1] if failed else "The Copilot CLI ended without signing in."
    raise _failure(message)


def _failure(message: str) -> SessionError:
    if _NO_USER.search(message):
        return AuthenticationError("This account has no access to Copilot.", hint=_NO_SEAT)
    found = cause(message)
    if found is None:
        return AuthenticationError(message, hint=_AGAIN)
    return found.error(found.line(message) or message, hint=found.hint)


def _spawn(words: list[str], options: RuntimeOptions) -> tuple[subprocess.Popen[bytes], _Ends]:
    variables = environment(options) | {"TERM": "dumb"}
    try:
        if sys.platform == "win32":  # pragma: no cover - Windows
            return _with_pipes(words, options, variables)
        return _with_terminal(words, options, variables)
    except OSError as error:
        raise CliStartError(f"{words[0]!r} could not be started: {error}") from error


def _with_terminal(
    words: list[str], options: RuntimeOptions, variables: dict[str, str]
) -> tuple[subprocess.Popen[bytes], _Ends]:
    ours, theirs = os.openpty()
    try:
        process = subprocess.Popen(  # noqa: S603 - the path is the user's or ours
            words,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=options.cwd,
            env=variables,
            start_new_session=True,
        )
    except OSError:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
    return process, _Terminal(ours)


def _with_pipes(
    words: list[str], options: RuntimeOptions, variables: dict[str, str]
) -> tuple[subprocess.Popen[bytes], _Ends]:  # pragma: no cover - Windows
    process = subprocess.Popen(  # noqa: S603 - the path is the user's or ours
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
        cwd=options.cwd,
        env=variables,
    )
    return process, _Pipes(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it at once if it still runs."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":  # pragma: no cover - Windows
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait(EXIT_GRACE)


class _Terminal:
    """Our end of a pseudo terminal."""

    def __init__(self, number: int) -> None:
        self._number = number

    def read(self, size: int, /) -> bytes:
        """More of what was said; nothing once the other end is closed."""
        try:
            return os.read(self._number, size)
        except OSError:
            return b""

    def write(self, data: bytes, /) -> object:
        """Type something."""
        return os.write(self._number, data)

    def close(self) -> None:
        """Let go of it."""
        os.close(self._number)


class _Pipes:  # pragma: no cover - Windows
    """Our ends of a process's pipes."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def read(self, size: int, /) -> bytes:
        """More of what was said."""
        return self._process.stdout.read(size) if self._process.stdout else b""

    def write(self, data: bytes, /) -> object:
        """Type something."""
        return self._process.stdin.write(data) if self._process.stdin else None

    def close(self) -> None:
        """Let go of them."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
