"""Rules that outlive a session: what they cover, where they hold, and how they are kept."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from copilot_nb.errors import ConfigError, UsageError
from copilot_nb.notebook.permissions.rule_file import ToolName
from copilot_nb.notebook.permissions.rules import StandingRules
from copilot_nb.protocol.permission import PermissionDecision
from tests.unit.notebook.permissions.conftest import outside, read, verdict, write
from tests.unit.notebook.requests import form, kernel_code, permission, question, shell

if TYPE_CHECKING:
    from pathlib import Path

    from copilot_nb.session.pending import PendingRequest


def test_allow_here_always_is_one_rule_in_the_buttons_words(
    rules: StandingRules, project: Path
) -> None:
    """It is bound to the project, and whoever is asked next hears of it by number."""
    (rule,) = rules.remember(shell("git status"))

    answer = rules(shell("git status"))

    assert rule.words == "Allow here always: run `git status`"
    assert (rule.number, rule.place) == (1, str(project))
    assert answer is not None
    assert (verdict(answer), answer.by) == ("allows", "rule 1 (allow run `git status`)")
    assert rules.list() == (rule,)


def test_the_same_rule_is_kept_once(rules: StandingRules) -> None:
    """Two clicks make no two rules."""
    rules.remember(shell("ls"))

    assert rules.add("shell", "allow", "ls").number == 1
    assert len(rules.list()) == 1


def test_another_kernel_reads_the_same_rules(rules: StandingRules) -> None:
    """They are in a file that is the user's alone, with any character in them."""
    text = 'echo "ü\t\x7f😀" \\ \'\n'
    rules.add("shell", "allow", text)
    rules.add("url", "deny", "https://x/", "")

    assert StandingRules(rules.path).list() == rules.list()
    assert rules.list()[0].text == text
    if os.name == "posix":
        assert rules.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in rules.path.parent.iterdir()] == ["rules.toml"]


