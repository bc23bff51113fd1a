"""What subcommands return draws itself as text and as safe HTML."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from copilot_nb.magics.result import Table, Text, Turns
from copilot_nb.transcript.blocks import TextBlock, Transcript

if TYPE_CHECKING:
    import pytest

TABLE = Table(("name", "asks"), (("bash", "always"), ("<b>", "never & never")), "2 tools")


def test_a_table_is_readable_as_text() -> None:
    """Columns line up; the caption stands above."""
    assert repr(TABLE).splitlines() == [
        "2 tools",
        "name  asks",
        "----  -------------",
        "bash  always",
        "<b>   never & never",
    ]


def test_long_cells_go_on_in_the_next_line() -> None:
    """All of it can be read, words whole, in as much room as there is."""
    detail = "No account is signed in. " * 3
    fix = (
        "Sign in with `%copilot login`, or copy --from-file into /home/somebody/.cache/copilot-1.0"
    )
    table = Table(
        ("check", "detail", "fix", "n"), (("model", detail, fix, 12345), ("x", "", "y", 1))
    )

    lines = repr(table).splitlines()

    assert max(map(len, lines)) <= 100
    text = " ".join(" ".join(lines).split())
    for word in (*detail.split(), *fix.split()):
        assert word in text
    assert lines[2].startswith("model  No account is signed in. No")
    assert lines[2].endswith("  12,345")
    assert lines[3].startswith("       signed in.")
    assert lines[-1].split() == ["x", "y", "1"]


def test_a_table_is_as_wide_as_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """It gives way to no less than its words; of what is endless the beginning is enough."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    words = Table(("a", "b"), (("word " * 40, "x" * 36),))
    monkeypatch.setenv("COLUMNS", "300")
    assert len(repr(words).splitlines()) == 3

    monkeypatch.setenv("COLUMNS", "66")

    assert max(map(len, repr(words).splitlines())) <= 66
    assert "x" * 36 in repr(words)
    monkeypatch.setenv("COLUMNS", "10")
    assert "x" * 36 in repr(words)
    assert len(repr(Table(("a",), (("word " * 4000,),))).splitlines()) == 10


def test_narrow_columns_stay_whole() -> None:
    """Times and short words do not give way, even where the line gets long."""
    row = ("word " * 12, "/a/path/of/some/forty/characters/in/all", datetime(2026, 1, 31, 14, 5))
    table = Table(
        ("summary", "directory", "changed", "open", "id"), ((*row, "this one", "x" * 36),)
    )

    text = repr(table)

    for whole in ("2026-01-31 14:05", "this one", "x" * 36):
        assert whole in text


def test_prompts_are_brief_as_text_only() -> None:
    """The value keeps all of it."""
    table = Table(("prompt",), (("word " * 40,),), brief=("prompt",))

    assert repr(table).splitlines()[-1] == "word " * 11 + "word…"
    assert table[0]["prompt"] == table[:1][0]["prompt"] == "word " * 40
    assert "word " * 40 in table._repr_html_()


def test_a_turn_says_when_it_was_asked() -> None:
    """Below its prompt; a time that is none is not said."""
    turn = Transcript(
        prompt="Go\non", at="2026-01-31T14:05:06Z", blocks=(TextBlock(id="t", text="Hi"),)
    )

    when = datetime(2026, 1, 31, 14, 5, tzinfo=UTC).astimezone().strftime("%Y-%m-%d %H:%M")
    assert repr(Turns((turn,))).startswith(f"> Go\n> on\n— {when}\nHi")
    assert f"— {when}" in Turns((turn,))._repr_html_()
    assert repr(Turns((replace(turn, at="soon"),))).startswith("> Go\n> on\nHi")


def test_a_table_is_a_sequence_of_dicts() -> None:
    """So that a DataFrame can be made out of it."""
    assert list(TABLE) == [
        {"name": "bash", "asks": "always"},
        {"name": "<b>", "asks": "never & never"},
    ]
    assert len(TABLE) == 2
    assert TABLE[:1] == Table(TABLE.columns, TABLE.rows[:1], TABLE.caption)


def test_nothing_in_a_result_is_taken_for_html() -> None:
    """Names and descriptions come from servers: they are data."""
    assert "<b>" not in TABLE._repr_html_()
    assert "never &amp; never" in TABLE._repr_html_()
    html = Text("<i> and `<b>`")._repr_html_()

    assert html.endswith(">&lt;i&gt; and <code>&lt;b&gt;</code></pre>")
    assert str(Text("a")) == repr(Text("a")) == "a"


def test_nothing_in_a_result_reaches_the_terminal_as_a_command() -> None:
    """Escape sequences and line ends of a server's words are shown, not obeyed."""
    table = Table(("name", "asks"), (("a\x1b[2J\nbash  never", "yes\u202e"),))

    for text in (repr(table), table._repr_html_(), repr(Text("\x1b[2J")), str(Text("\x1b[2J"))):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert len(repr(table).splitlines()) == 3


def test_values_stay_data_and_read_well() -> None:
    """Numbers line up on the right with their thousands parted; empty columns are left out."""
    table = Table(
        ("tokens", "cost", "vision", "when", "gone"),
        (
            (12345, 0.25, True, datetime(2026, 1, 31, 14, 5), None),
            (7, 1_234_567.8, False, None, None),
        ),
        note="Below.",
    )

    assert table[0]["tokens"] == 12345
    assert repr(table).splitlines() == [
        "tokens       cost  vision  when",
        "------  ---------  ------  ----------------",
        "12,345       0.25  yes     2026-01-31 14:05",
        "     7  1,234,568  no",
        "Below.",
    ]
    assert '<td style="text-align:right">12,345</td>' in table._repr_html_()
    assert '<td style="text-align:left;white-space:nowrap">2026-01-31 14:05</td>' in (
        table._repr_html_()
    )
    assert table._repr_html_().endswith('<p class="copilot-text">Below.</p>')


def test_words_around_a_table_may_hold_code() -> None:
    """Commands in backticks; everything else is text."""
    html = Table(("a",), (("<b>",),), "`%copilot` & more", "Or `x < y`.")._repr_html_()

    assert "<code>%copilot</code> &amp; more</caption>" in html
    assert "Or <code>x &lt; y</code>.</p>" in html
    assert "<b>" not in html


def test_prices_are_no_formula() -> None:
    """Pages typeset what stands between two dollars, and names come from elsewhere."""
    html = Table(("a",), (("$5 or $6",),), "$1 and $2", "$3, $4")._repr_html_()

    assert "$5" not in html
    assert html.count("<span>$</span>") == 6


def test_a_table_without_rows_is_its_caption() -> None:
    """Headings over nothing would tell nobody anything."""
    table = Table(("name",), (), "0 servers", "Add one.")

    assert repr(table) == "0 servers\nAdd one."
    assert "<table" not in table._repr_html_()


def test_a_warning_is_red() -> None:
    """Where there are colours."""
    assert "color:" in Text("Careful", level="warning")._repr_html_()


def test_turns_are_drawn_below_their_prompts() -> None:
    """A stored turn leaves the prompt to its cell, and here there is none."""
    turn = Transcript(prompt="What <b>?", blocks=(TextBlock(id="1", text="**This**."),))
    drawn = Turns((turn,), "1 turn")

    assert repr(drawn).startswith("1 turn\n\n> What <b>?\n**This**.")
    assert "What &lt;b&gt;?" in drawn._repr_html_()
    assert "<strong>This</strong>" in drawn._repr_html_()
