"""Draws a turn on a terminal: text as it comes, one line per tool call, what is asked in full.

Writes only forwards, so that it reads the same in a log. A line of output that is not finished,
such as a progress bar, is seen in passing, and stays when it is. Prompts are not its job.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Literal, assert_never

from copilot_nb.transcript.blocks import (
    REQUESTS,
    Block,
    ErrorBlock,
    ImageOutput,
    NoticeBlock,
    PermissionBlock,
    ReasoningBlock,
    TableOutput,
    TextBlock,
    TextOutput,
    ToolBlock,
    Transcript,
    UserInputBlock,
)
from copilot_nb.transcript.cuts import length, line_count, since
from copilot_nb.transcript.diffs import diff_lines
from copilot_nb.transcript.forms import FormBlock, PlanBlock, SignInBlock, TodoBlock
from copilot_nb.transcript.safety import visible
from copilot_nb.views.lines import Lines
from copilot_nb.views.stream import MarkdownStream, coloured
from copilot_nb.views.words import (
    EFFECTS,
    STATES,
    TASK_SIGNS,
    asker,
    counts,
    decision,
    field_note,
    footer,
    is_agreed,
    reply,
    target,
    tasks_done,
    time_limit,
)

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from copilot_nb.transcript.blocks import RequestBlock

OUTPUT_LINES = 12
"""Lines of a tool's output that are shown, from its end."""
DIFF_LINES = 60

_SIGNS = {"ok": ("✓", "green"), "failed": ("✕", "red"), "denied": ("⊘", "yellow")}
_BEGUN = frozenset({"running", "ok", "failed", "denied"})


