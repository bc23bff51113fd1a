"""The terminal view: what it writes, in which order, and never anything else."""

from __future__ import annotations

import re
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from copilot_nb.transcript.blocks import (
    ErrorBlock,
    NoticeBlock,
    PermissionBlock,
    ReasoningBlock,
    TextBlock,
    TextOutput,
    ToolBlock,
    ToolState,
    Transcript,
    UserInputBlock,
)
from copilot_nb.transcript.cuts import cut
from copilot_nb.transcript.permissions import permission
from copilot_nb.views.terminal import TerminalView
from tests.unit.transcript.events import folded, recorded, recorded_names
from tests.unit.views.turns import FAILED, FULL, WAITING


class Screen:
    """A terminal, or a log, and the view that writes to it."""

    def __init__(self, *, width: int = 60, terminal: bool = False) -> None:
        self._file = StringIO()
        self.console = Console(
            file=self._file,
            width=width,
            force_terminal=terminal,
            color_system="standard" if terminal else None,
            legacy_windows=False,
        )
        self.view = TerminalView(self.console)

    @property
    def text(self) -> str:
        """All that was written."""
        return self._file.getvalue()

    @property
    def lines(self) -> list[str]:
        """All that was written, line by line, without the empty ones."""
        return [line.rstrip() for line in self.text.split("\n") if line.strip()]


def shown(turn: Transcript, **options: bool) -> list[str]:
    """What a log holds of a turn."""
    screen = Screen(**options)
    screen.view.close(turn)
    return screen.lines


def test_a_turn_reads_from_top_to_bottom() -> None:
    """Text, one line per call and result, what was asked and answered, tables and figures."""
    assert shown(FULL) == [
        "[demo model]",
        "· Thinking …",
        "Gaps",
        "I look at df.",
        "● run_code gaps = df.isna().sum() …",
        "    three gaps",
        "          n",
        "───────────",
        "Halden   88",
        "    1 row × 1 column",
        "  [Gaps per month]",
        "    slow!",
        "  ✓ run_code: done, 1.5 s",
        "? Run this code in your kernel?",
        "    gaps = df.isna().sum()",
        "    gaps.plot()",
        "  why: Find gaps",
        "  ✓ Allowed once by you",
        "● bash pytest -q",
        "    1 failed",
        "  ✕ bash: Exit code 1",
        "? Run this command?",
        "    pytest -q",
        "  why: Run the tests",
        "  ✓ Allowed for this session by you",
        "● edit /p/load.py",
        "    @@ -1,2 +1,2 @@",
        "     df = read()",
        "    -df = df.dropna()",
        "    +df = df.asfreq('h')",
        "  ✓ edit: done (+1 −1)",
        "? Change load.py? (+1 −1)",
        "    @@ -1,2 +1,2 @@",
        "     df = read()",
        "    -df = df.dropna()",
        "    +df = df.asfreq('h')",
        "  ✓ Allowed once by a rule",
        "? Run this command?",
        "    rm -r data",
        "  ⊘ Denied by you: keep it",
        "? Fill them?",
        "  → No (you)",
        "· The model is now two.",
        "! MCP server web failed.",
        "Done.",
        "— big-model · 12,345 tokens in (9,000 cached), 678 out · 1.5 premium requests",
    ]


def test_a_failure_is_two_lines() -> None:
    """What happened, and what to do; then what the other side said."""
    assert shown(FAILED) == [
        "✕ Authentication failed.",
        "  See `%copilot provider`.",
        "    HTTP 401",
        "    unauthorized",
    ]


def test_what_waits_is_shown_once() -> None:
    """Each request in full, where it came; the prompt below is not the view's."""
    screen = Screen()
    screen.view.update(WAITING)
    screen.view.update(replace(WAITING, status="x"))

    assert screen.lines == [
        "● bash pytest -q",
        "? Run this command?",
        "    pytest -q",
        "  why: Run the tests",
        "  where: /p",
        "? Which?",
        "? Why?",
    ]


def test_warnings_stand_with_the_question() -> None:
    """Before anybody answers."""
    odd = permission("p", {"kind": "commands", "fullCommandText": "ls\u202e"})

    lines = shown(Transcript(blocks=(odd,)))

    assert lines[1] == "    ls⟨U+202E⟩"
    assert lines[2].startswith("  ! It contains invisible")


