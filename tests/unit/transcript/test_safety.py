"""Text that somebody decides about."""

from __future__ import annotations

import pytest

from copilot_nb.transcript.safety import sound, visible, warnings


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("ls\u202e", "invisible or direction-changing"),
        ("ls\ufe0f", "invisible or direction-changing"),
        ("ls\x1b[8m", "control characters"),
        ("ls\rrm", "control characters"),
        ("rm\u00a0x", "not plain spaces"),
        ("\u0441url x", "look-alike letters of different alphabets: “\u0441url”"),
        (
            "\U0001d41e\U0001d431\U0001d41e\U0001d41c(x)",
            "look-alike letters of different alphabets",
        ),
        ("ls" + " " * 50 + "rm", "long gaps or lines"),
        ("ls" + "\n" * 20 + "rm", "long gaps or lines"),
        ("x" * 501, "long gaps or lines"),
    ],
)
def test_what_a_look_does_not_show_is_said(text: str, warning: str) -> None:
    """One sentence for each kind of oddity."""
    (said,) = warnings(text)

    assert warning in said


def test_usual_text_is_left_alone() -> None:
    """Words of any one alphabet, emoji and line ends are nothing to warn of."""
    for text in ("ls -l\n\tx\r\n", "größer 日本語", "привет, мир", "ok ☑\ufe0f"):
        assert warnings(text) == ()
        assert visible(text) == text


def test_only_the_first_odd_words_are_quoted() -> None:
    """The list stays short."""
    (said,) = warnings(" ".join(["\u0441a"] * 9))

    assert said.count("“") == 3


def test_text_can_be_stored_after_it_is_made_sound() -> None:
    """Controls and halves of characters are replaced one by one."""
    assert sound("a\x00\x1b\ud800b\n\t") == "a\ufffd\ufffd\ufffdb\n\t"
