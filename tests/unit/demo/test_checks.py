"""The checks of executed notebooks find what is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.demo.checks import draws, problems, shows, text, writes
from copilot_nb.demo.expected import EXPECTED, QUICKSTART
from copilot_nb.demo.workspace import notebooks, source

if TYPE_CHECKING:
    from pathlib import Path


def cell(cell_id: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    """Return an executed code cell."""
    return {"id": cell_id, "cell_type": "code", "outputs": list(outputs)}


def data(**parts: str) -> dict[str, Any]:
    """Return an output of these MIME types (`_` stands for `/`)."""
    shown = {kind.replace("_", "/"): part for kind, part in parts.items()}
    return {"output_type": "display_data", "data": shown}


def test_every_notebook_is_checked() -> None:
    """A new notebook needs its entry."""
    assert notebooks() == tuple(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_every_code_cell_of_a_notebook_is_known(name: str) -> None:
    """A new cell needs its line."""
    cells = json.loads((source() / name).read_text(encoding="utf-8"))["cells"]

    assert [c["id"] for c in cells if c["cell_type"] == "code"] == list(EXPECTED[name])


def test_figure_may_be_inside_of_html(tmp_path: Path) -> None:
    """Our output holds figures as data URLs, an ordinary cell as image/png."""
    _, check = draws()

    assert check(cell("a", data(text_html='<img src="data:image/png;base64,AA">')), tmp_path)
    assert check(cell("a", data(image_png="AA")), tmp_path)
    assert not check(cell("a", data(text_html="<p>none</p>")), tmp_path)


def test_words_are_those_that_a_reader_sees(tmp_path: Path) -> None:
    """Tags do not count and do not part words."""
    _, check = shows("a bold word")

    assert check(cell("a", data(text_html="a <b>bold</b> word")), tmp_path)
    assert not check(cell("a", data(text_html='<a title="a bold word"></a>')), tmp_path)
    assert text(cell("a", {"output_type": "stream", "text": "printed"})) == "printed"


def test_file_must_have_the_words(tmp_path: Path) -> None:
    """A file of another name or content does not count."""
    _, check = writes("*.md", "seven")
    (tmp_path / "a.txt").write_text("seven")
    (tmp_path / "b.md").write_text("eight")
    assert not check(cell("a"), tmp_path)

    (tmp_path / "c.md").write_text("seven")
    assert check(cell("a"), tmp_path)


def test_problems_are_named(tmp_path: Path) -> None:
    """Errors, missing, unknown and wrong cells each have their line."""
    error = {"output_type": "error", "ename": "ValueError", "evalue": "no"}
    cells = [cell("load"), cell("data", error), cell("other"), cell("status")]

    found = list(problems(cells, tmp_path, QUICKSTART))

    assert "other: nothing is known about this cell" in found
    assert "data: ValueError: no" in found
    assert "explore: is missing" in found
    assert "status: is not so: shows 'demo'" in found
    assert not [line for line in found if line.startswith("load")]
