"""Forms, plans, sign-ins, tasks and consequences in the stored form."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import nh3
import pytest

from copilot_nb.transcript.blocks import Effect, PermissionBlock, UserInputBlock
from copilot_nb.views.static import to_html, to_text
from copilot_nb.views.style import STYLE
from copilot_nb.views.words import UNFINISHED
from tests.unit.views.corpus import inspect
from tests.unit.views.test_static import lines, one
from tests.unit.views.test_static_hostile import GITHUB_ATTRIBUTES, GITHUB_TAGS
from tests.unit.views.turns import (
    ANSWERED,
    ASKING,
    FAILED,
    FORM,
    FULL,
    PLAN,
    SIGN_IN,
    WAITING,
)

if TYPE_CHECKING:
    from copilot_nb.transcript.blocks import Transcript


@pytest.mark.parametrize("turn", [ASKING, ANSWERED])
def test_only_what_we_write_is_in_the_html(turn: Transcript) -> None:
    """Allowed tags and attributes, well nested, one style, no script, nobody's ids."""
    findings = inspect(to_html(turn))

    assert findings.wrong == []
    assert len(findings.styles) == 1
    assert "id-" not in to_html(turn)


def test_what_is_open_is_shown_in_full() -> None:
    """Every field, the whole plan, the code to type, and what code would do."""
    assert lines(ASKING) == [
        "How shall it look? (paint)",
        "Colour Red, Blue; required",
        "Lines a whole number How many.",
        "Mail email",
        "Grid yes or no",
        "Title",
        "3 more fields are not shown.",
        "Go on with this plan?",
        "Two steps.",
        "Plan",
        "Read",
        "Plot",
        "Sign in to github.com",
        "Open https://github.com/login/device and enter the code AB12-CD34",
        "Tasks 1 of 4 done",
        "☑ Read",
        "◐ Plot",
        "☐ Write",
        "⊘ Send",
        "Run this code in your kernel?",
        "Find gaps",
        "gaps = df.isna().sum()",
        "gaps.plot()",
        "Overwrites df (3 x 2)",
        "Files a.csv",
        f"Waiting for you … {UNFINISHED}",
    ]


def test_an_answer_is_one_line_with_its_author() -> None:
    """The plan stays behind it; the code to type is gone."""
    assert lines(ANSWERED) == [
        "✓ Sent: colour, n · you — How shall it look? (paint)",
        "✓ Approved · you — Two *steps*.",
        "Plan",
        "Read",
        "Plot",
        "◌ Not answered — Sign in to github.com",
        "Tasks 1 of 4 done",
        "☑ Read",
        "◐ Plot",
        "☐ Write",
        "⊘ Send",
        "✓ run_code gaps = df.isna().sum() …",
        "gaps = df.isna().sum()",
        "gaps.plot()",
        "✓ Allowed once, edited · you",
        "Find gaps",
        "Overwrites df (3 x 2)",
        "Files a.csv",
        "df 3 → 2 rows",
        "+ gaps",
        "Taken back.",
        "· df is large.",
        "8,760 rows",
        "12 columns",
        "big-model · 1,000 tokens in, 200 out (150 reasoning) · context 25% · 1.25 AI credits"
        " · 1 premium request",
        "Sent: index (31 names), 20 rows of df",
    ]


def test_a_form_may_be_a_page_to_open() -> None:
    """Its address is text: nothing in a file should be clicked by mistake."""
    page = replace(FORM, fields=(), url="https://a.example/login", warnings=())

    html = to_html(one(page))

    assert "<code>https://a.example/login</code>" in html
    assert "<a " not in html


def test_an_open_request_says_how_long_it_waits() -> None:
    """Only while it is open."""
    limited = replace(PLAN, time_limit=90.0)

    assert lines(one(limited))[-1] == "Declined by itself after 90 s."
    assert "90 s" not in to_html(one(replace(limited, state="cancelled")))


