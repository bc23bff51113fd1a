"""Differences between transcripts, applied to a page."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot_nb.transcript.blocks import (
    ImageOutput,
    TextBlock,
    TextOutput,
    ToolBlock,
    Transcript,
)
from copilot_nb.transcript.changes import changes, to_wire
from tests.unit.transcript.events import event, folded, recorded, recorded_names
from tests.unit.transcript.page import Page
from tests.unit.transcript.strategies import TRANSCRIPTS

SCHEMA = {"properties": {"x": {"type": "integer", "minimum": 1, "default": 2}}}


def drawn(old: Transcript, new: Transcript) -> object:
    """A page that showed the old one, after the difference to the new one."""
    page = Page(to_wire(old))
    page.apply(changes(old, new))
    return page.state


@given(TRANSCRIPTS, TRANSCRIPTS)
def test_a_difference_makes_one_page_state_the_other(old: Transcript, new: Transcript) -> None:
    """Whatever two transcripts are, the operations lead from one to the other."""
    assert drawn(old, new) == Page(to_wire(new)).state
    assert changes(new, new) == []


@pytest.mark.parametrize("name", recorded_names())
@settings(max_examples=settings().max_examples // 10)  # for each of the turns
@given(data=st.data())
def test_every_split_of_a_turn_gives_the_same_page(name: str, data: st.DataObject) -> None:
    """A snapshot at any moment and then deltas of any size show what the whole turn shows."""
    events = recorded(name)
    cuts = data.draw(st.lists(st.integers(0, len(events)), max_size=6).map(sorted))
    states = [folded(events[:cut]) for cut in [*cuts, len(events)]]
    page = Page(to_wire(states[0]))

    for old, new in pairwise(states):
        page.apply(changes(old, new))

    assert page.state == Page(to_wire(folded(events))).state


REQUESTS = [
    event("user.message", content="Hi", messageId="prompt"),
    event("tool.execution_start", toolCallId="c", toolName="run_code", arguments={"code": "x"}),
    event("elicitation.requested", requestId="f", message="?", requestedSchema=SCHEMA),
    event("local.request_timed", requestId="f", seconds=9),
    event("local.todos", rows=[{"title": "Read", "status": "pending"}]),
    event("local.request_answered", requestId="f", by="you", answer="Sent: x"),
    event("exit_plan_mode.requested", requestId="p", planContent="# Plan", actions=["autopilot"]),
    event("exit_plan_mode.completed", requestId="p", approved=True, selectedAction="autopilot"),
    event("local.todos", rows=[{"title": "Read", "status": "done"}, {"title": "Plot"}]),
    event("local.kernel_output", toolCallId="c", output={"kind": "text", "text": "one\n"}),
    event("local.kernel_changes", toolCallId="c", lines=["+ `x`"], undoable=True),
    event("local.sent", summary="index (3 names)"),
    event("tool.execution_complete", toolCallId="c", success=True, result={"content": "one"}),
    event("local.undone", toolCallId="c", lines=["x is gone"]),
    event("local.todos", rows=[]),
    event("local.notice", text="So be it.", details="why"),
    event("assistant.idle", 3),
]
"""Everything that no recorded turn has."""


@given(cuts=st.lists(st.integers(0, len(REQUESTS)), max_size=6).map(sorted))
def test_every_split_of_requests_gives_the_same_page(cuts: list[int]) -> None:
    """Forms, plans, tasks and changes come and go like everything else."""
    states = [folded(REQUESTS[:cut]) for cut in [*cuts, len(REQUESTS)]]
    page = Page(to_wire(states[0]))

    for old, new in pairwise(states):
        page.apply(changes(old, new))

    assert page.state == Page(to_wire(folded(REQUESTS))).state


def test_growing_text_sends_only_what_is_new() -> None:
    """A delta of the answer is as small as the delta of the model."""
    old = folded([event("assistant.message_delta", messageId="m", deltaContent="Hello ")])
    new = folded([event("assistant.message_delta", messageId="m", deltaContent="you")], old)

    assert changes(old, new) == [["txt", "m", "text", "you"]]


def test_a_new_block_is_added_whole() -> None:
    """A block that a page does not know comes with all its fields."""
    block = TextBlock(id="m", text="Hi")

    ops = changes(Transcript(), Transcript(blocks=(block,)))

    assert ops == [["add", "m", {"kind": "text", "text": "Hi", "closed": False}]]


def test_a_dropped_block_is_deleted() -> None:
    """What a retry drops leaves the page, and the rest stays where it is."""
    first, second = TextBlock(id="1"), TextBlock(id="2")
    old = Transcript(blocks=(first, second))

    assert changes(old, old.drop({"1"})) == [["del", "1"]]


def test_growing_output_never_sends_a_figure_again() -> None:
    """Text behind a figure does not repeat the figure's bytes."""
    figure = ImageOutput(data="A" * 1000)
    tool = ToolBlock(id="c", name="run_code", outputs=(figure, TextOutput(text="one\n")))
    old = Transcript(blocks=(tool,))
    outputs = (figure, TextOutput(text="one\ntwo\n"), TextOutput(text="no", stream="stderr"))
    new = Transcript(blocks=(replace(tool, outputs=outputs),))

    ops = changes(old, new)

    assert ops == [
        ["more", "c", 1, "two\n"],
        ["out", "c", 2, {"kind": "text", "text": "no", "stream": "stderr"}],
    ]


def test_outputs_that_became_fewer_are_sent_whole() -> None:
    """It does not happen while a turn runs, and would still be right."""
    tool = ToolBlock(id="c", name="t", outputs=(TextOutput(text="a"), TextOutput(text="b")))
    old = Transcript(blocks=(tool,))
    new = Transcript(blocks=(replace(tool, outputs=()),))

    assert changes(old, new) == [["set", "c", {"outputs": []}]]


def test_the_head_is_sent_whole_when_any_of_it_changed() -> None:
    """A page never puts a head together from pieces."""
    old = Transcript(state="running", model="m")

    ((name, head),) = changes(old, replace(old, status="Writing"))

    assert name == "head"
    assert head == {key: value for key, value in to_wire(old).items() if key != "blocks"} | {
        "status": "Writing"
    }
