"""Subcommands about how the agent works, on the real CLI: what they say, and what comes of it."""

from __future__ import annotations

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
    left = say("%copilot mcp")
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
    assert left.startswith("0 MCP servers")
    assert "There is no MCP server 'minni'." in unknown
    assert "mini-add" not in str(notebook.model.requests[-1]["tools"])


def test_a_server_is_denied_by_its_name(
    notebook: Notebook, folder: Path, say: Callable[[str], str]
) -> None:
    """As the real CLI calls it, and although everything is allowed."""
    (folder / "server.py").write_text(MCP_SERVER)
    say("%copilot mode interactive --allow-all")
    say(f"%copilot mcp add mini {sys.executable} server.py")
    notebook.script(Reply(tools=[("mini-add", {})]), Reply("Done."))

    say("%copilot deny mcp mini")
    said = plain(notebook.turn("%%copilot\nUse it."))

    assert "add (not allowed)\n\n> The user has a rule. Deny here always: call mini." in said
    assert "Done." in said


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
