"""Signing in from terminal IPython: the code as text, and a question that is typed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from copilot_nb.testing.account import TOKEN, USER_CODE, ScriptedAccount
from tests.kernel.notebook.conftest import served
from tests.kernel.notebook.test_terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pexpect needs a POSIX terminal")


def test_the_question_of_the_plain_file_comes_when_the_code_was_accepted(
    cli_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not wait behind the sign-in; the login then lasts."""
    monkeypatch.setenv("COPILOT_CLI_PATH", str(cli_path))
    monkeypatch.setenv("COPILOT_HOME", str(tmp_path / "home"))
    with served(ScriptedAccount()) as account:
        for name, value in account.environment().items():
            monkeypatch.setenv(name, value)
        terminal = Terminal(tmp_path)
        terminal.run("%load_ext copilot_nb")

        terminal.type(f"%copilot login --host {account.url}", USER_CODE)
        terminal.child.expect("Your number:")
        terminal.type("1", "Signed in as scripted-user at 127")
        status = terminal.prompt()
        terminal.child.close(force=True)
        assert TOKEN not in status
        assert TOKEN in (tmp_path / "home" / "config.json").read_text()
