"""What is asked on the keyboard about one request, line by line.

The view has shown the request; here are only the lines that ask. The outcome is what a button of
the page would have sent. Pressing Enter alone never allows anything.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, assert_never

from copilot_nb.notebook.screen.forms import typed
from copilot_nb.transcript.blocks import PermissionBlock, UserInputBlock
from copilot_nb.transcript.forms import FormBlock, FormField, PlanBlock, SignInBlock
from copilot_nb.transcript.safety import visible
from copilot_nb.views.editing import along, editable

if TYPE_CHECKING:
    from copilot_nb.transcript.blocks import RequestBlock
    from copilot_nb.transcript.forms import Choice

AskLine = Callable[[str], Awaitable[str | None]]
AskText = Callable[[str, str], Awaitable[str | None]]
"""Shows a prompt and a text to edit; the text as it is then."""
Value = dict[str, Any]

BACK, NO = ":back", ":no"
"""Typed instead of a field's value: the field before it, or no form at all."""
_HOW = f"({BACK} goes back, {NO} declines)\n"
_REFUSALS = ("deny", "reject", "no", "cancel")
"""Choices that let nothing happen and the turn go on."""
_EDIT = "Edit"
_CHANGED = "Changed by you: this is what counts."
_ODD = "Changed by you. It contains invisible characters."
_STALE = "What is said of it is about the agent's text, not about yours."
_EMPTY = "There is nothing left to run."
_HINTS = {
    "number": "a number",
    "integer": "a whole number",
    "boolean": "y or n",
    "choice": "a number or text",
    "choices": "numbers or texts, with commas",
}
_FORM_WORDS = {"y": "accept", "yes": "accept", "n": "decline", "no": "decline"}


async def talk(block: RequestBlock, ask_line: AskLine, ask_text: AskText) -> Value | None:
    """Ask until there is an answer, as a view would send it; None when nobody can type.

    Args:
        block: The request.
        ask_line: Shows a prompt and gives the line that was typed.
        ask_text: Lets a text be edited.

    Raises:
        EOFError: The person ended the input instead.
    """
    match block:
        case FormBlock():
            return await _form(block, ask_line)
        case PermissionBlock() | PlanBlock():
            return await _decided(block, ask_line, ask_text)
        case UserInputBlock() | SignInBlock():
            return await _one_line(block, ask_line)
        case _:
            assert_never(block)


def no(block: RequestBlock) -> Value:
    """What it means that somebody ended the input instead."""
    match block:
        case UserInputBlock():
            return {"answer": ""}
        case FormBlock():
            return {"action": "decline"}
        case SignInBlock():
            return {"action": "cancel"}
        case PermissionBlock() | PlanBlock():
            ids = [choice.id for choice in block.choices]
            return {"choice": next(name for name in (*_REFUSALS, *ids[-1:]) if name in ids)}
        case _:
            assert_never(block)


def question(block: RequestBlock) -> str:
    """The line that asks."""
    match block:
        case UserInputBlock():
            numbered = [f"  {n}. {choice}" for n, choice in enumerate(block.choices, 1)]
            how = "number or text" if block.choices else "answer"
            how = how if block.allow_freeform else "number"
            return "\n".join([*numbered, f"Your {how}: "])
        case FormBlock():
            return f"{_sending(block)} [y = {'Yes' if block.url else 'Send'}, n = Decline]: "
        case SignInBlock():
            return "Waiting until you have signed in there [c = Cancel]: "
        case PlanBlock():
            return f"Carry out this plan? [{_keys(block)}]: "
        case PermissionBlock():
            return f"{block.heading} [{_keys(block)}]: "
        case _:
            assert_never(block)


def understood(block: RequestBlock, line: str) -> Value | None:
    """What the line means; None asks again."""
    text = line.strip()
    if not text:
        return None
    match block:
        case UserInputBlock():
            if text.isdecimal() and 0 < int(text) <= len(block.choices):
                text = block.choices[int(text) - 1]
            fits = block.allow_freeform or text in block.choices
            return {"answer": text} if fits else None
        case FormBlock():
            action = _FORM_WORDS.get(text.lower())
            return {"action": action} if action else None
        case SignInBlock():
            return {"action": "cancel"} if text.lower() in {"c", "cancel"} else None
        case PermissionBlock() | PlanBlock():
            return _chosen(block.choices, text)
        case _:
            assert_never(block)


async def _one_line(block: RequestBlock, ask_line: AskLine) -> Value | None:
    value = None
    while value is None:
        line = await ask_line(question(block))
        if line is None:
            return None
        value = understood(block, line)
    return value


