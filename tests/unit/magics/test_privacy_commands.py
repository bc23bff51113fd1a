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
async def test_a_rule_that_reaches_nothing_is_told(talk: Talk) -> None:
    """It holds for what may come, and what it may have meant is named."""
    for line, said in (
        (
            "deny people.nmae",
            "people.nmae matches no column or variable now. Did you mean people.name",
        ),
        ("mask agee", "agee matches no column or variable now. Did you mean age?"),
        ("deny --variable peple", "peple matches no column or variable now. Did you mean people?"),
        ("deny nosuch_at_all", "nosuch_at_all matches no column or variable now."),
    ):
        assert (await say(talk, f"privacy {line}")).note.startswith(said)

    assert len(await say(talk, "privacy")) == 4
    for line in ("deny people.name", "mask *GE", "deny --variable people", "deny people"):
        assert "matches no" not in (await say(talk, f"privacy {line}")).note


@pytest.mark.usefixtures("people")
async def test_rules_are_removed_by_number(talk: Talk) -> None:
    """All numbers are those of the list as it stood."""
    table = await say(talk, "privacy deny name age mail")
    assert [row["number"] for row in table] == [1, 2, 3]

    left = await say(talk, "privacy remove 1 2")

    assert [row["pattern"] for row in left] == ["mail"]
    with pytest.raises(UsageError, match="no rule '2'"):
        await say(talk, "privacy remove 2")


@pytest.mark.usefixtures("people")
async def test_a_rule_of_the_project_is_not_removed(
    talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says where it stands."""
    (tmp_path / ".copilot-nb.toml").write_text('[privacy]\nmask = ["name"]\n')
    monkeypatch.chdir(tmp_path)

    with pytest.raises(UsageError, match="'name' is a rule of the project") as caught:
        await say(talk, "privacy remove 1")

    assert ".copilot-nb.toml" in caught.value.hint


@pytest.mark.usefixtures("people")
async def test_the_list_says_what_cannot_be_recognised(talk: Talk) -> None:
    """Whoever hides ages must know that the gate does not see them."""
    note = (await say(talk, "privacy")).note

    assert "words of 4 characters and numbers of 5 digits or more" in note


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


async def test_what_was_sent_goes_by_the_turns_number(talk: Talk) -> None:
    """As everywhere: 1 is the oldest. A turn that is not there, or no longer known, is an error."""
    for prompt in ("One " * 40, "Two?", "Three?"):
        await say(talk, f"ask {prompt}")

    captions = [(await say(talk, f"sent {which}")).caption for which in ("1", "2", "-1", "")]

    assert captions[0].startswith("Turn 1 sent ")
    assert captions[0].endswith(": One One One One One One One One One One One One One One One…")
    assert captions[1] == captions[2]
    assert captions[1].startswith("Turn 2 sent ")
    assert captions[1].endswith("with a prompt of 4 B: Two?")
    assert captions[3].startswith("Turn 3 sent ")
    with pytest.raises(UsageError, match="There is no turn 4 in this notebook"):
        await say(talk, "sent 4")
    talk.conversation.ledger.turns = talk.conversation.ledger.turns[1:]
    with pytest.raises(UsageError, match="What turn 1 sent is no longer known"):
        await say(talk, "sent 1")


@pytest.mark.usefixtures("people")
async def test_a_dry_run_sends_nothing(talk: Talk) -> None:
    """It shows the exact texts, and what would be asked about first; no runtime starts."""
    token = "ghp_" + "aB3" * 12

    shown = str(await say(talk, f"ask --dry-run Who is in @people? {token}"))

    assert shown.startswith("Nothing was sent. This would be, after asking about: GitHub token:")
    assert "people: DataFrame, 2 rows × 2 columns" in shown
    assert talk.starts == []
    assert talk.conversation.ledger.turns == []
