"""What one turn looks like: a Transcript of blocks.

Immutable values without time, I/O or screen. The reducer makes them out of events; the
widget, the terminal and the static view draw them. A new block is a class here, in `Block`,
and a case in each view (`assert_never` names those that miss it).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal, get_args

from copilot_nb.transcript.forms import (
    Choice,
    FormBlock,
    PlanBlock,
    RequestState,
    SignInBlock,
    TodoBlock,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

ToolState = Literal["pending", "running", "ok", "failed", "denied", "cancelled"]
TurnState = Literal["waiting", "running", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOutput:
    """Text that kernel code wrote, or the plain form of its result."""

    kind: ClassVar[str] = "text"
    text: str
    stream: Literal["stdout", "stderr", "result", "error"] = "stdout"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOutput:
    """A table that we built from data: every cell is text, nothing is HTML."""

    kind: ClassVar[str] = "table"
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The first cell of a row is its label when `has_index`."""
    has_index: bool = True
    caption: str = ""
    """Such as "8,112 rows x 13 columns"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageOutput:
    """A raster picture, base64; never SVG."""

    kind: ClassVar[str] = "image"
    data: str
    mime: Literal["image/png", "image/jpeg"] = "image/png"
    alt: str = "Figure"
    width: int | None = None
    height: int | None = None


Output = TextOutput | TableOutput | ImageOutput


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock:
    """The agent's answer, Markdown."""

    kind: ClassVar[str] = "text"
    id: str
    text: str = ""
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningBlock:
    """The model's reasoning, Markdown; shown folded."""

    kind: ClassVar[str] = "reasoning"
    id: str
    text: str = ""
    closed: bool = False
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolBlock:
    """One tool call, from the first streamed argument to its result."""

    kind: ClassVar[str] = "tool"
    id: str
    """The tool call's id."""
    name: str
    title: str = ""
    """One line for the closed card: the command, the path, the variable."""
    arguments: str = ""
    """What the tool was given, made readable: a command, code, or indented JSON."""
    language: str = "json"
    """How `arguments` is highlighted: bash, python, sql, json, text."""
    state: ToolState = "pending"
    output: str = ""
    """Text it printed or returned; grows while it runs."""
    outputs: tuple[Output, ...] = ()
    """Rich output of kernel code, in order."""
    diff: str = ""
    error: str = ""
    progress: str = ""
    seconds: float | None = None
    source: str = "builtin"
    """builtin, kernel, mcp:<server> or python."""
    agent: str = ""
    """Name of the sub-agent that called it; empty for the agent itself."""
    changes: tuple[str, ...] = ()
    """What kernel code changed, a line each: "`df` 8,760 x 12 → 8,112 x 13, + `gap_h`"."""
    undo: Literal["", "offered", "done"] = ""
    """Whether these changes can be taken back."""
    cut: int = 0
    """Characters that it printed and that are not in `output`; 0 if the blocks have them all."""


