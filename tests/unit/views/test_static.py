"""The stored form of a turn: what it says, what it holds, and how large it is."""

from __future__ import annotations

import re
from dataclasses import replace

import nh3
import pytest

from copilot_nb.transcript.blocks import (
    ErrorBlock,
    NoticeBlock,
    PermissionBlock,
    ReasoningBlock,
    TableOutput,
    TextBlock,
    TextOutput,
    ToolBlock,
    Transcript,
    Usage,
    UserInputBlock,
)
from copilot_nb.transcript.cuts import cut
from copilot_nb.transcript.permissions import permission
from copilot_nb.views.static import mimebundle, to_html, to_text
from copilot_nb.views.style import STYLE
from copilot_nb.views.words import UNFINISHED
from tests.unit.transcript.events import folded, recorded, recorded_names
from tests.unit.views.corpus import inspect
from tests.unit.views.turns import DIFF, FAILED, FULL, SHELL, WAITING, answered

TURNS = {"full": FULL, "failed": FAILED, "waiting": WAITING, "empty": Transcript(state="done")}


def lines(turn: Transcript) -> list[str]:
    """What a reader sees of a turn, line by line."""
    html = re.sub(r"</(?:p|summary|pre|div|li|tr|details)>", "\n\\g<0>", to_html(turn))
    return [line.strip() for line in inspect(html).text.split("\n") if line.strip()]


def one(*blocks: object) -> Transcript:
    """An ended turn of these blocks."""
    return Transcript(blocks=blocks, state="done")  # type: ignore[arg-type]  # blocks of any kind


@pytest.mark.parametrize("turn", TURNS.values(), ids=TURNS.keys())
def test_only_what_we_write_is_in_the_html(turn: Transcript) -> None:
    """Allowed tags and attributes, well nested, one style, no script."""
    findings = inspect(to_html(turn))

    assert findings.wrong == []
    assert len(findings.styles) == 1


@pytest.mark.parametrize("name", recorded_names())
def test_recorded_turns_are_drawn_while_they_run(name: str) -> None:
    """At every event the HTML is whole and the Markdown can be stored."""
    turn = Transcript()
    for event in recorded(name):
        turn = folded([event], turn)
    assert inspect(to_html(turn)).wrong == []
    assert to_text(turn)


def test_the_same_turn_gives_the_same_bytes() -> None:
    """No ids and no times: a notebook that is run again changes only where it must."""
    other = replace(
        FULL,
        seconds=99.0,
        blocks=tuple(
            replace(block, id=f"other-{at}")
            if not isinstance(block, PermissionBlock | ToolBlock)
            else block
            for at, block in enumerate(FULL.blocks)
        ),
    )

    assert to_html(FULL) == to_html(other)
    assert to_text(FULL) == to_text(other)
    assert "id-" not in to_html(FULL)
    assert not re.search(r"\b(?:12\.5|4\.2|1\.5 s)\b", to_html(FULL))


def test_a_turn_reads_from_top_to_bottom() -> None:
    """Every block in a line or two, the figures and tables in place."""
    assert lines(FULL) == [
        "demo model",
        "✻ Thought",
        "First look.",
        "Gaps",
        "I look at df.",
        "✓ run_code gaps = df.isna().sum() …",
        "gaps = df.isna().sum()",
        "gaps.plot()",
        "✓ Allowed once · you",
        "Find gaps",
        "three gaps",
        "n",
        "Halden88",
        "1 row × 1 column",
        "slow!",
        "✕ bash pytest -q failed",
        "1 failed",
        "Exit code 1",
        "✓ Allowed for this session · you",
        "Run the tests",
        "✓ edit /p/load.py +1 −1",
        "@@ -1,2 +1,2 @@",
        "df = read()",
        "-df = df.dropna()",
        "+df = df.asfreq('h')",
        "✓ Allowed once · a rule",
        "◌ scout › view /p/old.py stopped",
        "⊘ Denied: keep it · you — rm -r data",
        "✓ No · you — Fill them?",
        "· The model is now two.",
        "⚠ MCP server web failed.",
        "Done.",
        "big-model · 12,345 tokens in (9,000 cached), 678 out · 1.5 premium requests",
    ]


def test_figures_are_part_of_the_file() -> None:
    """As data, at the size they had."""
    assert re.search(
        r'<img src="data:image/png;base64,[^"]+" alt="Gaps per month" width="300">', to_html(FULL)
    )


def test_a_failed_turn_says_why_in_two_lines() -> None:
    """The rest is folded."""
    assert lines(FAILED) == [
        "Authentication failed.",
        "See %copilot provider.",
        "Details",
        "HTTP 401",
        "unauthorized",
    ]
    assert "<code>%copilot provider</code>" in to_html(FAILED)


