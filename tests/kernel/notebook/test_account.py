"""An account in the notebook: from nobody signed in to a turn, what it cost, and out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from copilot_nb.testing.account import TOKEN, USER_CODE, ScriptedAccount
from copilot_nb.testing.reply import Reply
from tests.kernel.environments import OWN
from tests.kernel.notebook.conftest import plain, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kernel.notebook.conftest import Notebook

# They do not depend on the version of the kernel.
pytestmark = pytest.mark.parametrize("kernel", [OWN], indirect=True)

SET = """
import os
before = dict(os.environ)
os.environ.update({new!r})
for name in ("COPILOT_NB_PROVIDER", "COPILOT_NB_MODEL"):
    del os.environ[name]
"""
STOP = """
from copilot_nb.notebook.current import conversation
await conversation().stop()
conversation().settings.choose("provider", None, "")
"""
RESTORE = f"{STOP}os.environ.clear()\nos.environ.update(before)\ndel before"


@pytest.fixture
def account(notebook: Notebook, tmp_path: Path) -> Iterator[ScriptedAccount]:
    """The notebook knows no provider, and GitHub is this account."""
    with served(ScriptedAccount()) as account:
        notebook.kernel.check(STOP)
        new = account.environment() | {"COPILOT_HOME": str(tmp_path / "copilot")}
        notebook.kernel.check(SET.format(new=new))
        yield account
        notebook.after_error()
        notebook.kernel.check(RESTORE)


def say(notebook: Notebook, line: str) -> str:
    """What a line shows, or its two lines of error."""
    draws = line.startswith(("%%copilot", "%copilot login --plaintext"))
    cell = notebook.turn(line) if draws else notebook.kernel.run(line)
    if cell.status == "error":
        notebook.after_error()
    return f"{plain(cell)}{cell.text}{cell.traceback}"


def test_from_nobody_to_a_turn_and_out_again(notebook: Notebook, account: ScriptedAccount) -> None:
    """Guided by what is shown: each message names the next line to type."""
    lost = say(notebook, "%%copilot\nHello.")
    assert "No model to ask" in lost
    assert "%copilot login" in lost

    signed_in = say(notebook, f"%copilot login --plaintext --host {account.url}")
    assert "Signed in as scripted-user" in signed_in
    assert USER_CODE not in signed_in
    assert TOKEN not in signed_in

    assert "scripted-user" in say(notebook, "%copilot")
    assert "Beta thinker" in say(notebook, "%copilot models")
    account.script.append(Reply("Good day.", credits=2.5))
    assert "Good day." in say(notebook, "%%copilot --model beta\nHello.")

    spent = say(notebook, "%copilot usage model")
    assert "3 premium requests, 2.5 AI credits, $0.025" in spent
    assert "Premium requests: 90 of 300 used, 70 % left" in spent
    found = say(notebook, "%copilot doctor")
    assert "Everything is there." in found
    assert "first token after" in found

    assert "is signed out" in say(notebook, "%copilot logout")
    assert "%copilot login" in say(notebook, "%%copilot\nHello.")


def test_a_token_in_a_variable_and_one_that_expired(
    notebook: Notebook, account: ScriptedAccount
) -> None:
    """It is named, never shown; an expired one is told from everything else, at once."""
    notebook.kernel.check(f"os.environ['MY_TOKEN'] = {TOKEN!r}")
    notebook.kernel.forget()

    used = say(notebook, "%copilot login --token-env MY_TOKEN")
    assert "The token in MY_TOKEN is of scripted-user" in used
    assert "Hello from the scripted account." in say(notebook, "%%copilot\nHello.")

    account.users.clear()
    say(notebook, "%copilot reset")
    expired = say(notebook, "%%copilot\nHello.")
    assert "GitHub does not accept the token or the login" in expired
    assert "Sign in again with `%copilot login`" in expired
    assert TOKEN not in expired

    assert "not used any more" in say(notebook, "%copilot logout")


def test_an_effort_is_for_models_that_take_it(notebook: Notebook, account: ScriptedAccount) -> None:
    """It neither hinders other models nor stays for good; what was sent says so."""
    notebook.kernel.check(f"os.environ['COPILOT_GITHUB_TOKEN'] = {TOKEN!r}")
    hello = "Hello from the scripted account."
    assert hello in say(notebook, "%%copilot --model beta --effort high\nOne.")

    assert "alpha takes no effort" in say(notebook, "%copilot model alpha")
    assert hello in say(notebook, "%%copilot\nTwo.")
    assert hello in say(notebook, "%%copilot --model beta --effort low\nThree.")
    refused = say(notebook, "%copilot model --effort max")
    assert "beta takes effort low, medium, high, not 'max'" in refused
    assert "%copilot model --effort default" in refused
    turn = say(notebook, "%%copilot --model auto\nFour.")
    assert "auto takes no effort" in turn
    assert hello in turn
    say(notebook, "%copilot model beta --effort high")
    assert say(notebook, "%copilot model --effort default") == "Model beta, from the next turn on."
    assert hello in say(notebook, "%%copilot\nFive.")

    efforts = [request.get("reasoning_effort") for request in account.requests]
    assert efforts == ["high", None, "low", None, None]


def test_a_cap_stops_a_turn_where_it_is_hard(notebook: Notebook) -> None:
    """Before anything more is asked."""
    notebook.script(Reply("One."), Reply("Two."))
    say(notebook, "%copilot budget session 150 tokens")
    say(notebook, "%copilot budget --hard")
    assert "One." in say(notebook, "%%copilot\nFirst.")

    cell = notebook.kernel.run("%%copilot\nSecond.")
    notebook.after_error()
    over = f"{plain(cell)}{cell.traceback}"
    assert "This session has spent 120 tokens of 150 tokens" in over
    assert "%copilot budget session" in over
    assert "There is no cap." in say(notebook, "%copilot budget session off")
    say(notebook, "%copilot budget --soft")


LOOP = """
import copilot_nb
answers = []
for n in range(5):
    answers.append(copilot_nb.current().ask_sync(f"Question {n}.").text)
"""
ASKED = """
from copilot_nb.notebook.current import conversation
print([call.what for call in conversation().spending.calls][-5:])
"""


def test_a_cap_holds_for_a_loop_and_all_is_counted(notebook: Notebook) -> None:
    """What Python, a summary and the doctor ask stands beside the turns of cells."""
    notebook.script(Reply("One."), Reply("Two."), Reply(tools=[("bash", {"command": "ls"})]))
    assert "One." in say(notebook, "%%copilot\nFirst.")
    say(notebook, "%copilot budget session 270 tokens")

    stopped = say(notebook, LOOP)
    assert "BudgetError: This session has spent 240 tokens of 270 tokens" in stopped
    assert "%copilot budget session" in stopped
    assert "BudgetError" in say(notebook, "%copilot compact")

    say(notebook, "%copilot budget session 400 tokens")
    assert "TurnAbortedError" in say(notebook, LOOP)
    say(notebook, "%copilot budget session off")
    assert "Summed up" in say(notebook, "%copilot compact")
    say(notebook, "%copilot doctor --ask")
    assert len(notebook.model.requests) == 5
    assert "['', 'code', 'code', 'compaction', 'doctor']" in say(notebook, ASKED)