def test_a_cancelled_request_says_nothing_more() -> None:
    """Nobody answered."""
    asked = permission("p", {"kind": "commands", "fullCommandText": "ls"})
    question = UserInputBlock(id="q", question="Which?", state="cancelled")

    lines = shown(Transcript(blocks=(replace(asked, state="cancelled"), question)))

    assert lines == ["? Run this command?", "    ls", "? Which?"]


@pytest.mark.parametrize("name", recorded_names())
@pytest.mark.parametrize("terminal", [True, False])
def test_recorded_turns_are_only_ever_written_forwards(name: str, terminal: bool) -> None:
    """No cursor movement, no clearing: only colours, and only on a terminal."""
    screen = Screen(terminal=terminal)
    turn = Transcript()

    for event in recorded(name):
        turn = folded([event], turn)
        screen.view.update(turn)
    screen.view.close(turn)

    escapes = [part[: part.find("m") + 1] for part in screen.text.split("\x1b")[1:]]
    assert all(part.strip("[0123456789;m") == "" for part in escapes)
    assert terminal or not escapes
    assert "\r" not in screen.text
    for word in turn.text.split():
        assert word.replace("*", "") in re.sub(r"\x1b\[[\d;]*m", "", screen.text)


def test_a_recorded_command_as_it_is_seen() -> None:
    """The call, the request, the answer, the output, the result."""
    screen = Screen()
    turn = Transcript()
    for event in recorded("shell"):
        turn = folded([event], turn)
        screen.view.update(turn)
    screen.view.close(turn)

    assert screen.lines == [
        "Running it.",
        "● bash echo hi; echo err >&2; ls",
        "? Run this command?",
        "    echo hi; echo err >&2; ls",
        "  why: say hi",
        "  ✓ Allowed once",
        "    err",
        "    hi",
        "    e.txt",
        "  ✓ bash: done",
        "Done.",
        "— fake · 200 tokens in, 40 out · context 7%",
    ]


def test_a_diff_that_was_asked_about_is_not_shown_again() -> None:
    """The request came first; the result only says that it is done."""
    edit, asked = FULL.blocks[6], FULL.blocks[7]
    assert isinstance(edit, ToolBlock)
    assert isinstance(asked, PermissionBlock)
    screen = Screen()

    screen.view.update(Transcript(blocks=(replace(edit, state="running", diff=""), asked)))
    screen.view.update(Transcript(blocks=(edit, asked)))

    assert screen.text.count("+df = df.asfreq") == 1


def test_kernel_output_shows_as_it_comes() -> None:
    """Each new piece once, empty lines too."""
    pieces = [(), ("a\n",), ("a\nb\n\n",), ("a\nb\n\nd",), ("a\nb\n\nd", "c\n")]
    screen = Screen()

    for texts in pieces:
        screen.view.update(_printed(*texts))

    assert screen.text == "● run_code x\n    a\n    b\n    \n    d\n    c\n"


def test_long_kernel_output_shows_each_line_once() -> None:
    """Also when the transcript leaves its middle out; what nobody saw is counted."""
    lines = [f"line {at}\n" for at in range(9_000)]
    screen = Screen()

    for at in (*range(500, 3_500, 500), 9_000):
        screen.view.update(_printed(cut("".join(lines[:at]))))

    assert screen.lines[1:3_001] == [f"    {line.rstrip()}" for line in lines[:3_000]]
    mark, *rest = screen.lines[3_001:]
    assert re.fullmatch(r" +… [\d,]+ characters left out …", mark)
    assert rest[-1] == "    line 8999"


def test_a_line_that_changes_is_seen_in_passing() -> None:
    """On a terminal; it stays as it is when it ends, and a log has only that."""
    log, screen = Screen(), Screen(terminal=True)
    for text in ("10%", "42%", "42%\nend"):
        for view in (log.view, screen.view):
            view.update(_printed(text))
    for view in (log.view, screen.view):
        view.close(_printed("42%\nend", state="cancelled"))

    assert log.lines == ["● run_code x", "    42%", "    end"]
    wiped = f"\r{' ' * 7}\r"
    shown = f"    10%{wiped}    42%{wiped}    42%\n    end{wiped}    end\n"
    assert screen.text.endswith(shown)


