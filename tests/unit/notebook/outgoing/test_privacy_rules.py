"""Where privacy rules come from, and where they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from copilot_nb.data.privacy import PrivacyRule
from copilot_nb.errors import ConfigError
from copilot_nb.notebook import current
from copilot_nb.notebook.outgoing.privacy_rules import PrivacyRules, rule_of
from copilot_nb.testing.reply import Reply

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.notebook.conftest import Talk


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PrivacyRules:
    """Rules with a file of their own, in an empty project."""
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    return PrivacyRules({"COPILOT_NB_PRIVACY": str(tmp_path / "mine" / "privacy.toml")})


def test_rules_of_the_session_end_with_it(rules: PrivacyRules) -> None:
    """Saved ones do not."""
    rules.add(PrivacyRule("deny", "ssn"), save=False)
    rules.add(PrivacyRule("mask", "*mail*"), save=True)
    rules.add(PrivacyRule("deny", "tokens", variable=True), save=True)

    later = PrivacyRules({"COPILOT_NB_PRIVACY": str(rules.path)})

    assert rules.current().column("ssn") == "deny"
    assert [(r.access, r.pattern, r.variable) for r in later.current().rules] == [
        ("mask", "*mail*", False),
        ("deny", "tokens", True),
    ]


def test_a_project_can_hold_back_more(rules: PrivacyRules) -> None:
    """Its file is read in the folder where the kernel is; it cannot loosen anything."""
    (rules.path.parent.parent / "project" / ".copilot-nb.toml").write_text(
        '[privacy]\nmask = ["ssn"]\naggregate = ["pay"]\n'
    )
    rules.add(PrivacyRule("deny", "ssn"), save=False)

    privacy = rules.current()

    assert (privacy.column("ssn"), privacy.column("pay")) == ("deny", "aggregate")


def test_a_rule_is_removed_wherever_it_is(rules: PrivacyRules) -> None:
    """From the session and from the file; how many they were."""
    rules.add(PrivacyRule("deny", "ssn"), save=False)
    rules.add(PrivacyRule("mask", "ssn"), save=True)

    assert rules.remove(rules.named("ssn")) == 2
    assert rules.named("ssn") == ()
    assert not rules.current()


def test_a_rule_goes_by_its_number_or_its_pattern(rules: PrivacyRules) -> None:
    """As they are listed; a pattern that looks like a number is a pattern first."""
    for pattern in ("ssn", "3", "pay"):
        rules.add(PrivacyRule("deny", pattern), save=False)

    assert [rule.pattern for rule in rules.named("1")] == ["ssn"]
    assert [rule.pattern for rule in rules.named("3")] == ["3"]
    assert [rules.named(text) for text in ("0", "4", "-1", "²", "nope")] == [()] * 5


def test_the_projects_rules_are_not_the_users_to_remove(rules: PrivacyRules) -> None:
    """They stay where they stand."""
    file = rules.path.parent.parent / "project" / ".copilot-nb.toml"
    file.write_text('[privacy]\nmask = ["ssn"]\n')

    assert rules.remove(rules.named("1")) == 0
    assert rules.current().column("ssn") == "mask"


@pytest.mark.parametrize("text", ["deny = ", "dny = ['x']", "deny = 'x'"])
def test_a_broken_file_is_an_error(rules: PrivacyRules, text: str) -> None:
    """Its rules would be missing without a word."""
    rules.path.parent.mkdir()
    rules.path.write_text(text)

    with pytest.raises(ConfigError):
        rules.current()


@pytest.mark.parametrize(
    ("access", "pattern", "variable"),
    [("hide", "x", False), ("deny", "", False), ("mask", "x", True)],
)
def test_a_rule_that_cannot_be_meant_is_refused(
    access: str, pattern: str, *, variable: bool
) -> None:
    """A variable as a whole can only be denied."""
    with pytest.raises(ConfigError):
        rule_of(access, pattern, variable=variable)


def test_rules_hold_in_the_folders_of_a_project(
    rules: PrivacyRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of its files count together; one outside of the repository does not."""
    top = rules.path.parent.parent / "project"
    inside = top / "notebooks"
    inside.mkdir()
    (top / ".git").mkdir()
    (top.parent / ".copilot-nb.toml").write_text("[privacy]\ndeny = ['town']\n")
    (top / ".copilot-nb.toml").write_text("[privacy]\ndeny = ['ssn']\n")
    (inside / ".copilot-nb.toml").write_text("[privacy]\nmask = ['ssn', 'name']\n")
    monkeypatch.chdir(inside)

    privacy = rules.current()

    assert [privacy.column(name) for name in ("ssn", "name", "town")] == ["deny", "mask", "allow"]


def test_saved_rules_are_the_users_alone(rules: PrivacyRules) -> None:
    """And replaced whole: a reader never sees half of them."""
    for pattern in ("ssn", "name"):
        rules.add(PrivacyRule("deny", pattern), save=True)

    assert rules.path.stat().st_mode & 0o077 == 0
    assert [each.name for each in rules.path.parent.iterdir()] == ["privacy.toml"]


async def test_rules_of_the_session_outlive_a_reload(
    rules: PrivacyRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was held back before `%reload_ext` is held back after it."""
    monkeypatch.setattr(current, "_conversations", [])
    monkeypatch.setattr(current, "_kept_rules", [])
    monkeypatch.setenv("COPILOT_NB_PRIVACY", str(rules.path))
    current.conversation().privacy.add(PrivacyRule("deny", "ssn"), save=False)

    await current.close()

    assert current.conversation().privacy.current().column("ssn") == "deny"


@pytest.mark.parametrize("mended", [True, False])
async def test_rules_hold_in_a_session_that_is_used_from_python(
    talk: Talk, running_shell: Any, tmp_path: Path, *, mended: bool
) -> None:
    """It composes no prompt: they are read before each tool, and without them none is called."""
    running_shell.user_ns["people"] = pd.DataFrame({"name": ["Ann"], "ssn": ["123-45-6780"]})
    (tmp_path / ".copilot-nb.toml").write_text(
        "[privacy]\ndeny = ['ssn']" if mended else "[privacy"
    )
    talk.fake.script = [Reply(tools=[("preview_rows", {"name": "people"})]), Reply("Done.")]
    session = await talk.conversation.session()

    await session.ask("Look at people.")

    del running_shell.user_ns["people"]
    assert "123-45-6780" not in talk.told
    assert ("Ann" in talk.told) is mended
