"""Subcommands about what is said, on the real CLI: what they show, and what the model then gets."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from copilot_nb.testing.reply import Reply
from tests.kernel.environments import OWN
from tests.kernel.notebook.conftest import plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.kernel.notebook.conftest import Notebook

# They do not depend on the version of the kernel.
pytestmark = pytest.mark.parametrize("kernel", [OWN], indirect=True)


def test_conversations_are_listed_looked_into_resumed_and_deleted(
    notebook: Notebook, folder: Path, say: Callable[[str], str]
) -> None:
    """A copy goes its own way, the original stays as it was."""
    assert folder.is_dir()
    notebook.turn("%%copilot\nRemember one.")
    assert say("%copilot rename My talk") == "This conversation is called 'My talk'."
    assert "There is no stored session 'copy'" in say("%copilot fork --name My copy")
    assert "Going on in a copy, 'copied'" in say("%copilot fork --name copied")
    notebook.turn("%%copilot\nOnly in the copy.")

    listed = say("%copilot sessions --here")
    looked_into = say("%copilot sessions 'My talk'")
    assert "Going on with 'My talk'" in say("%copilot resume 'My talk'")
    notebook.turn("%%copilot\nBack again.")
    asked = say("%copilot delete copied")
    deleted = say("%copilot delete copied --yes")

    assert [
        name for name in ("2 sessions", "My talk", "copied", "this one") if name not in listed
    ] == []
    assert re.match(r"My talk: 1 turn\n\n> Remember one\.\n— [\d: -]+\nHello", looked_into)
    told = str(notebook.model.requests[-1]["messages"])
    assert "Remember one." in told
    assert "Only in the copy." not in told
    assert asked.splitlines()[1].endswith("--yes")
    assert deleted.startswith("Deleted 'copied'")
    assert "1 session" in say("%copilot sessions --here")


def test_a_restarted_kernel_offers_the_notebooks_last_session(
    notebook: Notebook, folder: Path, say: Callable[[str], str]
) -> None:
    """Unloading ends everything that the kernel knew; the bookmark is on disk."""
    assert folder.is_dir()
    notebook.turn("%%copilot\nRemember one.")
    notebook.kernel.check("%unload_ext copilot_nb")
    notebook.kernel.check("%load_ext copilot_nb")

    offered = say("%copilot")
    resumed = say("%copilot resume")
    notebook.turn("%%copilot\nGo on.")

    assert "none yet; `%copilot resume` goes on with 'Remember one.'" in offered
    assert resumed.startswith("Going on with 'Remember one.'")
    assert "Remember one." in str(notebook.model.requests[-1]["messages"])


def test_turns_are_listed_shown_and_exported(
    notebook: Notebook, folder: Path, say: Callable[[str], str]
) -> None:
    """A table that is data, and files that other programs read."""
    notebook.script(Reply("Hello **world**."))
    notebook.turn("%%copilot\nGreet me.")

    count = notebook.kernel.check(
        "table = %copilot history\nprint(table[-1]['prompt'], table[-1]['tool calls'])"
    )
    assert count.text == "Greet me. 0\n"
    shown = say("%copilot show")
    assert re.search(r"> Greet me.\n— \d{4}-\d\d-\d\d \d\d:\d\d\nHello \*\*world\*\*\.", shown)
    assert "1 turn, as the runtime keeps them\n\n> Greet me." in say("%copilot history --stored")
    for name in ("x.md", "x.html", "x.ipynb", "x.json"):
        assert say(f"%copilot export {name} --stored") == f"Wrote 1 turn to {name}."
    assert "x.md is there already." in say("%copilot export x.md")
    assert "> Greet me.\n\nHello **world**." in (folder / "x.md").read_text()
    assert "<strong>world</strong>" in (folder / "x.html").read_text()
    assert json.loads((folder / "x.json").read_text())[0]["text"] == "Hello **world**."
    cells = json.loads((folder / "x.ipynb").read_text())["cells"]
    assert [cell["cell_type"] for cell in cells] == ["markdown", "markdown"]


def test_context_compaction_and_rewind(notebook: Notebook, say: Callable[[str], str]) -> None:
    """What is forgotten is not sent again."""
    assert say("%copilot context").startswith("Nothing is known yet")
    assert say("%copilot rewind") == "There is no prompt to go back to yet."
    notebook.turn("%%copilot\nRemember one.")
    notebook.turn("%%copilot\nRemember two.")

    assert "tokens are used" in say("%copilot context")
    assert "2  Remember two." in say("%copilot rewind")
    assert say("%copilot rewind 2") == "Back to before 'Remember two.'."
    notebook.turn("%%copilot\nRemember three.")
    told = str(notebook.model.requests[-1]["messages"])
    assert say("%copilot compact").startswith("Summed up: ")
    assert "Remember one." in told
    assert "Remember two." not in told


def test_what_runs_can_be_steered_queued_and_stopped(
    notebook: Notebook, say: Callable[[str], str]
) -> None:
    """Here a turn that no cell waits for."""
    assert say("%copilot queue") == "No prompt waits."
    assert say("%copilot stop") == "Nothing runs."
    assert "Nothing runs." in say("%copilot steer hello")
    slow = Reply(chunks=[f"w{n} " for n in range(400)], delay=0.05)
    notebook.turn("%%copilot\nHello.")
    notebook.script(slow)
    notebook.kernel.check(
        "import copilot_nb\nsession = copilot_nb.current()\n"
        "for prompt in ('Go.', 'Second.', 'Third.'): await session.send(prompt)"
    )

    assert "1  Second." in say("%copilot queue")
    assert "1  Third." in say("%copilot queue move 2 1")
    assert "2  Changed." in say("%copilot queue edit 2 Changed.")
    assert "Third." not in say("%copilot queue remove 1")
    assert say("%copilot steer Faster.").startswith("Said;")
    assert say("%copilot stop").startswith("Stopped;")
    assert say("%copilot queue") == "No prompt waits."


def test_fix_and_explain_send_what_they_are_about(notebook: Notebook) -> None:
    """The last error, a variable, a cell."""
    notebook.kernel.run("1/0")
    notebook.after_error()
    notebook.turn("%copilot fix it worked yesterday")
    fixed = notebook.model.requests[-1]["messages"][-1]["content"]
    notebook.kernel.check("stations = ['Ulm']")
    notebook.turn("%copilot explain stations what is in it?")
    explained = notebook.model.requests[-1]["messages"][-1]["content"]

    assert "ZeroDivisionError" in fixed
    assert fixed.endswith("it worked yesterday")
    assert "Ulm" in explained
    assert explained.endswith("Explain @stations: what is in it?")


def test_a_slip_of_the_pen_is_not_sent(notebook: Notebook, say: Callable[[str], str]) -> None:
    """The name that was meant is shown; words about something are asked."""
    notebook.kernel.check("import statistics\nstations = ['Ulm']")

    slip = say("%copilot explain statoins")
    notebook.turn("%copilot explain statistics.median")
    notebook.turn("%copilot explain trains and stations")

    assert "Did you mean stations?" in slip
    part, topic = (request["messages"][-1]["content"] for request in notebook.model.requests)
    assert "Return the median" in part
    assert topic.endswith("Explain trains and stations.")


def test_the_answers_code_goes_into_a_new_cell(notebook: Notebook) -> None:
    """As the page offers it."""
    notebook.script(Reply("So:\n\n```python\nx = 1\n```\n"))

    cell = notebook.turn("%%copilot --format code\nSet x.")

    assert [p["text"] for p in (cell.reply or {})["payload"]] == ["x = 1"]


def test_an_answer_can_be_asked_for_as_json(notebook: Notebook) -> None:
    """The model is told so, and what is no JSON fails the cell."""
    notebook.script(Reply('{"x": 1}'), Reply("one"))

    first = notebook.turn("%%copilot --format json\nSet x.")
    second = notebook.turn("%%copilot --format json\nSet x.")

    assert first.status == "ok"
    assert "The answer is not JSON." in second.traceback
    assert "json_schema" in str(notebook.model.requests[0].get("response_format"))


def test_a_stored_turn_is_shown_without_asking(
    notebook: Notebook, folder: Path, say: Callable[[str], str]
) -> None:
    """And says so; by itself it is not."""
    assert folder.is_dir()
    assert "There is no stored turn of this prompt." in say("%%copilot --replay\nGreet me, again.")
    notebook.script(Reply("Hello **world**."), Reply("Hello again."))
    notebook.turn("%%copilot\nGreet me, again.")

    replayed = notebook.kernel.run("%%copilot --replay --out stored\nGreet me, again.")
    asked = len(notebook.model.requests)
    notebook.turn("%%copilot\nGreet me, again.")

    assert "Nobody was asked and nothing ran." in plain(replayed)
    assert "Hello **world**." in plain(replayed)
    assert (asked, len(notebook.model.requests)) == (1, 2)
    assert notebook.kernel.check("print(stored.text)").text == "Hello **world**.\n"


def test_nothing_is_sent_in_a_dry_run(notebook: Notebook, say: Callable[[str], str]) -> None:
    """What would be is shown."""
    assert "Nothing was sent." in say("%%copilot --dry-run\nWhat is this?")
    assert notebook.model.requests == []