@pytest.mark.parametrize("words", ["Declined", "Sent back: more tests", "Not answered"])
def test_a_no_is_seen_at_a_glance(words: str) -> None:
    """By its sign and its colour, and not by colour alone."""
    html = to_html(one(replace(PLAN, state="answered", answer=words, by="a policy")))

    assert '<summary class="copilot-head copilot-failed">' in html
    assert f"⊘</span> <strong>{words}</strong> " in html


def test_a_plan_without_words_is_one_line() -> None:
    """Nothing to fold, nothing to say twice."""
    empty = replace(PLAN, summary="", plan=" ")

    assert lines(one(replace(empty, state="answered", answer="Approved"))) == ["✓ Approved — Plan"]
    assert lines(one(empty)) == ["Go on with this plan?"]


def test_a_plan_that_is_only_a_summary_is_kept_whole() -> None:
    """A model may tell its plan and write no file; the line has the first words without marks."""
    told = replace(PLAN, summary="# Fill gaps\n\n1. `read`\n2. **plot**", plan="")
    html = to_html(one(replace(told, state="answered", answer="Approved", by="you")))

    assert "<strong>Approved</strong>" in html
    assert " — Fill gaps …</summary>" in html
    assert "<strong>plot</strong>" in html


def test_marks_of_a_question_do_not_stand_in_its_record() -> None:
    """It was drawn as Markdown when it was asked."""
    asked = UserInputBlock(
        id="q", question="Which **column** of `df`?", state="answered", answer="a", by="you"
    )

    assert lines(one(asked)) == ["✓ a · you — Which column of df?"]


def test_a_list_without_tasks_is_nothing() -> None:
    """Also in the Markdown of a turn, requests say who answered."""
    text = to_text(ANSWERED)

    for line in (
        "> **How shall it look? (paint)** — Sent: colour, n (you)",
        "> **Plan** — Approved (you)\n\n# Plan",
        "> **Sign in to github.com** — not answered",
        "> - [x] Read\n> - [ ] Plot (in progress)\n> - [ ] Write\n> - [ ] Send (blocked)",
        "> Changed: `df` 3 → 2 rows\n> Changed: + `gaps`\n> Taken back.",
        "> `df` is large.\n> 8,760 rows\n> 12 columns",
        "> Sent to the model: index (31 names), 20 rows of `df`",
    ):
        assert line in text


def test_open_requests_in_markdown_say_what_they_want() -> None:
    """As far as a reader needs it."""
    text = to_text(ASKING)

    assert "> - Colour (Red, Blue; required)" in text
    assert f"> Open {SIGN_IN.url} and enter the code AB12-CD34" in text


def test_a_page_that_cleans_still_reads_well() -> None:
    """Without style, classes and data, as in an untrusted notebook or on a code host."""
    tags, attributes = set(GITHUB_TAGS), GITHUB_ATTRIBUTES
    for turn in (ASKING, ANSWERED, FULL, WAITING, FAILED):
        html = to_html(turn).removeprefix(STYLE)

        cleaned = nh3.clean(html, tags=tags, attributes=attributes, link_rel=None)

        assert inspect(cleaned).text == inspect(html).text
        for tag in ("details", "pre", "li", "mark"):
            assert cleaned.count(f"<{tag}>") == html.count(f"<{tag}")


def test_consequences_stand_in_the_order_of_their_weight() -> None:
    """One line per kind, names as code; what was not seen is a warning at the end."""
    effects = (
        Effect(kind="reads", text="`a`"),
        Effect(kind="unknown", text="`exec` runs text"),
        Effect(kind="creates", text="`b`"),
        Effect(kind="deletes", text="`c`"),
        Effect(kind="creates", text="`d`"),
    )
    asked = PermissionBlock(id="p", subject="kernel-code", heading="Run it?", effects=effects)

    assert lines(one(asked))[1:] == [
        "Deletes c",
        "Creates b, d",
        "Reads a",
        "⚠ Could not be analysed: exec runs text. It may do more than is listed.",
    ]
    assert '<strong class="copilot-bad">Deletes</strong> <code>c</code>' in to_html(one(asked))
