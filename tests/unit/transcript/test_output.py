"""What tools print, made fit to be shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot_nb.transcript.blocks import ImageOutput, TableOutput, TextOutput
from copilot_nb.transcript.output import (
    HEAD,
    LIMIT,
    TAIL,
    append,
    clean,
    cut,
    joined,
    parse,
    plain,
    unwrapped,
)

HOSTILE = json.loads((Path(__file__).parents[2] / "data" / "hostile.json").read_text())
OUTPUTS = [entry["text"] for entry in HOSTILE if entry["kind"] == "output"]


def test_nothing_reaches_a_terminal_or_hides() -> None:
    """No control characters but line ends and tabs are left, and the text can be encoded."""
    for text in OUTPUTS:
        shown = plain(text)

        shown.encode()
        assert all(char in "\n\t" or char >= " " for char in shown)
        assert not set(shown) & set("\x7f\x9b\u202e\u2067")


@given(st.sampled_from(OUTPUTS), st.lists(st.integers(0, 80), max_size=5).map(sorted))
def test_pieces_give_what_the_whole_gives(text: str, cuts: list[int]) -> None:
    """A stream may be cut anywhere, also within a sequence."""
    whole, _ = clean(text)
    held, pieces = "", []
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        piece, held = clean(text[start:end], held)
        pieces.append(piece)

    assert "".join(pieces).replace("\b", "") == whole or "\b" in text


def test_a_carriage_return_begins_its_line_anew() -> None:
    """A progress bar ends as its last state; an empty state changes nothing."""
    assert append("a\n10%", "\r20%\r") == "a\n20%"
    assert append("", "one\r\n") == "one\n"
    assert append("", "\r") == ""


def test_long_text_keeps_its_ends_and_counts_the_rest() -> None:
    """Also when it grows on: the count is that of all characters left out."""
    once = cut("a" * LIMIT + "b")
    twice = append(once, "c" * LIMIT)

    assert cut("a" * LIMIT) == "a" * LIMIT
    assert f"… {LIMIT + 1 - HEAD - TAIL:,} characters left out …" in once
    assert f"… {2 * LIMIT + 1 - HEAD - TAIL:,} characters left out …" in twice
    assert len(twice) < LIMIT


@pytest.mark.parametrize(
    ("raw", "output"),
    [
        ({"kind": "text", "text": "\x1b[1mx"}, TextOutput(text="x")),
        ({"kind": "text", "text": "x", "stream": "error"}, TextOutput(text="x", stream="error")),
        ({"kind": "text", "text": "x", "stream": "odd"}, TextOutput(text="x")),
        (
            {"kind": "table", "columns": ["a"], "rows": [[1], "odd"], "has_index": False},
            TableOutput(columns=("a",), rows=(("1",),), has_index=False),
        ),
        (
            {"kind": "image", "data": "QUJD\n", "width": 10, "height": -1, "alt": "Map"},
            ImageOutput(data="QUJD", width=10, alt="Map"),
        ),
        ({"kind": "image", "data": "<svg>", "mime": "image/png"}, None),
        ({"kind": "image", "data": "QUJD", "mime": "image/svg+xml"}, None),
        ({"kind": "html", "data": "<b>"}, None),
        ({}, None),
    ],
)
def test_rich_output_from_its_wire_form(raw: dict[str, Any], output: object) -> None:
    """Only kinds that we draw, only raster pictures, every cell as text."""
    assert parse(raw) == output


def test_text_of_one_stream_is_one_output() -> None:
    """Results and errors stand alone, as does text behind a figure."""
    out, err = TextOutput(text="a\n"), TextOutput(text="e\n", stream="stderr")
    result, figure = TextOutput(text="1", stream="result"), ImageOutput(data="QUJD")

    assert joined((), out) == (out,)
    assert joined((out,), out) == (TextOutput(text="a\na\n"),)
    assert joined((out,), err) == (out, err)
    assert joined((result,), result) == (result, result)
    assert joined((figure,), out) == (figure, out)
    assert joined((out,), figure) == (out, figure)


def test_only_a_whole_envelope_is_taken_off() -> None:
    """What merely looks like one is shown."""
    assert unwrapped("<notebook-data 0a: x.>\ny\n</notebook-data 0a>\n") == "y"
    assert unwrapped("<notebook-data 0a: x.>\ny\n</notebook-data 0b>") != "y"
