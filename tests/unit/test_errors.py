"""Errors as IPython prints them."""

from __future__ import annotations

import pytest

from copilot_nb.errors import CopilotError, ShownError


@pytest.mark.parametrize("kind", [CopilotError, ShownError])
def test_an_error_prints_only_what_can_be_seen(kind: type[CopilotError]) -> None:
    """A provider's words end up in a terminal: no escape sequence, nothing that hides."""
    lines = kind("bad \x1b[2Jkey\u202e", hint="see\x07")._render_traceback_()

    text = "".join(lines)
    assert "bad \ufffd[2Jkey\ufffd" in text
    assert all(character.isprintable() for character in text)


def test_what_stands_above_is_not_said_twice() -> None:
    """The output has the whole error; the cell ends with one line of it."""
    long = ShownError("The turn failed: " + "the provider explains itself at length " * 9)

    (line,) = long._render_traceback_()

    assert len(line) <= 100
    assert line.endswith("…")
