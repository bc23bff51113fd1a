"""`%copilot privacy` and `%copilot sent`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from copilot_nb.errors import UsageError
from copilot_nb.testing.reply import Reply
from tests.unit.magics.test_commands import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.notebook.conftest import Talk


@pytest.fixture
def people(running_shell: Any, talk: Talk, tmp_path: Path) -> Iterator[None]:
    """A table in the notebook, and a file for rules."""
    talk.environ["COPILOT_NB_PRIVACY"] = str(tmp_path / "privacy.toml")
    running_shell.user_ns["people"] = pd.DataFrame(
        {"name": ["Annabel", "Bernard"], "age": [31, 44]}
    )
    yield
    del running_shell.user_ns["people"]


@pytest.mark.usefixtures("people")
async def test_rules_are_listed_added_and_removed(talk: Talk) -> None:
    """The list says what is sent of what, and who said so."""
    assert len(await say(talk, "privacy")) == 0
    await say(talk, "privacy deny name *mail*")
    table = await say(talk, "privacy deny --variable --save secret_*")

    assert [(row["pattern"], row["of"], row["from"]) for row in table] == [
        ("name", "column", "this session"),
        ("*mail*", "column", "this session"),
        ("secret_*", "variable", "saved"),
    ]
    assert len(await say(talk, "privacy remove name")) == 2
    with pytest.raises(UsageError):
        await say(talk, "privacy remove name")
    with pytest.raises(UsageError):
        await say(talk, "privacy mask")


@pytest.mark.usefixtures("people")
async def test_what_was_sent_can_be_read(talk: Talk) -> None:
    """A row for each piece, and the exact texts; nothing of a denied column is among them."""
    with pytest.raises(UsageError):
        await say(talk, "sent")
    await say(talk, "privacy deny name")
    talk.fake.script = [Reply(tools=[("preview_rows", {"name": "people"})])]

    await say(talk, "ask Who is in @people?")

    table = await say(talk, "sent")
    assert [(row["kind"], row["name"]) for row in table][-1] == ("result", "people")
    assert table[-1]["rows"] == 2
    text = str(await say(talk, "sent --text"))
    assert "Who is in @people?" in text
    assert "44" in text
    assert not any(word in text + talk.told for word in ("Annabel", "Bernard"))


@pytest.mark.usefixtures("people")
async def test_a_dry_run_sends_nothing(talk: Talk) -> None:
    """It shows the exact texts, and what would be asked about first; no runtime starts."""
    token = "ghp_" + "aB3" * 12

    shown = str(await say(talk, f"ask --dry-run Who is in @people? {token}"))

    assert shown.startswith("Nothing was sent. This would be, after asking about: GitHub token:")
    assert "people: DataFrame, 2 rows × 2 columns" in shown
    assert talk.starts == []
    assert talk.conversation.ledger.turns == []
