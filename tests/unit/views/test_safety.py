"""What may leave a view: text, links, pictures and formulas."""

from __future__ import annotations

import re

import pytest

from copilot_nb.views.safety import safe_image, safe_tex, safe_url, visible, warnings
from tests.unit.views.corpus import Hostile, hostile

SAFE = {"https", "http", "mail", "fragment", "quote", "brackets", "unicode host"}
HARMLESS = {
    "plain command",
    "plain command with accents",
    "html in a command",
    "markdown in a command",
    "quotes and ampersands",
    "a closing tag",
    "mathematical letters",
    "full width letters",
}


@pytest.mark.parametrize("entry", hostile("url"), ids=lambda entry: entry.name)
def test_only_addresses_of_known_schemes_are_linked(entry: Hostile) -> None:
    """http, https, mailto and # become links; all else does not, however it is written."""
    url = safe_url(entry.text)

    assert (url is not None) == (entry.name in SAFE)
    if url is not None:
        assert re.match(r"https?://|mailto:|#", url)
        assert not set(url) & set('"<> \n\t`\\')


@pytest.mark.parametrize("entry", hostile("command"), ids=lambda entry: entry.name)
def test_commands_are_shown_without_anything_hidden(entry: Hostile) -> None:
    """What is shown has only characters that can be seen, and can be encoded."""
    shown = visible(entry.text)

    shown.encode()
    assert all(char.isprintable() or char in "\n\t" for char in shown)
    assert visible(shown) == shown


@pytest.mark.parametrize("entry", hostile("command"), ids=lambda entry: entry.name)
def test_odd_commands_are_flagged(entry: Hostile) -> None:
    """A reader is told of everything that a look does not show."""
    assert bool(warnings(entry.text)) == (entry.name not in HARMLESS)


def test_emoji_and_plain_text_stay_as_they_are() -> None:
    """Marks are for what hides, not for what is merely not English."""
    text = "größer 日本語 שלום ☑️ 🎉\n\tEnd\r\n"

    assert visible(text) == text
    assert warnings(text) == ()


def test_only_raster_pictures_inside_the_text_are_shown() -> None:
    """A picture is data of a few raster types, not too large."""
    assert safe_image("data:image/webp;base64,AAAA") == "data:image/webp;base64,AAAA"
    assert safe_image("data:image/svg+xml;base64,AAAA") is None
    assert safe_image("https://example.org/a.png") is None
    assert safe_image("data:image/png;base64," + "A" * 2_000_000) is None


def test_formulas_may_not_reach_out_of_themselves() -> None:
    """Links, styles and macros make a formula unsafe; drawing does not."""
    assert safe_tex(r"\frac{1}{2} \hrefx \classical")
    assert not safe_tex(r"\href{x}{y}")
    assert not safe_tex(r"\def\a{\a\a}\a")
