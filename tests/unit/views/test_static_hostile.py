"""Hostile inputs in every place of the stored form."""

from __future__ import annotations

import time

import nh3
import pytest

from copilot_nb.transcript.blocks import Transcript
from copilot_nb.transcript.safety import visible
from copilot_nb.views.markdown import to_html as markdown
from copilot_nb.views.static import to_html, to_text
from tests.unit.views.corpus import hostile, inspect
from tests.unit.views.hostile_turns import everywhere, requests

GITHUB_TAGS = frozenset(
    [
        "a",
        "b",
        "blockquote",
        "br",
        "code",
        "del",
        "details",
        "div",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "s",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
GITHUB_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"align"},
    "th": {"align"},
}


def test_markdown_gives_only_what_we_write() -> None:
    """Tags, attributes, links and pictures are those of the allow-list, well nested."""
    for entry in hostile("markdown"):
        began = time.process_time()

        findings = inspect(markdown(entry.text))

        assert findings.wrong == [], entry.name
        assert time.process_time() - began < 2, entry.name


@pytest.mark.parametrize("kind", ["markdown", "command", "output", "url"])
def test_every_field_is_only_text(kind: str) -> None:
    """No field of any block writes a tag, an attribute or a character that can not be stored."""
    for entry in hostile(kind):
        html = to_html(everywhere(entry.text))

        assert inspect(html).wrong == [], entry.name
        html.encode()
        assert "\x1b" not in html


@pytest.mark.parametrize("kind", ["command", "url"])
def test_every_field_of_a_request_is_only_text(kind: str) -> None:
    """Forms, plans, sign-ins, tasks and consequences; their Markdown is that of answers."""
    for entry in hostile(kind):
        turn = Transcript(blocks=requests(entry.text), sent=visible(entry.text))

        assert inspect(to_html(turn)).wrong == [], entry.name
        to_text(turn).encode()


@pytest.mark.parametrize("kind", ["markdown", "command", "output", "url"])
def test_plain_text_can_be_stored(kind: str) -> None:
    """The Markdown of a turn can be encoded, whatever is in it."""
    for entry in hostile(kind):
        to_text(everywhere(entry.text)).encode()


def test_the_text_of_raw_html_is_shown() -> None:
    """Nothing is swallowed: a reader sees what the model wrote."""
    source = 'a <script>alert(1)</script> <img src=x onerror="y"> <!-- z -->'

    assert inspect(markdown(source)).text.strip() == source


def test_huge_and_deep_texts_are_shown_in_bounded_time() -> None:
    """Size and depth cost neither time nor the recursion limit."""
    began = time.process_time()

    for text in ("> " * 5_000, "[" * 10_000, "*a " * 8_000, "x" * 500_000, "- \n" * 2_000):
        assert inspect(markdown(text)).wrong == []

    assert time.process_time() - began < 10


def test_a_sanitiser_finds_nothing_to_take_from_the_text() -> None:
    """A page that cleans like GitHub's shows the same words."""
    tags, attributes = set(GITHUB_TAGS), GITHUB_ATTRIBUTES
    for entry in hostile("markdown"):
        html = markdown(entry.text)

        cleaned = nh3.clean(html, tags=tags, attributes=attributes, link_rel=None)

        assert inspect(cleaned).text == inspect(html).text, entry.name
