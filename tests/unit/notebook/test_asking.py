"""Plain mode finds out whether the page has ordinary widgets, and asks there or by keys."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.kernel import frontend
from copilot_nb.notebook import asking
from copilot_nb.notebook.asking import Asking, forget_buttons
from copilot_nb.session.pending import PendingRequests
from copilot_nb.transcript.blocks import Transcript
from copilot_nb.transcript.permissions import permission
from copilot_nb.views.view import Callbacks
from copilot_nb.views.widget import buttons
from tests.unit.notebook.requests import shell

if TYPE_CHECKING:
    from collections.abc import Iterator

ASKED = Transcript(blocks=(permission("1", shell("ls").prompt),))


class Page:
    """What the page is given: probes, panels, and lines to type."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lines: list[str] = []
        self.drawn: list[Transcript] = []
        self.probes: list[Any] = []
        self.closed = 0
        page = self

        class Probe:
            def __init__(self, _loop: object, on_ready: Any) -> None:
                self.ready = on_ready
                page.probes.append(self)

            def close(self) -> None:
                page.closed += 1

        class Buttons:
            def __init__(self, *_: object) -> None:
                pass

            def update(self, transcript: Transcript) -> None:
                page.drawn.append(transcript)

            def close(self) -> None:
                page.closed += 1

        async def ask_line(prompt: str) -> str:
            self.lines.append(prompt)
            return await asyncio.Event().wait() or ""  # type: ignore[return-value]  # never ends

        monkeypatch.setattr(buttons, "Probe", Probe)
        monkeypatch.setattr(buttons, "Buttons", Buttons)
        monkeypatch.setattr(frontend, "ask_line", ask_line)
        monkeypatch.setattr(frontend, "has_comms", lambda: True)
        monkeypatch.setattr(asking, "BUTTON_SECONDS", 0.01)
        self.pending = PendingRequests()
        self.pending.attended = True

    def ask(self, *, by_keys: bool = False) -> Asking:
        """A turn in which something is asked."""
        callbacks = Callbacks(lambda *_: None, lambda: None)
        made = Asking(self.pending, callbacks, by_keys=by_keys)
        made.update(ASKED)
        return made

    async def until_asked(self) -> None:
        """Until a line is asked for."""
        async with asyncio.timeout(5):
            while not self.lines:  # noqa: ASYNC110 - the prompt has no event of its own
                await asyncio.sleep(0.005)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A page of which nothing is known."""
    forget_buttons()
    yield Page(monkeypatch)
    forget_buttons()


async def test_a_page_that_follows_the_link_gets_buttons(page: Page) -> None:
    """At once in the next turn, too."""
    first = page.ask()
    page.probes[0].ready()
    page.probes[0].ready()
    first.close()
    second = page.ask()
    second.close()

    assert page.drawn == [ASKED, Transcript(), ASKED]
    assert len(page.probes) == 1
    assert page.closed == 3
    assert page.lines == []


async def test_a_page_that_does_not_is_asked_by_keys(page: Page) -> None:
    """After a moment; the next turn does not wait for it, and a late word changes nothing."""
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(page.pending.ask(shell("ls")))
        first = page.ask()
        await page.until_asked()
        page.probes[0].ready()
        first.close()
        page.lines.clear()
        second = page.ask()
        await page.until_asked()
        second.close()
        waiting.cancel()

    assert page.drawn == []
    assert len(page.probes) == 1


async def test_a_terminal_is_asked_by_keys(page: Page) -> None:
    """Nothing is looked for."""
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(page.pending.ask(shell("ls")))
        asked = page.ask(by_keys=True)
        await page.until_asked()
        asked.close()
        waiting.cancel()

    assert page.probes == []


async def test_a_turn_may_end_before_anything_is_known(page: Page) -> None:
    """Then the next one asks the page again."""
    page.ask().close()
    page.ask().close()

    assert len(page.probes) == 2
    assert page.closed == 2
