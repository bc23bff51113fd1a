"""The CLI's sign-in, played by a script in its place."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

import pytest

from copilot_nb.errors import AuthenticationError, CliStartError, OfflineError, SessionError
from copilot_nb.session import login
from copilot_nb.session.launch import RuntimeOptions
from copilot_nb.session.login import DeviceCode, device_login

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="scripts with #! need POSIX"),
    pytest.mark.thorough,  # a process for each
]

CODE = 'say("To authenticate, visit https://github.com/login/device and enter code AB-12")'
QUESTION = 'say("System keychain unavailable. Store token in plaintext config file? (y/N) ")'
HEAD = f"""#!{sys.executable} -IS
import sys, time
def say(text):
    sys.stdout.write(text + "\\n")
    sys.stdout.flush()
"""


class Play:
    """A script where the CLI would be.

    Args:
        folder: Where it is written.
        lines: What it does.
        keeps: What a person answers to its question.
    """

    def __init__(self, folder: Path, *lines: str, keeps: bool = True) -> None:
        self.path = folder / "copilot"
        self.path.write_text(HEAD + "\n".join(lines) + "\n")
        self.path.chmod(0o755)
        self.codes: list[DeviceCode] = []
        self.shown = asyncio.Event()
        self.keeps = keeps

    async def run(self, host: str = "") -> str:
        """Sign in with it."""
        options = RuntimeOptions(cli_path=self.path)
        return await device_login(options, host=host, on_code=self._take, may_store=self._may_store)

    def _take(self, code: DeviceCode) -> None:
        self.codes.append(code)
        self.shown.set()

    async def _may_store(self) -> bool:
        return self.keeps


async def test_the_code_is_told_once_and_the_question_answered(tmp_path: Path) -> None:
    """The name is what the CLI says at its end."""
    done = 'say("Signed in successfully as ada (https://github.com).")'
    play = Play(tmp_path, CODE, QUESTION, 'assert input() == "y"', "say('ok')", done)

    assert await play.run() == "ada"
    assert play.codes == [DeviceCode("https://github.com/login/device", "AB-12")]


async def test_a_no_leaves_nothing_to_go_on_with(tmp_path: Path) -> None:
    """The error says how the login could be kept."""
    unsaved = 'say("Login succeeded, but the token was not saved.")'
    play = Play(tmp_path, QUESTION, 'assert input() == "n"', unsaved, keeps=False)

    with pytest.raises(AuthenticationError, match="no key ring") as caught:
        await play.run()

    assert "--plaintext" in caught.value.hint


@pytest.mark.parametrize(
    ("line", "kind", "message", "hint"),
    [
        ("Failed to fetch Copilot user info: 403 no", AuthenticationError, "no access", "settings"),
        ("error sending request for url (https://x/y)", OfflineError, "x cannot be", "network"),
        ("Bad credentials", AuthenticationError, "does not accept", "Sign in again"),
        ("Device code expired", AuthenticationError, "Device code expired", "%copilot login"),
    ],
)
async def test_each_bad_end_has_its_next_step(
    tmp_path: Path, line: str, kind: type[SessionError], message: str, hint: str
) -> None:
    """The CLI's own words decide."""
    with pytest.raises(kind, match=message) as caught:
        await Play(tmp_path, f"say({f'Login failed: Error: {line}'!r})").run()

    assert hint in caught.value.hint


async def test_the_host_goes_along(tmp_path: Path) -> None:
    """Without one it is github.com."""
    echo = 'say("Signed in successfully as " + "-".join(sys.argv[-2:]))'

    assert await Play(tmp_path, echo).run("https://x.ghe.com") == "--host-https://x.ghe.com"
    assert await Play(tmp_path, echo).run() == "login---device-code"


async def test_an_end_without_a_word_is_an_error(tmp_path: Path) -> None:
    """And so is a program that does not run."""
    with pytest.raises(AuthenticationError, match="ended without signing in"):
        await Play(tmp_path, "pass").run()

    play = Play(tmp_path, "pass")
    play.path.chmod(0o644)
    with pytest.raises(CliStartError, match="could not be started"):
        await play.run()


async def test_time_runs_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process is ended then."""
    monkeypatch.setattr(login, "LIMIT", 0.2)

    with pytest.raises(AuthenticationError, match="in time"):
        await Play(tmp_path, "time.sleep(60)").run()


async def test_a_process_that_lingers_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After it has closed its terminal; what it said counts."""
    monkeypatch.setattr(login, "EXIT_GRACE", 0.2)
    away = "import os, signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    close = "[os.close(n) for n in (0, 1, 2)]"
    done = 'say("Signed in successfully as ada")'

    assert await Play(tmp_path, away, done, close, "time.sleep(60)").run() == "ada"


async def test_cancelling_ends_the_process(tmp_path: Path) -> None:
    """While it waits for GitHub."""
    play = Play(tmp_path, CODE, "time.sleep(60)")
    flow = asyncio.get_running_loop().create_task(play.run())
    async with asyncio.timeout(10):
        await play.shown.wait()

    flow.cancel()

    with pytest.raises(asyncio.CancelledError):
        await flow
