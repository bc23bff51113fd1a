"""A turn in words: the Markdown that is stored, and the lines that all views share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

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
from copilot_nb.transcript.presentation import first_line
from copilot_nb.transcript.safety import sound

Attached = Mapping[str, Sequence[PermissionBlock]]

STATES = {"failed": "failed", "denied": "not allowed", "cancelled": "stopped"}
"""States of a tool call that need saying."""

_LINES = 40


def to_text(transcript: Transcript) -> str:
    """The turn as Markdown that reads well in a terminal and in a diff of the notebook."""
    answered = attached(transcript)
    parts = [_block(block, answered) for block in transcript.blocks]
    foot = " · ".join(part for part in (transcript.label, footer(transcript)) if part)
    if foot and transcript.ended:
        parts.append(f"— {foot}")
    return sound("\n\n".join(part for part in parts if part)) or "(an empty turn)"


def decision(block: PermissionBlock) -> str:
    """A request's answer in words: "Allowed once by you", "Denied by you: use ls instead"."""
    if block.state != "answered":
        return "Not answered"
    words, colon, why = block.answer.partition(":")
    by = f" by {block.by}" if block.by else ""
    return f"{words}{by}{colon}{why}"


def target(block: PermissionBlock) -> str:
    """What a request is about, in a few words; empty if its heading says it best."""
    if block.subject in {"shell", "kernel-code", "url", "path", "read"}:
        return first_line(block.body)
    return block.place if block.subject == "write" else ""


def footer(transcript: Transcript) -> str:
    """Model and tokens; no times, so that the same turn gives the same words."""
    usage = transcript.usage
    parts = [transcript.model] if transcript.model else []
    if usage.input_tokens or usage.output_tokens:
        cached = f" ({usage.cached_tokens:,} cached)" if usage.cached_tokens else ""
        parts.append(f"{usage.input_tokens:,} tokens in{cached}, {usage.output_tokens:,} out")
    if usage.cost:
        count = f"{usage.cost:.2f}".rstrip("0").rstrip(".")
        parts.append(f"{count} premium request{'' if count == '1' else 's'}")
    return " · ".join(parts)


def attached(transcript: Transcript) -> Attached:
    """Requests that are no longer open, by the call that asked: they stand beneath it."""
    calls = {call.id for call in transcript.tools}
    answered: dict[str, list[PermissionBlock]] = {}
    for block in transcript.blocks:
        if (
            isinstance(block, PermissionBlock)
            and block.state != "open"
            and block.tool_call_id in calls
        ):
            answered.setdefault(block.tool_call_id, []).append(block)
    return answered


def is_said(block: PermissionBlock, call: ToolBlock | None) -> bool:
    """Whether the card of the call says what the request was about."""
    if call is None:
        return False
    return target(block) in {"", call.title} or block.body.strip() == call.arguments.strip()


def _block(block: Block, answered: Attached) -> str:  # noqa: PLR0911 - one case per block
    match block:
        case TextBlock(text=text):
            return text.strip()
        case ReasoningBlock():
            return ""
        case ToolBlock():
            return _tool(block, answered.get(block.id, ()))
        case PermissionBlock():
            under = answered.get(block.tool_call_id, ())
            return "" if block in under else _permission(block)
        case UserInputBlock():
            answer = block.answer if block.state == "answered" else "not answered"
            return f"> **{block.question}** — {answer}"
        case NoticeBlock(text=text):
            return f"> {text}"
        case ErrorBlock():
            return "\n".join(filter(None, (f"> **Error:** {block.message}", f"> {block.hint}")))
        case _:
            assert_never(block)


def _permission(block: PermissionBlock, call: ToolBlock | None = None) -> str:
    code_follows = call is not None and block.body.strip() == call.arguments.strip() != call.title
    what = "" if code_follows else f": {target(block) or block.heading}"
    return f"> {decision(block)}{what}"


def _tool(block: ToolBlock, permissions: Sequence[PermissionBlock]) -> str:
    agent = f"{block.agent} › " if block.agent else ""
    state = f" ({STATES[block.state]})" if block.state in STATES else ""
    title = f": {block.title}" if block.title else ""
    lines = [f"> {agent}{block.name}{title}{state}"]
    lines += [_permission(permission, block) for permission in permissions]
    if block.outputs and block.arguments.strip() != block.title:
        lines.append(_fence(block.arguments, block.language))
    lines += [_output(output) for output in block.outputs]
    return "\n\n".join(line for line in lines if line)


def _output(output: Output) -> str:
    match output:
        case TextOutput(text=text):
            return _fence(_shortened(text), "") if text.strip() else ""
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
    left_out = len(lines) - 2 * half
    return "\n".join([*lines[:half], f"… {left_out} lines left out …", *lines[-half:]])
