"""`%copilot login`, `logout`, `usage`, `budget`, `doctor` and `audit` as they are typed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from copilot_nb.cli import main
from copilot_nb.errors import AuthenticationError, BudgetError, ConfigError, UsageError
from copilot_nb.magics.result import Text
from copilot_nb.notebook.care import doctor
from copilot_nb.notebook.care.doctor import Finding
from copilot_nb.testing.reply import Reply
from tests.unit.magics.test_commands import say

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.notebook.conftest import Talk


async def test_usage_is_grouped_as_it_is_asked_for(talk: Talk) -> None:
    """The rows are data; nobody is asked about a quota where there is no account."""
    empty = await say(talk, "usage")
    await say(talk, "ask One")
    await say(talk, "ask Two")

    assert (len(empty), empty.caption) == (0, "Nothing was asked yet.")
    by_turn = await say(talk, "usage")
    assert [(row["turn"], row["input"], row["output"]) for row in by_turn] == [
        (1, 100, 20),
        (2, 100, 20),
    ]
    (by_model,) = await say(talk, "usage model")
    assert (by_model["model"], by_model["calls"], by_model["input"]) == ("scripted", 2, 200)
    (by_day,) = await say(talk, "usage day")
    assert by_day["calls"] == 2
    frame = pd.DataFrame(await say(talk, "usage call"))
    assert frame["input"].sum() == 200
    assert by_turn.caption == "2 model calls: 240 tokens"


async def test_prices_make_dollars(talk: Talk) -> None:
    """A price that cannot be meant is told."""
    talk.environ["COPILOT_NB_PRICES"] = "scripted=1000/1000"
    await say(talk, "ask One")

    table = await say(talk, "usage")
    assert table[0]["dollars"] == pytest.approx(0.12)
    assert table.caption.endswith("120 tokens, $0.12")
    talk.environ["COPILOT_NB_PRICES"] = "free"
    with pytest.raises(ConfigError):
        await say(talk, "usage")


async def test_caps_are_set_shown_and_lifted(talk: Talk) -> None:
    """With what was spent, what is left, and who set them."""
    assert str(await say(talk, "budget")).startswith("There is no cap.")
    await say(talk, "budget cell 1M tokens")
    table = await say(talk, "budget day 200k tokens --hard")

    assert [(row["for"], row["cap"], row["left"], row["set by"]) for row in table] == [
        ("cell", "1,000,000 tokens", "1,000,000 tokens", "%copilot budget"),
        ("day", "200,000 tokens", "200,000 tokens", "%copilot budget"),
    ]
    assert "the turn stops." in table.note
    assert "until the kernel ends" in table.note
    assert (await say(talk, "budget --soft")).note.startswith(
        "Where a model call would exceed one,"
    )
    assert "until the kernel ends" not in (await say(talk, "budget")).note
    await say(talk, "budget cell off")
    assert isinstance(await say(talk, "budget day off"), Text)


async def test_a_cap_can_be_kept_for_all_notebooks(talk: Talk) -> None:
    """As every other setting."""
    table = await say(talk, "budget day 200k tokens --save")

    assert "It holds in all your notebooks" in table.note
    assert talk.conversation.settings.saved.get("budget_day") == "200k tokens"
    with pytest.raises(UsageError, match="something to keep"):
        await say(talk, "budget --save")


async def test_usage_says_what_asked_besides_turns_of_cells(talk: Talk) -> None:
    """No cell is blamed for it; a summary keeps to the caps, too."""
    await say(talk, "ask One")
    session = await talk.conversation.session()
    await session.ask("Two")

    assert [row["turn"] for row in await say(talk, "usage")] == [1, "code"]
    assert [row["turn"] for row in await say(talk, "usage call")] == [1, "code"]
    await say(talk, "budget session 150 tokens")
    with pytest.raises(BudgetError, match="This session has spent 240 tokens"):
        await say(talk, "compact")
    assert talk.called("session.history.compact") == []


async def test_a_cap_that_would_hold_nothing_is_refused(talk: Talk) -> None:
    """One that is set elsewhere is told of below the table; what is recommended holds here."""
    assert "`%copilot budget day 500k tokens`" in str(await say(talk, "budget"))

    for cap in ("5", "10 requests", "$1"):
        with pytest.raises(ConfigError, match="no cap in"):
            await say(talk, f"budget day {cap}")
    assert talk.conversation.spending.caps() == {}

    talk.environ["COPILOT_NB_BUDGET_DAY"] = "5"
    note = (await say(talk, "budget")).note
    assert "openai at http://127.0.0.1:1/v1 counts no AI credits, so no cap in them holds" in note
    talk.environ["COPILOT_NB_PROVIDER"] = "account"
    assert "counts no" not in (await say(talk, "budget")).note
    await say(talk, "budget day off")
    assert "`%copilot budget day 20`" in str(await say(talk, "budget"))


@pytest.mark.parametrize("line", ["budget day", "budget day much", "budget --hard --soft"])
async def test_a_cap_that_cannot_be_meant_is_refused(talk: Talk, line: str) -> None:
    """And none is set."""
    with pytest.raises(UsageError):
        await say(talk, line)

    assert talk.conversation.spending.caps() == {}


async def test_a_token_is_never_typed(talk: Talk) -> None:
    """The name of a variable, or a file; not both, and not the token itself."""
    with pytest.raises(UsageError, match="not both"):
        await say(talk, "login --token-env A --token-file b")
    with pytest.raises(UsageError, match="in capitals") as caught:
        await say(talk, "login --token-env gho_abc")
    assert "revoke" in caught.value.hint
    with pytest.raises(ConfigError, match="MY_TOKEN is not set"):
        await say(talk, "login --token-env MY_TOKEN")
    with pytest.raises(AuthenticationError, match="Nobody is here"):
        await say(talk, "login")
    assert str(await say(talk, "logout")) == "Nobody is signed in."


async def test_the_audit_is_a_table_that_can_be_filtered_and_kept(
    talk: Talk, tmp_path: Path
) -> None:
    """It says when nothing is kept."""
    talk.environ["COPILOT_NB_POLICY"] = "allow"
    talk.fake.script = [Reply(tools=[("bash", {"command": "echo hi", "description": "x"})])]
    await say(talk, "ask Go")

    (row,) = await say(talk, "audit bash --decision allowed --by policy --turn 1")
    assert (row["tool"], row["what"], row["state"]) == ("bash", "echo hi", "ok")
    assert "keeps a log" in (await say(talk, "audit")).note
    assert repr(await say(talk, "audit --log")).startswith("None yet.")
    for line in ("audit nosuch", "audit --by you", "audit --turn 9"):
        assert repr(await say(talk, line)).startswith("None of 1 fits.")
    kept = await say(talk, f"audit --to {tmp_path / 'a.jsonl'}")
    assert kept.note == f"Written to {tmp_path / 'a.jsonl'}."
    assert json.loads((tmp_path / "a.jsonl").read_text())["tool"] == "bash"


FINDINGS = (
    Finding("Python", "ok", "3.13"),
    Finding("runtime", "problem", "The Copilot CLI was not found.", "Run `copilot-nb install`."),
)


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the doctor was asked to look at; it finds one problem."""
    asked: list[dict[str, Any]] = []

    async def examine(_conversation: Any, **options: Any) -> tuple[Finding, ...]:
        asked.append(options)
        return FINDINGS if len(asked) == 1 else FINDINGS[:1]

    monkeypatch.setattr(doctor, "examine", examine)
    return asked


async def test_the_doctor_is_a_table(talk: Talk, examined: list[dict[str, Any]]) -> None:
    """With a verdict above it."""
    table = await say(talk, "doctor --ask")

    assert table.caption == "1 problem"
    assert table[1]["fix"] == "Run `copilot-nb install`."
    assert (await say(talk, "doctor")).caption == "Everything is there."
    assert examined == [{"ask": True}, {"ask": False}]


def test_the_doctor_in_a_shell(
    examined: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """A line each, the fix below it; JSON for programs; the exit code says whether all is well."""
    assert main(["doctor"]) == 1
    assert capsys.readouterr().out == (
        "Python   ok       3.13\n"
        "runtime  problem  The Copilot CLI was not found.\n"
        "                  Run `copilot-nb install`.\n"
    )
    assert main(["doctor", "--json", "--ask"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"check": "Python", "state": "ok", "detail": "3.13", "fix": ""}
    ]
    assert examined[1] == {"ask": True, "page": False}
