"""Panels of ordinary widgets: what their buttons send, and that texts stay texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.notebook.screen import forms
from copilot_nb.transcript.blocks import Transcript, UserInputBlock
from copilot_nb.transcript.permissions import permission
from copilot_nb.transcript.prompts import asked
from copilot_nb.views.view import Callbacks
from copilot_nb.views.widget import buttons as room
from copilot_nb.views.widget.buttons import Buttons

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copilot_nb.transcript.blocks import RequestBlock

COMMAND = permission("c", {"kind": "commands", "fullCommandText": "ls"})
PLAN = asked("exit_plan_mode", "p", {"summary": "S", "actions": ["interactive"]})
CODE = permission("k", {"kind": "kernel-code", "body": "del df", "details": {"editable": True}})
DRAFT = asked("exit_plan_mode", "p", {"planContent": "1. Load", "actions": ["interactive"]})
SIGN_IN = asked("sign_in", "s", {"code": "A-B"})
PAGE = asked("elicitation", "f", {"message": "Look", "url": "https://x.org/"})
SCHEMA = {
    "properties": {
        "a": {"type": "string", "title": "$\\href{x}{y}$", "default": "d"},
        "b": {"type": "string", "enum": ["r", "g"], "default": "g"},
        "c": {"type": "array", "items": {"type": "string", "enum": ["x", "y"]}},
        "n": {"type": "number", "default": 2},
    }
}
FORM = asked("elicitation", "f", {"message": "Who?", "requestedSchema": SCHEMA})
CLOSED = UserInputBlock(id="q", question="Which?", choices=("red", "blue"), allow_freeform=False)
FREE = UserInputBlock(id="q", question="Why?", choices=("so",))


class Desk:
    """Buttons of some requests, what they sent, and what was shown."""

    def __init__(self, *blocks: RequestBlock) -> None:
        self.sent: list[tuple[str, Any]] = []
        self.shown: list[Any] = []
        callbacks = Callbacks(lambda *answer: self.sent.append(answer), lambda: None)
        self.buttons = Buttons(callbacks, forms, self._publish)
        self.buttons.update(Transcript(blocks=blocks))

    def _publish(self, data: Any, **options: Any) -> None:
        self.shown.append((data, options["update"]))

    def widgets(self, kind: str) -> list[Any]:
        """All widgets of that kind that are shown."""

        def below(widget: Any) -> Iterator[Any]:
            yield widget
            for child in getattr(widget, "children", ()):
                yield from below(child)

        found = below(self.buttons._box)  # noqa: SLF001 - what the page shows
        return [widget for widget in found if type(widget).__name__ == kind]

    def press(self, words: str) -> None:
        """Press the button of that name."""
        (button,) = [b for b in self.widgets("Button") if b.description == words]
        button.click()


@pytest.fixture(autouse=True)
def no_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    """People need longer."""
    monkeypatch.setattr(room, "DEAF_SECONDS", 0.0)


@pytest.mark.parametrize(
    ("block", "words", "value"),
    [
        (COMMAND, "Allow once", {"choice": "allow_once"}),
        (COMMAND, "Deny", {"choice": "deny"}),
        (PLAN, "Approve", {"choice": "interactive"}),
        (SIGN_IN, "Cancel", {"action": "cancel"}),
        (PAGE, "Done", {"action": "accept"}),
        (FORM, "Decline", {"action": "decline"}),
        (FORM, "Send", {"action": "accept", "content": {"a": "d", "b": "g", "n": 2.0}}),
        (CLOSED, "blue", {"answer": "blue"}),
    ],
)
def test_a_button_sends_what_the_page_would(
    block: RequestBlock, words: str, value: dict[str, Any]
) -> None:
    """The same values as our own panels."""
    desk = Desk(block)

    desk.press(words)

    assert desk.sent == [(block.id, value)]


def test_words_go_along_where_they_are_asked_for() -> None:
    """With those buttons that ask why; a question takes text, but no empty one."""
    desk = Desk(COMMAND)
    desk.widgets("Text")[0].value = " too risky "
    desk.press("Deny and say why")
    desk.press("Deny")
    free = Desk(FREE)
    free.press("Send")
    free.widgets("Text")[0].value = "because"
    free.press("Send")

    assert desk.sent == [
        ("c", {"choice": "deny_feedback", "feedback": "too risky"}),
        ("c", {"choice": "deny"}),
    ]
    assert free.sent == [("q", {"answer": "because"})]
    assert Desk(CLOSED).widgets("Text") == []


def test_code_and_plans_can_be_edited() -> None:
    """What was changed goes along with a yes; a yes to nothing is not sent."""
    code, plan = Desk(CODE), Desk(DRAFT)
    code.press("Run")
    (code_text,), (plan_text,) = code.widgets("Textarea"), plan.widgets("Textarea")
    assert (code_text.value, plan_text.value) == ("del df", "1. Load")

    for text in (" ", "df = 1"):
        code_text.value = text
        code.press("Run")
    code.press("Deny")
    plan_text.value = "1. Look"
    plan.press("Approve")

    assert [value for _, value in code.sent] == [
        {"choice": "allow_once"},
        {"choice": "allow_once", "body": "df = 1"},
        {"choice": "deny"},
    ]
    assert plan.sent == [("p", {"choice": "interactive", "plan": "1. Look"})]
    assert Desk(COMMAND).widgets("Textarea") == Desk(PLAN).widgets("Textarea") == []


def test_chosen_values_are_sent() -> None:
    """Of lists, all of them; of an emptied choice, nothing."""
    desk = Desk(FORM)
    desk.widgets("SelectMultiple")[0].value = ("x", "y")
    desk.widgets("Dropdown")[0].value = None

    desk.press("Send")

    content = {"a": "d", "c": ["x", "y"], "n": 2.0}
    assert desk.sent == [("f", {"action": "accept", "content": content})]


def test_a_label_is_no_mathematics() -> None:
    """The page sets labels as TeX, which knows links."""
    (label, *_) = (text.description for text in Desk(FORM).widgets("Text"))

    assert "$" not in label
    assert "\\" not in label


def test_a_panel_goes_with_its_request() -> None:
    """Others stay as they are, with what is written in them."""
    desk = Desk(COMMAND, FREE)
    desk.widgets("Text")[1].value = "half an answer"

    desk.buttons.update(Transcript(blocks=(FREE,)))

    assert [text.value for text in desk.widgets("Text")] == ["half an answer"]
    desk.buttons.close()
    assert desk.shown[-1] == ({"text/plain": ""}, True)


def test_a_click_at_once_is_not_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    """The panel has just appeared under the pointer."""
    monkeypatch.setattr(room, "DEAF_SECONDS", 60.0)
    desk = Desk(COMMAND)

    desk.press("Allow once")

    assert desk.sent == []
