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
