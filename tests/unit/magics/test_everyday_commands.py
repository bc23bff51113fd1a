"""Subcommands as they are used every day, on the runtime in memory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import CopilotError, OfflineError, TurnAbortedError, UsageError
from copilot_nb.kernel import frontend
from copilot_nb.notebook.stored.replay import StoredTurn
from copilot_nb.session import install, locate
from copilot_nb.testing.reply import Reply
from tests.unit.magics.test_commands import say
from tests.unit.notebook.models.test_provider_models import server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.notebook.conftest import Talk

Params = dict[str, Any]


def noted(calls: list[tuple[str, Params]], name: str) -> Callable[[Params], None]:
    """A method that writes down what it is called with."""

    def method(params: Params) -> None:
        calls.append((name, {key: v for key, v in params.items() if key != "sessionId"}))

    return method


async def test_turns_are_listed_shown_and_exported(talk: Talk, tmp_path: Path) -> None:
    """From this kernel, or from what the runtime keeps."""
    assert "has had no turn" in str(await say(talk, "history"))
    talk.fake.script = [Reply("Hello.")]
    await say(talk, "ask Greet me.")

    (row,) = await say(talk, "history")
    (shown,) = (await say(talk, "show")).turns
    assert (await say(talk, "show 1 --full")).full
    (stored,) = (await say(talk, "history --stored")).turns
    said = await say(talk, f"export {tmp_path / 'x.md'} --turn 1")
    await say(talk, f"export {tmp_path / 'x.txt'} --format json --stored")

    assert (row["number"], row["prompt"], row["tool calls"]) == (1, "Greet me.", 0)
    assert shown.text == stored.text == "Hello."
    assert str(said) == f"Wrote 1 turn to {tmp_path / 'x.md'}."
    assert (tmp_path / "x.md").read_text().startswith("> Greet me.\n\nHello.\n")
    assert '"prompt": "Greet me."' in (tmp_path / "x.txt").read_text()


async def test_waiting_prompts_can_be_changed(talk: Talk) -> None:
    """By the number that the list gives them."""
    calls: list[tuple[str, Params]] = []
    waiting = [{"id": "7", "displayText": "One?"}, {"id": "8", "displayText": "Two?"}]
    talk.fake.methods["session.queue.pendingItems"] = lambda _: {"items": waiting}
    for name in ("removeAt", "updateText", "moveItem", "clear"):
        talk.fake.methods[f"session.queue.{name}"] = noted(calls, name)
    await talk.conversation.session()

    table = await say(talk, "queue")
    for line in ("remove 2", "edit 1 Other?", "move 2 1", "clear"):
        await say(talk, f"queue {line}")

    assert [row["prompt"] for row in table] == ["One?", "Two?"]
    assert calls == [
        ("removeAt", {"id": "8"}),
        ("updateText", {"id": "7", "prompt": "Other?"}),
        ("moveItem", {"id": "8", "toPosition": 0}),
        ("clear", {}),
    ]


async def test_what_runs_is_steered_and_stopped(talk: Talk) -> None:
    """Here a turn that no cell waits for."""
    asked = talk.never_answers()
    session = await talk.conversation.session()
    turn = await session.start_turn("Go.")
    await asked.wait()

    steered = await say(talk, "steer Faster.")
    stopped = await say(talk, "stop")
    with pytest.raises(TurnAbortedError):
        await turn.wait(5)

    assert str(steered).startswith("Said;")
    assert str(stopped).startswith("Stopped;")
    assert talk.called("session.send")[-1]["mode"] == "immediate"


async def test_a_plan_is_written_shown_and_deleted(talk: Talk) -> None:
    """The runtime's own file."""
    plan: Params = {"exists": False}
    talk.fake.methods["session.plan.read"] = lambda _: plan
    talk.fake.methods["session.plan.update"] = lambda p: plan.update(exists=True, **p)
    talk.fake.methods["session.plan.delete"] = lambda _: plan.update(exists=False)

    assert str(await say(talk, "plan")).startswith("There is no plan.")
    assert str(await say(talk, "plan write # Steps")) == "# Steps"
    assert str(await say(talk, "plan delete")) == "The plan is deleted."
    assert not plan["exists"]


async def test_servers_are_added_restarted_stopped_and_removed(talk: Talk) -> None:
    """Every session that is opened later has them, too."""
    calls: list[tuple[str, Params]] = []
    server = {"name": "mini", "status": "connected"}
    tools = {"tools": [{"name": "add", "description": "Adds.\nMore."}]}
    talk.fake.methods["session.mcp.list"] = lambda _: {"servers": [server]}
    talk.fake.methods["session.mcp.listTools"] = lambda _: tools
    for name in ("startServer", "restartServer", "stopServer"):
        talk.fake.methods[f"session.mcp.{name}"] = noted(calls, name)

    added = await say(talk, "mcp add mini python server.py")
    listed = await say(talk, "mcp tools mini")
    await say(talk, "mcp restart mini")
    await say(talk, "mcp stop mini")
    await say(talk, "ask Hello.")
    await say(talk, "reset --off")
    await say(talk, "ask Hello.")
    with_server = talk.called("session.resume")[-1]
    removed = await say(talk, "mcp remove mini")

    assert (added[0]["tools"], added[0]["source"]) == (1, "this notebook")
    assert list(listed) == [{"name": "add", "description": "Adds."}]
    assert [name for name, _ in calls] == [
        *("startServer", "restartServer", "stopServer", "stopServer"),
    ]
    assert with_server["mcpServers"]["mini"]["command"] == "python"
    assert str(removed) == "MCP server mini is removed."
    assert "mcpServers" not in talk.called("session.resume")[-1]


