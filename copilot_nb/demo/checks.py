"""Looks whether the cells of an executed notebook show what they should."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Check = Callable[[Mapping[str, Any], Path], bool]
"""(the executed cell, the folder) -> whether it did what it should."""

_TAG = re.compile(r"<style>.*?</style>|<[^>]+>", re.DOTALL)


def shows(words: str) -> tuple[str, Check]:
    """The output contains the words, as a reader sees them."""
    return f"shows {words!r}", lambda cell, _: words in text(cell)


def draws() -> tuple[str, Check]:
    """The output contains a figure."""
    return "draws a figure", lambda cell, _: any(
        "data:image/png;base64," in part or kind == "image/png" for kind, part in _parts(cell)
    )


def writes(pattern: str, words: str) -> tuple[str, Check]:
    """A file that fits the pattern contains the words."""
    return f"writes {pattern}", lambda _, folder: any(
        words in file.read_text(encoding="utf-8") for file in folder.glob(pattern)
    )


Expected = Mapping[str, tuple[tuple[str, Check], ...]]
"""Checks by cell id; an empty entry means that the cell only has to run without an error."""


def problems(cells: Sequence[Mapping[str, Any]], folder: Path, expected: Expected) -> Iterator[str]:
    """Yield a line for everything that is not as it should be.

    Args:
        cells: The cells of the executed notebook.
        folder: Where it ran.
        expected: What each of its code cells must show.
    """
    by_id = {cell["id"]: cell for cell in cells if cell["cell_type"] == "code"}
    for cell_id in by_id.keys() - expected.keys():
        yield f"{cell_id}: nothing is known about this cell"
    for cell_id, checks in expected.items():
        if cell_id not in by_id:
            yield f"{cell_id}: is missing"
        elif errors := [o for o in by_id[cell_id]["outputs"] if o["output_type"] == "error"]:
            yield f"{cell_id}: {errors[0]['ename']}: {errors[0]['evalue']}"
        else:
            failed = [label for label, holds in checks if not holds(by_id[cell_id], folder)]
            yield from (f"{cell_id}: is not so: {label}" for label in failed)


def text(cell: Mapping[str, Any]) -> str:
    """Return all text of a cell's outputs, HTML without its tags."""
    return "\n".join(_TAG.sub("", part) if "html" in kind else part for kind, part in _parts(cell))


def _parts(cell: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for output in cell["outputs"]:
        if "text" in output:
            yield "text/plain", output["text"]
        for kind, part in output.get("data", {}).items():
            if isinstance(part, str):
                yield kind, part
