"""What a page may say: the answers that fit a request, and what else a person did."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from copilot_nb.transcript.blocks import Block, PermissionBlock, TextBlock, UserInputBlock
from copilot_nb.transcript.forms import Choice, FormBlock, FormField, PlanBlock, SignInBlock
from copilot_nb.views.widget.answers import acting, fitting

CHOICES = (
    Choice(id="run", label="Run"),
    Choice(id="why", label="Say why", asks_feedback=True),
)
CODE = PermissionBlock(
    id="p", subject="kernel-code", heading="Run?", body="x = 1", editable=True, choices=CHOICES
)
COMMAND = replace(CODE, editable=False)
PLAN = PlanBlock(id="l", plan="1. look", choices=CHOICES)
QUESTION = UserInputBlock(id="q", question="Which?", choices=("a", "b"), allow_freeform=False)
FORM = FormBlock(
    id="f", heading="Who?", fields=(FormField(name="name", kind="text", label="Name"),)
)
PAGE = FormBlock(id="u", heading="Open it", url="https://example.org")
SIGN_IN = SignInBlock(id="s", host="github.com")


@pytest.mark.parametrize(
    ("block", "value", "answer"),
    [
        (CODE, {"choice": "run"}, {"choice": "run"}),
        (CODE, {"choice": "run", "body": "x = 2"}, {"choice": "run", "body": "x = 2"}),
        (CODE, {"choice": "run", "body": "x = 1"}, {"choice": "run"}),
        (CODE, {"choice": "run", "body": "x" * 300_000}, None),
        (CODE, {"choice": "run", "feedback": "words"}, {"choice": "run"}),
        (CODE, {"choice": "why", "feedback": "no"}, {"choice": "why", "feedback": "no"}),
        (CODE, {"choice": "other"}, None),
        (COMMAND, {"choice": "run", "body": "rm -r /"}, {"choice": "run"}),
        (PLAN, {"choice": "run", "plan": "1. run"}, {"choice": "run", "plan": "1. run"}),
        (PLAN, {"choice": "run", "plan": "1. look"}, {"choice": "run"}),
        (PLAN, {"choice": "run", "plan": "x" * 300_000}, None),
        (PLAN, {"plan": "1. run"}, None),
        (QUESTION, {"answer": "a"}, {"answer": "a"}),
        (QUESTION, {"answer": "c"}, None),
        (QUESTION, {"answer": ["a"]}, None),
        (
            FORM,
            {"action": "accept", "content": {"name": "Ada", "more": "x"}},
            {"action": "accept", "content": {"name": "Ada"}},
        ),
        (FORM, {"action": "accept"}, None),
        (FORM, {"action": "decline", "content": {"name": "x"}}, {"action": "decline"}),
        (FORM, {"action": "run"}, None),
        (PAGE, {"action": "accept"}, {"action": "accept"}),
        (SIGN_IN, {"action": "cancel"}, {"action": "cancel"}),
        (SIGN_IN, {"action": "accept"}, None),
        (TextBlock(id="t"), {"choice": "run"}, None),
        (None, {"choice": "run"}, None),
        (CODE, "run", None),
        (replace(CODE, state="answered"), {"choice": "run"}, None),
    ],
)
def test_only_what_fits_the_request_is_an_answer(
    block: Block | None, value: object, answer: dict[str, Any] | None
) -> None:
    """Anything else, or a second answer, is none; code that was edited is taken whole or not."""
    assert fitting(block, value) == answer


def test_form_values_are_flat() -> None:
    """Text, numbers, yes and no, and lists of text."""
    names = ("a", "b", "c", "d")
    form = replace(
        FORM, fields=tuple(FormField(name=name, kind="text", label=name) for name in names)
    )
    content = {"a": 1.5, "b": True, "c": ["x", 2], "d": {"nested": 1}}

    answer = fitting(form, {"action": "accept", "content": content})

    assert answer == {
        "action": "accept",
        "content": {"a": 1.5, "b": True, "c": ["x", ""], "d": ""},
    }


@pytest.mark.parametrize(
    ("name", "value", "act"),
    [
        ("say", {"text": " go on ", "mode": "queue"}, {"text": "go on", "mode": "queue"}),
        ("say", {"text": "stop", "mode": "shout"}, {"text": "stop", "mode": "steer"}),
        ("say", {"text": " "}, None),
        ("undo", {"tool_call_id": "t", "x": 1}, {"tool_call_id": "t"}),
        ("more", {"id": "t"}, {"id": "t"}),
        ("more", {"id": 7}, None),
        ("more", "t", None),
        ("eval", {"text": "x"}, None),
    ],
)
def test_only_known_acts_pass(name: str, value: object, act: dict[str, Any] | None) -> None:
    """With what belongs to them and nothing else."""
    assert acting(name, value) == act
