"""Rules about tools: whole, by the name that the model has for them, and no further."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from copilot_nb.errors import UsageError
from copilot_nb.notebook.permissions.rule_file import ToolName
from copilot_nb.notebook.permissions.rules import StandingRules
from tests.unit.notebook.permissions.conftest import outside, read, verdict, write
from tests.unit.notebook.requests import permission, shell

if TYPE_CHECKING:
    from pathlib import Path

    from copilot_nb.notebook.permissions.rules import ToolRule


def test_a_tool_can_be_allowed_or_denied_whole(rules: StandingRules) -> None:
    """For each of its requests, but for paths outside of the folder."""
    rules.set_tool(ToolName("view"), "allow")

    assert rules.tool_rules([ToolName("view")]) == {"view": "allow"}
    assert verdict(rules.allowance(read("a"), "view")) == "allows"
    assert verdict(rules.allowance(read("a"), "grep")) == "silent"
    assert verdict(rules.allowance(outside("/a"), "view")) == "silent"
    rules.set_tool(ToolName("view"), "deny")
    assert rules.tool_rules([ToolName("view")]) == {"view": "deny"}
    assert verdict(rules.denial(outside("/a"), "view")) == "denies"
    rules.set_tool(ToolName("view"), "ask")
    assert rules.tool_rules([ToolName("view")]) == {"view": "ask"}
    assert rules.list() == ()


@pytest.mark.parametrize(
    ("tool", "asked"),
    [
        (ToolName("load", "", is_own=True), {"kind": "custom-tool", "toolName": "load"}),
        (
            ToolName("my-clerk-enrol", "my clerk", is_own=False),
            {"kind": "mcp", "serverName": "my clerk", "toolName": "enrol"},
        ),
        (
            ToolName("clerk-enrol", "clerk", is_own=False),
            {"kind": "mcp", "serverName": "clerk", "toolName": "clerk-enrol"},
        ),
    ],
)
def test_a_tool_that_a_panel_allowed_is_the_same_tool(
    rules: StandingRules, tool: ToolName, asked: dict[str, str]
) -> None:
    """What the panel made stands in the list of tools, and "ask" takes it back."""
    other = ToolName("other", tool.server, is_own=tool.is_own)
    rules.remember(permission(asked))
    assert rules.tool_rules([tool, other]) == {tool.name: "allow", "other": "ask"}

    rules.set_tool(tool, "ask")

    assert verdict(rules(permission(asked))) == "silent"
    assert rules.list() == ()


def test_a_rule_is_not_about_a_namesake(rules: StandingRules) -> None:
    """What another server, or the notebook, calls so is still asked about."""
    rules.add("custom-tool", "allow", "bash")
    rules.add("mcp", "allow", "a.b/run")
    runtime, server = ToolName("bash", "", is_own=False), ToolName("a-b-run", "a-b", is_own=False)

    assert rules.tool_rules([runtime, server]) == {"bash": "ask", "a-b-run": "ask"}
    rules.set_tool(runtime, "ask")
    assert len(rules.list()) == 2


def test_what_holds_elsewhere_too_is_not_taken_back_here(
    rules: StandingRules, project: Path
) -> None:
    """A click in one project must not lift a denial for all; the error says how to."""
    bash, enrol = ToolName("bash", ""), ToolName("clerk-enrol", "clerk")
    rules.add("tool", "deny", "bash", "")
    rules.add("tool", "deny", "bash", project.parent)
    rules.add("mcp", "deny", "clerk")

    clicks: tuple[tuple[ToolName, ToolRule], ...] = (
        (bash, "allow"),
        (bash, "ask"),
        (enrol, "ask"),
    )
    for tool, wanted in clicks:
        with pytest.raises(UsageError, match="Another rule decides") as caught:
            rules.set_tool(tool, wanted)
        assert "%copilot rules revoke" in (caught.value.hint or "")
    rules.set_tool(bash, "deny")

    assert len(rules.list(everywhere=True)) == 4


def test_a_denial_is_known_before_the_source_of_a_tool_is(rules: StandingRules) -> None:
    """All tools of a server begin alike; allowing takes the name whole."""
    rules.add("mcp", "deny", "my clerk", "")
    rules.add("mcp", "deny", "files/read", "")

    assert rules.denial_of(ToolName("my-clerk-enrol")) is not None
    assert rules.denial_of(ToolName("files-read")) is not None
    assert rules.denial_of(ToolName("files-write")) is None
    assert rules.denial_of(ToolName("my-clerk-enrol", "", is_own=True)) is None


@pytest.mark.parametrize("tool", ["view", "create", "web_fetch"])
def test_an_allowed_tool_lets_through_what_it_asks_only(rules: StandingRules, tool: str) -> None:
    """Two calls of one id are taken for one tool: a command must not pass as another's."""
    rules.set_tool(ToolName(tool), "allow")

    assert verdict(rules.allowance(shell("touch made"), tool)) == "silent"
    assert verdict(rules.allowance(read("a"), tool)) == ("allows" if tool == "view" else "silent")
    assert verdict(rules.allowance(write("a"), tool)) == (
        "allows" if tool == "create" else "silent"
    )


def test_a_tool_that_can_do_everything_is_allowed_until_the_kernel_ends(
    rules: StandingRules,
) -> None:
    """A click must not open a shell for ever; a denial lasts."""
    rule = rules.set_tool(ToolName("bash"), "allow")

    assert rule is not None
    assert rule.words == "Allow here until the kernel ends: use bash"
    assert verdict(rules.allowance(shell("ls"), "bash")) == "allows"
    assert StandingRules(rules.path).list() == ()
    rules.revoke(rule.number)
    assert rules.list() == ()
    assert rules.set_tool(ToolName("bash"), "deny") == StandingRules(rules.path).list()[0]
