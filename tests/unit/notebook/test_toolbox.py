"""The tools of a conversation: listed, counted, switched off, ruled."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

import copilot_nb
from copilot_nb.errors import ConfigError, UsageError
from copilot_nb.notebook import current
from copilot_nb.notebook.options import AskOptions
from copilot_nb.notebook.permissions.rule_file import ToolName
from copilot_nb.notebook.toolbox import ToolTable
from copilot_nb.protocol.hook import PreToolUse
from copilot_nb.protocol.session import NEVER_OFFERED
from copilot_nb.session.tools import tool
from copilot_nb.testing.reply import Reply
from copilot_nb.views.widget import tools as live

if TYPE_CHECKING:
    from tests.unit.notebook.conftest import Talk


@tool(permission="read")
def look_up(word: str) -> str:
    """Look a word up."""
    return word


async def table(talk: Talk) -> ToolTable:
    """The tools as they are now."""
    return ToolTable(talk.conversation.toolbox, await talk.conversation.toolbox.facts())


def offered(talk: Talk) -> set[str]:
    """What the runtime was told last not to offer."""
    return set(talk.called("session.options.update")[-1]["excludedTools"])


async def test_tools_are_listed_with_their_source(talk: Talk) -> None:
    """The user's own first; each says what it takes and when it asks."""
    session = await talk.conversation.session()
    await session.register_tool(look_up)

    found = await table(talk)

    assert found[0].name == "look_up"
    assert (found["look_up"].source, found["look_up"].asks) == ("python", "no")
    assert (found["run_code"].source, found["run_code"].asks) == ("kernel", "yes")
    assert (found["list_variables"].source, found["list_variables"].asks) == ("kernel", "no")
    assert (found["propose_cell"].source, found["propose_cell"].asks) == ("kernel", "no")
    assert found["preview_file"].asks == "outside of the folder"
    assert (found["bash"].source, found["bash"].asks) == ("runtime", "yes")
    assert found["run_code"].summary.startswith("Run Python in the user's live notebook kernel")
    assert "code" in {each.name for each in found["run_code"].parameters}


async def test_calls_are_counted(talk: Talk) -> None:
    """Of this conversation, by name."""
    talk.fake.script = [Reply(tools=[("list_variables", {})] * 2), Reply("Done.")]

    await talk.conversation.run("Go")

    assert (await table(talk))["list_variables"].calls == 2
    assert (await table(talk))["run_code"].calls == 0
    await talk.conversation.new()
    assert (await table(talk))["list_variables"].calls == 0


async def test_tool_that_is_off_is_not_offered(talk: Talk) -> None:
    """From the next turn on; it stays in the list, and can be switched on again."""
    found = await table(talk)
    found.disable("bash")
    await talk.conversation.run("One")
    assert {"bash", *NEVER_OFFERED} == offered(talk)
    assert not (await table(talk))["bash"].enabled

    found.enable("bash")
    await talk.conversation.run("Two")

    assert offered(talk) == {*NEVER_OFFERED}
    assert (await table(talk))["bash"].enabled
    before = len(talk.called("session.options.update"))
    await talk.conversation.run("Three")
    assert len(talk.called("session.options.update")) == before


async def test_call_of_a_tool_that_is_off_is_denied(talk: Talk) -> None:
    """The runtime keeps the offer of a turn that runs; the call does not get through."""

    def switch(_request: dict[str, Any]) -> Reply:
        talk.conversation.toolbox.switch("list_variables", enabled=False)
        return Reply(tools=[("list_variables", {})])

    await table(talk)
    talk.fake.script = [switch, Reply("Done.")]

    turn = await talk.conversation.run("Go")

    assert turn.tool_calls[0].state == "denied"
    assert "switched this tool off" in talk.told


async def test_turn_may_have_some_tools_only(talk: Talk) -> None:
    """The next one has all again; a name that nobody knows is an error before the turn."""
    await talk.conversation.run("One", AskOptions(tools=("list_variables",)))
    assert "list_variables" not in offered(talk)
    assert {"bash", "run_code"} <= offered(talk)

    await talk.conversation.run("Two")

    assert offered(talk) == {*NEVER_OFFERED}


async def test_rule_is_the_users_own(talk: Talk) -> None:
    """It stands among the rules, and the list says so."""
    found = await table(talk)

    found.rule("list_variables", "deny")

    assert (await table(talk))["list_variables"].rule == "deny"
    assert talk.conversation.rules.tool_rules([ToolName("list_variables")]) == {
        "list_variables": "deny"
    }
    found.rule("list_variables", "ask")
    assert (await table(talk))["list_variables"].permission == "does not ask"


async def test_a_denied_server_stands_by_each_of_its_tools(talk: Talk) -> None:
    """One of them alone cannot be allowed again; taking the rule back frees them all."""
    offered = [{"name": f"files-{name}", "mcpServerName": "files"} for name in ("read", "move")]
    talk.fake.methods["session.tools.getCurrentMetadata"] = lambda _: {"tools": offered}
    rule = talk.conversation.rules.add("mcp", "deny", "files")
    found = await table(talk)

    with pytest.raises(UsageError, match="Deny here always: call files"):
        found.rule("files-read", "ask")

    for name in ("files-read", "files-move"):
        fact = (await table(talk))[name]
        assert (fact.rule, fact.rules) == ("deny", (rule.words,))
    talk.conversation.toolbox.switch("files-move", revoke=rule.words)
    assert (await table(talk))["files-read"].rule == "ask"


