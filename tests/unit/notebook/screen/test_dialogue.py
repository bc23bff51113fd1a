"""Requests on the keyboard: what is asked, line by line, and what a page would have sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.notebook.screen.dialogue import no, question, talk, understood
from copilot_nb.transcript.blocks import UserInputBlock
from copilot_nb.transcript.permissions import permission
from copilot_nb.transcript.prompts import asked
from tests.unit.notebook.requests import shell

if TYPE_CHECKING:
    from copilot_nb.transcript.blocks import RequestBlock

SCHEMA = {
    "properties": {
        "name": {"type": "string", "title": "Your name"},
        "age": {"type": "integer", "minimum": 0},
        "news": {"type": "boolean", "default": True},
        "colour": {"type": "string", "enum": ["r", "b"], "enumNames": ["Red", "Blue"]},
        "topics": {
            "type": "array",
            "items": {"type": "string", "enum": ["a", "b"]},
            "default": ["b"],
        },
        "place": {"type": "string", "default": "Rome"},
    },
    "required": ["name"],
}
FORM = asked(
    "elicitation",
    "f",
    {"message": "Who?", "requestedSchema": SCHEMA, "elicitationSource": "clerk"},
)
PAGE = asked("elicitation", "f", {"message": "Look here", "url": "https://x.org/"})
EMPTY = asked("elicitation", "f", {"message": "Go on?"})
PLAN = asked("exit_plan_mode", "p", {"summary": "S", "actions": ["autopilot", "interactive"]})
SIGN_IN = asked("sign_in", "s", {"url": "https://x.org/", "code": "A-B"})
DRAFT = asked(
    "exit_plan_mode",
    "p",
    {"planContent": "1. Load", "actions": ["interactive", "exit_only"]},
)
CODE = permission(
    "k",
    {
        "kind": "kernel-code",
        "body": "del df",
        "details": {"editable": True, "effects": [{"kind": "deletes", "text": "df"}]},
    },
)
CLOSED = UserInputBlock(id="q", question="Which?", choices=("red", "blue"), allow_freeform=False)
LIMITS = asked("session_limits", "l", {"usedAiCredits": 1, "maxAiCredits": 1})
SWITCH = asked("auto_mode_switch", "m", {})


class Lines:
    """A person who types these lines, and who edits texts to these."""

    def __init__(self, *lines: str | None, texts: tuple[str | None, ...] = ()) -> None:
        self._lines = list(lines)
        self._texts = list(texts)
        self.prompts: list[str] = []
        self.edited: list[str] = []

    async def ask(self, prompt: str) -> str | None:
        """The next of them."""
        self.prompts.append(prompt)
        return self._lines.pop(0)

    async def edit(self, prompt: str, text: str) -> str | None:
        """The text as it is then."""
        assert prompt == "Edit:"
        self.edited.append(text)
        return self._texts.pop(0)


async def test_a_form_is_asked_field_by_field() -> None:
    """Enter takes the default or leaves it empty; what does not fit is asked again."""
    person = Lines("Ada", "-1", "36", "", "2", "", "", "y")

    value = await talk(FORM, person.ask, person.edit)

    assert value == {
        "action": "accept",
        "content": {
            "name": "Ada",
            "age": 36,
            "news": True,
            "colour": "b",
            "topics": ["b"],
            "place": "Rome",
        },
    }
    assert person.prompts == [
        "(:back goes back, :no declines)\nYour name: ",
        "age (a whole number, Enter leaves it empty): ",
        "At least 0.\nage (a whole number, Enter leaves it empty): ",
        "news (y or n, Enter = y): ",
        "  1. Red\n  2. Blue\ncolour (a number or text, Enter leaves it empty): ",
        "  1. a\n  2. b\ntopics (numbers or texts, with commas, Enter = b): ",
        "place (Enter = Rome): ",
        "Send this to clerk? [y = Send, n = Decline]: ",
    ]


async def test_a_required_field_cannot_be_left_empty() -> None:
    """One can go back, and out."""
    person = Lines("", "Ada", ":back", "Bob", " :no ")

    assert await talk(FORM, person.ask, person.edit) == {"action": "decline"}
    assert person.prompts[1] == "A value is needed.\nYour name: "
    assert person.prompts[3] == "Your name: "


@pytest.mark.parametrize(
    ("block", "lines", "value"),
    [
        (FORM, ["Ada", "", "", "", "", "", "", "no"], {"action": "decline"}),
        (FORM, ["Ada", None], None),
        (PAGE, ["yes"], {"action": "accept"}),
        (EMPTY, ["y"], {"action": "accept"}),
        (PLAN, ["", "perhaps", "y"], {"choice": "interactive"}),
        (PLAN, ["a"], {"choice": "autopilot"}),
        (PLAN, ["n more tests"], {"choice": "reject", "feedback": "more tests"}),
        (PLAN, [None], None),
        (CLOSED, ["zzz", "3", "2"], {"answer": "blue"}),
        (CLOSED, ["red"], {"answer": "red"}),
        (SIGN_IN, ["x", "c"], {"action": "cancel"}),
        (LIMITS, ["a 50"], {"choice": "add", "feedback": "50"}),
        (LIMITS, ["n"], {"choice": "cancel"}),
        (SWITCH, ["a"], {"choice": "yes_always"}),
    ],
)
async def test_lines_become_what_a_page_would_send(
    block: RequestBlock, lines: list[str | None], value: dict[str, Any] | None
) -> None:
    """Nothing where nobody can type."""
    person = Lines(*lines)

    assert await talk(block, person.ask, person.edit) == value


@pytest.mark.parametrize(
    ("block", "lines", "texts", "value"),
    [
        (CODE, ["e", "y"], ["df = 1\n"], {"choice": "allow_once", "body": "df = 1\n"}),
        (CODE, ["edit", "e", "y"], ["x", "y"], {"choice": "allow_once", "body": "y"}),
        (CODE, ["e", "y"], ["del df"], {"choice": "allow_once"}),
        (CODE, ["e", "y", "n"], [" "], {"choice": "deny"}),
        (CODE, ["e", "n why"], ["x"], {"choice": "deny_feedback", "feedback": "why"}),
        (CODE, ["e"], [None], None),
        (DRAFT, ["c", "y"], ["1. Look"], {"choice": "interactive", "plan": "1. Look"}),
        (DRAFT, ["c", "n"], ["1. Look"], {"choice": "reject"}),
        (PLAN, ["e", "y"], [], {"choice": "interactive"}),
    ],
)
async def test_code_and_plans_can_be_edited(
    block: RequestBlock,
    lines: list[str | None],
    texts: list[str | None],
    value: dict[str, Any] | None,
) -> None:
    """As often as somebody likes; what is left goes along with a yes, unless nothing is."""
    person = Lines(*lines, texts=tuple(texts))

    assert await talk(block, person.ask, person.edit) == value


async def test_what_is_edited_is_said_above_the_question() -> None:
    """Each edit begins with the last one; a key that a choice has is left to it."""
    person = Lines("e", "e", "e", "n", texts=("x\u202e", "x", ""))

    await talk(CODE, person.ask, person.edit)

    assert person.edited == ["del df", "x\u202e", "x"]
    assert person.prompts[0].endswith(", e = Edit]: ")
    assert [prompt.partition("\n")[0] for prompt in person.prompts[1:]] == [
        "Changed by you. It contains invisible characters. "
        "What is said of it is about the agent's text, not about yours.",
        "Changed by you: this is what counts. "
        "What is said of it is about the agent's text, not about yours.",
        "There is nothing left to run.",
    ]
    assert question(DRAFT).endswith(
        "e = Approve, but do nothing yet, n = Ask for another plan, c = Edit]: "
    )


@pytest.mark.parametrize(
    ("block", "value"),
    [
        (permission("1", shell("ls").prompt), {"choice": "deny"}),
        (PLAN, {"choice": "reject"}),
        (SWITCH, {"choice": "no"}),
        (LIMITS, {"choice": "cancel"}),
        (FORM, {"action": "decline"}),
        (SIGN_IN, {"action": "cancel"}),
        (UserInputBlock(id="q", question="Why?"), {"answer": ""}),
    ],
)
def test_the_end_of_the_input_lets_nothing_happen(
    block: RequestBlock, value: dict[str, Any]
) -> None:
    """For every kind of request, and the turn goes on."""
    assert no(block) == value


def test_each_kind_asks_in_its_words() -> None:
    """The view above has shown the rest."""
    assert question(PLAN) == (
        "Carry out this plan? [y = Approve, a = Approve and run on autopilot, "
        "n = Ask for another plan]: "
    )
    assert question(SIGN_IN) == "Waiting until you have signed in there [c = Cancel]: "
    assert question(PAGE) == "Did you open the page? [y = Yes, n = Decline]: "
    assert question(CLOSED) == "  1. red\n  2. blue\nYour number: "
    assert question(EMPTY) == "Send this? [y = Send, n = Decline]: "


def test_enter_alone_is_no_answer() -> None:
    """To nothing at all."""
    for block in (FORM, PLAN, SIGN_IN, LIMITS, SWITCH):
        assert understood(block, " ") is None
