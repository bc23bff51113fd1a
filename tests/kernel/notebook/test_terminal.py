"""The same magics in terminal IPython: text that streams, answers that are typed, Ctrl-C."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.testing.reply import Reply
from tests.kernel.notebook.processes import ended_within

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from copilot_nb.testing.model import ScriptedModel

pexpect = pytest.importorskip("pexpect")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="pexpect needs a POSIX terminal")

COMMAND = Reply(tools=[("bash", {"command": "echo hi > x.txt", "description": "say hi"})])
SLOW = Reply(chunks=[f"w{n} " for n in range(400)], delay=0.05)
BOUND = 40
ENDS_WITHIN = 1.0
"""Seconds from Ctrl-C to the prompt: half of it promised, half for a busy machine."""


class Terminal:
    """An IPython in a pseudo terminal.

    Args:
        folder: Where it runs and keeps its files.
        *arguments: More of IPython's command line.
    """

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._number = 1
        environ = os.environ | {
            "IPYTHONDIR": str(folder),
            "PROMPT_TOOLKIT_NO_CPR": "1",
            "TERM": "xterm",
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }
        self.child: Any = pexpect.spawn(
            sys.executable,
            ["-m", "IPython", "--no-banner", "--colors=NoColor", "--no-confirm-exit", *arguments],
            env=environ,
            cwd=str(folder),
            encoding="utf-8",
            timeout=BOUND,
            dimensions=(50, 160),
        )
        self.prompt()

    def prompt(self) -> str:
        """Wait for the next `In [n]`; what was written before it."""
        self.child.expect(rf"In \[{self._number}\]:")
        self._number += 1
        return str(self.child.before)

    def run(self, line: str) -> str:
        """Type a line and wait for the next prompt; what was written."""
        self.child.send(f"{line}\r")
        return self.prompt()

    def type(self, line: str, until: str) -> None:
        """Type a line and wait until that text is written."""
        self.child.send(f"{line}\r")
        self.child.expect(until)


@pytest.fixture
def terminal(
    model: ScriptedModel, cli_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terminal]:
    """A terminal with the extension loaded."""
    model.script, model.requests = [], []
    monkeypatch.setenv("COPILOT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COPILOT_CLI_PATH", str(cli_path))
    monkeypatch.setenv("COPILOT_NB_PROVIDER", model.url)
    monkeypatch.setenv("COPILOT_NB_MODEL", "scripted")
    made = Terminal(tmp_path)
    made.run("%load_ext copilot_nb")
    yield made
    made.child.close(force=True)


def test_a_cell_is_typed_to_its_blank_line(terminal: Terminal, model: ScriptedModel) -> None:
    """IPython waits for the body; the answer streams as text."""
    model.script = [Reply("Hello world.")]

    for line in ("%%copilot", "Greet me.", ""):
        terminal.type(line, r"\.\.\.:")
    shown = terminal.run("")

    assert "Hello world." in shown
    assert model.requests[-1]["messages"][-1]["content"].endswith("Greet me.")


def test_a_request_is_answered_by_typing(
    terminal: Terminal, model: ScriptedModel, tmp_path: Path
) -> None:
    """The command is shown in full, the prompt names the keys, Enter alone asks again."""
    model.script = [COMMAND, Reply("Done.")]

    terminal.type("%copilot ask write it?", "echo hi > x.txt")
    terminal.child.expect("y = Allow once")
    terminal.type("", "y = Allow once")
    shown = terminal.run("y")

    assert "Allowed once by you" in shown
    assert "Done." in shown
    assert (tmp_path / "x.txt").read_text() == "hi\n"


def test_code_is_edited_before_it_runs(terminal: Terminal, model: ScriptedModel) -> None:
    """In place, with the agent's text to begin with; what runs is what then stands there."""
    model.script = [Reply(tools=[("run_code", {"code": "made = 6"})]), Reply("Done.")]

    terminal.type("%copilot ask make it", "e = Edit")
    terminal.type("e", "Esc and Enter end it")
    terminal.child.send("* 7")
    terminal.child.send("\x1b")
    terminal.type("", "Changed by you: this is what counts")
    shown = terminal.run("y")

    assert ", edited" in shown
    assert "42" in terminal.run("made")


def test_a_plan_is_judged_by_typing(terminal: Terminal, model: ScriptedModel) -> None:
    """It is shown, a no takes its reason along, and the agent goes on."""
    plan = Reply(tools=[("exit_plan_mode", {"summary": "I will tidy up."})])
    model.script = [plan, Reply("Then with tests.")]
    terminal.run("%copilot mode plan")

    terminal.type("%copilot ask plan it", "I will tidy up.")
    terminal.child.expect("n = Ask for another plan")
    shown = terminal.run("n more tests")

    assert "Sent back: more tests" in shown
    assert "Then with tests." in shown
    assert "more tests" in str(model.requests[-1]["messages"][-1])


@pytest.mark.parametrize(("reply", "sign"), [(SLOW, "w3"), (COMMAND, "Deny and stop")])
def test_ctrl_c_stops_the_turn(
    terminal: Terminal, model: ScriptedModel, reply: Reply, sign: str
) -> None:
    """While it streams and while it asks; the session goes on."""
    model.script = [reply, Reply("Still here.")]
    terminal.type("%copilot ask go on", sign)

    pressed = time.monotonic()
    terminal.child.sendintr()
    shown = terminal.prompt()

    assert time.monotonic() - pressed < ENDS_WITHIN
    assert "KeyboardInterrupt: the turn was stopped; the session goes on." in shown
    assert "Still here." in terminal.run("%copilot ask again")


TABLE = """import sys
import pandas as pd
_ = sys.stderr.write("be" + "fore\\n")
pd.DataFrame({"number": range(200), "twice": range(0, 400, 2)})"""


def test_output_of_code_stands_once_and_in_order(terminal: Terminal, model: ScriptedModel) -> None:
    """What is drawn of it is not taken for more of it: not on the screen, not for the model."""
    model.script = [Reply(tools=[("run_code", {"code": TABLE})]), Reply("A table.")]

    terminal.type("%copilot ask show it", "y = ")
    shown = terminal.run("y")

    marks = ["before", "number", "  199", "200 rows", "A table."]
    places = [shown.index(mark) for mark in marks]
    assert places == sorted(places)
    assert [shown.count(mark) for mark in marks] == [1] * len(marks)
    assert all(line.index("199") < 10 for line in shown.splitlines() if "199" in line)
    assert str(model.requests[-1]["messages"][-1]["content"]).count("200 rows") == 1
    assert "\x1b[3" not in shown


def test_ask_sync_uses_the_same_session(terminal: Terminal, model: ScriptedModel) -> None:
    """Outside of a turn there is no running loop, and the session lives on."""
    model.script = [Reply("One."), Reply("Two.")]
    terminal.run("%copilot ask first")

    shown = terminal.run("import copilot_nb; print([copilot_nb.current().ask_sync('x').text])")

    assert "['Two.']" in shown
    assert "first" in str(model.requests[-1]["messages"])


def test_leaving_ends_the_runtime(terminal: Terminal, model: ScriptedModel) -> None:
    """Nothing is left behind."""
    terminal.run("%copilot ask hello")
    shown = terminal.run("%copilot")
    runtime = int(shown.partition("process ")[2].split()[0])

    terminal.child.send("exit\r")
    terminal.child.expect(pexpect.EOF)
    terminal.child.close()

    assert terminal.child.exitstatus == 0
    assert ended_within(runtime, seconds=5)