def _printed(*texts: str, state: ToolState = "running") -> Transcript:
    """A turn with a call that has printed these texts."""
    outputs = tuple(TextOutput(text=text) for text in texts)
    call = ToolBlock(id="c", name="run_code", title="x", state=state, outputs=outputs)
    return Transcript(blocks=(call,))


def test_long_output_and_diffs_are_cut() -> None:
    """The end of an output, the beginning of a diff."""
    call = ToolBlock(id="c", name="bash", state="ok", output="line\n" * 50 + "end")
    edit = ToolBlock(id="e", name="edit", state="ok", diff="@@\n" + "+x\n" * 99)

    lines = shown(Transcript(blocks=(call, edit)))

    assert lines[1] == "    … 39 lines before"
    assert lines[13] == "    end"
    assert "    … 40 lines more" in lines


def test_what_is_asked_is_never_cut() -> None:
    """Somebody decides about all of it: the last line counts as much as the first."""
    block = PermissionBlock(
        id="p", subject="write", heading="Change x?", diff="@@\n" + "+x\n" * 999 + "+evil()"
    )

    assert "    +evil()" in shown(Transcript(blocks=(block,)))


def test_no_word_of_a_turn_commands_the_terminal() -> None:
    """A model may call a tool by any name: one that wipes the question away, for example."""
    evil = "a\x1b[2J\x1b]52;c;x\x07\u202e\x9b2J"
    call = ToolBlock(id="c", name=evil, title=evil, state="failed", error=evil, output=evil)
    asked = PermissionBlock(id="p", subject="x", heading=evil, intention=evil, warnings=(evil,))

    text = "\n".join(shown(Transcript(blocks=(call, asked), label=evil)))

    assert "a⟨U+001B⟩[2J" in text
    assert [c for c in text if not c.isprintable() and c != "\n"] == []


def test_an_answer_that_changed_is_shown_again() -> None:
    """What is on the screen can not be taken back."""
    screen = Screen()
    screen.view.update(Transcript(blocks=(TextBlock(id="m", text="Helo you\n"),)))

    screen.view.close(Transcript(blocks=(TextBlock(id="m", text="Hello you", closed=True),)))

    assert screen.lines == ["Helo you", "Hello you"]


def test_empty_reasoning_is_no_thinking() -> None:
    """Nor is reasoning told twice."""
    reasoning = ReasoningBlock(id="r", text="Hm")
    screen = Screen()

    screen.view.update(Transcript(blocks=(ReasoningBlock(id="e"), reasoning)))
    screen.view.update(Transcript(blocks=(replace(reasoning, text="Hm so"),)))

    assert screen.lines == ["· Thinking …"]


def test_an_error_says_its_details() -> None:
    """The end of them: nothing can be opened here."""
    details = "\n".join(f"line {n}" for n in range(20))
    error = ErrorBlock(id="x", message="No answer.", hint="Ask again.", details=details)

    lines = shown(Transcript(blocks=(error,)))

    assert lines[:4] == ["✕ No answer.", "  Ask again.", "    … 8 lines before", "    line 8"]
    assert lines[-1] == "    line 19"


def test_a_call_of_a_sub_agent_names_it() -> None:
    """In its line and its result."""
    call = ToolBlock(id="c", name="grep", title="gap", state="denied", agent="scout")

    assert shown(Transcript(blocks=(call,))) == [
        "● scout › grep gap",
        "  ⊘ scout › grep: not allowed",
    ]


def test_long_lines_wrap_under_their_beginning() -> None:
    """On a terminal; a log keeps its lines whole."""
    block = NoticeBlock(id="n", text="word " * 12)

    wrapped = Screen(width=30, terminal=True)
    wrapped.view.close(Transcript(blocks=(block,)))

    assert [line.lstrip() for line in wrapped.lines[1:]] != []
    assert all(line.startswith("  word") for line in wrapped.lines[1:])
    assert len(shown(Transcript(blocks=(block,)))) == 1
