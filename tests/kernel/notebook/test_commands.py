"""Every subcommand on the real CLI: what it says, and what the runtime and the model then do."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from copilot_nb.testing.reply import Reply
from tests.kernel.environments import OWN
from tests.kernel.notebook.conftest import plain, shown
from tests.kernel.notebook.test_magics import complete

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.kernel.notebook.conftest import Notebook

# They do not depend on the version of the kernel.
pytestmark = pytest.mark.parametrize("kernel", [OWN], indirect=True)

MCP_SERVER = """
import json, sys
for line in sys.stdin:
    call = json.loads(line)
    results = {
        "initialize": {
            "protocolVersion": "2024-11-05",
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "mini", "version": "1"},
        },
        "tools/list": {
            "tools": [{"name": "add", "description": "Adds.", "inputSchema": {"type": "object"}}]
        },
    }
    if "id" in call:
        reply = {"jsonrpc": "2.0", "id": call["id"], "result": results.get(call["method"], {})}
        print(json.dumps(reply), flush=True)
"""


@pytest.fixture
def say(notebook: Notebook) -> Callable[[str], str]:
    """Runs a line and gives what it shows; two lines of error when it fails."""

    def run(line: str) -> str:
        cell = notebook.kernel.run(line)
        if cell.status == "error":
            notebook.after_error()
            return cell.traceback
        return plain(cell) or cell.text

    return run


@pytest.fixture
def folder(notebook: Notebook, tmp_path: Path) -> Path:
    """A folder of its own to work in."""
    notebook.kernel.check(f"os.chdir({str(tmp_path)!r})")
    return tmp_path


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
    assert "My talk: 1 turn\n\n> Remember one.\nHello" in looked_into
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


def test_models_effort_and_mode_reach_the_runtime(
    notebook: Notebook, say: Callable[[str], str]
) -> None:
    """They hold from the next turn on; allow-all warns, and ends with the mode."""
    notebook.turn("%%copilot --effort high --mode plan\nHello.")

    assert "scripted  asked now" in say("%copilot models")
    assert say("%copilot model other --effort low") == (
        "Model other, effort low, from the next turn on."
    )
    assert say("%copilot mode").startswith("Mode plan")
    assert "Allow-all is on" in say("%copilot mode interactive --allow-all")
    assert "allow (%copilot mode allow-all)" in say("%copilot status")
    assert say("%copilot mode interactive") == (
        "Mode interactive: the agent works on your prompt and comes back. "
        "It asks before it does something."
    )
    assert "you are asked" in say("%copilot status")
    assert notebook.model.requests[0]["reasoning_effort"] == "high"
    assert "exit_plan_mode" in str(notebook.model.requests[0]["tools"])
    notebook.kernel.check(
        "from copilot_nb.notebook.current import conversation\n"
        "from copilot_nb.notebook.setup import Setup\n"
        "conversation().link.setup, conversation().link.model = Setup(), None"
    )


def test_a_plan_can_be_written_shown_and_deleted(say: Callable[[str], str]) -> None:
    """It is the runtime's own file."""
    assert say("%copilot plan").startswith("There is no plan.")
    assert say("%copilot plan write # Steps") == "# Steps"
    assert say("%copilot plan") == "# Steps"
    assert say("%copilot plan delete") == "The plan is deleted."


def test_mcp_servers_come_and_go(
    notebook: Notebook, folder: Path, say: Callable[[str], str]
) -> None:
    """The model is given their tools; a restarted runtime has them again."""
    (folder / "server.py").write_text(MCP_SERVER)
    notebook.turn("%%copilot\nHello.")

    added = say(f"%copilot mcp add mini {sys.executable} server.py")
    tools = say("%copilot mcp tools mini")
    notebook.turn("%%copilot\nUse it.")
    offered = str(notebook.model.requests[-1]["tools"])
    say("%copilot reset")
    again = say("%copilot mcp")
    stopped = say("%copilot mcp stop mini")
    restarted = say("%copilot mcp restart mini")
    removed = say("%copilot mcp remove mini")
    failed = say("%copilot mcp add bad ./nowhere")
    unknown = say("%copilot mcp restart minni")
    notebook.turn("%%copilot\nGo on.")

    assert "mini  connected      1  this notebook" in added
    assert "add   Adds." in tools
    assert "mini-add" in offered
    assert "this notebook" in again
    assert "mini  stopped" in stopped
    assert "mini  connected" in restarted
    assert removed == "MCP server mini is removed."
    assert "MCP server bad did not start" in failed
    assert "There is no MCP server 'minni'." in unknown
    assert "mini-add" not in str(notebook.model.requests[-1]["tools"])


