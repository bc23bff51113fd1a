"""The live view, as a page would hear it over a comm."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING

import ipywidgets
import pytest

from copilot_nb.transcript.blocks import PermissionBlock, ToolBlock, Transcript
from copilot_nb.transcript.changes import to_wire
from copilot_nb.transcript.forms import Choice
from copilot_nb.views.widget.carrier import runtime_code, stub_code
from copilot_nb.views.widget.widget import WIDGET_MIME
from tests.unit.views.bench import EVERY, quiet, text

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


async def test_first_bundle_has_widget_and_stored_form(bench: Bench) -> None:
    """Whatever a front end can draw, it finds; and an update can find the output."""
    bench.open(text("hi"))

    data, update = bench.shown[0]
    assert set(data) == {WIDGET_MIME, "text/html", "text/plain"}
    assert not update
    assert bench.sent() == []


async def test_first_state_is_the_turn(bench: Bench) -> None:
    """A page needs no message to draw what is there."""
    bench.open(text("hi"))

    snap = bench.state(bench.model_id)["snap"]

    assert snap["n"] == 0
    assert snap["t"] == to_wire(text("hi"))


async def test_change_after_a_pause_goes_out_at_once(bench: Bench) -> None:
    """The first words of an answer do not wait."""
    view = bench.open(text(""))

    view.update(text("hi"))

    assert [message["n"] for message in bench.sent("d")] == [1]


async def test_first_words_wait_for_nothing(bench: Bench) -> None:
    """What was said just before of the turn's state does not keep them; those behind them wait."""
    view = bench.open(Transcript(state="waiting", status="Starting"))
    view.update(Transcript(state="running", status="Working"))
    view.update(text("h"))
    view.update(text("hi"))

    assert [{op[0] for op in message["o"]} for message in bench.sent("d")] == [
        {"head"},
        {"head", "add"},
    ]


async def test_changes_in_quick_succession_become_one_message(bench: Bench) -> None:
    """Two hundred updates in a moment are two messages, and nothing is lost."""
    view = bench.open(text(""))

    for length in range(200):
        view.update(text("x" * length))
    await quiet()

    first, second = bench.sent("d")
    assert (first["n"], second["n"]) == (1, 2)
    assert second["o"] == [["txt", "a", "text", "x" * 198]]


async def test_a_change_is_not_held_up_by_code_that_keeps_the_loop(bench: Bench) -> None:
    """Agent code that computes runs no timers; its next output takes along what waits for one."""
    view = bench.open(text(""))
    loop = asyncio.get_running_loop()
    view.update(text("1%"))
    view.update(text("2%"))

    due = loop.time() + EVERY
    while loop.time() <= due:
        pass
    view.update(text("3%"))

    assert [message["o"][0][-1] for message in bench.sent("d")] == [{"text": "1%"}, {"text": "3%"}]


@pytest.mark.thorough  # half a second of real time
async def test_at_most_twenty_messages_a_second(bench: Bench) -> None:
    """With the pause of a real view, updates every millisecond stay below the servers' limits."""
    bench.options["every"] = 0.05
    view = bench.open(text(""))
    loop = asyncio.get_running_loop()
    start = loop.time()

    while loop.time() - start < 0.5:
        view.update(text(f"at {loop.time()}"))
        await asyncio.sleep(0.001)

    assert 5 <= len(bench.sent("d")) <= 11


async def test_nothing_is_sent_when_nothing_changed(bench: Bench) -> None:
    """An event that changes no block costs no message."""
    view = bench.open(text("hi"))

    view.update(text("hi"))
    await quiet()

    assert bench.sent() == []


async def test_snapshot_and_number_agree(bench: Bench) -> None:
    """A page that joins late gets the turn as of message n, whatever waits to be sent."""
    view = bench.open(text(""))
    view.update(text("one"))
    view.update(text("one two"))

    early = bench.state(bench.model_id)["snap"]
    await quiet()
    late = bench.state(bench.model_id)["snap"]

    assert (early["n"], early["t"]["blocks"][0]["text"]) == (1, "one")
    assert (late["n"], late["t"]["blocks"][0]["text"]) == (2, "one two")


async def test_sync_is_answered_with_a_snapshot(bench: Bench) -> None:
    """A page that missed a message gets everything."""
    view = bench.open(text(""))
    view.update(text("one"))

    await bench.say(k="sync", e="?", have=0)

    [message] = bench.sent("s")
    assert message["n"] == 1
    assert message["e"] == bench.sent("d")[0]["e"]
    assert message["t"] == to_wire(text("one"))


