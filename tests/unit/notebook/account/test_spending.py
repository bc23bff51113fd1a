"""What model calls cost, and the caps on it."""

from __future__ import annotations

import os
import stat
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import BudgetError, ConfigError, ShownError, TurnAbortedError
from copilot_nb.notebook.account.caps import Cap, Prices, measured
from copilot_nb.notebook.options import AskOptions
from copilot_nb.protocol.events import SessionEvent
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
    assert prices.dollars("free", 10, 10, None) == 0.0
    assert prices.dollars("other", 10, 10, None) is None
    assert prices.dollars("included", 10, 10, 0.0) == 0.0
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


async def test_caps_hold_for_what_python_asks(talk: Talk) -> None:
    """There is no cell in which somebody could be asked: the next step is in the error."""
    talk.watcher = lambda _transcript, _callbacks: None
    talk.environ["COPILOT_NB_BUDGET_SESSION"] = "150 tokens"
    session = await talk.conversation.session()
    await session.ask("One")

    for ask in (session.ask("Two"), session.send("Two"), session.ephemeral_query("Two?")):
        with pytest.raises(BudgetError, match="spent 120 tokens of 150 tokens") as caught:
            await ask

    assert "`%copilot budget session AMOUNT`" in caught.value.hint
    assert len(talk.fake.requests) == 1


async def test_what_python_asks_stops_before_the_call_that_would_exceed_a_cap(talk: Talk) -> None:
    """Between its steps, as a cell's turn does."""
    talk.environ["COPILOT_NB_BUDGET_SESSION"] = "150 tokens"
    talk.fake.script = [LOOK, Reply("More.")]
    session = await talk.conversation.session()

    with pytest.raises(TurnAbortedError):
        await session.ask("Look")

    assert len(talk.fake.requests) == 1


async def test_a_cap_of_a_cell_holds_for_its_code(talk: Talk, running_shell: Any) -> None:
    """Each cell of code begins anew, as each `%%copilot` does."""
    talk.environ["COPILOT_NB_BUDGET_CELL"] = "150 tokens"
    await talk.conversation.run("One")
    session, cells = await talk.conversation.session(), running_shell.history_manager.input_hist_raw

    for code in ("first", "second"):
        cells.append(code)
        await session.ask(code)
        with pytest.raises(BudgetError, match="This cell has spent 120 tokens"):
            await session.ask(code)

    assert len(talk.fake.requests) == 3


async def test_a_session_that_was_opened_anew_keeps_to_the_caps(talk: Talk) -> None:
    """Such as after a server was added: nothing of what guards it is left out."""
    talk.environ["COPILOT_NB_BUDGET_SESSION"] = "150 tokens"
    await talk.conversation.run("One")
    await talk.conversation.link.reopen()

    session = talk.conversation.ready

    assert session is not None
    with pytest.raises(BudgetError):
        await session.ask("Two")


async def test_a_session_aside_keeps_to_the_caps_and_is_counted(talk: Talk) -> None:
    """It is another session than the conversation's, on the same day."""
    talk.environ["COPILOT_NB_BUDGET_DAY"] = "150 tokens"
    spending = talk.conversation.spending

    async with talk.conversation.aside("doctor") as session:
        await session.ask("OK?")
        with pytest.raises(BudgetError, match="Today has spent 120 tokens"):
            await session.ask("OK?")

    assert [(call.turn, call.what) for call in spending.calls] == [(0, "doctor")]
    assert spending.spent("session", "tokens") == 0


async def test_calls_that_no_turn_of_a_cell_made_say_what_did(talk: Talk) -> None:
    """Python, a summary of the history, and what goes on when nothing runs."""
    await talk.conversation.run("One")
    session = await talk.conversation.session()
    await session.ask("Two")
    used = {"model": "scripted", "inputTokens": 100, "outputTokens": 20}
    data = {"success": True, "compactionTokensUsed": used}
    session.dispatch_event(SessionEvent({"type": "session.compaction_complete", "data": data}))
    session.dispatch_event(of_account())
    await talk.conversation.run("Three")

    calls = talk.conversation.spending.calls
    assert [call.what or call.turn for call in calls] == [1, "code", "compaction", "background", 2]
    assert [call.amount("tokens") for call in calls] == [120] * 5


