"""A newcomer without account and provider: each subcommand on the real CLI, and a first turn."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from copilot_nb.magics.commands import COMMANDS
from tests.kernel.environments import OWN
from tests.kernel.notebook.conftest import plain
from tests.kernel.notebook.test_account import RESTORE
from tests.kernel.notebook.test_commands import MCP_SERVER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.kernel.notebook.conftest import Notebook

# They do not depend on the version of the kernel.
pytestmark = pytest.mark.parametrize("kernel", [OWN], indirect=True)

AFRESH = "%unload_ext copilot_nb\n%load_ext copilot_nb\n"
"""Ends all that the kernel knew of the conversation."""
SET = """
before = dict(os.environ)
os.environ.update({new!r})
for name in ("COPILOT_NB_PROVIDER", "COPILOT_NB_MODEL"):
    del os.environ[name]
os.chdir({folder!r})
"""
ANSWERS = {
    "sessions": "The first `%%copilot` begins one.",
    "sessions --here": "0 sessions",
    "mcp": "0 MCP servers",
    "tools": "run_code",
    "skills": "on",
    "agents": "0 custom agents",
    "history": "no turn since the kernel started",
    "history --stored": "0 turns, as the runtime keeps them",
    "context": "Nothing is known yet",
    "compact": "nothing was said yet",
    "plan": "There is no plan.",
    "plan write # Steps": "# Steps",
    "plan delete": "The plan is deleted.",
    "rewind": "no prompt to go back to yet",
    "rename My talk": "This conversation is called 'My talk'.",
    "rules": "0 rules",
    "allow shell git status": "Rule 1.",
    "deny shell git push": "Rule 2.",
    "privacy": "privacy rule",
    "audit": "None yet.",
    "usage": "Nothing was asked yet.",
    "budget": "There is no cap.",
    "queue": "No prompt waits.",
    "steer hello": "Nothing runs.",
    "stop": "Nothing runs.",
    "undo": "nothing to undo",
    "diff": "changed no variables",
    "mode plan": "Mode plan",
    "mode interactive": "Mode interactive",
    "config timeout": "timeout",
    "provider": "Copilot account",
    "status": "next step  Sign in with `%copilot login`",
    "model": "Model: none yet.\nSign in with `%copilot login`",
    "version": "1.0.102",
    "doctor": "No model to ask",
    "logout": "Nobody is signed in.",
    "reset": "runs, without a model.\nNo model to ask",
    "help": "Who answers",
    "new": "New conversation",
}
"""What each line shows, or a part of it."""
ERRORS = {
    "sessions mine": "There is no stored session 'mine'.",
    "resume": "This notebook has had no session yet.",
    "resume mine": "There is no stored session 'mine'.",
    "fork": "This notebook has no conversation yet.",
    "delete mine": "There is no stored session 'mine'.",
    "mcp tools mine": "There is no MCP server 'mine'.",
    "agents use mine": "There is no agent 'mine'.",
    "skills off mine": "There is no skill 'mine'.",
    "export talk.md --stored": "Nothing was said in this conversation yet.",
    "show": "There is no turn in this notebook.",
    "sent": "Nothing was sent yet.",
    "promote x": "There is no trial to take from.",
    "fix": "No cell has failed so far.",
    "models": "No model to ask",
}
"""What cannot be answered ends with the reason and the next step."""
ELSEWHERE = {"ask", "explain", "login", "install"}
"""Those that draw a turn or a panel, and the one that has nothing to do where the CLI is."""


@pytest.fixture
def nobody(notebook: Notebook, tmp_path: Path) -> Iterator[Notebook]:
    """A notebook in which nothing says where the model answers, and nobody has ever signed in."""
    notebook.kernel.check(AFRESH)
    new = {"COPILOT_HOME": str(tmp_path / "copilot"), "COPILOT_NB_STATE": str(tmp_path / "state")}
    new |= {"COPILOT_NB_RULES": str(tmp_path / "rules.toml"), "COPILOT_DISABLE_KEYTAR": "1"}
    notebook.kernel.check(SET.format(new=new, folder=str(tmp_path)))
    yield notebook
    notebook.after_error()
    notebook.kernel.check(f"{AFRESH}{RESTORE}")


@pytest.fixture
def say(nobody: Notebook) -> Callable[[str], str]:
    """Runs a line and gives what it shows; its error as it stands in the cell."""

    def run(line: str) -> str:
        cell = nobody.kernel.run(line)
        if cell.status == "error":
            nobody.after_error()
        return cell.traceback or plain(cell) or cell.text

    return run


def test_what_needs_no_model_is_answered(say: Callable[[str], str]) -> None:
    """Before anything says where a model is; a new subcommand has to stand in one of the tables."""
    tried = {line.split()[0] for line in (*ANSWERS, *ERRORS)}
    assert tried | ELSEWHERE == set(COMMANDS)

    shown = {line: say(f"%copilot {line}") for line in ANSWERS}

    assert {line: text for line, text in shown.items() if ANSWERS[line] not in text} == {}


def test_what_cannot_be_answered_says_the_next_step(say: Callable[[str], str]) -> None:
    """In two lines: the reason, and what to do."""
    shown = {line: say(f"%copilot {line}") for line in ERRORS}

    assert {line: text for line, text in shown.items() if ERRORS[line] not in text} == {}
    assert {line: text for line, text in shown.items() if len(text.splitlines()) != 2} == {}


def test_what_was_set_up_before_holds_in_the_first_turn(
    nobody: Notebook, tmp_path: Path, say: Callable[[str], str]
) -> None:
    """Guided by messages from nothing to an answer: a server, a mode, a name, a tool less."""
    (tmp_path / "server.py").write_text(MCP_SERVER)
    assert "mini  connected      1  this notebook" in say(
        f"%copilot mcp add mini {sys.executable} server.py"
    )
    assert "add   Adds." in say("%copilot mcp tools mini")
    say("%copilot plan write # First this")
    say("%copilot mode plan")
    say("%copilot rename My talk")
    say("import copilot_nb\ncopilot_nb.tools.disable('bash')")
    nobody.turn("%%copilot\nHello.")
    nobody.after_error()

    lost = say("%copilot status")
    say(f"%copilot provider {nobody.model.url} --model scripted")
    nobody.turn("%%copilot\nHello.")

    assert "%copilot provider ollama" in lost
    request = nobody.model.requests[-1]
    offered = {tool["function"]["name"] for tool in request["tools"]}
    assert {"mini-add", "exit_plan_mode", "run_code"} <= offered
    assert "bash" not in offered
    assert say("print(await copilot_nb.current().get_name())") == "My talk\n"
    assert say("%copilot plan") == "# First this"


def test_a_stored_conversation_is_taken_up_without_a_model(
    nobody: Notebook, say: Callable[[str], str]
) -> None:
    """It is read and named so, and goes on once somebody answers."""
    say(f"%copilot provider {nobody.model.url} --model scripted")
    nobody.turn("%%copilot\nRemember one.")
    say("%copilot new")
    say("%copilot reset --off")
    say("%copilot provider account")

    assert "Remember one." in say("%copilot sessions 'Remember one.'")
    assert "Going on with 'Remember one.'" in say("%copilot resume 'Remember one.'")
    assert "> Remember one." in say("%copilot history --stored")
    assert say("%copilot rename Kept") == "This conversation is called 'Kept'."
    assert "this one" in say("%copilot sessions")
    say(f"%copilot provider {nobody.model.url} --model scripted")
    nobody.turn("%%copilot\nGo on.")

    assert "Remember one." in str(nobody.model.requests[-1]["messages"])
    assert "Kept" in say("%copilot sessions")