async def test_ready_is_confirmed(bench: Bench) -> None:
    """The page stops knocking, and the view knows that somebody looks."""
    view = bench.open(text("hi"))
    assert not view.ready

    await bench.say(k="ready", v=1, page="one", e=None, have=0)

    assert view.ready
    assert [message["n"] for message in bench.sent("ok")] == [0]


async def test_bundle_is_sent_once_per_kernel(bench: Bench) -> None:
    """Ten turns carry ten stubs and one runtime."""
    for _ in range(10):
        bench.open(text("hi"))

    opened = [json.dumps(data) for _, name, data in bench.published if name == "comm_open"]
    assert sum(len(message) > len(runtime_code()) for message in opened) == 1
    assert len(stub_code()) < 1000


def test_the_page_makes_neither_code_nor_markup_of_text() -> None:
    """A strict content security policy lets it run, and no text can become more than text."""
    ways = r"\beval\(|\bFunction\(|(?:inner|insertAdjacent)HTML|document\.write|setTimeout\(['\"`]"

    assert re.findall(ways, runtime_code() + stub_code()) == []


async def test_carrier_is_made_anew_when_it_was_closed(bench: Bench) -> None:
    """`Widget.close_all()` in a user's cell does not break later turns."""
    bench.open(text("hi"))
    ipywidgets.Widget.close_all()

    bench.shown.clear()
    bench.open(text("hi"))

    assert bench.state(bench.model_id)["runtime"].startswith("IPY_MODEL_")


async def test_front_end_without_a_widget_manager_gets_the_whole_bundle(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In marimo widgets cannot see each other, so each turn brings all it needs."""
    marimo = ModuleType("marimo")
    monkeypatch.setattr(marimo, "running_in_notebook", lambda: True, raising=False)
    monkeypatch.setitem(sys.modules, "marimo", marimo)

    bench.open(text("hi"))

    state = bench.state(bench.model_id)
    assert state["_esm"] == runtime_code()
    assert state["snap"]["t"] == to_wire(text("hi"))


async def test_page_that_is_not_there_is_noticed_once(bench: Bench) -> None:
    """Without `ready` in time the caller hears it and may draw in another way."""
    bench.options["ready_timeout"] = 0.02
    bench.open(text("hi"))

    await asyncio.sleep(0.06)

    assert bench.unready == 1


async def test_page_that_is_there_is_not_missed(bench: Bench) -> None:
    """`ready` in time means no plain mode."""
    bench.options["ready_timeout"] = 0.02
    bench.open(text("hi"))

    await bench.say(k="ready", page="one")
    await asyncio.sleep(0.06)

    assert bench.unready == 0


async def test_discarded_view_is_silent(bench: Bench) -> None:
    """Neither waiting changes nor late words of the page do anything."""
    view = bench.open(replace(text("hi"), blocks=(PERMISSION,)))
    view.update(text("more"))
    view.update(text("more and more"))
    sent = len(bench.sent())

    view.discard()
    await quiet()

    assert len(bench.sent()) == sent
    assert bench.closed
    assert len(bench.shown) == 1


async def test_long_tool_output_travels_as_head_and_tail(bench: Bench) -> None:
    """A flood of output neither fills the page nor exceeds the server's rate."""
    view = bench.open(Transcript(state="running"))
    flood = "".join(f"line {n}\n" for n in range(200_000))
    block = ToolBlock(id="t", name="bash", state="running", output=flood)

    view.update(Transcript(state="running", blocks=(block,)))

    [message] = bench.sent("d")
    output = message["o"][0][2]["output"]
    assert len(output) < 13_000
    assert output.startswith("line 0\n")
    assert output.endswith("line 199999\n")
    assert "characters left out" in output


@pytest.mark.thorough  # half a second of real time
async def test_flood_stays_within_the_budget(bench: Bench) -> None:
    """Half a second of endless output is far less than a megabyte, where servers drop messages."""
    view = bench.open(Transcript(state="running"))
    loop = asyncio.get_running_loop()
    start, size = loop.time(), 0

    while loop.time() - start < 0.5:
        size += 400_000
        output = str(size) * (size // 8)
        view.update(
            Transcript(
                state="running",
                blocks=tuple(
                    ToolBlock(id=f"t{n}", name="bash", state="running", output=output[:size])
                    for n in range(4)
                ),
            )
        )
        await asyncio.sleep(0.01)

    assert sum(len(json.dumps(message)) for message in bench.sent()) < 750_000
