"""What tools print, made fit to be shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from copilot_nb.transcript.blocks import ImageOutput, Output, TableOutput, TextOutput
from copilot_nb.transcript.cuts import HEAD, LIMIT, TAIL, cut
from copilot_nb.transcript.output import append, clean, parse, plain, printed, unwrapped

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
    figure = {"kind": "image", "data": "QUJD"}
    raws = [_said("a\n"), _said("b\n"), _said("e\n", "stderr"), _said("1", "result")]
    raws += [_said("2", "result"), figure, _said("c\n"), {"kind": "odd"}, _said("")]

    assert _printed(*raws) == (
        TextOutput(text="a\nb\n"),
        TextOutput(text="e\n", stream="stderr"),
        TextOutput(text="1", stream="result"),
        TextOutput(text="2", stream="result"),
        ImageOutput(data="QUJD"),
        TextOutput(text="c\n"),
    )


def test_a_piece_overwrites_the_line_before_it() -> None:
    """Wherever the carriage return stands, alone too."""
    assert _printed(_said("\r20%"), _said("\r42%")) == (TextOutput(text="42%"),)
    assert _printed(_said("a\n20%\r"), _said("42%")) == (TextOutput(text="a\n42%"),)
    assert _printed(_said("20%"), _said("\r"), _said("\n")) == (TextOutput(text="20%\n"),)
    assert _printed(_said("\r")) == ()


@example("a\r\x1b[1ma", [6])
@given(
    st.lists(st.sampled_from(["\r", "\n", "a", "10%", "\x1b[1m"]), max_size=12).map("".join),
    st.lists(st.integers(0, 30), max_size=8).map(sorted),
)
def test_pieces_of_a_stream_give_what_the_whole_gives(text: str, cuts: list[int]) -> None:
    """Lines that are overwritten, line ends and colours, cut anywhere."""
    ends = zip([0, *cuts], [*cuts, len(text)], strict=True)

    outputs = _printed(*(_said(text[start:end]) for start, end in ends))

    assert "".join(out.text for out in outputs if isinstance(out, TextOutput)) == plain(text)


def test_what_was_not_kept_is_told_once() -> None:
    """Of a flood only the end comes, with what is missing before it."""
    end = _said("z" * (TAIL + 5)) | {"left_out": 1_000, "lines_left_out": 9}

    (output,) = _printed(_said("a\n" * LIMIT), end)

    assert isinstance(output, TextOutput)
    missing = 2 * LIMIT - HEAD + 1_000 + 5
    assert output.text.count("left out") == 1
    assert (
        f"\n… {LIMIT - HEAD // 2 + 9:,} lines, {missing:,} characters left out …\nz" in output.text
    )


def _said(text: str, stream: str = "stdout") -> dict[str, Any]:
    return {"kind": "text", "text": text, "stream": stream}


def _printed(*raws: dict[str, Any]) -> tuple[Output, ...]:
    outputs: tuple[Output, ...] = ()
    held = ""
    for raw in raws:
        outputs, held = printed(outputs, raw, held)
    return outputs


def test_only_a_whole_envelope_is_taken_off() -> None:
    """What merely looks like one is shown."""
    assert unwrapped("<notebook-data 0a: x.>\ny\n</notebook-data 0a>\n") == "y"
    assert unwrapped("<notebook-data 0a: x.>\ny\n</notebook-data 0b>") != "y"
