"""What may leave a view: text, links, pictures and formulas."""

from __future__ import annotations

import re

from copilot_nb.views.safety import safe_image, safe_tex, safe_url, visible, warnings
from tests.unit.views.corpus import hostile

SAFE = {"https", "http", "mail", "fragment", "quote", "brackets", "unicode host"}
HARMLESS = {
    "plain command",
    "plain command with accents",
    "html in a command",
    "markdown in a command",
    "quotes and ampersands",
    "a closing tag",
}


def test_only_addresses_of_known_schemes_are_linked() -> None:
    """http, https, mailto and # become links; all else does not, however it is written."""
    urls = {entry.name: safe_url(entry.text) for entry in hostile("url")}

    linked = {name: url for name, url in urls.items() if url is not None}
    assert set(linked) == SAFE
    for url in linked.values():
        assert re.match(r"https?://|mailto:|#", url)
        assert not set(url) & set('"<> \n\t`\\')


def test_commands_are_shown_without_anything_hidden() -> None:
    """What is shown has only characters that can be seen, and can be encoded."""
    for entry in hostile("command"):
        shown = visible(entry.text)

        shown.encode()
        assert all(char.isprintable() or char in "\n\t" for char in shown), entry.name
        assert visible(shown) == shown, entry.name


def test_odd_commands_are_flagged() -> None:
    """A reader is told of everything that a look does not show."""
    silent = {entry.name for entry in hostile("command") if not warnings(entry.text)}

    assert silent == HARMLESS


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