def test_tools_of_one_turn_only(notebook: Notebook) -> None:
    """The next turn has all of them again."""
    notebook.turn("%%copilot --tools view,run_code\nHello.")
    notebook.turn("%%copilot\nHello again.")

    few, all_ = ({t["function"]["name"] for t in r["tools"]} for r in notebook.model.requests)
    assert few == {"view", "run_code"}
    assert {"bash", "view", "run_code"} < all_


def test_skills_and_agents_are_listed_and_chosen(
    notebook: Notebook, folder: Path, say: Callable[[str], str]
) -> None:
    """Of this folder too."""
    agents = folder / ".github" / "agents"
    agents.mkdir(parents=True)
    (agents / "critic.agent.md").write_text(
        "---\nname: critic\ndescription: Finds fault.\n---\nYou always find fault."
    )
    skill = folder / "taught" / "counting"
    skill.mkdir(parents=True)
    (skill / "SKILL.md").write_text(
        "---\nname: counting\ndescription: How to count.\n---\nCount aloud."
    )

    listed = say("%copilot agents")
    used = say("%copilot agents use critic")
    notebook.turn("%%copilot\nHello.")
    nobody = say("%copilot agents use nobody")
    standard = say("%copilot agents use standard")
    added = say(f"%copilot skills add {folder / 'taught'}")
    off = say("%copilot skills off counting")

    assert "critic  Finds fault.  project" in listed
    assert used == "You talk with critic, from the next turn on."
    assert "You always find fault." in str(notebook.model.requests[-1]["messages"])
    assert "There is no agent 'nobody'." in nobody
    assert standard.startswith("You talk with the standard agent")
    assert "counting" in added
    assert [line.split()[-1] for line in off.splitlines() if line.startswith("counting")] == ["no"]


def test_rules_are_added_listed_and_revoked(folder: Path, say: Callable[[str], str]) -> None:
    """Options may stand behind the text."""
    assert folder.is_dir()
    assert say("%copilot rules").startswith("0 rules in ")
    assert say("%copilot allow shell git status") == (
        "Rule 1. Allow here always: run `git status`."
    )
    assert say("%copilot deny url https://example.org/ --everywhere") == (
        "Rule 2. Deny everywhere always: fetch https://example.org/."
    )
    listed = say("%copilot rules")
    assert "2 rules in " in listed
    assert say("%copilot rules revoke 1") == "Revoked: Allow here always: run `git status`."
    assert say("%copilot rules revoke 1").startswith("Revoked: Deny everywhere")
    assert "There is no rule 1." in say("%copilot rules revoke 1")


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
    assert "> Greet me.\nHello **world**." in say("%copilot show")
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


def test_settings_say_where_they_come_from(
    notebook: Notebook, folder: Path, say: Callable[[str], str]
) -> None:
    """A project's file counts once it is trusted, and only as it was then."""
    file = folder / ".copilot-nb.toml"
    file.write_text("timeout = 77\n")

    assert "does not count: read it" in say("%copilot")
    assert "counts from now on: timeout = 77." in say("%copilot config trust")
    assert "77.0   timeout in " in say("%copilot config timeout")
    file.write_text("timeout = 78\n")
    assert "77" not in say("%copilot config timeout")
    assert "30.0   %copilot config timeout" in say("%copilot config timeout 30")
    notebook.kernel.check("%config Copilot.timeout = 20")
    assert "20.0   %config Copilot.timeout" in say("%copilot config timeout")
    notebook.kernel.check("%config Copilot.timeout = None")
    file.write_text("policy = 'allow'\n")
    assert "sets 'policy', which no project file may set." in say("%copilot config trust")