async def test_a_cap_in_dollars_needs_a_price_and_then_holds(
    talk: Talk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody's guess, from the first call on; the hint does what it says, for earlier calls too."""
    await talk.conversation.run("One")
    talk.environ["COPILOT_NB_BUDGET_SESSION"] = "$0.1"
    with pytest.raises(ShownError, match="Nobody knows what scripted costs"):
        await talk.conversation.run("Two")
    assert '%config Copilot.prices = "scripted=IN/OUT"' in capsys.readouterr().out

    talk.environ["COPILOT_NB_PRICES"] = "scripted=100/100"
    await talk.conversation.run("Two")
    assert talk.conversation.spending.spent("session", "dollars") == pytest.approx(0.024)
    talk.environ["COPILOT_NB_PRICES"] = "scripted=400/400"

    with pytest.raises(ShownError, match=r"has spent \$0\.096 of \$0\.1"):
        await talk.conversation.run("Three")
    assert len(talk.fake.requests) == 2


async def test_the_first_call_of_all_needs_a_price_too(talk: Talk) -> None:
    """The provider's own model is known by its name."""
    talk.environ["COPILOT_NB_BUDGET_DAY"] = "$1"

    with pytest.raises(ShownError, match="Nobody knows what scripted costs"):
        await talk.conversation.run("One")

    assert talk.fake.requests == []


@pytest.mark.parametrize(("cap", "words"), [("1", "AI credits"), ("1 requests", "premium req")])
async def test_a_cap_in_what_a_provider_does_not_count_is_refused(
    talk: Talk, cap: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would hold nothing; said before the first call, with a cap that holds."""
    talk.environ["COPILOT_NB_BUDGET_SESSION"] = cap

    with pytest.raises(ShownError, match=f"counts no {words}"):
        await talk.conversation.run("One")

    assert talk.fake.requests == []
    assert "`%copilot budget session 500k tokens`" in capsys.readouterr().out


def of_account(**counted: Any) -> SessionEvent:
    """A call of an account's model, as the runtime counts it."""
    data = {"model": "alpha", "inputTokens": 100, "outputTokens": 20, "cost": 1, **counted}
    return SessionEvent({"type": "assistant.usage", "data": data})


@pytest.mark.parametrize(
    ("counted", "cap", "is_counted"),
    [
        ({"copilotUsage": {"totalNanoAiu": 0}}, "5", True),
        ({"copilotUsage": {"totalNanoAiu": 0}}, "$5", True),
        ({}, "5", False),
        ({}, "$5", False),
        ({}, "5 requests", True),
    ],
)
async def test_an_account_counts_what_its_newest_call_counted(
    talk: Talk, counted: dict[str, Any], cap: str, is_counted: bool
) -> None:
    """Nothing is known before it, and nothing of it counts for other providers."""
    spending, session = talk.conversation.spending, await talk.conversation.session()
    talk.environ["COPILOT_NB_PROVIDER"] = "account"
    spending.check("day", Cap.parse(cap, "x"))

    session.dispatch_event(of_account(**counted))

    refused = pytest.raises(ConfigError, match="%copilot budget day 500k tokens")
    with nullcontext() if is_counted else refused:
        spending.check("day", Cap.parse(cap, "x"))


async def test_a_bad_price_is_told_by_the_commands(talk: Talk) -> None:
    """An event has nobody to tell."""
    talk.environ["COPILOT_NB_PRICES"] = "nonsense"
    await talk.conversation.run("One")

    with pytest.raises(ConfigError, match="nonsense"):
        talk.conversation.spending.check_prices()