async def _decided(
    block: PermissionBlock | PlanBlock, ask_line: AskLine, ask_text: AskText
) -> Value | None:
    """A choice, after as many edits as somebody likes."""
    text, note = editable(block), ""
    while True:
        line = await ask_line(note + question(block))
        if line is None:
            return None
        if editable(block) and line.strip().lower() in {_edit_key(block), _EDIT.lower()}:
            edited = await ask_text(f"{_EDIT}:", text)
            if edited is None:
                return None
            text, note = edited, _note(block, edited)
            continue
        value = understood(block, line)
        chosen = next((c for c in block.choices if value and c.id == value["choice"]), None)
        more = along(block, chosen, text) if chosen else None
        if value is not None and more is not None:
            return value | more


def _note(block: PermissionBlock | PlanBlock, text: str) -> str:
    """What stands above the question once the text was edited."""
    if text == editable(block):
        return ""
    if not text.strip() and isinstance(block, PermissionBlock):
        return f"{_EMPTY}\n"
    stale = f" {_STALE}" if isinstance(block, PermissionBlock) and block.effects else ""
    return f"{_CHANGED if visible(text) == text else _ODD}{stale}\n"


async def _form(block: FormBlock, ask_line: AskLine) -> Value | None:
    """Field by field; then whether all of it is sent."""
    values: Value = {}
    at, before = 0, _HOW
    while at < len(block.fields):
        field = block.fields[at]
        line = await _field(field, ask_line, before)
        before = ""
        if line is None:
            return None
        if line == NO:
            return {"action": "decline"}
        if line == BACK:
            at = max(at - 1, 0)
            continue
        values[field.name] = typed(field, line)
        at += 1
    answer = await _one_line(block, ask_line)
    if answer is None or answer["action"] != "accept" or not block.fields:
        return answer
    return answer | {
        "content": {name: value for name, value in values.items() if value is not None}
    }


async def _field(field: FormField, ask_line: AskLine, before: str) -> str | None:
    """A line that fits the field, or a word of ours."""
    while True:
        line = await ask_line(before + _field_question(field))
        if line is None or line.strip() in {BACK, NO}:
            return line and line.strip()
        try:
            typed(field, line)
        except ValueError as error:
            before = f"{str(error).capitalize()}.\n"
        else:
            return line


def _field_question(field: FormField) -> str:
    numbered = [f"  {n}. {choice.label}" for n, choice in enumerate(field.choices, 1)]
    return "\n".join([*numbered, f"{field.label}{_hint(field)}: "])


def _hint(field: FormField) -> str:
    """What the field takes, and what Enter alone means."""
    hints = [_HINTS.get(field.kind, "")]
    if default := _default(field):
        hints.append(f"Enter = {default}")
    elif not field.required:
        hints.append("Enter leaves it empty")
    return f" ({', '.join(filter(None, hints))})" if any(hints) else ""


def _default(field: FormField) -> str:
    """The value that Enter alone takes, as a person would say it."""
    match field.default:
        case bool():
            return "y" if field.default else "n"
        case tuple():
            return ", ".join(field.default)
        case None:
            return ""
    labels = {choice.value: choice.label for choice in field.choices}
    return labels.get(str(field.default), f"{field.default}")


def _sending(block: FormBlock) -> str:
    if block.url:
        return "Did you open the page?"
    return f"Send this to {block.source}?" if block.source else "Send this?"


def _keys(block: PermissionBlock | PlanBlock) -> str:
    keys = [f"{choice.key} = {choice.label}" for choice in block.choices if choice.key]
    return ", ".join([*keys, *([f"{key} = {_EDIT}"] if (key := _edit_key(block)) else [])])


def _edit_key(block: PermissionBlock | PlanBlock) -> str:
    """The key that edits; none where there is nothing to edit."""
    taken = {choice.key for choice in block.choices}
    return next(key for key in "ec" if key not in taken) if editable(block) else ""


def _chosen(choices: tuple[Choice, ...], text: str) -> Value | None:
    word, _, reason = text.partition(" ")
    choice = _choice(choices, word.lower())
    if choice is None or (reason and not choice.asks_feedback):
        choice, reason = _why(choices, word.lower(), text)
    if choice is None:
        return None
    return {"choice": choice.id, "feedback": reason.strip()} if reason else {"choice": choice.id}


def _choice(choices: tuple[Choice, ...], word: str) -> Choice | None:
    """The choice of a key, or of the whole word a person would type for it."""
    word = {"yes": "y", "no": "n"}.get(word, word)
    return next((choice for choice in choices if choice.key == word), None)


def _why(choices: tuple[Choice, ...], word: str, text: str) -> tuple[Choice | None, str]:
    """A no with words behind it is a denial with that reason; anything else is not understood."""
    if word not in {"n", "no"}:
        return None, ""
    choice = next((choice for choice in choices if choice.id == "deny_feedback"), None)
    return choice, text.partition(" ")[2]
