"""Plain mode: the stored form, brought up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.transcript.blocks import TextBlock, Transcript
from copilot_nb.views.static import EVERY, EVERY_LONG, LONG, StaticView
from copilot_nb.views.words import UNFINISHED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Timer:
    """A call that waits for its time."""

    def __init__(self, when: float, callback: Callable[[], None]) -> None:
        self.when = when
        self.callback = callback

    def cancel(self) -> None:
        """Call nothing."""
        self.callback = lambda: None


class Loop:
    """As much of a loop as the view uses; its time passes when a test says so."""

    def __init__(self) -> None:
        self._now = 0.0
        self._timers: list[Timer] = []

    def call_later(self, delay: float, callback: Callable[[], None]) -> Timer:
        """Keep the call until its time."""
        timer = Timer(self._now + delay, callback)
        self._timers.append(timer)
        return timer

    def pass_time(self, seconds: float) -> None:
        """Run what is due."""
        self._now += seconds
        due = [timer for timer in self._timers if timer.when <= self._now]
        self._timers = [timer for timer in self._timers if timer.when > self._now]
        for timer in due:
            timer.callback()


class Output:
    """Keeps what is published."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, bool]] = []

    def __call__(self, data: Mapping[str, Any], *, display_id: str, update: bool) -> None:
        """Take an output."""
        text = data["text/plain"].removesuffix(f"\n\n— {UNFINISHED}")
        self.sent.append((text, display_id, update))


@pytest.fixture
def loop() -> Loop:
    """A loop without a clock."""
    return Loop()


def said(text: str) -> Transcript:
    """A turn that says so."""
    return Transcript(blocks=(TextBlock(id="t", text=text),))


def test_the_first_text_shows_at_once_and_the_rest_at_a_calm_pace(loop: Loop) -> None:
    """One output, then updates of it, never more than four a second."""
    output = Output()
    view = StaticView(output, loop=loop)  # type: ignore[arg-type]  # all that it uses of one

    view.update(said("a"))
    view.update(said("ab"))
    view.update(said("abc"))
    loop.pass_time(EVERY)
    loop.pass_time(EVERY)
    view.update(said("abcd"))

    assert output.sent == [
        ("a", view.display_id, False),
        ("abc", view.display_id, True),
        ("abcd", view.display_id, True),
    ]


def test_long_outputs_are_sent_half_as_often(loop: Loop) -> None:
    """Every update sends the whole."""
    output = Output()
    view = StaticView(output, loop=loop)  # type: ignore[arg-type]  # all that it uses of one

    view.update(said("x" * LONG))
    view.update(said("y" * LONG))
    loop.pass_time(EVERY)
    early = len(output.sent)
    loop.pass_time(EVERY_LONG - EVERY)

    assert (early, len(output.sent)) == (1, 2)


def test_closing_shows_the_last_word_at_once(loop: Loop) -> None:
    """And nothing after it."""
    output = Output()
    view = StaticView(output, loop=loop)  # type: ignore[arg-type]  # all that it uses of one
    view.update(said("a"))

    last = said("ab")
    view.close(last)
    view.close(last)
    loop.pass_time(9)

    assert [text for text, _, _ in output.sent] == ["a", "ab"]


async def test_an_output_that_is_there_is_taken_over() -> None:
    """Where a widget did not come to life, its place is used; the running loop is the default."""
    output = Output()
    view = StaticView(output, display_id="there")

    view.close(said("a"))

    assert output.sent == [("a", "there", True)]