async def test_every_rule_about_a_tool_stands_by_it(talk: Talk) -> None:
    """What was clicked in a panel is shown and revoked here; other tools are left alone."""
    standing = talk.conversation.rules
    standing.add("shell", "allow", "git status")
    standing.add("custom-tool", "allow", "list_variables")
    found = await table(talk)
    assert found["bash"].rules == ("Allow here always: run `git status`",)
    assert (found["bash"].rule, found["list_variables"].rule) == ("ask", "allow")
    assert found["view"].rules == ()

    talk.conversation.toolbox.switch("bash", revoke="Allow here always: run `git status`")
    found.rule("list_variables", "ask")

    assert standing.list() == ()
    with pytest.raises(UsageError, match="That rule is gone"):
        talk.conversation.toolbox.switch("bash", revoke="Allow here always: run `git status`")


async def test_long_commands_are_told_by_both_ends(talk: Talk) -> None:
    """Those that read the same are not taken one for another."""
    standing = talk.conversation.rules
    for end in ("--safe", "--delete"):
        standing.add("shell", "allow", f"tool {'x' * 400} {end}")
    safe, delete = (await table(talk))["bash"].rules
    assert safe.startswith("Allow here always: run `tool xxx")
    assert (safe[-8:], delete[-10:]) == (" --safe`", " --delete`")
    assert len(safe) == 300

    talk.conversation.toolbox.switch("bash", revoke=delete)
    assert (await table(talk))["bash"].rules == (safe,)

    standing.add("shell", "allow", f"tool {'x' * 401} --safe")
    with pytest.raises(UsageError, match="Several rules read so") as caught:
        talk.conversation.toolbox.switch("bash", revoke=safe)
    assert "`%copilot rules revoke 1 or 2`" in (caught.value.hint or "")


async def test_words_that_cannot_be_meant_are_errors(talk: Talk) -> None:
    """With the nearest name, and with the rules that there are."""
    found = await table(talk)

    with pytest.raises(UsageError) as caught:
        found["bsh"]
    assert caught.value.hint == "Did you mean bash?"
    with pytest.raises(UsageError, match="no tool 'nobody at all'"):
        found.disable("nobody at all")
    with pytest.raises(UsageError, match="no rule 'maybe'"):
        found.rule("bash", "maybe")


async def test_table_draws_itself(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stored where no page shows widgets, text in a terminal, live in a page: one at a time."""
    drawn: list[Any] = []

    class View:
        open = True

        def __init__(self, facts: Any, change: Any, **_: Any) -> None:
            self.change = change
            self.shown = [facts]
            drawn.append(self)

        def update(self, facts: Any) -> None:
            self.shown.append(facts)

        def close(self) -> None:
            self.open = False

    monkeypatch.setattr(live, "ToolsView", View)
    found = await table(talk)
    assert "<table>" in found._repr_html_()
    talk.environ["COPILOT_NB_VIEW"] = "terminal"
    found._ipython_display_()
    assert "list_variables" in capsys.readouterr().out

    talk.environ["COPILOT_NB_VIEW"] = "widget"
    found._ipython_display_()
    found._ipython_display_()

    first, second = drawn
    assert (first.open, second.open) == (False, True)
    assert second.change("bash", {"enabled": False}) == ""
    assert not next(fact for fact in second.shown[-1] if fact.name == "bash").enabled
    assert "There is no tool" in second.change("nobody", {"enabled": False})
    await talk.conversation.close()
    assert not second.open


async def test_live_table_ends_with_the_next_cell(
    talk: Talk, running_shell: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is saved then holds no widget; the hook goes along with the table."""
    closed: list[int] = []

    class View:
        def __init__(self, *_: Any, **__: Any) -> None: ...

        def close(self) -> None:
            closed.append(1)

    monkeypatch.setattr(live, "ToolsView", View)
    before = list(running_shell.events.callbacks["pre_run_cell"])
    found = await table(talk)
    talk.environ["COPILOT_NB_VIEW"] = "widget"
    found._ipython_display_()

    running_shell.events.trigger("pre_run_cell", None)
    running_shell.events.trigger("pre_run_cell", None)

    assert closed == [1]
    assert running_shell.events.callbacks["pre_run_cell"] == before


async def test_rules_that_cannot_be_read_stop_no_call(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The live table stays as it was; the list itself says what is wrong."""

    class View:
        open = True

        def update(self, facts: Any) -> None:
            raise AssertionError(facts)

        def close(self) -> None:
            """Nothing to do."""

    monkeypatch.setattr(live, "ToolsView", lambda *_, **__: View())
    found = await table(talk)
    talk.environ["COPILOT_NB_VIEW"] = "widget"
    found._ipython_display_()
    talk.conversation.rules.path.write_text("rules = nonsense [", encoding="utf-8")

    said = talk.conversation.toolbox.before_tool(PreToolUse(tool_name="list_variables"))

    assert said is None
    with pytest.raises(ConfigError):
        await table(talk)


async def test_python_has_the_same_list(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """`copilot_nb.tools`, asked for anew at each look."""
    monkeypatch.setattr(current, "_conversations", [talk.conversation])

    def look() -> None:
        tools = copilot_nb.tools
        assert "bash" in [tool.name for tool in tools]
        assert len(tools) == len(tools[:])
        tools.disable("bash")
        assert not tools["bash"].enabled
        tools.enable("bash")
        tools.rule("bash", "deny")
        assert tools["bash"].rule == "deny"
        assert "bash" in repr(tools)

    session = await talk.conversation.session()
    assert session.loop is asyncio.get_running_loop()
    monkeypatch.setattr(current, "block_on", lambda work: _now(work, session.loop))
    await asyncio.to_thread(look)


def _now(work: Any, loop: asyncio.AbstractEventLoop) -> Any:
    return asyncio.run_coroutine_threadsafe(work, loop).result(5)
