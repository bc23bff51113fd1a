"""Waiting, asking and Ctrl-C in terminal IPython, on IPython's own loop."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

import pexpect
import pytest

from tests.kernel.environments import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.timeout(60),
    pytest.mark.skipif(os.name == "nt", reason="pexpect needs a POSIX terminal"),
]

WAITS = ["await wait_in_cell({})", "wait({})"]
both = pytest.mark.parametrize("wait", WAITS, ids=["await", "sync"])
STOPPED = "KeyboardInterrupt: the turn was stopped; the session goes on."


class Terminal:
    """Terminal IPython and a person at it."""

    def __init__(self, directory: Path) -> None:
        environment = os.environ | {"IPYTHONDIR": str(directory), "PYTHONPATH": str(ROOT)}
        self._process = pexpect.spawn(
            sys.executable,
            ["-m", "IPython", "--simple-prompt", "--colors=NoColor", "--no-confirm-exit"],
            env=environment | {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
            encoding="utf-8",
            timeout=15,
        )
        self._cell = 1
        self.until("In [1]: ")

    def type(self, line: str) -> None:
        """Type a line and press Enter."""
        self._process.sendline(line)

    def press(self, key: str) -> None:
        """Press a key, such as "c" for Ctrl-C."""
        self._process.sendcontrol(key)

    def until(self, text: str) -> str:
        """Wait until the text appears; what came before it."""
        self._process.expect_exact(text)
        return str(self._process.before)

    def until_prompt(self) -> str:
        """Wait for the next cell's prompt; what the last one wrote."""
        self._cell += 1
        return self.until(f"In [{self._cell}]: ")

    def run(self, code: str) -> str:
        """Run a cell; what it wrote."""
        self.type(code)
        return self.until_prompt()

    def close(self) -> None:
        """End it."""
        self._process.close(force=True)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal with our names at hand."""
    terminal = Terminal(tmp_path)
    terminal.run(
        "import asyncio; from copilot_nb.kernel.loop import *; "
        "from copilot_nb.kernel.frontend import *"
    )
    yield terminal
    terminal.close()


@both
def test_a_line_is_asked_and_the_loop_lives_on(terminal: Terminal, wait: str) -> None:
    """Both waits run on one loop, which outlives the cell."""
    terminal.run("task = None")
    terminal.run(wait.format("asyncio.sleep(0)"))

    terminal.type(wait.format("ask_line('na' + 'me? ')"))
    terminal.until("name?")
    terminal.type("Ada")

    assert "'Ada'" in terminal.until_prompt()
    assert "terminal" in terminal.run("detect()")
    terminal.run("loops = [shell_loop()]; loops += [await asyncio.sleep(0, shell_loop())]")
    assert "True" in terminal.run("loops[0] is loops[1] is shell_loop()")


def test_a_text_is_edited_in_place(terminal: Terminal) -> None:
    """Over several lines; Esc and Enter end it."""
    terminal.type("await wait_in_cell(ask_text('Ed' + 'it:', 'one'))")
    terminal.until("Edit:")

    terminal.type("!")
    terminal.press("[")  # Esc
    terminal.press("m")  # Enter

    assert repr("one!\n") in terminal.until_prompt()


@both
def test_ctrl_c_ends_the_wait_with_one_line(terminal: Terminal, wait: str) -> None:
    """Ctrl-C while the turn works stops it; the next one goes as before."""
    terminal.type("async def turn():\n    print('wai' + 'ting')\n    await asyncio.sleep(30)\n\n")
    terminal.until_prompt()
    terminal.type(wait.format("turn()"))
    terminal.until("waiting")

    terminal.press("c")

    shown = terminal.until_prompt()
    assert STOPPED in shown
    assert not re.search(r"loop\.py|interrupt\.py", shown)
    assert "7" in terminal.run(wait.format("asyncio.sleep(0, 7)"))


@both
def test_ctrl_c_at_the_question_ends_the_turn(terminal: Terminal, wait: str) -> None:
    """Ctrl-C comes as a key while a question is open; it means the same."""
    terminal.type(wait.format("ask_line('na' + 'me? ')"))
    terminal.until("name?")

    terminal.press("c")

    assert STOPPED in terminal.until_prompt()


def test_what_was_typed_before_the_question_is_no_answer(terminal: Terminal) -> None:
    """Keys meant for something else must not allow anything."""
    terminal.run("import select, sys")
    terminal.type(
        "async def turn():\n    print('wai' + 'ting')\n"
        "    while not select.select([sys.stdin], [], [], 0)[0]:\n"
        "        await asyncio.sleep(0.01)\n"
        "    return await ask_line('na' + 'me? ')\n\n"
    )
    terminal.until_prompt()
    terminal.type("await wait_in_cell(turn())")
    terminal.until("waiting")
    terminal.type("yes")
    terminal.until("name?")
    terminal.type("Ada")

    assert "'Ada'" in terminal.until_prompt()


def test_end_of_input_is_told(terminal: Terminal) -> None:
    """Ctrl-D is no answer."""
    terminal.type("await wait_in_cell(ask_line('na' + 'me? '))")
    terminal.until("name?")

    terminal.press("d")

    assert "EOFError" in terminal.until_prompt()
