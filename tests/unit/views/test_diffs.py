"""Diffs as stored HTML."""

from __future__ import annotations

from copilot_nb.views import diffs
from copilot_nb.views.diffs import diff
from tests.unit.views.corpus import hostile, inspect


def test_words_that_differ_are_marked() -> None:
    """In both lines of a pair, and nothing else of them."""
    html = diff("@@ -1,2 +1,2 @@\n df = read()\n-df = df.dropna()\n+df = df.asfreq('h')")

    assert html.split("\n") == [
        '<span class="gh">@@ -1,2 +1,2 @@</span>',
        " df = read()",
        '<span class="gd">-df = df.<mark>dropna</mark>()</span>',
        "<span class=\"gi\">+df = df.<mark>asfreq</mark>(<mark>'h'</mark>)</span>",
    ]


def test_neighbours_that_differ_are_one_mark() -> None:
    """With the blank between them."""
    html = diff("@@\n-return some old name(value, more)\n+return a new name(value, more)")

    assert html.split("\n")[1] == (
        '<span class="gd">-return <mark>some old</mark> name(value, more)</span>'
    )


def test_other_lines_are_only_coloured() -> None:
    """What has no counterpart, what is nothing alike, and what is too long to compare."""
    alone = diff("@@\n+new\n same\n-a = 1\n-b = 2\n+c")
    unlike = diff("@@\n-import numpy as np\n+xyz")
    long = diff("@@\n-" + "a " * diffs.LENGTH + "\n+" + "a " * diffs.LENGTH + "b")
    many = "@@\n" + "-a = 1\n" * (diffs.PAIRS + 1) + "+a = 2\n" * (diffs.PAIRS + 1)

    for html in (alone, unlike, long, diff(many)):
        assert "<mark>" not in html
    assert alone.split("\n")[1:3] == ['<span class="gi">+new</span>', " same"]


def test_changes_are_told_apart_where_nothing_stands_between() -> None:
    """An added line that is followed by one taken away ends a change."""
    html = diff("@@\n-a = 1\n+a = 2\n-b = 1\n+b = 2")

    assert html.count("<mark>") == 4


def test_no_text_of_a_diff_is_html() -> None:
    """Whatever stands in a file."""
    for entry in hostile("output"):
        text = entry.text.replace("\n", " ")
        html = diff(f"@@\n-{text}\n+{text} x")

        assert inspect(f"<pre>{html}</pre>").wrong == [], entry.name