def test_what_is_open_is_shown_in_full() -> None:
    """Plain mode asks on the keyboard: what is asked stands in the output."""
    assert lines(WAITING) == [
        "◌ bash pytest -q",
        "Run this command?",
        "Run the tests",
        "pytest -q",
        "/p",
        "Which?",
        "a",
        "b",
        "Why?",
        f"Waiting for you … {UNFINISHED}",
    ]


def test_a_request_without_a_call_says_what_it_was_about() -> None:
    """Kinds that are best said by their heading keep it."""
    hook = answered(permission("h", {"kind": "hook", "toolName": "bash"}), "Allowed once")
    shell = replace(permission("s", SHELL), state="cancelled")
    plain = answered(permission("p", {**SHELL, "intention": ""}), "Allowed once", "")

    assert lines(one(hook, shell, plain)) == [
        "✓ Allowed once · you — A hook asks: call bash?",
        "◌ Not answered — pytest -q",
        "Run the tests",
        "✓ Allowed once — pytest -q",
    ]


def test_warnings_stay_with_the_answer() -> None:
    """What was shown when somebody decided can be read later."""
    odd = answered(permission("p", {"kind": "commands", "fullCommandText": "ls\u202e"}), "Denied")

    assert lines(one(odd))[1].startswith("It contains invisible")


def test_questions_without_an_answer_say_so() -> None:
    """And answers of others say who gave them."""
    asked = UserInputBlock(id="q", question="Which?", state="cancelled")
    policy = replace(asked, state="answered", answer="a", by="policy")

    assert lines(one(asked, policy)) == ["◌ Not answered — Which?", "✓ a · policy — Which?"]


def test_empty_blocks_are_nothing() -> None:
    """No empty boxes for text that did not come."""
    call = ToolBlock(id="c", name="last_error", outputs=(TextOutput(text="\n"),), state="ok")

    assert lines(one(TextBlock(id="t"), ReasoningBlock(id="r"), call)) == ["✓ last_error"]


def test_long_output_is_folded_and_cut() -> None:
    """A figure beneath must not be out of sight, nor the file swell."""
    call = ToolBlock(
        id="c",
        name="run_code",
        state="ok",
        outputs=(TextOutput(text="line\n" * 40), TextOutput(text="x" * 100_000)),
    )

    html = to_html(one(call))

    assert "<summary>Output, 40 lines</summary>" in html
    assert len(html) < 20_000


def test_tables_without_an_index_have_no_empty_corner() -> None:
    """The first column is data like the others."""
    table = TableOutput(columns=("a", "b"), rows=(("1", "2"),), has_index=False)
    call = ToolBlock(id="c", name="sql", state="ok", outputs=(table,))

    html = to_html(one(call))

    assert "<tr><th>a</th><th>b</th></tr>" in html
    assert '<tr><td align="right">1</td><td align="right">2</td></tr>' in html
    assert "| a | b |\n| --- | --- |\n| 1 | 2 |" in to_text(one(call))


def test_a_label_alone_is_a_footer() -> None:
    """Where answers come from is said even if nothing else is known."""
    assert lines(Transcript(label="demo model", state="done")) == ["demo model"]
    assert to_text(Transcript(label="demo model", state="done")) == "— demo model"


def test_premium_requests_are_counted_in_words() -> None:
    """One is one."""
    assert lines(Transcript(state="done", usage=Usage(cost=1.0))) == ["1 premium request"]


def test_prices_are_not_typeset() -> None:
    """Two dollars in any text do not begin a formula where pages typeset formulas."""
    html = to_html(one(NoticeBlock(id="n", text="$5 or $6"), TextBlock(id="t", text="$5 or $6")))

    assert "$5" not in html
    assert html.count("<span>$</span>") == 4


def test_formulas_stay_for_the_page_to_typeset() -> None:
    """In one notation, whatever the model used."""
    html = to_html(
        one(TextBlock(id="t", text=r"$a_1*b*$ \(c\)" + "\n\n\\[\nd\n\\]\n\n$$\ne\n$$\n"))
    )

    for formula in ("$a_1*b*$", "$c$", "$$d$$", "$$e$$"):
        assert f'<span class="copilot-math">{formula}</span>' in html


