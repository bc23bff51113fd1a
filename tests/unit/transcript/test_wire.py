"""Stored transcripts, read again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot_nb.transcript.blocks import (
    PermissionBlock,
    TextBlock,
    TextOutput,
    ToolBlock,
    Transcript,
)
from copilot_nb.transcript.changes import to_wire
from copilot_nb.transcript.wire import from_wire
from tests.unit.transcript.events import folded, only, recorded, recorded_names
from tests.unit.transcript.strategies import TRANSCRIPTS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def crossed(turn: Transcript) -> Transcript:
    """The turn after a way through JSON."""
    return from_wire(json.loads(json.dumps(to_wire(turn))))


@given(TRANSCRIPTS)
def test_a_transcript_comes_back_as_it_was(turn: Transcript) -> None:
    """Every kind of block, with every field."""
    assert crossed(turn) == turn


@pytest.mark.parametrize("name", recorded_names())
def test_recorded_turns_come_back(name: str) -> None:
    """What the reducer makes is what the JSON says."""
    turn = folded(recorded(name))

    assert crossed(turn) == turn


@pytest.mark.parametrize(
    "block",
    [
        {},
        {"kind": "teleport", "id": "x"},
        {"kind": ["text"], "id": "x"},
        {"kind": "text"},
        {"kind": "text", "id": 1},
        {"kind": "tool", "id": "x"},
        "text",
        None,
    ],
)
def test_what_is_no_block_is_left_out(block: Any) -> None:
    """A newer version may know more; the rest of the turn is still there."""
    good = {"kind": "text", "id": "t", "text": "Hi"}

    assert from_wire({"blocks": [block, good]}).blocks == (TextBlock(id="t", text="Hi"),)


def test_values_of_the_wrong_type_are_left_out() -> None:
    """Nothing that is not what its field takes reaches a view."""
    raw = {
        "kind": "tool",
        "id": "x",
        "name": "bash",
        "state": 'ok" onclick="alert(1)',
        "title": ["no"],
        "seconds": True,
        "changes": ["a", 1],
        "outputs": [{"kind": "image", "data": '"><script>'}],
        "unknown": 1,
    }

    assert from_wire({"blocks": [raw]}).blocks == (ToolBlock(id="x", name="bash"),)
    odd = {"kind": "tool", "id": "x", "name": "bash", "outputs": ["odd"], "changes": "odd"}
    assert from_wire({"blocks": [odd]}).blocks == (ToolBlock(id="x", name="bash"),)


def test_hidden_characters_of_a_record_are_shown() -> None:
    """It may have been written by anybody."""
    raw = {"kind": "permission", "id": "p", "subject": "shell", "heading": "Run\u202e?"}
    call = {"kind": "tool", "id": "c", "name": "t", "output": "a\x1b[2Jb\u202e"}

    turn = from_wire({"blocks": [raw, call]})

    assert only(turn, PermissionBlock).heading == "Run⟨U+202E⟩?"
    assert only(turn, ToolBlock).output == "ab⟨U+202E⟩"


def test_a_picture_that_was_left_out_is_named() -> None:
    """Records hold none."""
    raw = {"kind": "tool", "id": "c", "name": "t", "outputs": [{"kind": "image", "alt": "Gaps"}]}

    (output,) = only(from_wire({"blocks": [raw]}), ToolBlock).outputs

    assert output == TextOutput(text="[Gaps]", stream="result")


def test_two_blocks_of_one_id_are_one() -> None:
    """Pages find blocks by their ids."""
    pair = [{"kind": "text", "id": "t", "text": text} for text in "ab"]

    assert from_wire({"blocks": pair}).blocks == (TextBlock(id="t", text="b"),)


@given(st.dictionaries(st.sampled_from(["blocks", "state", "usage", "seconds", "prompt"]), JSON))
def test_anything_at_all_gives_a_transcript(raw: dict[str, Any]) -> None:
    """Also what is no record."""
    assert isinstance(from_wire(raw), Transcript)
    assert from_wire(None) == Transcript(state="done")
