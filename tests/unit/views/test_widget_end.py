"""How the live view ends: what stands in the output, and how pages that were away get it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import ipywidgets

from copilot_nb.transcript.blocks import PermissionBlock
from copilot_nb.transcript.forms import Choice
from copilot_nb.views.view import Callbacks
from copilot_nb.views.widget.widget import WIDGET_MIME, WidgetView
from tests.unit.views.bench import quiet, text

if TYPE_CHECKING:
    from tests.unit.views.bench import Bench

PERMISSION = PermissionBlock(
    id="p",
    subject="shell",
    heading="Run?",
    choices=(
        Choice(id="allow_once", label="Allow"),
        Choice(id="no", label="No", asks_feedback=True),
    ),
)


async def test_close_leaves_only_the_stored_form(bench: Bench) -> None:
    """The output in the file needs no widget, no kernel and no network."""
    view = bench.open(text("hi"))
    await bench.say(k="ready", page="one")

    view.close(text("hi there", state="done"))

    data, update = bench.shown[-1]
    assert update
    assert {"text/html", "text/plain"} <= set(data)
    assert "hi there" in data["text/html"]
    assert bench.sent("d")[-1]["o"][0] == ["txt", "a", "text", " there"]
    assert bench.sent("freeze") == []
    assert not bench.closed
    await bench.say(k="ended", page="one")
    assert bench.closed


async def test_widgets_closed_by_the_user_do_not_end_the_turn(bench: Bench) -> None:
    """`Widget.close_all()` in another cell takes the live view; the stored form still comes."""
    view = bench.open(text("hi"))
    for page in ("one", "two"):
        await bench.say(k="ready", page=page)
    ipywidgets.Widget.close_all()

    view.update(text("hi there"))
    await quiet()
    view.close(text("hi there", state="done"))

    assert "hi there" in bench.shown[-1][0]["text/html"]


async def test_second_page_gets_the_stored_form_itself(bench: Bench) -> None:
    """After a reload the page no longer knows the output's id and must replace it by itself."""
    view = bench.open(text("hi"))
    for page in ("one", "two"):
        await bench.say(k="ready", page=page)

    view.close(text("hi", state="done"))

    [message] = bench.sent("freeze")
    assert bench.sent("end") == []
    assert message["mid"] == bench.model_id
    assert message["data"] == bench.shown[-1][0]


async def test_page_that_was_away_at_the_end_gets_the_stored_form(bench: Bench) -> None:
    """Whoever closed the notebook, or reloaded it just then, comes back to what was said."""
    view = bench.open(replace(text("hi"), blocks=(PERMISSION,)))
    await bench.say(k="ready", page="one")
    view.close(text("hi", state="done"))

    await bench.say(k="answer", id=PERMISSION.id, v={"choice": "allow_once"})
    await bench.say(k="stop")
    await bench.say(k="ready", page="two")
    assert bench.sent()[-2:] == [
        bench.sent("ok")[-1],
        {"k": "freeze", "mid": bench.model_id, "data": bench.shown[-1][0]},
    ]
    assert not bench.closed
    await bench.say(k="ended", page="two")

    assert bench.closed
    assert (bench.answers, bench.stops) == ([], 0)


async def test_page_that_has_not_drawn_the_turn_replaces_it_all_the_same(bench: Bench) -> None:
    """It was reloaded and shows another part of the notebook: it heard the end, not the update."""
    view = bench.open(text("hi"))
    await bench.say(k="ready", page="one")
    view.close(text("hi", state="done"))

    await bench.say(k="ended", page="two")
    assert len(bench.sent("freeze")) == 1
    await bench.say(k="ended", page="two")

    assert bench.closed


async def test_few_ended_turns_wait_for_their_page(bench: Bench) -> None:
    """Those that nobody came back to go, the oldest first."""
    first = bench.open(text("hi"))
    first.close(text("hi", state="done"))
    for _ in range(20):
        assert not bench.closed
        later = WidgetView(
            Callbacks(lambda *_: None, lambda: None),
            loop=asyncio.get_running_loop(),
            publish=lambda *_, **__: None,
        )
        later.update(text("hi"))
        later.close(text("hi", state="done"))

    assert bench.closed


async def test_view_that_never_showed_anything_still_stores(bench: Bench) -> None:
    """A turn that ends before its first update is shown as its stored form."""
    bench.open(text("hi"))
    bench.shown.clear()
    view = bench.view = WidgetView(
        Callbacks(lambda *_: None, lambda: None),
        loop=asyncio.get_running_loop(),
        publish=bench.publish,
    )

    view.close(text("hi", state="done"))

    ((data, update),) = bench.shown
    assert {"text/html", "text/plain"} <= set(data)
    assert WIDGET_MIME not in data
    assert not update
