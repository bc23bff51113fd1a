"""A stored turn in the file of a notebook: what converters make of it, and how large it is."""

from __future__ import annotations

from typing import Any

import nbconvert as untyped_nbconvert
import nbformat as untyped_nbformat
import pytest
from nbformat import v4 as untyped_v4

from copilot_nb.transcript.blocks import ReasoningBlock, TextBlock, Transcript
from copilot_nb.views.static import mimebundle
from copilot_nb.views.style import STYLE
from tests.unit.views.turns import ANSWERED, FULL

pytestmark = pytest.mark.thorough  # importing the converters alone takes seconds

nbconvert: Any = untyped_nbconvert
nbformat: Any = untyped_nbformat
v4: Any = untyped_v4


def test_nbconvert_takes_the_html() -> None:
    """As HTML and as Markdown, without a widget or anything from elsewhere."""
    output = v4.new_output("display_data", mimebundle(FULL))
    notebook = v4.new_notebook(cells=[v4.new_code_cell("%%copilot", outputs=[output])])

    page, _ = nbconvert.HTMLExporter(template_name="basic").from_notebook_node(notebook)
    markdown, _ = nbconvert.MarkdownExporter().from_notebook_node(notebook)

    for text in (page, markdown):
        assert '<div class="copilot-static">' in text
        assert "widget" not in text
        assert "vnd.copilot-nb" not in text


def test_nbconvert_takes_the_text_where_html_is_nothing() -> None:
    """LaTeX has the Markdown source word by word; a page without scripts has all of it."""
    output = v4.new_output("display_data", mimebundle(ANSWERED))
    notebook = v4.new_notebook(cells=[v4.new_code_cell("%%copilot", outputs=[output])])
    nbformat.validate(notebook)

    tex, _ = nbconvert.LatexExporter().from_notebook_node(notebook)

    assert "Approved (you)" in tex
    assert "copilot-static" not in tex
    assert "vnd.copilot-nb" not in tex


def test_fifty_turns_fit_into_a_notebook() -> None:
    """Answers of 4 kB with reasoning, a call and its permission each: at most 1.2 MB."""
    prose = "The loader drops **every** row with a `missing` value, so nothing is regular. "
    code = "```python\ndf = pd.read_csv('a.csv')\nreturn df.dropna()  # fewer rows\n```\n\n"
    answer = (prose * 6 + "\n\n" + code) * 7
    turn = Transcript(
        state="done",
        model="big-model",
        blocks=(
            ReasoningBlock(id="r", text=prose * 8),
            *FULL.blocks[4:6],
            TextBlock(id="t", text=answer),
        ),
    )
    output = v4.new_output("display_data", mimebundle(turn))
    cells = [v4.new_code_cell("%%copilot", outputs=[output]) for _ in range(50)]

    size = len(v4.writes_json(v4.new_notebook(cells=cells), ensure_ascii=False).encode())

    assert 3800 < len(answer) < 4300
    assert len(STYLE.encode()) < 4700
    assert size <= 1_200_000, size
