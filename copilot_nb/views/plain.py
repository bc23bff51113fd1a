"""A turn in words: the Markdown that is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from copilot_nb.transcript.blocks import (
    REQUESTS,
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
from copilot_nb.transcript.cuts import HEAD, TAIL, line_count
from copilot_nb.transcript.forms import FormBlock, PlanBlock, SignInBlock, TodoBlock
from copilot_nb.transcript.safety import sound
from copilot_nb.views.words import (
    STATES,
    UNFINISHED,
    Attached,
    asker,
    attached,
    counts,
    decision,
    field_note,
    footer,
    moment,
    reply,
    target,
    tasks_done,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_LINES = 40


def to_text(transcript: Transcript, *, full: bool = False) -> str:
    """The turn as Markdown that reads well in a terminal and in a diff of the notebook.

    Args:
        transcript: The turn.
        full: Leave nothing out: with the model's reasoning, outputs at their whole length, and when
            somebody answered.
    """
    answered = attached(transcript)
    parts = [
        _dated(_block(block, answered, full=full), block, full=full) for block in transcript.blocks
    ]
    if transcript.sent:
        parts.append(f"> Sent to the model: {transcript.sent}")
    foot = " · ".join(part for part in (transcript.label, footer(transcript)) if part)
    if not transcript.ended:
        parts.append(f"— {UNFINISHED}")
    elif foot:
        parts.append(f"— {foot}")
    return sound("\n\n".join(part for part in parts if part)) or "(an empty turn)"


def _block(  # noqa: C901, PLR0911 - one case per block
    block: Block, answered: Attached, *, full: bool
) -> str:
    match block:
        case TextBlock(text=text):
            return text.strip()
        case ReasoningBlock():
            return _reasoning(block) if full else ""
        case ToolBlock():
            return _tool(block, answered.get(block.id, ()), full=full)
        case PermissionBlock():
            under = answered.get(block.tool_call_id, ())
            return "" if block in under else _permission(block)
        case UserInputBlock():
            return f"> **{block.question}** — {reply(block)}"
        case FormBlock():
            return _form(block)
        case PlanBlock():
            return "\n\n".join(filter(None, (f"> **Plan** — {reply(block)}", block.plan.strip())))
        case SignInBlock():
            return _sign_in(block)
        case TodoBlock():
            return _todo(block)
        case NoticeBlock():
            return "\n".join([f"> {block.text}", *_quoted(block.details)])
        case ErrorBlock():
            return _error(block)
        case _:
            assert_never(block)


def _dated(text: str, block: Block, *, full: bool) -> str:
    """A request with when it was answered; what is stored holds no times."""
    when = moment(block.at) if full and isinstance(block, REQUESTS) else ""
    return f"{text}\n> {when}" if text and when else text


def _reasoning(block: ReasoningBlock) -> str:
    lines = _quoted(block.text)
    return "\n".join(["> **Thinking**", *lines]) if lines else ""


def _error(block: ErrorBlock) -> str:
    hint = [f"> {block.hint}"] if block.hint else []
    details = _quoted(_shortened(block.details))
    return "\n".join([f"> **Error:** {block.message}", *hint, *details])


def _permission(block: PermissionBlock, call: ToolBlock | None = None) -> str:
    code_follows = call is not None and block.body.strip() == call.arguments.strip() != call.title
    what = "" if code_follows else f": {target(block) or block.heading}"
    return f"> {decision(block)}{what}"


def _form(block: FormBlock) -> str:
    lines = [f"> **{asker(block)}** — {reply(block)}"]
    if block.state == "open":
        lines += [
            f"> - {f.label}{f' ({note})' if (note := field_note(f)) else ''}" for f in block.fields
        ]
    return "\n".join(lines)


def _sign_in(block: SignInBlock) -> str:
    line = f"> **Sign in to {block.host}** — {reply(block)}"
    if block.state != "open":
        return line
    return f"{line}\n> Open {block.url} and enter the code {block.code}"


def _todo(block: TodoBlock) -> str:
    lines = [f"> **Tasks** — {tasks_done(block)}"]
    for item in block.items:
        box = "x" if item.state == "done" else " "
        state = {"running": " (in progress)", "blocked": " (blocked)"}.get(item.state, "")
        lines.append(f"> - [{box}] {item.text}{state}")
    return "\n".join(lines)


def _quoted(text: str) -> list[str]:
    return [f"> {line}" for line in text.strip("\n").split("\n")] if text.strip() else []


def _tool(block: ToolBlock, permissions: Sequence[PermissionBlock], *, full: bool) -> str:
    agent = f"{block.agent} › " if block.agent else ""
    state = f" ({STATES[block.state]})" if block.state in STATES else ""
    title = f": {block.title}" if block.title else ""
    title += f" ({counts(block.diff)})" if block.diff else ""
    lines = [f"> {agent}{block.name}{title}{state}"]
    if block.state == "denied":
        lines += ["\n".join(_quoted(block.error))]
    lines += [_dated(_permission(each, block), each, full=full) for each in permissions]
    if block.outputs and block.arguments.strip() != block.title:
        lines.append(_fence(block.arguments, block.language))
    lines += [_output(output, full=full) for output in block.outputs]
    lines.append(_changes(block))
    return "\n\n".join(line for line in lines if line)


def _changes(block: ToolBlock) -> str:
    lines = [f"> Changed: {line}" for line in block.changes]
    return "\n".join([*lines, *(["> Taken back."] if block.undo == "done" else [])])


def _output(output: Output, *, full: bool) -> str:
    match output:
        case TextOutput(text=text):
            return _fence(text if full else _shortened(text), "") if text.strip() else ""
        case TableOutput():
            return _table(output)
        case ImageOutput(alt=alt):
            return f"[{alt}]"
        case _:
            assert_never(output)


def _table(output: TableOutput) -> str:
    names = ("", *output.columns) if output.has_index else output.columns
    rows = [names, tuple("---" for _ in names), *output.rows]
    lines = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join([*lines, *([f"\n{output.caption}"] if output.caption else [])])


def _cell(value: str) -> str:
    return value.replace("|", "\\|").replace("\n", " ")


def _fence(text: str, language: str) -> str:
    text = text.strip("\n")
    mark = "```"
    while mark in text:
        mark += "`"
    return f"{mark}{language}\n{text}\n{mark}"


def _shortened(text: str) -> str:
    lines = text.strip("\n").split("\n")
    if len(lines) <= _LINES:
        return "\n".join(lines)
    half = _LINES // 2
    head, tail = "\n".join(lines[:half]), "\n".join(lines[-half:])
    told = len(head) > HEAD or len(tail) > TAIL  # then the text's own mark stands in there
    left_out = (len(lines) if told else line_count(text)) - 2 * half
    return f"{head}\n… {left_out:,} lines left out …\n{tail}"
