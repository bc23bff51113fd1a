"""Markdown on a terminal while it is being written."""

from __future__ import annotations

from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from copilot_nb.views.lines import Lines
from copilot_nb.views.stream import MarkdownStream
from tests.unit.views.corpus import hostile

SOURCE = """# A *title*

A paragraph with **bold**, `code`, ~~old~~, snake_case_name, 2 * 3 * 4 and
a [link](https://example.org), a bare https://example.org/a_b_c and $x_1 * y_2$.

- one
  - [x] two
  - [ ] three
10. ten

> quoted

```python
x = "`**`"
```

| name | n |
|:--|--:|
| `a` | 1 |
| b\\|c | **22** |

---
end"""


class Paper:
    """What a stream has written."""

    def __init__(self, *, terminal: bool = False, width: int = 80) -> None:
        self._file = StringIO()
        console = Console(
            file=self._file, width=width, force_terminal=terminal, color_system=None, no_color=True
        )
        self.stream = MarkdownStream(Lines(console))

    @property
    def text(self) -> str:
        """All of it."""
        return self._file.getvalue()


def written(source: str, *, terminal: bool = False, width: int = 80) -> str:
    """What is written of a whole text."""
    paper = Paper(terminal=terminal, width=width)
    paper.stream.feed(source)
    paper.stream.close()
    return paper.text


def test_markdown_reads_as_text() -> None:
    """Marks become styles, lists and quotes keep their shape, code stands in."""
    assert written(SOURCE) == (
        "A title\n\n"
        "A paragraph with bold, code, old, snake_case_name, 2 * 3 * 4 and\n"
        "a link (https://example.org), a bare https://example.org/a_b_c and $x_1 * y_2$.\n\n"
        "• one\n  ☑ two\n  ☐ three\n10. ten\n\n"
        "│ quoted\n\n"
        '    x = "`**`"\n\n'
        "| name | n |\n|:--|--:|\n| `a` | 1 |\n| b\\|c | **22** |\n\n"
        "───\nend\n"
    )


def test_a_terminal_gets_tables() -> None:
    """Aligned as the source says."""
    table = written(SOURCE, terminal=True).split("\n\n")[-2]

    assert [line.rstrip() for line in table.split("\n")] == [
        "name    n",
        "─────────",
        "a       1",
        "b|c    22",
    ]


@given(st.lists(st.integers(0, len(SOURCE)), max_size=30).map(sorted))
def test_any_pieces_give_the_same_text(cuts: list[int]) -> None:
    """A model may stream one letter at a time."""
    paper = Paper()

    for start, end in zip([0, *cuts], [*cuts, len(SOURCE)], strict=True):
        paper.stream.feed(SOURCE[start:end])
    paper.stream.close()

    assert paper.text == written(SOURCE)


@pytest.mark.parametrize(
    ("piece", "seen"),
    [
        ("Hello wor", "Hello "),
        ("Hello **bo", "Hello "),
        ("Hello **bold** ", "Hello bold "),
        ("Hello `co", "Hello "),
        ("- item wo", "• item "),
        ("## Title wo", "Title "),
        ("```py\nx = 1\ny", "    x = 1\n"),
        ("| a | b", ""),
        ("-", ""),
        ("1", ""),
        ("snake_case an", "snake_case "),
        ("2 * 3 an", "2 * 3 "),
    ],
)
def test_words_show_as_soon_as_they_are_sure(piece: str, seen: str) -> None:
    """Nothing is shown that more text could still change."""
    paper = Paper()

    paper.stream.feed(piece)

    assert paper.text == seen


def test_a_mark_that_never_closes_is_a_letter() -> None:
    """It is not held back for ever."""
    paper = Paper()

    paper.stream.feed("a `" + "word " * 60)

    assert "a `word word" in paper.text


def test_long_paragraphs_wrap_at_words() -> None:
    """At the width of the terminal, under the text of their item."""
    text = written("- " + "word " * 30, terminal=True, width=32)

    assert all(len(line) <= 32 for line in text.split("\n"))
    assert all(line.startswith("  word") for line in text.split("\n")[1:-1])


def test_a_fence_is_closed_by_its_own_mark() -> None:
    """And by the end of the text."""
    assert written("````\n```\nx\n````\ny") == "    ```\n    x\ny\n"
    assert written("~~~\nx") == "    x\n"


def test_tables_of_odd_shape_are_drawn_too() -> None:
    """Too few or too many cells, or only a rule."""
    assert written("| a |\n|---|\n| b | c |\n| d", terminal=True).strip()
    assert written("|---|", terminal=True)
    assert "x" in written("| a |\ntext x", terminal=True)


def test_pictures_are_their_text_and_address() -> None:
    """Nothing is loaded."""
    assert written("![map](https://example.org/a.png)") == "map (https://example.org/a.png)\n"
    assert written("[https://a.example](https://a.example)!") == "https://a.example!\n"


def test_hostile_markdown_is_written_in_pieces() -> None:
    """No text breaks the stream, and none of it commands the terminal."""
    for entry in hostile("markdown"):
        paper = Paper(terminal=True)

        for at in range(0, len(entry.text), 29):
            paper.stream.feed(entry.text[at : at + 29])
        paper.stream.close()

        assert not set(paper.text) & set("\x1b\x07\x08\r\x9b\u202e"), entry.name
