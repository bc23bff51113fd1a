"""`%copilot allow`, `deny` and `rules`: what is decided once and for all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from copilot_nb.errors import UsageError
from copilot_nb.notebook.permissions.rules import StandingRules
from tests.unit.magics.test_commands import say

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.notebook.conftest import Talk


async def test_rules_are_added_listed_and_revoked(
    talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here, or everywhere."""
    rules = StandingRules(tmp_path / "rules.toml")
    monkeypatch.setattr(type(talk.conversation), "rules", rules)

    assert str(await say(talk, "allow shell git status")) == (
        "Rule 1. Allow here always: run `git status`."
    )
    assert str(await say(talk, "deny url https://x.org/ --everywhere")) == (
        "Rule 2. Deny everywhere always: fetch https://x.org/."
    )
    assert [(row["number"], row["decision"]) for row in await say(talk, "rules")] == [
        (1, "allow"),
        (2, "deny"),
    ]
    assert str(await say(talk, "rules revoke 1")).startswith("Revoked: Allow here")
    assert len(rules.list()) == 1


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("allow tool bsh", "no tool 'bsh'", "Did you mean bash?"),
        (
            "deny custom-tool lst_variables",
            "no tool 'lst_variables'",
            "Did you mean list_variables?",
        ),
        (
            "deny shell rm --everywher",
            "no option '--everywher' there",
            "Did you mean --everywhere?",
        ),
        (
            "deny shell rm --everywhere -r",
            "no option '--everywhere' there",
            "Options stand first or last. Behind `--` words are",
        ),
        ("deny url *", "no URL and no host", "Such as `example.org`"),
        (
            "rules add",
            "list or revoke, not 'add'",
            "`%copilot allow` and `%copilot deny` add rules",
        ),
    ],
)
async def test_a_rule_that_nothing_would_match_is_not_made(
    talk: Talk, line: str, message: str, hint: str
) -> None:
    """It would look like protection; the next step stands below."""
    with pytest.raises(UsageError, match=re.escape(message)) as caught:
        await say(talk, line)

    assert hint in caught.value.hint
    assert talk.conversation.rules.list() == ()


async def test_a_rule_may_be_about_a_server_that_is_not_there_yet(talk: Talk) -> None:
    """It says so, unless its name is a slip of the pen."""
    servers = [{"name": "files"}, {"name": "io.github/wiki"}]
    talk.fake.methods["session.mcp.list"] = lambda _: {"servers": servers}

    said = [str(await say(talk, f"deny mcp {name}")) for name in ("db", "files", "io.github/wiki")]

    assert "No MCP server is called so now. `%copilot mcp` lists them." in said[0]
    assert said[1:] == [
        "Rule 2. Deny here always: call files.",
        "Rule 3. Deny here always: call io.github/wiki.",
    ]
    with pytest.raises(UsageError, match="There is no MCP server 'fyles'"):
        await say(talk, "deny mcp fyles/read")


async def test_a_rule_may_be_about_a_tool_that_is_not_there_yet(talk: Talk) -> None:
    """It says so; words behind `--` are text."""
    said = await say(talk, "deny tool frobnicate")

    assert said.level == "warning"
    assert "No tool is called so now" in str(said)
    assert str(await say(talk, "deny shell -- rm --everywher")) == (
        "Rule 2. Deny here always: run `rm --everywher`."
    )
    assert "Did you mean list_variables?" in str(await say(talk, "deny tool list_files"))
