"""Long texts, cut to their ends: what is left out is counted, whatever comes behind."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from copilot_nb.transcript.cuts import (
    HEAD,
    LIMIT,
    TAIL,
    Gap,
    Rest,
    cut,
    left_out,
    length,
    line_count,
    since,
)

PIECES = st.lists(st.sampled_from(["x" * 5_000, "line\n" * 2_000, "\n", "y"]), max_size=12)


@given(PIECES)
def test_counts_are_those_of_the_whole(pieces: list[str]) -> None:
    """Letters and lines, however often the text was cut while it grew."""
    whole, kept = "".join(pieces), ""
    for piece in pieces:
        kept = cut(kept + piece)

    assert length(kept) == len(whole)
    assert line_count(kept) == whole.strip("\n").count("\n") + 1
    assert (left_out(kept) > 0) == (kept != whole)


@given(PIECES, st.integers(0, 3 * LIMIT))
def test_what_is_new_is_found_again(pieces: list[str], position: int) -> None:
    """Behind a place of the whole text; what is left out there is told."""
    whole = "".join(pieces)

    new = since(cut(whole), position)

    told = sum(Gap(*gap).characters for gap in _gaps(new))
    expected = max(0, len(whole) - position)
    assert len(new) - sum(len(str(gap)) for gap in _gaps(new)) + told == expected


def test_the_rest_keeps_its_end() -> None:
    """And counts what it does not keep."""
    rest = Rest(4)
    for text in ("a\nb", "\ncd", "e\n"):
        rest.add(text)

    assert (rest.text, rest.gap) == ("cde\n", Gap(lines=2, characters=4))


def test_a_mark_is_read_with_care() -> None:
    """Numbers that are none, or have no end, are part of the text."""
    for number in (",", "9" * 5_000):
        fake = "x" * HEAD + f"\n… {number} characters left out …\n" + "y" * LIMIT

        assert left_out(fake) == 0
        assert left_out(cut(fake)) == len(fake) - HEAD - TAIL


def _gaps(text: str) -> list[Gap]:
    """What the marks in a text say."""
    at = text.find("\n… ")
    gap = Gap.of(text[at : text.find(" …\n", at) + 3]) if at >= 0 else None
    return [gap] if gap else []
