"""A turn as HTML that can be stored: no scripts, no network, no times, no ids.

Stays readable when a page drops the style; the same transcript gives the same bytes.
"""

from __future__ import annotations

import html
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from copilot_nb.transcript.blocks import (
    Block,
    ErrorBlock,
    ImageOutput,
    NoticeBlock,
    Output,
    PermissionBlock,
    ReasoningBlock,
    TableOutput,
    TextBlock,
    TextOutput,
    ToolBlock,
    Transcript,
    UserInputBlock,
)
from copilot_nb.transcript.output import cut
from copilot_nb.transcript.presentation import first_line
from copilot_nb.views.highlight import diff
from copilot_nb.views.markdown import code_block, inline_html, text
from copilot_nb.views.markdown import to_html as markdown
from copilot_nb.views.plain import STATES, Attached, attached, decision, footer, is_said, target
from copilot_nb.views.style import STYLE

if TYPE_CHECKING:
    from collections.abc import Sequence

ICONS = {
    "pending": "…",
    "running": "…",
    "ok": "✓",
    "failed": "✕",
    "denied": "⊘",
    "cancelled": "◌",
}
"""One sign per state of a tool call."""

_LEVELS = {
    "failed": " copilot-failed",
    "denied": " copilot-warning",
    "cancelled": " copilot-warning",
}
_FOLD_LINES = 15


def to_html(transcript: Transcript) -> str:
    """The turn as self-contained HTML."""
    answered = attached(transcript)
    parts = [_label(transcript), *(_block(block, answered) for block in transcript.blocks)]
    parts.append(_foot(transcript))
    inner = "\n".join(part for part in parts if part)
    return f'{STYLE}\n<div class="copilot-static">\n{inner}\n</div>'


def _block(block: Block, answered: Attached) -> str:  # noqa: PLR0911 - one case per block
    match block:
        case TextBlock():
            return _text(block)
        case ReasoningBlock():
            return _reasoning(block)
        case ToolBlock():
            return _tool(block, answered.get(block.id, ()))
        case PermissionBlock():
            return "" if block in answered.get(block.tool_call_id, ()) else _permission(block)
        case UserInputBlock():
            return _user_input(block)
        case NoticeBlock():
            return _notice(block)
        case ErrorBlock():
            return _error(block)
        case _:
            assert_never(block)


def _text(block: TextBlock) -> str:
    if not block.text.strip():
        return ""
    return f'<div class="copilot-text">{markdown(block.text)}</div>'


def _reasoning(block: ReasoningBlock) -> str:
    if not block.text.strip():
        return ""
    summary = "<summary><em>Thought</em></summary>"
    return (
        f'<details class="copilot-reasoning">{summary}'
        f'<div class="copilot-text">{markdown(block.text)}</div></details>'
    )


# Tool calls


def _tool(block: ToolBlock, permissions: Sequence[PermissionBlock]) -> str:
    """The call, who allowed it, and what it gave."""
    nested = " copilot-nested" if block.agent else ""
    allowed = "".join(_permission(permission, block) for permission in permissions)
    outputs = "".join(_output(output) for output in block.outputs)
    return (
        f'<div class="copilot-tool{nested}" data-state="{block.state}">'
        f"{_call(block)}{allowed}{outputs}</div>"
    )


def _call(block: ToolBlock) -> str:
    """The call itself, folded; one line if there is nothing behind it."""
    name = f"{block.agent} › {block.name}" if block.agent else block.name
    words = [_icon(ICONS[block.state]), _strong(name)]
    if block.title:
        words.append(_code(block.title))
    words += [f"<em>{STATES[block.state]}</em>"] if block.state in STATES else []
    summary = " ".join(words)
    body = _call_body(block)
    level = _LEVELS.get(block.state, "")
    if not body:
        return f'<p class="copilot-call{level}">{summary}</p>'
    return (
        f'<details class="copilot-call"><summary class="copilot-head{level}">{summary}</summary>'
        f"{body}</details>"
    )


def _call_body(block: ToolBlock) -> str:
    parts = []
    if block.arguments and block.arguments.strip() != block.title:
        parts.append(code_block(block.arguments, block.language).rstrip())
    if block.diff:
        parts.append(_diff(block.diff))
    if block.output.strip():
        parts.append(_pre(block.output))
    if block.error:
        parts.append(f'<p class="copilot-bad">{text(block.error)}</p>')
    return "".join(parts)


def _output(output: Output) -> str:
    match output:
        case TextOutput():
            return _text_output(output)
        case TableOutput():
            return _table(output)
        case ImageOutput():
            return _image(output)
        case _:
            assert_never(output)


def _text_output(output: TextOutput) -> str:
    if not output.text.strip():
        return ""
    wrong = " copilot-stderr" if output.stream in {"stderr", "error"} else ""
    pre = _pre(output.text, wrong)
    lines = output.text.strip("\n").count("\n") + 1
    if lines <= _FOLD_LINES:
        return pre
    return f"<details><summary>Output, {lines} lines</summary>{pre}</details>"