def test_runtime_versions_and_installation(notebook: Notebook, say: Callable[[str], str]) -> None:
    """The conversation outlives a restart."""
    notebook.turn("%%copilot\nRemember one.")

    assert say("%copilot reset").endswith("runs; the conversation goes on.")
    notebook.turn("%%copilot\nGo on.")
    versions = say("%copilot version")

    assert "Remember one." in str(notebook.model.requests[-1]["messages"])
    assert "Copilot CLI  1." in versions
    assert "ipykernel" in versions
    assert say("%copilot reset --off") == "The runtime has ended."
    assert "Copilot CLI" in say("%copilot install")


def test_a_key_is_asked_for_in_a_hidden_field(notebook: Notebook) -> None:
    """It stands nowhere in the output, and reaches the provider."""
    notebook.kernel.type("made-up-key")
    cell = notebook.kernel.run(
        f"%copilot provider {notebook.model.url} --model scripted --ask-key", allow_stdin=True
    )
    notebook.turn("%%copilot\nHello.")
    notebook.kernel.check(
        "from copilot_nb.notebook.current import conversation\nconversation().link.chosen = None"
    )

    assert cell.status == "ok", cell.traceback
    assert "key from COPILOT_NB_PROVIDER_KEY" in plain(cell)
    assert "made-up-key" not in str(shown(cell)) + cell.text
    assert notebook.model.headers[-1]["authorization"] == "Bearer made-up-key"


def test_places_for_models_are_listed(say: Callable[[str], str]) -> None:
    """With the variable of each key, and whether it is set."""
    listed = say("%copilot provider list")

    assert "ANTHROPIC_API_KEY" in listed
    assert listed.startswith("Now: openai at ")


def test_tab_offers_what_lists_have_shown(notebook: Notebook, say: Callable[[str], str]) -> None:
    """As a front end asks for it: choices, settings, names of sessions, tools and files."""
    notebook.turn("%%copilot\nHello.")
    say("%copilot rename Tab test")
    say("%copilot sessions")
    say("%copilot tools")
    notebook.kernel.check("stations = 1")

    offered = {
        code: complete(notebook.kernel, code)
        for code in (
            "%copilot mode a",
            "%%copilot --effort x",
            "%copilot resume 'Tab",
            "%%copilot --tools bas",
            "%copilot config tim",
            "%copilot mcp re",
            "%%copilot\nWhat is in @stat",
        )
    }

    assert {"autopilot", "allow-all"} <= set(offered["%copilot mode a"])
    assert "xhigh" in offered["%%copilot --effort x"]
    assert "'Tab test'" in offered["%copilot resume 'Tab"]
    assert "bash" in offered["%%copilot --tools bas"]
    assert "timeout" in offered["%copilot config tim"]
    assert {"remove", "restart"} <= set(offered["%copilot mcp re"])
    assert "stations" in offered["%%copilot\nWhat is in @stat"]


def test_tab_puts_variables_before_files(notebook: Notebook, folder: Path) -> None:
    """As a front end gets them; behind `df.` a privacy rule wants its columns."""
    (folder / "d.csv").touch()
    (folder / "dfs.csv").touch()
    notebook.kernel.check("import pandas\ndf = pandas.DataFrame({'name': [1], 'two words': [2]})")

    offered = [
        complete(notebook.kernel, code)
        for code in (
            "%%copilot\nlook at @d",
            "%copilot explain d",
            "%copilot privacy deny df.",
            "%%copilot --model ",
        )
    ]

    assert offered[0] == ["df", '"d.csv"', '"dfs.csv"']
    assert offered[1] == ["df", '@"d.csv"', '@"dfs.csv"']
    assert offered[2] == ["df.name", "'df.two words'"]
    assert offered[3] == ["scripted"]


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
