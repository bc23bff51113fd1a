"""Every tool call and decision, in memory and in a log."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

import pytest

from copilot_nb.errors import UsageError
from copilot_nb.notebook.care.audit import LONGEST, Entry, chosen, written
from copilot_nb.testing.reply import Reply

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.notebook.conftest import Talk

TOKEN = "ghp_" + "a" * 36


def bash(command: str) -> Reply:
    """The model runs a command."""
    return Reply(tools=[("bash", {"command": command, "description": "do it"})])


async def test_a_call_has_its_decision_and_its_result(talk: Talk) -> None:
    """Who allowed it, when, how long it took, how much came back."""
    talk.environ["COPILOT_NB_POLICY"] = "allow"
    talk.fake.script = [bash("echo hello")]

    await talk.conversation.run("Go")

    (entry,) = talk.conversation.audit.entries
    assert (entry.turn, entry.tool, entry.what, entry.state) == (1, "bash", "echo hello", "ok")
    assert (entry.decision, entry.by) == ("Allowed", "policy allow (COPILOT_NB_POLICY)")
    assert entry.decided is not None
    assert entry.at <= entry.decided
    assert entry.bytes > 5
    assert entry.seconds is not None


async def test_a_denied_call_says_so(talk: Talk) -> None:
    """Nobody is here."""
    talk.fake.script = [bash("echo hello")]

    await talk.conversation.run("Go")

    (entry,) = talk.conversation.audit.entries
    assert (entry.state, entry.decision) == ("denied", "Denied")
    assert "headless policy" in entry.by


async def test_a_decision_without_a_call_is_an_entry_too(talk: Talk) -> None:
    """Such as that about a prompt before it is sent."""
    talk.environ["COPILOT_NB_BUDGET_SESSION"] = "100 tokens"
    await talk.conversation.run("One")
    with pytest.raises(Exception, match="cap"):
        await talk.conversation.run("Two")

    (entry,) = talk.conversation.audit.entries
    assert (entry.call, entry.tool, entry.state) == ("", "budget", "asked")
    assert entry.decision == "Denied"


async def test_nothing_is_written_unless_it_is_wanted(talk: Talk) -> None:
    """The log is opt-in."""
    talk.environ["COPILOT_NB_POLICY"] = "allow"
    talk.fake.script = [bash("echo hello")]

    await talk.conversation.run("Go")

    assert not talk.conversation.audit.path.exists()
    assert talk.conversation.audit.logged() == ()


async def test_the_log_is_private_appended_and_without_secrets(talk: Talk) -> None:
    """One JSON object a line; what is no entry is left out when it is read."""
    talk.environ |= {"COPILOT_NB_POLICY": "allow", "COPILOT_NB_AUDIT": "yes"}
    audit = talk.conversation.audit
    talk.fake.script = [bash(f"echo {TOKEN}"), Reply("Done."), bash("echo two")]
    await talk.conversation.run("One")
    await talk.conversation.run("Two")
    await talk.conversation.close()

    lines = audit.path.read_text().splitlines()
    assert [json.loads(line)["what"] for line in lines] == ["echo •••", "echo two"]
    assert [entry.what for entry in audit.entries] == ["echo •••", "echo two"]
    audit.path.write_text("\n".join(["nonsense", "{}", *lines]))
    assert [entry.what for entry in audit.logged()] == ["echo •••", "echo two"]
    if os.name == "posix":
        assert stat.S_IMODE(audit.path.stat().st_mode) == 0o600


async def test_a_secret_at_the_end_of_the_line_is_masked_before_it_is_cut(talk: Talk) -> None:
    """What is left of a token that is cut off looks like none."""
    talk.environ |= {"COPILOT_NB_POLICY": "allow", "COPILOT_NB_AUDIT": "yes"}
    audit = talk.conversation.audit
    talk.fake.script = [bash("x" * (LONGEST - 20) + f" {TOKEN} " + "y" * LONGEST)]
    await talk.conversation.run("Go")
    await talk.conversation.close()

    assert TOKEN[:8] not in audit.path.read_text()
    assert [each.what for each in audit.logged()] == [each.what for each in audit.entries]
    assert TOKEN[:8] not in audit.entries[0].what
    assert len(audit.entries[0].what) == LONGEST


async def test_entries_can_be_chosen_and_written(talk: Talk, tmp_path: Path) -> None:
    """By tool, decision, who, and turn; as JSON lines, JSON or CSV."""
    talk.environ["COPILOT_NB_POLICY"] = "allow"
    question = Reply(tools=[("ask_user", {"question": "=Which?"})])
    talk.fake.script = [bash("echo " + "x" * 500), question]
    await talk.conversation.run("Go")
    entries = talk.conversation.audit.entries

    assert [entry.tool for entry in entries] == ["bash", "ask_user"]
    assert len(entries[0].what) == LONGEST
    assert [e.tool for e in chosen(entries, tool="BA")] == ["bash"]
    assert [e.tool for e in chosen(entries, decision="allowed", by="policy")] == ["bash"]
    assert [e.tool for e in chosen(entries, decision="unasked")] == ["ask_user"]
    assert chosen(entries, decision="denied") == chosen(entries, turn=9) == ()
    for name in ("a.jsonl", "a.json", "a.csv"):
        assert written(entries, str(tmp_path / name)).read_text()
    first = json.loads((tmp_path / "a.jsonl").read_text().splitlines()[0])
    assert Entry.from_json(first) == entries[0]
    assert "'=Which?" in (tmp_path / "a.csv").read_text()


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    """Nor written in a format that nobody named."""
    (tmp_path / "a.csv").touch()

    with pytest.raises(UsageError, match="there already"):
        written([], str(tmp_path / "a.csv"))
    with pytest.raises(UsageError, match="no format"):
        written([], str(tmp_path / "a.xls"))
    with pytest.raises(UsageError, match="cannot be written"):
        written([], str(tmp_path / "nowhere" / "a.csv"))