def _table(output: TableOutput) -> str:
    names = ("", *output.columns) if output.has_index else output.columns
    head = "".join(f"<th>{text(name)}</th>" for name in names)
    rows = "".join(f"<tr>{_cells(row, output)}</tr>" for row in output.rows)
    caption = f'<p class="copilot-muted">{text(output.caption)}</p>' if output.caption else ""
    return (
        '<div class="copilot-tablewrap"><table class="copilot-frame">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{caption}</div>"
    )


def _cells(row: tuple[str, ...], output: TableOutput) -> str:
    return "".join(
        f"<th>{text(cell)}</th>" if at == 0 and output.has_index else f"<td>{text(cell)}</td>"
        for at, cell in enumerate(row)
    )


def _image(output: ImageOutput) -> str:
    width = f' width="{output.width}"' if output.width else ""
    source = f"data:{output.mime};base64,{output.data}"
    return f'<p><img src="{source}" alt="{html.escape(output.alt)}"{width}></p>'


# Requests


def _permission(block: PermissionBlock, call: ToolBlock | None = None) -> str:
    """The answer as one line, and folded behind it what the line does not say.

    Args:
        block: The request.
        call: The call above the line; what its card shows is not said again.
    """
    if block.state == "open":
        return _open_permission(block)
    allowed = block.answer.startswith("Allowed")
    level = "" if allowed else " copilot-warning"
    line = f"{_icon('✓' if allowed else '⊘')} {text(decision(block))}{_what(block, call)}"
    if block.intention:
        line += f" — {text(first_line(block.intention))}"
    details = _details(_unsaid(block, call))
    if not details:
        return f'<p class="copilot-permission{level}">{line}</p>'
    return (
        f'<details class="copilot-permission"><summary class="copilot-head{level}">{line}</summary>'
        f"{details}</details>"
    )


def _what(block: PermissionBlock, call: ToolBlock | None) -> str:
    if is_said(block, call):
        return ""
    short = target(block)
    return f": {_code(short) if short else text(block.heading)}"


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


def _open_permission(block: PermissionBlock) -> str:
    return (
        '<div class="copilot-permission copilot-ask" data-state="open">'
        f"<p>{_strong(block.heading)}</p>{_details(block)}</div>"
    )


def _details(block: PermissionBlock) -> str:
    parts = [code_block(block.body, block.language)] if block.body else []
    parts += [f'<p class="copilot-bad">{text(warning)}</p>' for warning in block.warnings]
    if block.intention:
        parts.append(f"<p>{text(block.intention)}</p>")
    if block.place:
        parts.append(f"<p>{_code(block.place)}</p>")
    if block.diff:
        parts.append(_diff(block.diff, whole=block.state == "open"))
    return "".join(parts)


def _user_input(block: UserInputBlock) -> str:
    question = _strong(block.question)
    if block.state == "open":
        choices = "".join(f"<li>{text(choice)}</li>" for choice in block.choices)
        return (
            '<div class="copilot-user_input copilot-ask" data-state="open">'
            f"<p>{question}</p>{f'<ul>{choices}</ul>' if choices else ''}</div>"
        )
    answer = text(block.answer) if block.state == "answered" else "<em>not answered</em>"
    by = f" ({text(block.by)})" if block.by not in {"", "you"} else ""
    return f'<p class="copilot-user_input">{question} — {answer}{by}</p>'


# The rest


def _notice(block: NoticeBlock) -> str:
    icon, level = ("⚠", " copilot-warning") if block.level == "warning" else ("·", "")
    return f'<p class="copilot-notice{level}">{_icon(icon)} {text(block.text)}</p>'


def _error(block: ErrorBlock) -> str:
    hint = f"<p>{inline_html(block.hint)}</p>" if block.hint else ""
    details = ""
    if block.details:
        details = f"<details><summary>Details</summary>{_pre(block.details)}</details>"
    return f'<div class="copilot-error"><p>{_strong(block.message)}</p>{hint}{details}</div>'


def _foot(transcript: Transcript) -> str:
    if not transcript.ended:
        status = text(transcript.status or "Starting")
        return f'<p class="copilot-foot copilot-status"><em>{status} …</em></p>'
    words = text(footer(transcript))
    return f'<p class="copilot-foot">{words}</p>' if words else ""


def _label(transcript: Transcript) -> str:
    """Where the answers come from, before the first of them."""
    return f'<p class="copilot-label">{_strong(transcript.label)}</p>' if transcript.label else ""


def _diff(unified: str, *, whole: bool = False) -> str:
    """The change; all of it where somebody decides about it."""
    return f'<pre class="copilot-diff">{diff(unified if whole else cut(unified))}</pre>'


def _pre(value: str, more: str = "") -> str:
    value = html.escape(cut(value.strip("\n")), quote=False)
    return f'<pre class="copilot-output{more}">{value}</pre>'


def _icon(sign: str) -> str:
    return f'<span class="copilot-icon">{sign}</span>'


def _strong(value: str) -> str:
    return f"<strong>{text(value)}</strong>"


def _code(value: str) -> str:
    return f"<code>{html.escape(value, quote=False)}</code>"