class TerminalView:
    """Writes each transcript's news to a console.

    Args:
        console: Where to write; what is the process's output now, if not given.
        colours: Whether that output may have colours, if it can.
    """

    def __init__(self, console: Console | None = None, *, colours: bool = True) -> None:
        self._lines = Lines(console or _console(colours=colours))
        self._drawn: dict[str, Block] = {}
        self._stream: MarkdownStream | None = None
        self._streaming = ""
        self._label = ""
        self._gap = False

    def update(self, transcript: Transcript) -> None:
        """Write what is new since the last one."""
        if transcript.label != self._label:
            self._label = transcript.label
            self._lines.exact(f"[{self._label}]", "dim")
        for block in transcript.blocks:
            if self._drawn.get(block.id) is not block:
                self._draw(block)
                self._drawn[block.id] = block

    def close(self, transcript: Transcript) -> None:
        """Write what is left, and what the turn cost."""
        self.update(transcript)
        self._end_text()
        if transcript.sent:
            self._lines.exact(f"— sent: {transcript.sent}", "dim")
        words = footer(transcript)
        if words:
            self._lines.exact(f"— {words}", "dim")

    def _draw(self, block: Block) -> None:  # noqa: C901, PLR0912 - one case per block
        match block:
            case TextBlock():
                self._text(block)
            case ReasoningBlock():
                self._reasoning(block)
            case ToolBlock():
                self._tool(block)
            case PermissionBlock():
                self._permission(block)
            case UserInputBlock():
                self._user_input(block)
            case FormBlock():
                self._form(block)
            case PlanBlock():
                self._plan(block)
            case SignInBlock():
                self._sign_in(block)
            case TodoBlock():
                self._todo(block)
            case NoticeBlock():
                self._notice(block)
            case ErrorBlock():
                self._error(block)
            case _:
                assert_never(block)

        if isinstance(block, REQUESTS):
            self._limit(block)

    def _limit(self, block: RequestBlock) -> None:
        """How long it waits; the event that says so follows the request."""
        words, before = time_limit(block), self._drawn.get(block.id)
        known = isinstance(before, REQUESTS) and bool(time_limit(before))
        if block.state == "open" and words and not known:
            self._line("  ⏲ ", "dim", words)

    # Text

    def _text(self, block: TextBlock) -> None:
        before = self._drawn.get(block.id)
        shown = before.text if isinstance(before, TextBlock) else ""
        if not block.text.startswith(shown):
            self._end_text()
            shown = ""
        if len(block.text) > len(shown):
            self._stream_of(block.id).feed(block.text[len(shown) :])
        if block.closed and self._streaming == block.id:
            self._end_text()

    def _stream_of(self, block_id: str) -> MarkdownStream:
        if self._stream is None or self._streaming != block_id:
            self._end_text()
            if self._drawn and not self._gap:
                self._lines.newline()
            self._stream, self._streaming = MarkdownStream(self._lines), block_id
        return self._stream

    def _end_text(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._lines.newline()
            self._gap = True
        self._stream, self._streaming = None, ""

    def _reasoning(self, block: ReasoningBlock) -> None:
        if block.id not in self._drawn and block.text.strip():
            self._line("· Thinking …", "dim")

    # Tools

    def _tool(self, block: ToolBlock) -> None:
        before = self._drawn.get(block.id)
        state = before.state if isinstance(before, ToolBlock) else "pending"
        if state == "pending" and block.state in _BEGUN:
            self._line(f"● {_name(block)}", "bold", block.title)
        self._outputs(before if isinstance(before, ToolBlock) else None, block)
        if state != block.state and block.state in _SIGNS:
            self._result(block)
        self._changes(block, before if isinstance(before, ToolBlock) else None)

    def _changes(self, block: ToolBlock, before: ToolBlock | None) -> None:
        for line in block.changes[len(before.changes) if before else 0 :]:
            self._line("  Δ ", "cyan", line)
        if block.undo == "done" and (before is None or before.undo != "done"):
            self._line("  ↶ ", "cyan", "Taken back.")

    def _outputs(self, before: ToolBlock | None, block: ToolBlock) -> None:
        """What is new of a call's output; its last line may still change while the call runs."""
        known = before.outputs if before else ()
        for at, output in enumerate(block.outputs):
            old = known[at] if at < len(known) else None
            if isinstance(output, TextOutput):
                drawn = _settled(before, at) if before and isinstance(old, TextOutput) else 0
                self._printed(output, drawn, _settled(block, at))
            elif old != output:
                self._rich(output)

    def _printed(self, output: TextOutput, begin: int, end: int) -> None:
        """The characters of an output between two places; what is behind them only in passing."""
        style = "red" if output.stream in {"stderr", "error"} else ""
        new, rest = since(output.text, begin), length(output.text) - end
        settled = new[: len(new) - rest].removesuffix("\n")
        if end > begin:
            for line in settled.split("\n"):
                self._lines.exact(line, style, indent="    ")
        if rest:
            self._lines.passing(new[len(new) - rest :], style, indent="    ")

    def _rich(self, output: TableOutput | ImageOutput) -> None:
        match output:
            case TableOutput():
                self._lines.draw(_table(output))
                self._exact(output.caption, "dim")
            case ImageOutput(alt=alt):
                self._line(f"  [{alt}]", "dim")
            case _:
                assert_never(output)

    def _result(self, block: ToolBlock) -> None:
        if block.diff and not self._was_shown(block.id):
            self._diff(block.diff)
        self._exact(_tail(block.output), "dim")
        sign, style = _SIGNS[block.state]
        seconds = f", {block.seconds:.1f} s" if block.seconds else ""
        said = block.error or STATES.get(block.state) or "done"
        said += f" ({counts(block.diff)})" if block.diff else ""
        self._line(f"  {sign} ", style, f"{_name(block)}: {said}{seconds}")

    def _was_shown(self, call_id: str) -> bool:
        """Whether somebody was asked about the call's diff."""
        return any(
            isinstance(block, PermissionBlock) and block.tool_call_id == call_id and block.diff
            for block in self._drawn.values()
        )

    # Requests

    def _permission(self, block: PermissionBlock) -> None:
        before = self._drawn.get(block.id)
        if before is None:
            self._asked(block)
        if block.state == "answered" and (before is None or before.state == "open"):  # type: ignore[union-attr]  # the same id
            self._answered(block, decision(block))

    def _asked(self, block: PermissionBlock) -> None:
        self._line("? ", "bold yellow", block.heading)
        for line in block.body.split("\n") if block.body else ():
            self._lines.exact(coloured(line, block.language), indent="    ")
        if block.diff:
            self._diff(block.diff, whole=True)
        if block.intention:
            self._line("  why: ", "dim", block.intention)
        if block.place and block.place != target(block):
            self._line("  where: ", "dim", block.place)
        for effect in block.effects:
            self._line(f"  {EFFECTS[effect.kind].lower()}: ", "cyan", effect.text)
        self._warn(block.warnings)

    def _user_input(self, block: UserInputBlock) -> None:
        if block.id not in self._drawn:
            self._line("? ", "bold yellow", block.question)
        if block.state == "answered":
            self._line("  → ", "green", reply(block))

    def _form(self, block: FormBlock) -> None:
        if block.id not in self._drawn:
            self._line("? ", "bold yellow", asker(block))
            if block.url:
                self._line("  page: ", "dim", block.url)
            for field in block.fields:
                note = field_note(field)
                self._line("  • ", "", f"{field.label} ({note})" if note else field.label)
            self._warn(block.warnings)
        self._end_request(block)

    def _plan(self, block: PlanBlock) -> None:
        if block.id not in self._drawn:
            self._line("? ", "bold yellow", "Go on with this plan?")
            for text in filter(None, (block.summary, block.plan)):
                self._stream_of(block.id).feed(text)
                self._end_text()
        self._end_request(block)

    def _sign_in(self, block: SignInBlock) -> None:
        if block.id not in self._drawn:
            self._line("? ", "bold yellow", f"Sign in to {block.host}")
            self._line("  page: ", "dim", block.url)
            self._line("  code: ", "dim", block.code)
        self._end_request(block)

    def _end_request(self, block: FormBlock | PlanBlock | SignInBlock) -> None:
        if block.state != "open":
            self._answered(block, reply(block))

    def _answered(self, block: RequestBlock, words: str) -> None:
        agreed = is_agreed(block)
        self._line("  ✓ " if agreed else "  ⊘ ", "green" if agreed else "yellow", words)

    def _warn(self, warnings: tuple[str, ...]) -> None:
        for warning in warnings:
            self._line("  ! ", "bold red", warning)

    # The rest

    def _notice(self, block: NoticeBlock) -> None:
        """Its line; what is folded below it on a page, `%copilot show` has."""
        warning = block.level == "warning"
        before = self._drawn.get(block.id)
        if not isinstance(before, NoticeBlock) or before.text != block.text:
            self._line("! " if warning else "· ", "yellow" if warning else "dim", block.text)

    def _todo(self, block: TodoBlock) -> None:
        """The tasks that have changed; all of them at first."""
        before = self._drawn.get(block.id)
        known = before.items if isinstance(before, TodoBlock) else ()
        news = [item for item in block.items if item not in known]
        if news:
            self._line("Tasks: ", "bold", tasks_done(block))
        for item in news:
            self._line(f"  {TASK_SIGNS[item.state]} ", "", item.text)

    def _error(self, block: ErrorBlock) -> None:
        self._line("✕ ", "bold red", block.message)
        if block.hint:
            self._line("  ", "", block.hint)
        self._exact(_tail(block.details), "dim")

    def _diff(self, text: str, *, whole: bool = False) -> None:
        """The change; all of it where somebody decides about it."""
        lines = diff_lines(text)
        end = len(lines) if whole else DIFF_LINES
        for line in lines[:end]:
            style = {"+": "green", "-": "red", "@": "dim"}.get(line[:1], "")
            self._lines.exact(line, style, indent="    ")
        if len(lines) > end:
            self._line(f"    … {len(lines) - end} lines more", "dim")

    def _line(self, first: str, style: str, rest: str = "") -> None:
        self._end_text()
        self._gap = False
        self._lines.fresh()
        self._lines.write(first, style, indent=" " * (len(first) - len(first.lstrip()) + 2))
        if rest:
            self._lines.write(rest if first.endswith(" ") else f" {rest}")
        self._lines.newline()

    def _exact(self, text: str, style: str) -> None:
        for line in text.strip("\n").split("\n") if text.strip("\n") else ():
            self._lines.exact(line, style, indent="    ")


def _console(*, colours: bool) -> Console:
    """A console on the output of now: code that runs later may put something in its place."""
    from rich.console import Console

    plain = not colours or bool(os.environ.get("NO_COLOR"))
    system: Literal["auto"] | None = None if plain else "auto"
    return Console(file=sys.stdout, color_system=system, highlight=False, markup=False, emoji=False)


def _name(block: ToolBlock) -> str:
    return f"{block.agent} › {block.name}" if block.agent else block.name


def _tail(text: str) -> str:
    lines = text.strip("\n").split("\n")
    if len(lines) <= OUTPUT_LINES:
        return text
    before = line_count(text) - OUTPUT_LINES
    return "\n".join([f"… {before:,} lines before", *lines[-OUTPUT_LINES:]])


def _settled(block: ToolBlock, at: int) -> int:
    """How many characters of a text output stay: all but a line that may still change."""
    output, is_last = block.outputs[at], at == len(block.outputs) - 1
    assert isinstance(output, TextOutput)  # noqa: S101 - narrows the type; asked of texts alone
    is_open = is_last and block.state in {"pending", "running"}
    rest = output.text.rpartition("\n")[2] if is_open else ""
    return length(output.text) - len(rest)


def _table(output: TableOutput) -> RenderableType:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in ("", *output.columns) if output.has_index else output.columns:
        table.add_column(Text(visible(name)), justify="right")
    for row in output.rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    return table