def test_a_rule_holds_in_its_project(
    rules: StandingRules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`make` is another program elsewhere; an empty place is everywhere."""
    rules.remember(shell("make"))
    rules.add("shell", "allow", "ls", "")

    monkeypatch.chdir(tmp_path)

    assert [rule.text for rule in rules.list()] == ["ls"]
    assert [rule.number for rule in rules.list()] == [2]
    assert len(rules.list(everywhere=True)) == 2
    assert verdict(rules(shell("make"))) == "silent"
    assert verdict(rules(shell("ls"))) == "allows"


def test_a_denial_wins(rules: StandingRules) -> None:
    """Whatever else allows the same; the model hears which rule it was."""
    rules.add("shell", "allow", "rm x")
    rules.add("shell", "deny", "rm")

    answer = rules(shell("rm x"))

    assert verdict(answer) == "denies"
    assert answer is not None
    assert answer.by == "rule 2 (deny run `rm`)"
    assert isinstance(answer.value, PermissionDecision)
    assert answer.value.feedback == "The user has a rule. Deny here always: run `rm`."


def test_an_empty_text_is_about_nothing(rules: StandingRules) -> None:
    """And not about the root of all files."""
    with pytest.raises(UsageError, match="needs a text"):
        rules.add("read", "deny", "")


def test_rules_allow_a_line_together(rules: StandingRules) -> None:
    """Each command of it by one; one that none allows leaves the line to a person."""
    rules.add("shell", "allow", "git status")
    rules.add("shell", "allow", "git diff")

    answer = rules(shell("git status && git diff"))

    assert answer is not None
    assert answer.by == "rule 1 (allow run `git status`), rule 2 (allow run `git diff`)"
    assert verdict(rules(shell("git status && git push"))) == "silent"
    assert verdict(rules(shell("git status | git diff"))) == "silent"


def test_a_path_is_where_it_leads(rules: StandingRules, project: Path) -> None:
    """A link that is bent later does not take the rule along; reading is not writing."""
    notes, secret = project / "notes.txt", project.parent / "secret.txt"
    notes.touch()
    secret.touch()
    rules.remember(write(notes))

    allowed = [verdict(rules(write(path))) for path in (notes, "../notes.txt", secret)]
    notes.unlink()
    notes.symlink_to(secret)

    assert allowed == ["allows", "allows", "silent"]
    assert verdict(rules(write(notes))) == "silent"
    assert verdict(rules(read(notes))) == "silent"


def test_a_folder_covers_what_is_below(rules: StandingRules, project: Path) -> None:
    """Not what only begins alike, nor what a link in it leads to."""
    (project / "data").mkdir()
    (project / "data" / "out").symlink_to(project.parent)
    rule = rules.add("read", "allow", "../data/**")

    assert rule.text == f"{project}/data/**"
    assert verdict(rules(read(project / "data" / "a" / "b.csv"))) == "allows"
    assert verdict(rules(read(project / "database"))) == "silent"
    assert verdict(rules(read(project / "data" / ".." / "x"))) == "silent"
    assert verdict(rules(read(project / "data" / "out" / "x"))) == "silent"


def test_all_paths_of_a_request_must_be_allowed(rules: StandingRules) -> None:
    """By one rule or several; one that is denied is enough for a no."""
    rules.remember(outside("/a/b", "/a/c"))
    rules.add("read", "deny", "/x/**")

    assert verdict(rules(outside("/a/b"))) == "allows"
    assert verdict(rules(outside("/a/b", "/a/c"))) == "allows"
    assert verdict(rules(outside("/a/b", "/a/d"))) == "silent"
    assert verdict(rules(outside("/a/b\n/a/c"))) == "silent"
    assert verdict(rules(outside("/a/b", "/x/y"))) == "denies"
    assert verdict(rules(outside("/a/b", access="write"))) == "silent"


def test_addresses_and_tools_are_exact(rules: StandingRules) -> None:
    """A URL by all of it; a tool by its name, a server's by both."""
    url = {"kind": "url", "url": "https://x/data"}
    mcp = {"kind": "mcp", "serverName": "clerk", "toolName": "enrol"}
    rules.remember(permission(url))
    rules.remember(permission(mcp))
    rules.remember(permission({"kind": "custom-tool", "toolName": "load"}))

    assert verdict(rules(permission(url))) == "allows"
    assert verdict(rules(permission(url | {"url": "https://x/data?q"}))) == "silent"
    assert verdict(rules(permission(mcp | {"args": {"a": 1}}))) == "allows"
    assert verdict(rules(permission(mcp | {"serverName": "other"}))) == "silent"
    assert [rule.words for rule in rules.list()] == [
        "Allow here always: fetch https://x/data",
        "Allow here always: call clerk/enrol",
        "Allow here always: call load",
    ]


def test_denying_reaches_what_is_below(rules: StandingRules, project: Path) -> None:
    """A folder, a host, a server; allowing the same allows no more than its text."""
    url = permission({"kind": "url", "url": "https://example.org/a"})
    mcp = permission({"kind": "mcp", "serverName": "files", "toolName": "read"})
    other = permission({"kind": "mcp", "serverName": "files2", "toolName": "read"})
    rules.add("write", "allow", str(project))
    rules.add("url", "allow", "https://example.org")
    assert [verdict(rules(each)) for each in (write(project / "a"), url)] == ["silent"] * 2

    rules.add("write", "deny", str(project))
    rules.add("url", "deny", "example.org")
    rules.add("mcp", "deny", "files")

    assert [verdict(rules(each)) for each in (write(project / "a"), url, mcp)] == ["denies"] * 3
    assert verdict(rules(other)) == "silent"
    assert rules.tool_rules([ToolName("files-read", "files"), ToolName("files-x", "files-x")]) == {
        "files-read": "deny",
        "files-x": "ask",
    }
    assert verdict(rules(mcp)) == "denies"


def test_what_is_clicked_is_kept_as_it_was_asked(rules: StandingRules) -> None:
    """Only a text that is typed may be one that nothing matches."""
    odd = permission({"kind": "url", "url": "example.org/data"})

    rules.remember(odd)

    assert verdict(rules(odd)) == "allows"


@pytest.mark.parametrize(
    "request_", [kernel_code("1"), permission({"kind": "hook", "toolName": "x"}), question("Why?")]
)
def test_some_things_are_never_allowed_for_ever(
    rules: StandingRules, request_: PendingRequest
) -> None:
    """Code, hooks and questions are about this one time."""
    with pytest.raises(UsageError, match="no rules about"):
        rules.remember(request_)

    assert rules(request_) is None


def test_what_looks_like_a_pattern_is_not_remembered(rules: StandingRules) -> None:
    """The command would cover others."""
    with pytest.raises(UsageError, match="as a pattern"):
        rules.remember(shell("echo a:*"))


def test_a_rule_is_revoked_by_its_number(rules: StandingRules) -> None:
    """The others move up."""
    rules.add("shell", "allow", "a")
    rules.add("shell", "allow", "b")

    gone = rules.revoke(1)

    assert gone.text == "a"
    assert [(rule.number, rule.text) for rule in rules.list()] == [(1, "b")]
    with pytest.raises(UsageError, match="no rule 2"):
        rules.revoke(2)


@pytest.mark.parametrize(
    ("kind", "decision", "text", "message"),
    [
        ("kernel-code", "allow", "1", "no rules about 'kernel-code'"),
        ("shell", "ask", "ls", "cannot 'ask'"),
        ("shell", "allow", " ", "needs a text"),
        ("shell", "deny", ":*", "names no command"),
        ("read", "deny", "*.csv", "name of one file, and there is none"),
        ("write", "deny", "/etc/*", "name of one file, and there is none"),
        ("url", "allow", "example.org", "allows a URL, and 'example.org' is none"),
        ("url", "deny", "*.example.org", "no URL and no host"),
        ("url", "deny", "https://example.org/*", "no URL and no host"),
        ("url", "deny", "https://", "no URL and no host"),
        ("url", "deny", "example.org example.com", "no URL and no host"),
        ("mcp", "allow", "files", "allows one tool of an MCP server"),
        ("mcp", "allow", "files/", "allows one tool of an MCP server"),
        ("mcp", "deny", "files/*", "names no MCP server"),
        ("mcp", "deny", "/read", "names no MCP server"),
        ("tool", "deny", "files/read", "No tool is called"),
        ("custom-tool", "allow", "my tool", "No tool is called"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_an_error(
    rules: StandingRules, kind: str, decision: str, text: str, message: str
) -> None:
    """Nothing is guessed."""
    with pytest.raises(UsageError, match=message):
        rules.add(kind, decision, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[rule]", "is not TOML"),
        ("rule = 1", "something else"),
        ("[rules]", "something else"),
        ("[[rule]]\nkind='shell'\ndecision='allow'", "cannot be meant"),
        ("[[rule]]\nkind='shell'\ndecision='yes'\ntext='ls'", "cannot be meant"),
        ("[[rule]]\nkind='shells'\ndecision='allow'\ntext='ls'", "cannot be meant"),
        ("[[rule]]\nkind='shell'\ndecision='allow'\ntext='ls'\nplaces='/'", "cannot be meant"),
        ("[[rule]]\nkind='shell'\ndecision='allow'\ntext=1", "cannot be meant"),
    ],
)
def test_a_file_that_cannot_be_understood_says_so(
    rules: StandingRules, text: str, message: str
) -> None:
    """It allows nothing, and nobody writes over it."""
    rules.path.parent.mkdir()
    rules.path.write_text(text)
    rules.path.chmod(0o600)

    for use in (rules.check, lambda: rules(shell("ls")), lambda: rules.remember(shell("ls"))):
        with pytest.raises(ConfigError, match=message):
            use()
    assert rules.path.read_text() == text


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such bits")
def test_a_file_that_others_may_change_is_refused(rules: StandingRules) -> None:
    """Their rules would be yours."""
    rules.add("shell", "allow", "ls")
    rules.path.chmod(0o666)

    with pytest.raises(ConfigError, match="changed by other users"):
        rules.check()


def test_a_file_that_cannot_be_written_says_so(rules: StandingRules) -> None:
    """The click has allowed it once; the rule is not there."""
    rules.path.parent.write_text("a file where the folder should be")

    with pytest.raises(ConfigError, match="cannot be"):
        rules.add("shell", "allow", "ls")


def test_no_rule_lets_rules_and_settings_be_written(
    rules: StandingRules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the agent would make its own, set the policy, or lift what must not leave."""
    monkeypatch.setenv("COPILOT_NB_STATE", str(tmp_path / "own"))
    rules.add("write", "allow", "/**", "")

    assert verdict(rules(write("/somewhere"))) == "allows"
    assert verdict(rules(write(rules.path))) == "silent"
    assert verdict(rules(write(tmp_path / "own" / "settings.toml"))) == "silent"
    assert verdict(rules(outside(tmp_path / "own" / "privacy.toml", access="write"))) == "silent"


def test_forms_are_no_matter_of_rules(rules: StandingRules) -> None:
    """They have no yes."""
    assert rules(form("Who?")) is None


def test_the_environment_names_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For tests, and for a file that a team shares."""
    monkeypatch.setenv("COPILOT_NB_RULES", str(tmp_path / "team.toml"))
    assert StandingRules().path == tmp_path / "team.toml"

    monkeypatch.delenv("COPILOT_NB_RULES")
    assert StandingRules().path.parts[-2:] == ("copilot-nb", "rules.toml")
