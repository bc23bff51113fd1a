"""Rules about tools: whole, by the name that the model has for them, and no further."""

from __future__ import annotations

import pytest

from copilot_nb.notebook.permissions.rules import StandingRules
from tests.unit.notebook.permissions.conftest import outside, read, verdict, write
from tests.unit.notebook.requests import permission, shell


def test_a_tool_can_be_allowed_or_denied_whole(rules: StandingRules) -> None:
    """For each of its requests, but for paths outside of the folder."""
    rules.set_tool("view", "allow")

    assert rules.tool_rule("view") == "allow"
    assert verdict(rules.allowance(read("a"), "view")) == "allows"
    assert verdict(rules.allowance(read("a"), "grep")) == "silent"
    assert verdict(rules.allowance(outside("/a"), "view")) == "silent"
    rules.set_tool("view", "deny")
    assert rules.tool_rule("view") == "deny"
    assert verdict(rules.denial(outside("/a"), "view")) == "denies"
    rules.set_tool("view", "ask")
    assert rules.tool_rule("view") == "ask"
    assert rules.list() == ()


@pytest.mark.parametrize(
    ("tool", "asked"),
    [
        ("load", {"kind": "custom-tool", "toolName": "load"}),
        ("my-clerk-enrol", {"kind": "mcp", "serverName": "my clerk", "toolName": "enrol"}),
        ("clerk-enrol", {"kind": "mcp", "serverName": "clerk", "toolName": "clerk-enrol"}),
    ],
)
def test_a_tool_that_a_panel_allowed_is_the_same_tool(
    rules: StandingRules, tool: str, asked: dict[str, str]
) -> None:
    """What the panel made stands in the list of tools, and "ask" takes it back."""
    rules.remember(permission(asked))
    assert rules.tool_rules({tool: "", "other": ""}) == {tool: "allow", "other": "ask"}

    rules.set_tool(tool, "ask")

    assert verdict(rules(permission(asked))) == "silent"
    assert rules.list() == ()


@pytest.mark.parametrize("tool", ["view", "create", "web_fetch"])
def test_an_allowed_tool_lets_through_what_it_asks_only(rules: StandingRules, tool: str) -> None:
    """Two calls of one id are taken for one tool: a command must not pass as another's."""
    rules.set_tool(tool, "allow")

    assert verdict(rules.allowance(shell("touch made"), tool)) == "silent"
    assert verdict(rules.allowance(read("a"), tool)) == ("allows" if tool == "view" else "silent")
    assert verdict(rules.allowance(write("a"), tool)) == (
        "allows" if tool == "create" else "silent"
    )


def test_a_tool_that_can_do_everything_is_allowed_until_the_kernel_ends(
    rules: StandingRules,
) -> None:
    """A click must not open a shell for ever; a denial lasts."""
    rule = rules.set_tool("bash", "allow")

    assert rule is not None
    assert rule.words == "Allow here until the kernel ends: use bash"
    assert verdict(rules.allowance(shell("ls"), "bash")) == "allows"
    assert StandingRules(rules.path).list() == ()
    rules.revoke(rule.number)
    assert rules.list() == ()
    assert rules.set_tool("bash", "deny") == StandingRules(rules.path).list()[0]
