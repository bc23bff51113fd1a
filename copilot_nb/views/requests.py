"""What waits for a person, as stored HTML: whole while it is open, then a line with its answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from copilot_nb.transcript.presentation import first_line
from copilot_nb.views.markdown import code_block, text
from copilot_nb.views.markdown import to_html as markdown
from copilot_nb.views.parts import change, code, folded, icon, strong
from copilot_nb.views.words import (
    EFFECTS,
    asker,
    decision,
    field_note,
    is_agreed,
    is_said,
    reply,
    target,
    time_limit,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from copilot_nb.transcript.blocks import (
        Effect,
        PermissionBlock,
        RequestBlock,
        ToolBlock,
        UserInputBlock,
    )
    from copilot_nb.transcript.forms import FormBlock, FormField, PlanBlock, SignInBlock

_WARNING = " copilot-warning"


def permission(block: PermissionBlock, call: ToolBlock | None = None) -> str:
    """The answer as one line, and folded behind it what the line does not say.

    Args:
        block: The request.
        call: The call above the line; what its card shows is not said again.
    """
    if block.state == "open":
        return _open(block, f"<p>{strong(block.heading)}</p>{_details(block)}")
    line = f"{_sign(block)} {text(decision(block))}{_what(block, call)}"
    if block.intention:
        line += f" — {text(first_line(block.intention))}"
    return folded("copilot-permission", line, _details(_unsaid(block, call)), _level(block))


def user_input(block: UserInputBlock) -> str:
    """A question, and its answer."""
    question = strong(block.question)
    if block.state == "open":
        choices = _list(text(choice) for choice in block.choices)
        return _open(block, f"<p>{question}</p>{choices}")
    return f'<p class="copilot-user_input">{question} — {_reply(block)}</p>'


def form(block: FormBlock) -> str:
    """A form's fields, or what became of it."""
    heading = strong(asker(block))
    if block.state != "open":
        line = f"{_sign(block)} {heading} — {_reply(block)}"
        return f'<p class="copilot-form{_level(block)}">{line}</p>'
    address = f"<p>{code(block.url)}</p>" if block.url else ""
    fields = _list(_field(field) for field in block.fields)
    return _open(block, f"<p>{heading}</p>{address}{fields}{_bad(block.warnings)}")


def plan(block: PlanBlock) -> str:
    """A plan, whole while somebody judges it, then folded behind the judgement."""
    body = f'<div class="copilot-text">{markdown(block.plan)}</div>' if block.plan.strip() else ""
    if block.state != "open":
        line = f"{_sign(block)} {strong('Plan')} — {_reply(block)}"
        return folded("copilot-plan", line, body, _level(block))
    summary = f"<div>{markdown(block.summary)}</div>" if block.summary.strip() else ""
    return _open(block, f"<p>{strong('Go on with this plan?')}</p>{summary}{body}")


def sign_in(block: SignInBlock) -> str:
    """Where to type which code; the code goes when the sign-in is over."""
    heading = strong(f"Sign in to {block.host}")
    if block.state != "open":
        line = f"{_sign(block)} {heading} — {_reply(block)}"
        return f'<p class="copilot-sign-in{_level(block)}">{line}</p>'
    steps = f"Open {code(block.url)} and enter the code {strong(block.code)}"
    return _open(block, f"<p>{heading}</p><p>{steps}</p>")


def _open(block: RequestBlock, inner: str) -> str:
    name = "sign-in" if block.kind == "sign_in" else block.kind
    limit = time_limit(block)
    note = f'<p class="copilot-muted">{limit}</p>' if limit else ""
    return f'<div class="copilot-{name} copilot-ask" data-state="open">{inner}{note}</div>'


def _reply(block: RequestBlock) -> str:
    words = text(reply(block))
    return words if block.state == "answered" else f"<em>{words}</em>"


def _sign(block: RequestBlock) -> str:
    return icon("✓" if is_agreed(block) else "⊘")


def _level(block: RequestBlock) -> str:
    return "" if is_agreed(block) else _WARNING


def _field(field: FormField) -> str:
    note = field_note(field)
    label = f"{strong(field.label)} <em>{text(note)}</em>" if note else strong(field.label)
    return f"{label} {text(field.description)}".strip()


def _what(block: PermissionBlock, call: ToolBlock | None) -> str:
    if is_said(block, call):
        return ""
    short = target(block)
    return f": {code(short) if short else text(block.heading)}"


def _unsaid(block: PermissionBlock, call: ToolBlock | None) -> PermissionBlock:
    """The request without what its line and the card of its call say."""
    line = target(block)
    said = {line, call.title, call.arguments.strip(), call.diff} if call else {line}
    return replace(
        block,
        intention="",
        body="" if block.body.strip() in said else block.body,
        place="" if block.place in said else block.place,
        diff="" if block.diff in said else block.diff,
    )


def _details(block: PermissionBlock) -> str:
    parts = [code_block(block.body, block.language)] if block.body else []
    parts += [_effects(block.effects), _bad(block.warnings)]
    if block.intention:
        parts.append(f"<p>{text(block.intention)}</p>")
    if block.place:
        parts.append(f"<p>{code(block.place)}</p>")
    if block.diff:
        parts.append(change(block.diff, whole=block.state == "open"))
    return "".join(parts)


def _effects(effects: Iterable[Effect]) -> str:
    lines = (f"{strong(EFFECTS[effect.kind])} {text(effect.text)}" for effect in effects)
    return _list(lines, "copilot-effects")


def _bad(warnings: Iterable[str]) -> str:
    return "".join(f'<p class="copilot-bad">{text(warning)}</p>' for warning in warnings)


def _list(items: Iterable[str], name: str = "") -> str:
    inner = "".join(f"<li>{item}</li>" for item in items)
    start = f'<ul class="{name}">' if name else "<ul>"
    return f"{start}{inner}</ul>" if inner else ""
