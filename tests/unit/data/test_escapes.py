"""Texts that stand escaped in others: what is found in them, and where."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

import pytest

from copilot_nb.data.escapes import in_every_reading
from copilot_nb.data.finds import Find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def words(text: str) -> Iterator[Find]:
    """Where a word stands that is looked for here."""
    for match in re.finditer(r"(?<!\w)(?:Anna|Müller|a/b|🙂x)(?!\w)", text):
        yield Find(*match.span(), "word")


def found(text: str) -> list[str]:
    """What of a text is found."""
    return [text[find.start : find.end] for find in in_every_reading(text, words)]


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        (r"Anna\nAnna\tAnna", ["Anna"] * 3),
        (
            r"M\u00fcller M\xfcller M\U000000fcller",
            ["M\\u00fcller", "M\\xfcller", "M\\U000000fcller"],
        ),
        (r"a\/b \ud83d\ude42x", [r"a\/b", r"\ud83d\ude42x"]),
        (r"C:\new \u12 \x \U99999999 \ud83d", []),
        ("\\", []),
    ],
)
def test_escapes_are_read(text: str, finds: list[str]) -> None:
    """Each find is given where it stands in the text itself."""
    assert sorted(set(found(text))) == sorted(set(finds))


@pytest.mark.parametrize("escaped", [repr, json.dumps, lambda text: repr(json.dumps(text))])
def test_texts_within_each_other_are_read(escaped: Callable[[str], str]) -> None:
    """A `repr()` of JSON, too."""
    assert "Anna" in found(escaped("x\nAnna"))


def test_many_escapes_are_read_in_time() -> None:
    """A megabyte of them."""
    start = time.process_time()

    list(in_every_reading("\\" * 500_000 + "\\n" * 250_000, words))

    assert time.process_time() - start < 3
