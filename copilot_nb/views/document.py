"""A turn as HTML that can be stored: no scripts, no network, no times, no ids.

Stays readable when a page drops the style; the same transcript gives the same bytes.
"""

from __future__ import annotations

import html
import re
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
from copilot_nb.transcript.cuts import line_count
from copilot_nb.transcript.forms import FormBlock, PlanBlock, SignInBlock, TodoBlock
from copilot_nb.views import requests, steps
from copilot_nb.views.markdown import code_block, inline_html, text
from copilot_nb.views.markdown import to_html as markdown
from copilot_nb.views.parts import change, code, folded, icon, pre, strong, table
from copilot_nb.views.style import STYLE
from copilot_nb.views.words import (
    STATES,
    TASK_SIGNS,
    UNFINISHED,
    Attached,
    attached,
    counts,
    footer,
    tasks_done,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

ICONS = {
    "pending": "◌",
    "running": "◌",
    "ok": "✓",
    "failed": "✕",
    "denied": "⊘",
    "cancelled": "◌",
}
"""One sign per state of a tool call."""

_LEVELS = {
    "pending": " copilot-waiting",
    "running": " copilot-waiting",
    "failed": " copilot-failed",
    "denied": " copilot-failed",
    "cancelled": " copilot-waiting",
}
_NUMBER = re.compile(r"[-+−]?[\d,.\s]*\d(?:[eE][-+]?\d+)?\s*%?")
"""A cell that stands to the right, in the live view too."""
_FOLD_LINES = 15


def to_html(transcript: Transcript) -> str:
    """The turn as self-contained HTML."""
    answered = attached(transcript)
    parts = [_label(transcript)]
    for run, folds in steps.runs(transcript.blocks):
        inner = "\n".join(filter(None, (_block(block, answered) for block in run)))
        parts.append(_steps(run, inner) if folds else inner)
    parts.append(_foot(transcript))
    inner = "\n".join(part for part in parts if part)
    return f'{STYLE}\n<div class="copilot-static">\n{inner}\n</div>'


def _steps(run: steps.Run, inner: str) -> str:
    """What was done long ago in a long turn, or by a sub-agent, behind one line."""
    nested = " copilot-nested" if steps.agent_of(run) else ""
    summary = f'<summary class="copilot-muted">{text(steps.words(run))}</summary>'
    return f'<details class="copilot-steps{nested}">{summary}{inner}</details>'


def _block(block: Block, answered: Attached) -> str:  # noqa: C901, PLR0911 - one case per block
    match block:
        case TextBlock():
            return _text(block)
        case ReasoningBlock():
            return _reasoning(block)
        case ToolBlock():
            return _tool(block, answered.get(block.id, ()))
        case PermissionBlock():
            under = answered.get(block.tool_call_id, ())
            return "" if block in under else requests.permission(block)
        case UserInputBlock():
            return requests.user_input(block)
        case FormBlock():
            return requests.form(block)
        case PlanBlock():
            return requests.plan(block)
        case SignInBlock():
            return requests.sign_in(block)
        case TodoBlock():
            return _todo(block)
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
    summary = f"<summary>{icon('✻')} Thought</summary>"
    return (
        f'<details class="copilot-reasoning">{summary}'
        f'<div class="copilot-text">{markdown(block.text)}</div></details>'
    )


# Tool calls


def _tool(block: ToolBlock, permissions: Sequence[PermissionBlock]) -> str:
    """The call, who allowed it, and what it gave."""
    nested = " copilot-nested" if block.agent else ""
    allowed = "".join(requests.permission(permission, block) for permission in permissions)
    outputs = "".join(_output(output) for output in block.outputs)
    return (
        f'<div class="copilot-tool{nested}" data-state="{block.state}">'
        f"{_call(block)}{allowed}{outputs}{_changes(block)}</div>"
    )


def _changes(block: ToolBlock) -> str:
    """What the call did to the user's names."""
    lines = "".join(f"<li>{inline_html(line)}</li>" for line in block.changes)
    undone = "<p><em>Taken back.</em></p>" if block.undo == "done" else ""
    inner = f"{f'<ul>{lines}</ul>' if lines else ''}{undone}"
    return f'<div class="copilot-changes">{inner}</div>' if inner else ""


def _call(block: ToolBlock) -> str:
    """The call itself, folded; one line if there is nothing behind it."""
    name = f"{block.agent} › {block.name}" if block.agent else block.name
    words = [icon(ICONS[block.state]), strong(name)]
    if block.title:
        words.append(code(block.title))
    if block.diff:
        words.append(f'<span class="copilot-counts">{counts(block.diff)}</span>')
    words += [f"<em>{STATES[block.state]}</em>"] if block.state in STATES else []
    summary = " ".join(words)
    return folded("copilot-call", summary, _call_body(block), _LEVELS.get(block.state, ""))


def _call_body(block: ToolBlock) -> str:
    parts = []
    if block.arguments and block.arguments.strip() != block.title:
        parts.append(code_block(block.arguments, block.language).rstrip())
    if block.diff:
        parts.append(change(block.diff))
    if block.output.strip():
        parts.append(pre(block.output))
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
    box = pre(output.text, wrong)
    lines = line_count(output.text.strip("\n"))
    if lines <= _FOLD_LINES:
        return box
    return f"<details><summary>Output, {lines:,} lines</summary>{box}</details>"


def _table(output: TableOutput) -> str:
    caption = f'<p class="copilot-muted">{text(output.caption)}</p>' if output.caption else ""
    drawn = table(output, "copilot-frame", th=lambda label: f"<th>{text(label)}</th>", td=_cell)
    return f'<div class="copilot-tablewrap">{drawn}{caption}</div>'


def _cell(value: str) -> str:
    side = ' align="right"' if _NUMBER.fullmatch(value) else ""
    return f"<td{side}>{text(value)}</td>"


def _image(output: ImageOutput) -> str:
    width = f' width="{output.width}"' if output.width else ""
    source = f"data:{output.mime};base64,{output.data}"
    return f'<p><img src="{source}" alt="{html.escape(output.alt)}"{width}></p>'


# The rest


def _todo(block: TodoBlock) -> str:
    items = "".join(
        f'<li class="copilot-task">{TASK_SIGNS[item.state]} {text(item.text)}</li>'
        for item in block.items
    )
    head = f"<p>{strong('Tasks')} {tasks_done(block)}</p>"
    return f'<div class="copilot-todo">{head}<ul>{items}</ul></div>' if items else ""


def _notice(block: NoticeBlock) -> str:
    sign, level = ("⚠", " copilot-warning") if block.level == "warning" else ("·", "")
    details = pre(block.details) if block.details.strip() else ""
    return folded("copilot-notice", f"{icon(sign)} {inline_html(block.text)}", details, level)


def _error(block: ErrorBlock) -> str:
    hint = f"<p>{inline_html(block.hint)}</p>" if block.hint else ""
    details = ""
    if block.details:
        details = f"<details><summary>Details</summary>{pre(block.details)}</details>"
    message = f"<p><strong>{inline_html(block.message)}</strong></p>"
    return f'<div class="copilot-error">{message}{hint}{details}</div>'


def _foot(transcript: Transcript) -> str:
    if not transcript.ended:
        status = text(transcript.status or "Starting")
        return f'<p class="copilot-foot copilot-status"><em>{status} …</em> {UNFINISHED}</p>'
    words = text(footer(transcript))
    foot = f'<p class="copilot-foot">{words}</p>' if words else ""
    if not transcript.sent:
        return foot
    return f'{foot}<p class="copilot-sent">Sent: {inline_html(transcript.sent)}</p>'


def _label(transcript: Transcript) -> str:
    """Where the answers come from, before the first of them."""
    return f'<p class="copilot-label">{strong(transcript.label)}</p>' if transcript.label else ""