async def test_skills_are_switched(talk: Talk, tmp_path: Path) -> None:
    """And a folder of them is added."""
    calls: list[str] = []
    found = [{"name": "count", "description": "Counts.", "enabled": False}]
    talk.fake.methods["session.skills.list"] = lambda _: {"skills": found}
    talk.fake.methods["session.skills.disable"] = lambda p: calls.append(f"off {p['name']}")
    talk.fake.methods["session.skills.enable"] = lambda p: calls.append(f"on {p['name']}")

    (row,) = await say(talk, "skills off count")
    await say(talk, "skills on count")
    await say(talk, f"skills add {tmp_path}")

    assert (row["name"], row["on"]) == ("count", False)
    assert calls == ["off count", "on count"]
    assert talk.called("session.resume")[-1]["skillDirectories"] == [str(tmp_path)]


async def test_agents_are_a_table(talk: Talk) -> None:
    """Those of the session and those that lie in the folder."""
    talk.fake.methods["agents.discover"] = lambda _: {"agents": [{"name": "b", "path": "b.md"}]}
    talk.fake.methods["session.agent.list"] = lambda _: {"agents": [{"name": "a"}]}
    talk.fake.methods["session.agent.getCurrent"] = lambda _: {"agent": {"name": "a"}}

    rows = await say(talk, "agents")

    assert [(row["name"], row["file"], row["talked with now"]) for row in rows] == [
        ("a", "", True),
        ("b", "b.md", False),
    ]


async def test_prompts_to_go_back_to_are_a_table(talk: Talk) -> None:
    """What is not a time is none."""
    points = [{"eventId": "e", "userMessage": "One?", "timestamp": "?", "fileCount": 2}]
    talk.fake.methods["session.history.listRewindPoints"] = lambda _: {"points": points}

    (row,) = await say(talk, "rewind")

    assert row == {"number": 1, "prompt": "One?", "when": None, "files": 2}
    points.clear()
    assert str(await say(talk, "rewind")) == "There is no prompt to go back to yet."


async def test_places_for_models_are_listed(talk: Talk) -> None:
    """With the variable of each key, and whether it is set."""
    talk.environ["OPENAI_API_KEY"] = "made-up"

    rows = {row["provider"]: row for row in await say(talk, "provider list")}

    assert rows["openai"]["key is set"] is True
    assert rows["anthropic"]["key is set"] is False
    assert rows["demo"]["key is set"] is None


