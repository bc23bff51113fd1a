"""How a turn is drawn, and what happens when the page shows no widgets."""

from __future__ import annotations

import asyncio
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from IPython.utils.capture import capture_output

from copilot_nb.errors import UsageError
from copilot_nb.notebook import current
from copilot_nb.notebook.screen import screen
from copilot_nb.notebook.screen.screen import Mode, Screen, choose_mode
from copilot_nb.notebook.settings import Settings
from copilot_nb.session.pending import PendingRequests
from copilot_nb.transcript.blocks import NoticeBlock, TextBlock, Transcript
from copilot_nb.views.record import to_record
from copilot_nb.views.view import Callbacks
from copilot_nb.views.widget.widget import WidgetView
from tests.unit.notebook.requests import shell

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = Transcript(blocks=(TextBlock(id="1", text="Hello."),), state="running")
CALLBACKS = Callbacks(answer=lambda _id, _value: None, stop=lambda: None)


def settings(**environ: str) -> Settings:
    """Settings with nothing else set."""
    return Settings(lambda _: None, environ)


@pytest.fixture(autouse=True)
def fresh(running_shell: Any) -> Iterator[None]:
    """A process whose page has not failed yet."""
    assert running_shell is not None
    screen.forget_pages()
    yield
    screen.forget_pages()


@pytest.mark.parametrize("mode", ["widget", "plain", "static", "terminal"])
def test_the_setting_wins(mode: str) -> None:
    """Over what the front end looks like."""
    assert choose_mode(settings(COPILOT_NB_VIEW=mode)) == mode


def test_a_shell_without_a_kernel_is_a_terminal() -> None:
    """Whether somebody can type there is another question."""
    assert choose_mode(settings()) == "terminal"


async def test_where_nobody_can_type_nobody_is_asked() -> None:
    """Tests have no terminal: only buttons could be pressed."""
    modes: tuple[Mode, ...] = ("widget", "plain", "static", "terminal")
    made = {mode: Screen(mode, CALLBACKS, settings()) for mode in modes}

    assert [mode for mode in modes if made[mode].attended] == ["widget"]


async def test_a_page_without_widgets_goes_on_in_plain_mode() -> None:
    """In the same output; nothing is lost, no request stays open, and it is remembered."""
    with capture_output() as captured:
        drawn = Screen("widget", CALLBACKS, settings(COPILOT_NB_READY_TIMEOUT="0.01"))
        drawn.update(TEXT)
        pending = PendingRequests()
        drawn.attend(pending)
        pending.attended = drawn.attended
        async with asyncio.timeout(5):
            answer = await pending.ask(shell("ls"))
        drawn.close(TEXT)

    first, *later = captured.outputs
    assert "application/vnd.jupyter.widget-view+json" in first.data
    assert [set(output.data) for output in later] == [{"text/html", "text/plain"}]
    assert later[0].data["text/plain"].startswith("Hello.")
    assert {output.transient["display_id"] for output in captured.outputs} == {
        first.transient["display_id"]
    }
    assert [output.update for output in later] == [True]
    assert not answer.approved
    assert answer.by.startswith("the headless policy")
    assert screen.page_failed()


async def turn() -> Mode:
    """How a turn is drawn at first; no page says that it draws widgets."""
    drawn = Screen(
        "plain" if screen.page_failed() else "widget",
        CALLBACKS,
        settings(COPILOT_NB_READY_TIMEOUT="0.01"),
    )
    mode = drawn.mode
    with capture_output():
        drawn.update(TEXT)
        pending = PendingRequests()
        drawn.attend(pending)
        pending.attended = drawn.attended
        async with asyncio.timeout(5):
            await pending.ask(shell("ls"))
        drawn.close(TEXT)
    return mode


async def test_a_page_that_failed_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """After one turn, then after two, four, …; it may only have been away for a while."""
    monkeypatch.setattr(screen, "GRACE_SECONDS", 0.01)

    assert "".join([(await turn())[0] for _ in range(9)]) == "wpwppwppp"


async def test_a_page_that_draws_is_not_doubted_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed before is forgotten with the first turn that it shows."""
    monkeypatch.setattr(screen, "GRACE_SECONDS", 0.01)
    await turn()
    assert screen.page_failed()
    monkeypatch.setattr(WidgetView, "ready", True)

    with capture_output():
        drawn = Screen("widget", CALLBACKS, settings())
        drawn.update(TEXT)
        drawn.close(TEXT)

    assert not screen.page_failed()


def test_colab_is_given_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless somebody has said how much."""
    assert screen.ready_seconds(settings()) == 3
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    assert screen.ready_seconds(settings()) == 10
    assert screen.ready_seconds(settings(COPILOT_NB_READY_TIMEOUT="4")) == 4


async def test_a_preface_stands_before_the_turn() -> None:
    """In everything that is drawn, without being part of the turn."""
    with capture_output() as captured:
        drawn = Screen("static", CALLBACKS, settings())
        drawn.preface = (NoticeBlock(id="n", text="Told once."),)
        drawn.update(TEXT)
        drawn.close(TEXT)

    assert captured.outputs[-1].data["text/plain"].startswith("> Told once.\n\nHello.")


def test_show_needs_a_turn() -> None:
    """The error says how to get one."""
    with pytest.raises(UsageError, match="no turn to show"):
        current.show()
    with pytest.raises(UsageError, match="no turn 3"):
        current.show(3)


def test_a_record_of_a_turn_can_be_shown() -> None:
    """As a notebook keeps it; anything else is none."""
    with capture_output() as captured:
        current.show(to_record(TEXT))

    assert captured.outputs[0].data["text/plain"].startswith("Hello.")
    with pytest.raises(UsageError, match="no record of a turn"):
        current.show({"version": 99})
