"""What model calls cost, and the caps on it."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from copilot_nb.errors import ConfigError, ShownError
from copilot_nb.notebook.account.caps import Cap, Prices, measured
from copilot_nb.notebook.options import AskOptions
from copilot_nb.testing.reply import Reply
from copilot_nb.transcript.blocks import NoticeBlock, PermissionBlock

if TYPE_CHECKING:
    from pathlib import Path

    from copilot_nb.transcript.blocks import Transcript
    from copilot_nb.views.view import Callbacks
    from tests.unit.notebook.conftest import Talk

LOOK = Reply(tools=[("ask_user", {"question": "Which?"})])


@pytest.mark.parametrize(
    ("text", "cap", "words"),
    [
        ("5", Cap(5, "credits"), "5 AI credits"),
        ("1 credit", Cap(1, "credits"), "1 AI credit"),
        ("200k tokens", Cap(200_000, "tokens"), "200,000 tokens"),
        ("1.5M tokens", Cap(1_500_000, "tokens"), "1,500,000 tokens"),
        ("10 requests", Cap(10, "requests"), "10 premium requests"),
        ("$2", Cap(2, "dollars"), "$2.00"),
        ("0.05 usd", Cap(0.05, "dollars"), "$0.05"),
    ],
)
def test_caps_are_read_as_people_write_them(text: str, cap: Cap, words: str) -> None:
    """And said in the same units."""
    assert Cap.parse(text, "x") == cap
    assert str(cap) == words


@pytest.mark.parametrize("text", ["", "much", "5 apples", "$5 credits", "0", "-1"])
def test_what_means_no_cap_is_refused(text: str) -> None:
    """With what it may be."""
    with pytest.raises(ConfigError, match="is "):
        Cap.parse(text, "budget_day")


def test_prices_are_known_for_credits_and_named_models() -> None:
    """Everything else costs nobody knows what."""
    prices = Prices.parse("big=1/10, free=0/0, credit=0.02", "x")

    assert prices.dollars("any", 1, 1, 5.0) == pytest.approx(0.1)
    assert prices.dollars("big", 1_000_000, 100_000, 0.0) == pytest.approx(2.0)
    assert prices.dollars("free", 10, 10, 0.0) == 0.0
    assert prices.dollars("other", 10, 10, 0.0) is None
    assert measured(0.0123, "dollars") == "$0.0123"


@pytest.mark.parametrize("text", ["big", "big=1", "credit=1/2", "=1/2", "big=-1/2"])
def test_prices_that_say_none_are_refused(text: str) -> None:
    """With how they are written."""
    with pytest.raises(ConfigError):
        Prices.parse(text, "x")


async def test_every_model_call_is_counted_and_written_down(talk: Talk, tmp_path: Path) -> None:
    """Per turn, for the session and for the day; only its owner can read the file."""
    await talk.conversation.run("One")
    await talk.conversation.run("Two")

    spending = talk.conversation.spending
    assert [(call.turn, call.model, call.input, call.output) for call in spending.calls] == [
        (1, "scripted", 100, 20),
        (2, "scripted", 100, 20),
    ]
    assert spending.spent("cell", "tokens") == 120
    assert spending.spent("session", "tokens") == spending.spent("day", "tokens") == 240
    assert [call for _, call in spending.days()] == spending.calls
    (written,) = (tmp_path / "state" / "usage").iterdir()
    if os.name == "posix":
        assert stat.S_IMODE(written.stat().st_mode) == 0o600


async def test_a_day_counts_what_other_notebooks_spent(talk: Talk, tmp_path: Path) -> None:
    """And lines that make no sense count nothing."""
    await talk.conversation.run("One")
    (written,) = (tmp_path / "state" / "usage").iterdir()
    line = written.read_text()
    written.write_text(line + line + "nonsense\n{}\n")

    assert talk.conversation.spending.spent("day", "tokens") == 240
    assert talk.conversation.spending.spent("session", "tokens") == 120


async def test_a_prompt_over_the_cap_is_not_sent_where_nobody_allows_more(talk: Talk) -> None:
    """The output says what was spent, and how to raise the cap."""
    talk.environ["COPILOT_NB_BUDGET_SESSION"] = "200 tokens"
    await talk.conversation.run("One")

    with pytest.raises(ShownError, match="120 tokens of 200"):
        await talk.conversation.run("Two")

    assert len(talk.fake.requests) == 1
    assert talk.conversation.spending.spent("session", "tokens") == 120


async def test_somebody_may_allow_as_much_again(talk: Talk) -> None:
    """Once asked, once more; the next excess asks again."""
    asked: list[str] = []

    def answer(transcript: Transcript, callbacks: Callbacks) -> None:
        for block in transcript.open_requests:
            if isinstance(block, PermissionBlock) and block.id not in asked:
                asked.append(block.id)
                assert block.subject == "budget"
                assert [choice.id for choice in block.choices] == ["allow_once", "deny_stop"]
                callbacks.answer(block.id, {"choice": "allow_once"})

    talk.watcher = answer
    talk.environ["COPILOT_NB_BUDGET_SESSION"] = "150 tokens"

    for prompt in ("One", "Two", "Three"):
        await talk.conversation.run(prompt)

    assert len(asked) == 2
    assert len(talk.fake.requests) == 3


async def test_a_hard_cap_asks_nobody(talk: Talk) -> None:
    """Also where somebody is there."""
    talk.watcher = lambda _transcript, _callbacks: None
    talk.environ |= {"COPILOT_NB_BUDGET_DAY": "100 tokens", "COPILOT_NB_BUDGET_HARD": "yes"}
    await talk.conversation.run("One")

    with pytest.raises(ShownError, match="Today has spent 120 tokens; the cap is 100"):
        await talk.conversation.run("Two")


async def test_a_turn_stops_before_the_call_that_would_exceed_the_cells_cap(talk: Talk) -> None:
    """Between its steps; the output says why."""
    talk.fake.script = [LOOK, Reply("More.")]

    with pytest.raises(ShownError, match="Stopped"):
        await talk.conversation.run("Look", AskOptions(budget="150 tokens"))

    assert len(talk.fake.requests) == 1
    last = talk.conversation.last
    assert last is not None
    notices = [b.text for b in last.transcript.blocks if isinstance(b, NoticeBlock)]
    assert any("This cell has spent 120 tokens of 150 tokens" in text for text in notices)
    assert any("the budget is used up" in text for text in notices)


async def test_a_cap_in_dollars_needs_a_price(talk: Talk) -> None:
    """Nobody's guess."""
    talk.environ["COPILOT_NB_BUDGET_DAY"] = "$1"
    await talk.conversation.run("One")

    with pytest.raises(ShownError, match="Nobody knows what scripted costs"):
        await talk.conversation.run("Two")

    talk.environ["COPILOT_NB_PRICES"] = "scripted=1/1"
    await talk.conversation.new()
    assert talk.conversation.spending.calls[-1].dollars is None


async def test_a_bad_price_is_told_by_the_commands(talk: Talk) -> None:
    """An event has nobody to tell."""
    talk.environ["COPILOT_NB_PRICES"] = "nonsense"
    await talk.conversation.run("One")

    with pytest.raises(ConfigError, match="nonsense"):
        talk.conversation.spending.check_prices()