def test_the_markdown_reads_well_in_a_diff() -> None:
    """One line per fact, the code that ran, and the answer as it was written."""
    text = to_text(FULL)

    assert text.startswith(
        "## Gaps\n\nI look at `df`.\n\n"
        "> run_code: gaps = df.isna().sum() …\n\n> Allowed once by you\n\n"
    )
    assert "```python\ngaps = df.isna().sum()\ngaps.plot()\n```" in text
    assert "|  | n |\n| --- | --- |\n| Halden | 88 |\n\n1 row × 1 column" in text
    assert "[Gaps per month]" in text
    assert "> bash: pytest -q (failed)\n\n> Allowed for this session by you: pytest -q\n\n" in text
    assert "\n\n> Denied by you: keep it: rm -r data\n\n" in text
    assert "> scout › view: /p/old.py (stopped)" in text
    assert "> **Fill them?** — No" in text
    assert text.endswith("1.5 premium requests")


def test_the_markdown_of_a_failure_and_of_nothing() -> None:
    """Never an empty output."""
    assert to_text(FAILED) == (
        "> **Error:** Authentication failed.\n> See `%copilot provider`.\n"
        "> HTTP 401\n> unauthorized"
    )
    assert to_text(Transcript(state="done")) == "(an empty turn)"
    assert "> **Which?** — not answered" in to_text(WAITING)


def test_a_turn_that_never_ended_says_so() -> None:
    """The kernel died in the middle of it: what is stored is not called empty, nor complete."""
    assert to_text(Transcript()) == f"— {UNFINISHED}"
    assert lines(Transcript()) == [f"Starting … {UNFINISHED}"]
    assert mimebundle(Transcript()).keys() == {"text/html", "text/plain"}


def test_output_in_markdown_can_not_end_its_fence() -> None:
    """Nor is it endless."""
    call = ToolBlock(
        id="c",
        name="run_code",
        state="ok",
        outputs=(TextOutput(text="```\n" + "x\n" * 99), TextOutput(text=" ")),
    )

    text = to_text(one(call))

    assert text.count("````") == 2
    assert "… 60 lines left out …" in text


@pytest.mark.parametrize("width", [80, 400])
def test_lines_of_a_text_that_is_cut_already_are_counted_too(width: int) -> None:
    """The words say how many there were; where the text's own mark shows, it speaks for itself."""
    whole = "".join(f"{at} {'x' * width}\n" for at in range(3000))
    printed = ToolBlock(id="c", name="run_code", outputs=(TextOutput(text=cut(whole)),))

    text = to_text(one(printed))

    lines = [line for line in text.split("\n") if line.endswith("x")]
    left_out = [int(count.replace(",", "")) for count in re.findall(r"… ([\d,]+) lines", text)]
    assert len(lines) + sum(left_out) in range(2999, 3002)  # a line that is cut has two ends


def test_a_page_that_cleans_still_reads_well() -> None:
    """Without style, classes and data, as in an untrusted notebook or on a code host."""
    html = to_html(FULL).removeprefix(STYLE)

    cleaned = nh3.clean(html)

    assert "<summary>" in cleaned
    assert "<strong>run_code</strong>" in cleaned
    assert 'alt="Gaps per month"' in cleaned
    for line in lines(FULL):
        assert line.split(" ")[0] in inspect(cleaned).text


def test_what_is_asked_is_never_cut() -> None:
    """Plain mode asks beneath the stored form: the whole change stands there, and wraps."""
    change = "@@ -1 +1,9999 @@\n" + "+x\n" * 9999 + "+evil()"
    asked = permission("w", {"kind": "write", "fileName": "x", "diff": change})

    page = to_html(Transcript(blocks=(asked,)))

    assert page.count("+x") == 9999
    assert "+evil()" in page
    assert "pre{white-space:pre-wrap}}" in STYLE.partition(".copilot-ask")[2]


def test_diffs_show_lines_and_not_headers() -> None:
    """The title names the file."""
    call = ToolBlock(id="c", name="edit", title="/p/load.py", state="ok", diff=DIFF)

    html = to_html(one(call))

    assert '<span class="gd">-df = df.<mark>dropna</mark>()</span>' in html
    assert "diff --git" not in html


def test_the_whole_text_leaves_nothing_out() -> None:
    """A terminal has nothing to unfold; what is stored in a notebook stays short."""
    out = "\n".join(map(str, range(100)))
    blocks = (
        ReasoningBlock(id="r", text="First *look*.\nThen tell."),
        ReasoningBlock(id="e"),
        ToolBlock(id="t", name="run_code", state="ok", outputs=(TextOutput(text=out),)),
        ErrorBlock(id="x", message="No.", hint="Ask again.", details="HTTP 500\n{}"),
    )

    short, full = (to_text(Transcript(blocks=blocks), full=full) for full in (False, True))

    assert "First" not in short
    assert "lines left out" in short
    assert "> **Thinking**\n> First *look*.\n> Then tell.\n\n> run_code" in full
    assert out in full
    assert "> **Error:** No.\n> Ask again.\n> HTTP 500\n> {}" in short
