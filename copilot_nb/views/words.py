"""The lines that all views share: who answered what, what it cost, how far the tasks are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from copilot_nb.transcript.blocks import PermissionBlock, ToolBlock, Transcript, Usage
from copilot_nb.transcript.diffs import diff_counts
from copilot_nb.transcript.presentation import first_line

if TYPE_CHECKING:
    from copilot_nb.transcript.blocks import RequestBlock
    from copilot_nb.transcript.forms import FormBlock, FormField, TodoBlock

Attached = Mapping[str, Sequence[PermissionBlock]]

STATES = {"failed": "failed", "denied": "not allowed", "cancelled": "stopped"}
"""States of a tool call that need saying."""

TASK_SIGNS = {"pending": "☐", "running": "◐", "done": "☑", "blocked": "⊘"}
"""One sign per state of a task."""

EFFECTS = {
    "deletes": "Deletes",
    "overwrites": "Overwrites",
    "changes": "Changes",
    "creates": "Creates",
    "files": "Files",
    "network": "Network",
    "process": "Programs",
    "environment": "Environment",
    "imports": "Imports",
    "reads": "Reads",
    "unknown": "Could not be analysed",
}
"""What a kind of consequence is called, in the order of their weight."""

_TAKES = {"boolean": "yes or no", "integer": "a whole number", "number": "a number"}

UNFINISHED = "This turn still runs, or the kernel ended before it did."
"""What stands below a turn until it ends; and for ever, if the kernel did not live to see that."""

_REFUSALS = (
    "Denied",
    "Declined",
    "Rejected",
    "Cancelled",
    "Not ",
    "Sent back",
    "Stopped",
    "Withdrawn",
)


def decision(block: PermissionBlock) -> str:
    """A request's answer in words: "Allowed once by you", "Denied by you: use ls instead"."""
    answer, by = outcome(block)
    words, colon, why = answer.partition(":")
    return f"{words}{f' by {by}' if by else ''}{colon}{why}"


def reply(block: RequestBlock) -> str:
    """What was answered and by whom: "No (you)", "Sent: name, email (you)"."""
    if block.state != "answered":
        return "not answered"
    return f"{block.answer} ({block.by})" if block.by else block.answer


def moment(at: str) -> str:
    """An ISO 8601 time as people here read it, "2026-01-31 14:05"; empty for anything else."""
    try:
        return datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return ""


def bare(text: str) -> str:
    """Markdown as the words of one line: without its marks."""
    line = re.sub(r"\*\*|__|`", "", first_line(text))
    return re.sub(r"^\s*#+\s*", "", line)


def outcome(block: RequestBlock) -> tuple[str, str]:
    """What became of a request, and who decided it: ("Sent: name, email", "you")."""
    return (block.answer, block.by) if block.state == "answered" else ("Not answered", "")


def time_limit(block: RequestBlock) -> str:
    """What happens if nobody answers; empty if nothing happens."""
    seconds = getattr(block, "time_limit", None)
    return f"Declined by itself after {seconds:g} s." if seconds else ""


def is_agreed(block: RequestBlock) -> bool:
    """Whether the answer lets the agent go on with what it asked for."""
    return block.state == "answered" and not block.answer.startswith(_REFUSALS)


def target(block: PermissionBlock) -> str:
    """What a request is about, in a few words; empty if its heading says it best."""
    if block.subject in {"shell", "kernel-code", "url", "path", "read"}:
        return first_line(block.body)
    return block.place if block.subject == "write" else ""


def asker(block: FormBlock) -> str:
    """What a form is for, and who wants it filled in."""
    return f"{block.heading} ({block.source})" if block.source else block.heading


def field_note(field: FormField) -> str:
    """What a field takes, beside its label."""
    notes = [", ".join(choice.label for choice in field.choices)]
    notes += [_TAKES.get(field.kind, ""), field.format, "required" if field.required else ""]
    return "; ".join(note for note in notes if note)


def counts(unified: str) -> str:
    """How many lines a diff adds and takes away: "+3 −1"."""
    added, gone = diff_counts(unified)
    return f"+{added} −{gone}"


def tasks_done(block: TodoBlock) -> str:
    """How many of the tasks are done."""
    done = sum(item.state == "done" for item in block.items)
    return f"{done} of {len(block.items)} done"


def footer(transcript: Transcript) -> str:
    """Model, tokens and cost; no times, so that the same turn gives the same words."""
    parts = [transcript.model, *_usage(transcript.usage)]
    return " · ".join(part for part in parts if part)


LEAST = 0.01
"""Of a smaller share only that is said."""


def _usage(usage: Usage) -> list[str]:
    parts = []
    if usage.input_tokens or usage.output_tokens:
        cached = f" ({usage.cached_tokens:,} cached)" if usage.cached_tokens else ""
        thought = f" ({usage.reasoning_tokens:,} reasoning)" if usage.reasoning_tokens else ""
        parts.append(
            f"{usage.input_tokens:,} tokens in{cached}, {usage.output_tokens:,} out{thought}"
        )
    if usage.context_tokens and usage.context_limit:
        share = usage.context_tokens / usage.context_limit
        parts.append(f"context {share:.0%}" if share >= LEAST else "context < 1%")
    if usage.credits:
        parts.append(_counted(usage.credits, "AI credit"))
    if usage.cost:
        parts.append(_counted(usage.cost, "premium request"))
    return parts


def _counted(number: float, noun: str) -> str:
    count = f"{number:,.2f}".rstrip("0").rstrip(".")
    return f"{count} {noun}{'' if count == '1' else 's'}"


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