async def test_a_key_can_be_asked_for(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is kept in the variable of its place, and never shown."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    typed = ["", "made-up"]

    async def ask_line(prompt: str, *, hidden: bool) -> str:
        assert hidden
        assert prompt.startswith("Key for openai at ")
        return typed.pop(0)

    monkeypatch.setattr(frontend, "ask_line", ask_line)
    monkeypatch.setattr(talk.conversation.settings, "environ", os.environ)

    with pytest.raises(UsageError, match="No key was typed"):
        await say(talk, "provider openai --model m --ask-key")
    said = await say(talk, "provider openai --model m --ask-key")

    assert "key from OPENAI_API_KEY" in str(said)
    assert "made-up" not in str(said)
    monkeypatch.delenv("OPENAI_API_KEY")


async def test_versions_and_restarts(talk: Talk) -> None:
    """What runs, and what it was made for."""
    assert "not started (made for " in str(await say(talk, "version"))
    await say(talk, "ask Hello.")

    assert str(await say(talk, "reset")).endswith("runs; the conversation goes on.")
    assert "Copilot CLI" in str(await say(talk, "version"))


async def test_nothing_is_downloaded_without_a_yes(
    talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Size and terms are said before."""
    found: list[Any] = []

    def install_cli(*, force: bool, progress: Any) -> Path:
        found.append(force)
        progress("Downloading")
        return tmp_path

    monkeypatch.setattr(install, "install_cli", install_cli)
    monkeypatch.setattr(locate, "cached_cli", lambda: None)
    with pytest.raises(UsageError, match="This downloads Copilot CLI") as caught:
        await say(talk, "install")
    assert caught.value.hint == "If you accept them: %copilot install --yes"

    assert str(await say(talk, "install --yes --force")) == f"Installed: {tmp_path}"
    monkeypatch.setattr(locate, "cached_cli", lambda: tmp_path)
    assert str(await say(talk, "install")).endswith(f"is there: {tmp_path}")
    assert found == [True]


async def test_options_choose_before_they_ask(talk: Talk) -> None:
    """Conversation, model, effort, mode; what they want of the answer comes after it."""
    talk.fake.methods["sessions.checkInUse"] = lambda _: {"inUse": []}
    talk.fake.methods["session.mode.set"] = lambda _: None
    talk.fake.methods["session.model.switchTo"] = lambda _: {}
    await say(talk, "ask One?")
    first = (await talk.conversation.session()).session_id
    await say(talk, "ask --new Two?")

    await say(talk, f"ask --session {first} --mode plan --effort low Three?")

    assert (await talk.conversation.session()).session_id == first
    assert talk.conversation.link.setup.mode == "plan"
    with pytest.raises(UsageError, match="holds no Python code"):
        await say(talk, "ask --format code Four?")
    with pytest.raises(UsageError, match="is not JSON"):
        await say(talk, "ask --format json Five?")
    assert talk.called("session.send")[-1]["responseFormat"]["type"] == "json_schema"


@pytest.mark.parametrize(
    "slip",
    [
        *("--attach missing.csv", "--see 99", "--tools run_cod", "--budget lots", "--timeout -1"),
        "Why is @statoins empty?",
    ],
)
async def test_a_cell_that_is_refused_changes_nothing(talk: Talk, slip: str) -> None:
    """The conversation goes on, with the model and the mode that it had."""
    await say(talk, "ask One?")
    before = talk.conversation.link.conversation

    with pytest.raises(UsageError):
        await say(talk, f"ask --new --model other --mode plan {slip} Two?")

    assert talk.conversation.link.conversation == before
    assert talk.conversation.link.source().model == "scripted"
    assert talk.conversation.link.setup.mode is None


async def test_the_answers_code_goes_into_a_new_cell(talk: Talk, running_shell: Any) -> None:
    """Its Python, and nothing else."""
    talk.fake.script = [Reply("```python\nx = 1\n```\n```bash\nls\n```\n```\ny = 2\n```")]

    await say(talk, "ask --format code Set both.")

    assert running_shell.rl_next_input == "x = 1\n\ny = 2"

    talk.fake.script = [Reply("```python\nx = 1  # \u202e2\n```")]
    await say(talk, "ask --format code Hide something.")
    assert running_shell.rl_next_input == "x = 1  # ⟨U+202E⟩2"


async def test_a_stored_turn_is_shown_without_asking(talk: Talk, running_shell: Any) -> None:
    """And bound like one that was asked."""
    with pytest.raises(UsageError, match="no stored turn"):
        await say(talk, "ask --replay Greet me.")
    talk.fake.script = [Reply("Hello.")]
    await say(talk, "ask Greet me.")

    stored = await say(talk, "ask --replay --out stored Greet me.")

    assert isinstance(stored, StoredTurn)
    assert running_shell.user_ns["stored"].text == "Hello."
    assert len(talk.fake.requests) == 1
    del running_shell.user_ns["stored"]


async def test_status_offers_what_can_be_gone_on_with(talk: Talk) -> None:
    """After a restart of the runtime, and of the kernel."""
    talk.conversation.bookmark.put("id-1", "One?")
    before = str(await say(talk, "status"))
    await say(talk, "ask Two?")
    during = str(await say(talk, "status"))
    await say(talk, "reset --off")
    after = str(await say(talk, "status"))

    assert "none yet; `%copilot resume` goes on with 'One?' of " in before
    assert "none yet" not in during
    assert "; the next turn goes on with it" in after


async def test_a_provider_without_a_model_says_what_comes_next(talk: Talk) -> None:
    """A newcomer can go on from there."""
    del talk.environ["COPILOT_NB_MODEL"]

    said = str(await say(talk, "provider http://127.0.0.1:9/v1"))

    assert said.splitlines()[1].startswith("It cannot be reached (")
    assert said.splitlines()[2].startswith("No model is named yet: `%copilot models`")
    assert "none is named yet" in str(await say(talk, "status"))
    with pytest.raises(OfflineError, match=r"127\.0\.0\.1:9/v1 cannot be reached") as caught:
        await say(talk, "models")
    assert caught.value.hint.startswith("Start the server, or check its address")


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ("HTTP/1.0 404 No\r\n\r\n", "This provider does not say which models it has."),
        ("HTTP/1.0 401 No\r\n\r\n", "does not accept the key."),
        ("nonsense", "cannot be reached"),
    ],
)
async def test_a_provider_that_lists_no_models_says_why(
    talk: Talk, reply: str, message: str
) -> None:
    """Not every server has the list, some want another key, and some are no such server."""
    del talk.environ["COPILOT_NB_MODEL"]
    async with server(reply) as (url, _):
        await say(talk, f"provider {url}")

        with pytest.raises(CopilotError, match=message) as caught:
            await say(talk, "models")

    assert caught.value.hint
