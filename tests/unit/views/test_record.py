"""A turn as data beside its stored HTML."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from copilot_nb.transcript.blocks import REQUESTS, ToolBlock, Transcript
from copilot_nb.views.record import MIME, from_record, to_record
from copilot_nb.views.static import mimebundle, to_html, to_text
from copilot_nb.views.words import moment
from tests.unit.views.turns import ANSWERED, DOT, FAILED, FULL, WAITING


def again(turn: Transcript) -> Transcript:
    """The turn of its record, after a way through a file."""
    found = from_record(json.loads(json.dumps(to_record(turn))))
    assert found is not None
    return found


@pytest.mark.parametrize("turn", [ANSWERED, FAILED, WAITING])
def test_a_turn_can_be_drawn_again(turn: Transcript) -> None:
    """The same HTML and the same Markdown."""
    assert to_html(again(turn)) == to_html(turn)
    assert to_text(again(turn)) == to_text(turn)


def test_a_record_holds_no_pictures() -> None:
    """The HTML beside it has them; here is their name."""
    record = json.dumps(to_record(FULL))

    assert DOT not in record
    assert "[Gaps per month]" in to_text(again(FULL))


def test_a_record_has_what_the_html_leaves_out() -> None:
    """Times, usage and ids."""
    turn = to_record(FULL)["turn"]

    assert (turn["seconds"], turn["usage"]["requests"], turn["prompt"]) == (
        12.5,
        3,
        "Which stations have gaps?",
    )
    assert turn["blocks"][1] == {
        "id": "id-text",
        "kind": "text",
        "text": "## Gaps\n\nI look at `df`.",
        "closed": True,
    }


def test_a_record_says_when() -> None:
    """A turn was asked and its requests answered; the stored turn reads the same at any time."""
    at = "2026-01-31T14:05:06.000Z"
    blocks = (replace(b, at=at) if isinstance(b, REQUESTS) else b for b in ANSWERED.blocks)
    turn = replace(ANSWERED, blocks=tuple(blocks), at=at)

    assert again(turn).at == at
    assert {b.at for b in again(turn).blocks if isinstance(b, REQUESTS)} == {at}
    assert to_html(turn) == to_html(ANSWERED)
    assert to_text(turn) == to_text(ANSWERED)
    assert moment(at) in to_text(turn, full=True)


@pytest.mark.parametrize("record", [None, {}, {"version": 2, "turn": {}}, {"version": 1}, "x"])
def test_what_is_no_record_is_none(record: Any) -> None:
    """Nor is one of a later version read halfway."""
    assert from_record(record) is None


def test_a_record_can_be_left_out() -> None:
    """And a turn that has not ended has none."""
    assert MIME in mimebundle(FULL)
    assert MIME not in mimebundle(FULL, record=False)
    assert MIME not in mimebundle(replace(FULL, state="running"))


def test_a_record_is_smaller_than_its_html() -> None:
    """Usual values and the buttons of answered requests are left out."""
    turn = replace(FULL, blocks=tuple(b for b in FULL.blocks if not isinstance(b, ToolBlock)))

    bundle = mimebundle(turn)

    assert len(json.dumps(bundle[MIME])) < len(bundle["text/html"])
    assert '"choices"' not in json.dumps(to_record(ANSWERED))
