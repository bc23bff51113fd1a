"""The terminal itself: no text commands it, and its colours are as they were wanted."""

from __future__ import annotations

from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO

import pytest

from copilot_nb.transcript.blocks import (
    NoticeBlock,
    Transcript,
)
from copilot_nb.views.terminal import TerminalView
from tests.unit.views.corpus import hostile
from tests.unit.views.hostile_turns import everywhere, requests
from tests.unit.views.test_terminal import Screen


@pytest.mark.thorough
@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", ["markdown", "command", "output", "url"])
def test_hostile_text_can_not_command_the_terminal(kind: str) -> None:
    """Whatever a model, a server or a tool writes, in any block: only its letters are shown."""
    for entry in hostile(kind):
        screen = Screen()
        turn = everywhere(entry.text)
        asked = requests(entry.text) if kind in {"command", "url"} else ()
        screen.view.close(replace(turn, blocks=(*turn.blocks, *asked)))

        screen.text.encode()
        assert not set(screen.text) & set("\x1b\x07\x08\r\x9b\u202e\u2067"), entry.name


def test_a_console_of_its_own_is_made_where_none_is_given(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It writes to the process's output."""
    TerminalView().close(Transcript(blocks=(NoticeBlock(id="n", text="[b]x[/b] :smile:"),)))

    assert capsys.readouterr().out == "· [b]x[/b] :smile:\n"


def test_a_console_of_its_own_stays_where_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    """Code that runs may put something over the process's output; it gets none of the turn."""
    view, over = TerminalView(), StringIO()

    with redirect_stdout(over):
        view.close(Transcript(blocks=(NoticeBlock(id="n", text="here"),)))

    assert (over.getvalue(), capsys.readouterr().out) == ("", "· here\n")


@pytest.mark.parametrize(
    ("variables", "colours", "coloured"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colours_only_where_they_are_wanted(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], colours: bool, coloured: bool
) -> None:
    """IPython's own setting, the variable that all programs know, and a terminal without any."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in {"FORCE_COLOR": "1", "TERM": "xterm", **variables}.items():
        monkeypatch.setenv(name, value)
    out = StringIO()
    monkeypatch.setattr("sys.stdout", out)

    TerminalView(colours=colours).close(Transcript(blocks=(NoticeBlock(id="n", text="here"),)))

    assert ("\x1b" in out.getvalue()) is coloured


def test_hostile_entries_are_known() -> None:
    """The corpus is as large as it should be."""
    entries = sum(len(hostile(kind)) for kind in ("markdown", "command", "output", "url"))

    assert entries >= 150
