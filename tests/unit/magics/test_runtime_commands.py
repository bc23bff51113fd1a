"""Subcommands that ask the runtime for what the runtime in memory has to be told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import RpcError, UsageError
from copilot_nb.notebook import facts
from copilot_nb.notebook.servers import config
from copilot_nb.rpc.peer import NO_ANSWER
from tests.unit.magics.test_commands import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.notebook.conftest import Talk

Params = dict[str, Any]


def refuse(message: str) -> Callable[[Params], Any]:
    """A method that fails as the runtime does."""

    def method(_params: Params) -> Any:
        raise RpcError(f"Request x failed with message: {message}")

    return method


async def test_a_server_that_does_not_come_up_is_no_riddle(talk: Talk) -> None:
    """The runtime answers nothing about servers until it does: said with the way out."""

    def nothing(_params: Params) -> Any:
        raise RpcError("The runtime did not answer within 30 s.", code=NO_ANSWER)

    talk.fake.methods |= {"session.mcp.list": nothing, "session.mcp.startServer": nothing}

    with pytest.raises(UsageError, match="MCP server slow did not start") as added:
        await say(talk, "mcp add slow npx -y something")
    with pytest.raises(UsageError, match="waits for an MCP server") as listed:
        await say(talk, "mcp")

    assert "in a shell once, `%copilot reset`, add it again" in added.value.hint
    assert "`%copilot reset` gives the server up" in listed.value.hint
    assert talk.conversation.link.setup.servers == {}


@pytest.mark.parametrize(
    ("target", "hint"), [("./nowhere", "in a shell"), ("http://127.0.0.1:9/", "Check its address")]
)
async def test_a_server_that_fails_is_not_kept(talk: Talk, target: str, hint: str) -> None:
    """The runtime would list it for ever; a session that is opened again does not know it."""
    talk.fake.methods["session.mcp.startServer"] = refuse("no such file")
    await say(talk, "ask Hello.")

    with pytest.raises(UsageError, match="MCP server x did not start: no such file") as caught:
        await say(talk, f"mcp add x {target}")

    assert hint in caught.value.hint
    assert "mcpServers" not in talk.called("session.resume")[-1]
    assert talk.conversation.link.setup.servers == {}


async def test_a_server_that_does_not_start_again_says_why(talk: Talk) -> None:
    """In the words of its first start; it is still there, and can be removed."""
    server = {"name": "x", "status": "connected"}
    talk.fake.methods["session.mcp.list"] = lambda _: {"servers": [server]}
    talk.fake.methods["session.mcp.startServer"] = lambda _: None
    talk.fake.methods["session.mcp.stopServer"] = lambda _: None
    talk.fake.methods["session.mcp.restartServer"] = refuse("it ended")
    await say(talk, "mcp add x python server.py")

    with pytest.raises(UsageError, match="MCP server x did not start: it ended") as caught:
        await say(talk, "mcp restart x")

    assert caught.value.hint == "Try its command in a shell."
    assert str(await say(talk, "mcp remove x")) == "MCP server x is removed."


async def test_models_show_what_they_can_and_cost(talk: Talk) -> None:
    """Whatever of it the runtime says; the one that is asked is marked."""
    model = {
        "id": "gpt-x",
        "name": "GPT X",
        "capabilities": {
            "limits": {"max_context_window_tokens": 128000, "max_prompt_tokens": 100000},
            "supports": {"vision": True},
        },
        "billing": {"multiplier": 0.25},
        "policy": {"state": "disabled"},
        "supportedReasoningEfforts": ["low", "high"],
    }
    talk.fake.methods["session.model.list"] = lambda _: {"list": [model]}
    await talk.conversation.session()

    own, given = await say(talk, "models")

    assert (own["id"], own["note"]) == ("scripted", "asked now")
    assert given == {
        "id": "gpt-x",
        "name": "GPT X",
        "context": 128000,
        "prompt": 100000,
        "vision": True,
        "effort": "low, high",
        "multiplier": 0.25,
        "note": "not enabled for this account",
    }
    assert talk.conversation.known.models == ("scripted", "gpt-x")
    assert "did you mean gpt-x?" in str(await say(talk, "model gpt-y"))
    assert "not among" not in str(await say(talk, "model gpt-x"))


async def test_effort_and_mode_hold_for_a_session_that_is_not_there_yet(talk: Talk) -> None:
    """They are told it when it is opened."""
    modes: list[str] = []
    talk.fake.methods["session.mode.set"] = lambda p: modes.append(p["mode"])
    await say(talk, "model other --effort high")
    await say(talk, "mode plan")
    await say(talk, "ask Hello.")

    assert talk.called("session.create")[-1]["reasoningEffort"] == "high"
    assert modes == ["plan"]
    assert str(await say(talk, "model")) == "Model: other, effort high."


async def test_allow_all_is_a_policy_that_a_mode_ends(talk: Talk) -> None:
    """And a later `%config` counts again."""
    warned = await say(talk, "mode allow-all")

    assert warned.level == "warning"
    assert talk.conversation.settings.get("policy") == "allow"
    await say(talk, "mode interactive")
    assert not talk.conversation.settings.find("policy").given


async def test_allow_all_gives_back_the_policy_that_it_replaced(talk: Talk) -> None:
    """A stricter one counts again when it ends; one that was set since then, all the more."""
    await say(talk, "config policy deny")
    await say(talk, "mode plan")
    assert facts.status(talk.conversation)["approvals"] == "deny (%copilot config policy)"
    assert "the policy deny answers (%copilot config policy)" in str(await say(talk, "mode"))

    await say(talk, "mode autopilot --allow-all")
    await say(talk, "mode allow-all")
    assert "%copilot mode allow-all" in facts.status(talk.conversation)["approvals"]
    await say(talk, "mode interactive")
    assert facts.status(talk.conversation)["approvals"] == "deny (%copilot config policy)"

    await say(talk, "mode allow-all")
    await say(talk, "config policy ask")
    await say(talk, "mode interactive")
    assert talk.conversation.settings.get("policy") == "ask"


@pytest.mark.parametrize("line", ["ask --mode interactive Go", "new", "ask --new Go"])
async def test_allow_all_ends_with_whatever_changes_mode_or_conversation(
    talk: Talk, line: str
) -> None:
    """On the line of a cell as by itself."""
    await say(talk, "mode autopilot --allow-all")

    await say(talk, line)

    assert facts.status(talk.conversation)["approvals"] == "you are asked"


async def test_a_policy_that_allows_everything_warns_wherever_it_was_set(talk: Talk) -> None:
    """It is never said that the agent asks."""
    talk.environ["COPILOT_NB_POLICY"] = "allow"

    said = await say(talk, "mode interactive")

    assert said.level == "warning"
    assert "The policy is allow (COPILOT_NB_POLICY)" in str(said)
    assert "`%copilot config policy ask` lets it ask you." in str(said)
    assert "without asking you" in facts.status(talk.conversation)["approvals"]
    await say(talk, "config policy ask")
    assert str(await say(talk, "mode")).endswith("It asks before it does something.")


async def test_context_is_shown_by_parts(talk: Talk) -> None:
    """In tokens and as a share."""
    talk.fake.methods["session.metadata.getContextAttribution"] = lambda _: {
        "contextAttribution": {
            "totalTokens": 500,
            "limit": 1000,
            "compactionThreshold": 800,
            "categories": {"messages": 500, "mcpTools": 0, "freeSpace": 500},
        }
    }

    table = await say(talk, "context")

    assert table.caption == "500 of 1,000 tokens are used (50 %)"
    assert [(row["part"], row["percent"]) for row in table] == [
        ("the conversation", 50.0),
        ("free", 50.0),
    ]
    assert "From 800 tokens on" in table.note


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (lambda _: {"success": False}, "Nothing was summed up: there is too little to sum up."),
        (refuse("Nothing to compact"), "Nothing was summed up: Nothing to compact"),
        (
            lambda _: {"success": True, "messagesRemoved": 1, "tokensRemoved": 1200},
            "Summed up: 1 message and 1,200 tokens less.",
        ),
    ],
)
async def test_compaction_says_what_it_did(
    talk: Talk, reply: Callable[[Params], Any], said: str
) -> None:
    """Or why it did nothing."""
    talk.fake.methods["session.history.compact"] = reply
    assert str(await say(talk, "compact")) == "Nothing was summed up: nothing was said yet."
    await talk.conversation.session()

    assert str(await say(talk, "compact keep the names")) == said


async def test_going_back_says_what_stands_in_the_way(talk: Talk) -> None:
    """A number that is not there, files that are not kept, a turn that runs."""
    point = {"eventId": "e", "userMessage": "One?", "timestamp": "2026-01-01T10:00:00Z"}
    talk.fake.methods["session.history.listRewindPoints"] = lambda _: {"points": [point]}
    talk.fake.methods["session.history.rewind"] = lambda _: {"outcome": "session-busy"}

    for line, message in (
        ("rewind 2", "There is no prompt 2"),
        ("rewind 1 --files", "The files of that time are not kept."),
        ("rewind 1", "Going back failed: session-busy."),
    ):
        with pytest.raises(UsageError, match=message):
            await say(talk, line)
    point["canRestoreFiles"] = True  # type: ignore[assignment]  # JSON of many kinds
    talk.fake.methods["session.history.rewind"] = lambda _: {
        "outcome": "success",
        "restoredFiles": ["a"],
    }
    assert str(await say(talk, "rewind 1 --files")) == (
        "Back to before 'One?'. 1 files are as they were."
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("queue remove 3", "No prompt 3 waits"),
        ("queue edit 1", "`%copilot queue edit 1` needs its new TEXT"),
        ("queue move 1 up", "`%copilot queue move 1` needs its new place"),
        ("rules revoke", "needs the rule's NUMBER"),
        ("plan write", "needs the plan"),
        ("mcp restart", "needs the server's NAME"),
        ("mcp restart x", "There is no MCP server 'x'"),
        ("mcp add x", "needs a command or a URL"),
        ("mcp add x 'y", "A quotation mark is not closed"),
        ("mcp add x y --env sk-1", "take the name of an environment variable"),
        ("mcp add x y --env NOT_SET_HERE", "NOT_SET_HERE is not set"),
        ("mcp add x http://127.0.0.1/ --env A", "a URL has no environment"),
        ("mcp add x y --key-env A", "--key-env is for a URL"),
        ("skills on x", "There is no skill 'x'"),
        ("skills add nowhere", "'nowhere' is no folder"),
        ("config nothing", "There is no setting 'nothing'"),
        ("ask --new --session x hi", "--new and --session contradict each other"),
        ("ask --replay --live hi", "--replay and --live contradict each other"),
        ("ask --out class hi", "--out takes a name, not 'class'"),
        ("provider list --model x", "These options need a provider"),
        ("export x", "The format of 'x' is not known"),
        ("export x.md", "This notebook has had no turn"),
    ],
)
async def test_what_cannot_be_meant_is_an_error(talk: Talk, line: str, message: str) -> None:
    """It names what was typed, and the next step."""
    talk.fake.methods["session.queue.pendingItems"] = lambda _: {"items": [{"id": "1"}]}
    talk.fake.methods["session.mcp.list"] = lambda _: {"servers": []}
    talk.fake.methods["session.skills.list"] = lambda _: {"skills": []}
    await talk.conversation.session()

    with pytest.raises(UsageError, match=message):
        await say(talk, line)


async def test_a_server_of_the_runtimes_own_configuration_is_not_removed(talk: Talk) -> None:
    """It can be stopped for this session."""
    found = {"servers": [{"name": "mine", "status": "failed", "source": "user", "error": "no"}]}
    talk.fake.methods["session.mcp.list"] = lambda _: found

    with pytest.raises(UsageError, match="comes from the runtime's own configuration"):
        await say(talk, "mcp remove mine")
    (row,) = await say(talk, "mcp list mine")
    assert (row["status"], row["source"], row["error"]) == ("failed", "user", "no")


def test_a_server_is_a_command_or_a_url() -> None:
    """Its keys come from variables."""
    environ = {"KEY": "made-up"}

    local = config("npx -y 'a b'", ("KEY",), "", environ)
    remote = config("https://example.org/mcp", (), "KEY", environ)

    assert (local.command, local.args, local.env) == ("npx", ["-y", "a b"], {"KEY": "made-up"})
    assert (remote.type, remote.url) == ("http", "https://example.org/mcp")
    assert remote.headers == {"Authorization": "Bearer made-up"}
    assert "made-up" not in repr(remote)


@pytest.fixture
def agent_files(talk: Talk) -> None:
    """Two files that describe agents, in the folder of the talk."""
    assert talk.starts == []
    Path("critic.md").write_text("---\nname: critic\n---\nFind fault.")
    Path("empty.md").write_text("---\nname: empty\n---\n")


@pytest.mark.usefixtures("agent_files")
async def test_an_agent_of_the_folder_is_read_when_it_is_named(talk: Talk) -> None:
    """Its front matter is not part of its instructions; one without any is refused."""
    files = [
        {"name": name, "source": "project", "path": f"{name}.md"} for name in ("critic", "empty")
    ]
    selected: list[str] = []
    talk.fake.methods["agents.discover"] = lambda _: {"agents": files}
    talk.fake.methods["session.agent.list"] = lambda _: {"agents": []}
    talk.fake.methods["session.agent.getCurrent"] = lambda _: {}
    talk.fake.methods["session.agent.select"] = lambda p: selected.append(p["name"])
    talk.fake.methods["session.agent.deselect"] = lambda _: None

    await say(talk, "agents use critic")
    with pytest.raises(UsageError, match="The agent 'empty' has no instructions"):
        await say(talk, "agents use empty")
    with pytest.raises(UsageError, match="There is no agent 'critc'") as caught:
        await say(talk, "agents use critc")

    opened = [*talk.called("session.create"), *talk.called("session.resume")][-1]
    assert [agent["prompt"] for agent in opened["customAgents"]] == ["Find fault."]
    assert selected == ["critic"]
    assert caught.value.hint == "Did you mean critic?"
    assert str(await say(talk, "agents use standard")).startswith("You talk with the standard")


async def test_steering_needs_something_that_runs(talk: Talk) -> None:
    """Stopping does, too; neither is an error, which would hold up the cells behind it."""
    assert str(await say(talk, "steer hello")) == "Nothing runs. Ask with `%%copilot` instead."
    assert str(await say(talk, "stop")) == "Nothing runs."
    assert str(await say(talk, "queue")) == "No prompt waits."


async def test_config_lists_settings_with_their_source(talk: Talk) -> None:
    """And sets one for this kernel, until it is taken back."""
    await say(talk, "config timeout 30")
    (row,) = await say(talk, "config timeout")
    assert (row["value"], row["from"]) == ("30.0", "%copilot config timeout")

    await say(talk, "config timeout default")

    assert talk.conversation.settings.get("timeout") is None
    assert "model" in {row["setting"] for row in await say(talk, "config")}


async def test_a_setting_that_cannot_be_meant_is_shown_as_such(talk: Talk) -> None:
    """The others are listed all the same."""
    talk.environ["COPILOT_NB_TIMEOUT"] = "soon"

    found = {row["setting"]: row for row in await say(talk, "config")}

    assert found["timeout"]["value"] == "COPILOT_NB_TIMEOUT is 'soon'."
    assert found["timeout"]["from"] == "It takes a number of seconds."
    assert found["model"]["value"] == "scripted"


@pytest.mark.parametrize("line", ["compact {}", "plan write {}", "queue edit 1 {}", "steer {}"])
async def test_a_secret_does_not_leave_in_other_words_either(talk: Talk, line: str) -> None:
    """Nobody is asked here, so that nothing is sent."""
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    talk.fake.methods["session.queue.pendingItems"] = lambda _: {"items": [{"id": "1"}]}
    talk.fake.methods["session.metadata.activity"] = lambda _: {"hasActiveWork": True}
    await talk.conversation.session()

    with pytest.raises(UsageError, match="Nothing was sent") as caught:
        await say(talk, line.format(token))

    assert token not in str(caught.value)
    assert token not in str(talk.fake.calls)
