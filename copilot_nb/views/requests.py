"""What waits for a person, as stored HTML: whole while it is open, then a line with its answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from copilot_nb.views.markdown import code_block, inline_html, text
from copilot_nb.views.markdown import to_html as markdown
from copilot_nb.views.parts import change, code, folded, icon, strong
from copilot_nb.views.words import (
    EFFECTS,
    asker,
    bare,
    field_note,
    is_agreed,
    is_said,
    outcome,
    target,
    time_limit,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from copilot_nb.transcript.blocks import (
        Effect,
        PermissionBlock,
        RequestBlock,
        ToolBlock,
        UserInputBlock,
    )
    from copilot_nb.transcript.forms import FormBlock, FormField, PlanBlock, SignInBlock

_SIGNS = {True: ("✓", ""), False: ("⊘", " copilot-failed")}
"""What stands before an answer that agreed or did not, and the class of its line."""
_NO_ANSWER = ("◌", " copilot-waiting")


def permission(block: PermissionBlock, call: ToolBlock | None = None) -> str:
    """The answer as one line, and folded behind it what the line does not say.

    Args:
        block: The request.
        call: The call above the line; what its card shows is not said again.
    """
    if block.state == "open":
        return _open(block, f"<p>{strong(block.heading)}</p>{_details(block)}")
    short = target(block)
    about = code(short) if short else text(block.heading)
    about = "" if is_said(block, call) else about
    return _answered(block, about, _details(_unsaid(block, call)))


def user_input(block: UserInputBlock) -> str:
    """A question, and its answer."""
    if block.state != "open":
        return _answered(block, text(bare(block.question)))
    choices = _list(text(choice) for choice in block.choices)
    return _open(block, f"<p>{strong(block.question)}</p>{choices}")


def form(block: FormBlock) -> str:
    """A form's fields, or what became of it."""
    if block.state != "open":
        return _answered(block, text(asker(block)))
    heading = strong(asker(block))
    address = f"<p>{code(block.url)}</p>" if block.url else ""
    fields = _list(_field(field) for field in block.fields)
    return _open(block, f"<p>{heading}</p>{address}{fields}{_bad(block.warnings)}")


def plan(block: PlanBlock) -> str:
    """A plan, whole while somebody judges it, then folded behind the judgement."""
    body = f'<div class="copilot-text">{markdown(block.plan)}</div>' if block.plan.strip() else ""
    summary = f"<div>{markdown(block.summary)}</div>" if block.summary.strip() else ""
    if block.state != "open":
        if body and "\n" not in block.summary.strip():  # the line has all of it
            summary = ""
        return _answered(block, text(bare(block.summary) or "Plan"), f"{summary}{body}")
    return _open(block, f"<p>{strong('Go on with this plan?')}</p>{summary}{body}")


def sign_in(block: SignInBlock) -> str:
    """Where to type which code; the code goes when the sign-in is over."""
    heading = f"Sign in to {block.host}"
    if block.state != "open":
        return _answered(block, text(heading))
    steps = f"Open {code(block.url)} and enter the code {strong(block.code)}"
    return _open(block, f"<p>{strong(heading)}</p><p>{steps}</p>")


def _answered(block: RequestBlock, about: str, body: str = "") -> str:
    """The answer, who gave it, what it was about, and folded behind it the rest."""
    sign, level = _SIGNS[is_agreed(block)] if block.state == "answered" else _NO_ANSWER
    words, by = outcome(block)
    who = f' <span class="copilot-muted">· {inline_html(by)}</span>' if by else ""
    line = f"{icon(sign)} {strong(words)}{who}{f' — {about}' if about else ''}"
    return folded(_name(block), line, body, level)


def _name(block: RequestBlock) -> str:
    return f"copilot-{'sign-in' if block.kind == 'sign_in' else block.kind}"


def _open(block: RequestBlock, inner: str) -> str:
    limit = time_limit(block)
    note = f'<p class="copilot-muted">{limit}</p>' if limit else ""
    return f'<div class="{_name(block)} copilot-ask" data-state="open">{inner}{note}</div>'


def _field(field: FormField) -> str:
    note = field_note(field)
    label = f"{strong(field.label)} <em>{text(note)}</em>" if note else strong(field.label)
    return f"{label} {text(field.description)}".strip()


def _unsaid(block: PermissionBlock, call: ToolBlock | None) -> PermissionBlock:
    """The request without what its line and the card of its call say."""
    line = target(block)
    said = {line, call.title, call.arguments.strip(), call.diff} if call else {line}
    return replace(
        block,
        intention="" if block.intention in said else block.intention,
        body="" if block.body.strip() in said else block.body,
        place="" if block.place in said else block.place,
        diff="" if block.diff in said else block.diff,
    )


def _details(block: PermissionBlock) -> str:
    parts = [f"<p>{text(block.intention)}</p>"] if block.intention else []
    if block.body:
        parts.append(code_block(block.body, block.language))
    parts += [_effects(block.effects), _bad(block.warnings)]
    if block.place:
        parts.append(f"<p>{code(block.place)}</p>")
    if block.diff:
        parts.append(change(block.diff, whole=block.state == "open"))
    return "".join(parts)


def _effects(effects: Sequence[Effect]) -> str:
    """What is known, by kind and in the order of weight; what is not, at the end."""
    lines = []
    for kind, word in EFFECTS.items():
        found = [inline_html(effect.text) for effect in effects if effect.kind == kind]
        if not found:
            continue
        if kind == "unknown":
            lines.append(f"{icon('⚠')} {word}: {'; '.join(found)}. It may do more than is listed.")
            continue
        loses = ' class="copilot-bad"' if kind in {"deletes", "overwrites"} else ""
        lines.append(f"<strong{loses}>{word}</strong> {', '.join(found)}")
    return _list(lines, "copilot-effects")


def _bad(warnings: Iterable[str]) -> str:
    return "".join(f'<p class="copilot-bad">{text(warning)}</p>' for warning in warnings)


def _list(items: Iterable[str], name: str = "") -> str:
    inner = "".join(f"<li>{item}</li>" for item in items)
    start = f'<ul class="{name}">' if name else "<ul>"
    return f"{start}{inner}</ul>" if inner else ""
