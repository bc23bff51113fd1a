"""Forms, plans, sign-ins, tasks and consequences on a terminal."""

from __future__ import annotations

from dataclasses import replace

from copilot_nb.transcript.blocks import NoticeBlock, ToolBlock, Transcript
from copilot_nb.transcript.forms import TodoBlock, TodoItem
from tests.unit.views.test_terminal import Screen, shown
from tests.unit.views.turns import ANSWERED, ASKING, FORM, PLAN, SIGN_IN, TODO


def test_what_is_open_is_shown_in_full() -> None:
    """Prompts come below it: all that they are about stands above."""
    screen = Screen()

    screen.view.update(ASKING)

    assert screen.lines == [
        "? How shall it look? (paint)",
        "  • Colour (Red, Blue; required)",
        "  • Lines (a whole number)",
        "  • Mail (email)",
        "  • Grid (yes or no)",
        "  • Title",
        "  ! 3 more fields are not shown.",
        "? Go on with this plan?",
        "Two steps.",
        "Plan",
        "1. Read",
        "2. Plot",
        "? Sign in to github.com",
        "  page: https://github.com/login/device",
        "  code: AB12-CD34",
        "Tasks: 1 of 4 done",
        "  ☑ Read",
        "  ◐ Plot",
        "  ☐ Write",
        "  ⊘ Send",
        "? Run this code in your kernel?",
        "    gaps = df.isna().sum()",
        "    gaps.plot()",
        "  why: Find gaps",
        "  overwrites: `df` (3 x 2)",
        "  files: a.csv",
    ]


def test_an_answer_is_a_line_with_its_author() -> None:
    """What was asked stands above and is not repeated."""
    screen = Screen()
    screen.view.update(ASKING)
    before = len(screen.lines)

    screen.view.close(ANSWERED)

    assert screen.lines[before:] == [
        "  ✓ Sent: colour, n (you)",
        "  ✓ Approved (you)",
        "  ⊘ not answered",
        "● run_code gaps = df.isna().sum() …",
        "  ✓ run_code: done",
        "  Δ `df` 3 → 2 rows",
        "  Δ + `gaps`",
        "  ↶ Taken back.",
        "  ✓ Allowed once, edited by you",
        "· `df` is large.",
        "— sent: index (31 names), 20 rows of `df`",
        "— big-model · 1,000 tokens in, 200 out (150 reasoning) · context 25%"
        " · 1.25 AI credits · 1 premium request",
    ]


def test_of_a_list_of_tasks_only_news_are_written() -> None:
    """A log does not repeat what has not changed, nor a change that only takes tasks away."""
    screen = Screen()
    later = TodoBlock(
        id="todos", items=(TodoItem(text="Read", state="done"), TodoItem(text="Plot", state="done"))
    )

    for block in (TODO, later, replace(later, items=later.items[:1])):
        screen.view.update(Transcript(blocks=(block,)))

    assert screen.lines[5:] == ["Tasks: 2 of 2 done", "  ☑ Plot"]


def test_a_form_may_be_a_page_to_open() -> None:
    """Its address is written out."""
    page = replace(FORM, fields=(), url="https://a.example/login", warnings=())

    assert shown(Transcript(blocks=(page,))) == [
        "? How shall it look? (paint)",
        "  page: https://a.example/login",
    ]


def test_what_was_answered_before_it_was_drawn_is_still_whole() -> None:
    """Such as by a policy."""
    plan = replace(
        PLAN, summary="", plan="Read.", state="answered", answer="Sent back", by="a rule"
    )
    gone = replace(SIGN_IN, state="answered", answer="Signed in", by="github.com")

    assert shown(Transcript(blocks=(plan, gone)))[:3] == [
        "? Go on with this plan?",
        "Read.",
        "  ⊘ Sent back (a rule)",
    ]
    assert shown(Transcript(blocks=(gone,)))[-1] == "  ✓ Signed in (github.com)"


def test_a_time_limit_is_told_once() -> None:
    """It comes a moment after the request."""
    screen = Screen()

    for form in (FORM, replace(FORM, time_limit=60.0), replace(FORM, time_limit=60.0, source="x")):
        screen.view.update(Transcript(blocks=(form,)))
    screen.view.update(Transcript(blocks=(replace(PLAN, time_limit=9, state="cancelled"),)))

    assert screen.text.count("⏲") == 1
    assert "  ⏲ Declined by itself after 60 s." in screen.lines


def test_changes_are_written_once() -> None:
    """And an undo when it happens."""
    screen = Screen()
    call = ToolBlock(id="c", name="run_code", title="x", state="ok", changes=("+ `x`",))

    screen.view.update(Transcript(blocks=(call,)))
    screen.view.update(Transcript(blocks=(replace(call, undo="done"),)))
    screen.view.update(Transcript(blocks=(replace(call, undo="done", seconds=1.0),)))

    assert screen.lines[-2:] == ["  Δ + `x`", "  ↶ Taken back."]
    assert screen.text.count("Δ") == screen.text.count("↶") == 1


def test_a_notice_is_written_again_only_in_other_words() -> None:
    """Its details are for pages."""
    screen = Screen()
    line = NoticeBlock(id="n", text="Wait …")

    for block in (line, replace(line, details="why"), replace(line, text="Done.")):
        screen.view.update(Transcript(blocks=(block,)))

    assert screen.lines == ["· Wait …", "· Done."]