EffectKind = Literal[
    "reads",
    "creates",
    "overwrites",
    "changes",
    "deletes",
    "imports",
    "files",
    "network",
    "process",
    "environment",
    "unknown",
]
EFFECT_KINDS: tuple[EffectKind, ...] = get_args(EffectKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One consequence that code would have, as far as it can be seen before it runs."""

    kind: EffectKind
    """unknown: what could not be analysed."""
    text: str
    """The names and what they are, such as "df (8,760 x 12)"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionBlock:
    """The agent asks whether it may."""

    kind: ClassVar[str] = "permission"
    id: str
    """The request's id: what an answer names."""
    subject: str
    """shell, write, read, url, mcp, custom-tool, path, hook, memory, kernel-code, release, budget
    or unknown."""
    heading: str
    body: str = ""
    """Exactly what would run or be touched: command, code, URL, paths, arguments."""
    language: str = "text"
    intention: str = ""
    place: str = ""
    """Directory or file it is about."""
    diff: str = ""
    warnings: tuple[str, ...] = ()
    """What a reader must know, such as invisible characters in `body`."""
    effects: tuple[Effect, ...] = ()
    """What kernel code would do to the user's names and to the world."""
    editable: bool = False
    """Whether `body` may be edited before it is allowed; the answer carries the new text."""
    time_limit: float | None = None
    """Seconds until the request is declined by itself; counted from when it was shown."""
    choices: tuple[Choice, ...] = ()
    state: RequestState = "open"
    answer: str = ""
    """The decision in words: "Allowed once", "Denied: use ls instead"."""
    by: str = ""
    """Who decided: you, a rule, a policy, a time limit."""
    at: str = ""
    """When, ISO 8601: for records and programs; no view draws it."""
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserInputBlock:
    """The agent asks a question."""

    kind: ClassVar[str] = "user_input"
    id: str
    question: str
    choices: tuple[str, ...] = ()
    allow_freeform: bool = True
    time_limit: float | None = None
    state: RequestState = "open"
    answer: str = ""
    by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeBlock:
    """One line about the turn itself: a retry, a model switch, what is still running."""

    kind: ClassVar[str] = "notice"
    id: str
    text: str
    level: Literal["info", "warning"] = "info"
    details: str = ""
    """Folded text below the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBlock:
    """Why the turn failed, and the next step."""

    kind: ClassVar[str] = "error"
    id: str
    message: str
    hint: str = ""
    details: str = ""


Block = (
    TextBlock
    | ReasoningBlock
    | ToolBlock
    | PermissionBlock
    | UserInputBlock
    | FormBlock
    | PlanBlock
    | SignInBlock
    | TodoBlock
    | NoticeBlock
    | ErrorBlock
)


RequestBlock = PermissionBlock | UserInputBlock | FormBlock | PlanBlock | SignInBlock
"""What waits for a person."""
REQUESTS = (PermissionBlock, UserInputBlock, FormBlock, PlanBlock, SignInBlock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What the turn cost, as far as the runtime said."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    requests: int = 0
    """Model calls."""
    cost: float = 0.0
    """Sum of the premium multipliers; 0 for a provider of one's own."""
    credits: float = 0.0
    """AI credits that the runtime reported."""
    reasoning_tokens: int = 0
    context_tokens: int = 0
    context_limit: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What the reducer must know of earlier events and no view draws."""

    began: float | None = None
    """When the prompt was sent."""
    times: Mapping[str, float] = field(default_factory=dict)
    """When the block of that id began to work."""
    written: Mapping[str, str] = field(default_factory=dict)
    """Tool call -> the JSON arguments as far as the model has written them."""
    tails: Mapping[str, str] = field(default_factory=dict)
    """Tool call -> half an escape sequence at the end of its streamed output."""
    drafts: tuple[str, ...] = ()
    """Blocks of the answer that streams now; a retry drops them."""
    agents: Mapping[str, str] = field(default_factory=dict)
    """Sub-agent -> its name."""
    shells: Mapping[str, str] = field(default_factory=dict)
    """Background shell -> the tool call that started it."""
    lasting: Mapping[str, str] = field(default_factory=dict)
    """Tool call whose command outlives it -> how long, in words."""
    intent: str = ""
    """What the agent says it is doing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """Everything from one prompt to its end, as one value."""

    prompt: str = ""
    blocks: tuple[Block, ...] = ()
    state: TurnState = "waiting"
    status: str = ""
    """What goes on now, in two or three words; empty at the end."""
    model: str = ""
    sent: str = ""
    """What left the kernel, in a line: "index (31 names), 20 rows of `df` (4 columns)"."""
    label: str = ""
    """Where answers come from when a reader must know, such as "demo model"."""
    usage: Usage = field(default_factory=Usage)
    seconds: float | None = None
    at: str = ""
    """When it began, ISO 8601: for records and programs; no view draws it."""
    memory: Memory = field(default_factory=Memory, repr=False, compare=False)

    def get(self, block_id: str) -> Block | None:
        """The block of that id, the newest first."""
        for block in reversed(self.blocks):
            if block.id == block_id:
                return block
        return None

    def add(self, block: Block) -> Transcript:
        """A transcript with one more block at its end."""
        return self._of((*self.blocks, block))

    def put(self, block: Block) -> Transcript:
        """A transcript where the block takes the place of its namesake, or is added."""
        for at in range(len(self.blocks) - 1, -1, -1):
            if self.blocks[at].id == block.id:
                return self._of((*self.blocks[:at], block, *self.blocks[at + 1 :]))
        return self.add(block)

    def drop(self, block_ids: Collection[str]) -> Transcript:
        """A transcript without the blocks of those ids."""
        return self._of(tuple(b for b in self.blocks if b.id not in block_ids))

    def _of(self, blocks: tuple[Block, ...]) -> Transcript:
        """The same with other blocks; `replace` takes four times as long, for every delta."""
        return Transcript(
            prompt=self.prompt,
            blocks=blocks,
            state=self.state,
            status=self.status,
            model=self.model,
            sent=self.sent,
            label=self.label,
            usage=self.usage,
            seconds=self.seconds,
            at=self.at,
            memory=self.memory,
        )

    @property
    def text(self) -> str:
        """The answer: the text blocks, a blank line between them."""
        return "\n\n".join(b.text for b in self.blocks if isinstance(b, TextBlock) and b.text)

    @property
    def tools(self) -> tuple[ToolBlock, ...]:
        """The tool calls, in order."""
        return tuple(b for b in self.blocks if isinstance(b, ToolBlock))

    @property
    def open_requests(self) -> tuple[RequestBlock, ...]:
        """What waits for an answer, oldest first."""
        requests = (b for b in self.blocks if isinstance(b, REQUESTS))
        return tuple(request for request in requests if request.state == "open")

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state in {"done", "stopped", "failed"}
