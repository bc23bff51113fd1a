"""Python functions as tools of the agent.

`@tool` makes one out of a typed function; `Invocation` is what a call knows about itself. Results
of any type become what the model reads, and failures are results too: the model sees why.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Generic, Literal, ParamSpec, Protocol, TypeVar, overload
from uuid import uuid4

from pydantic_core import to_jsonable_python

from copilot_nb.errors import ConfigError, ToolError
from copilot_nb.protocol.local import (
    LocalKernelOutput,
    LocalRequestAnswered,
    LocalRequestOpened,
    LocalToolDetails,
)
from copilot_nb.protocol.permission import PermissionRequest
from copilot_nb.protocol.tool import Tool, ToolResultObject
from copilot_nb.session.bounded import bounded
from copilot_nb.session.pending import WITHDRAWN, Answer, PendingRequest
from copilot_nb.session.signature import Signature, description, read_signature

if TYPE_CHECKING:
    from copilot_nb.session.answering import Answering

Permission = Literal["ask", "read", "none"]
Converter = Callable[[Any], "str | ToolResultObject"]
P = ParamSpec("P")
R = TypeVar("R")

_log = logging.getLogger(__name__)
_converters: dict[type, Converter] = {}
_limits: list[Callable[[float], AbstractContextManager[None]]] = []
_describers: list[Callable[[BaseException], str]] = []


@dataclass(frozen=True, slots=True)
class Reading:
    """What of the user's data stands in a tool's result."""

    name: str
    rows: int = 0
    columns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One call of a tool, from the tool's point of view."""

    session: Answering = field(repr=False)
    tool_name: str
    tool_call_id: str = ""
    arguments: Any = None
    request_id: str = ""
    agent_id: str | None = None
    readings: list[Reading] = field(default_factory=list, repr=False, compare=False)
    """What the tool said that it read."""
    exposed: list[str] = field(default_factory=list, repr=False, compare=False)
    """Withheld columns, such as `df.age`, of which the result may hold values of any length."""
    exact: dict[str, Collection[float]] = field(default_factory=dict, repr=False, compare=False)
    """Numbers as they were shortened in the result -> what they are."""

    @property
    def session_id(self) -> str:
        """The session that calls."""
        return self.session.session_id

    async def ask_permission(  # noqa: PLR0913 - each is one line of the panel
        self,
        *,
        kind: str,
        body: str,
        heading: str = "",
        intention: str = "",
        language: str = "python",
        place: str = "",
        details: Mapping[str, Any] | None = None,
        warnings: Sequence[str] = (),
    ) -> Answer:
        """Ask whoever answers for this session; waits until somebody does.

        Args:
            kind: What it is about, such as "kernel-code".
            body: Exactly what will be done if the answer is yes.
            heading: The question, in one line.
            intention: Why, in the agent's words.
            language: How `body` is highlighted.
            place: The directory or file it is about.
            details: Anything a policy may want to know.
            warnings: What a reader must know before a yes.
        """
        prompt = {
            "kind": kind,
            "heading": heading,
            "body": body,
            "intention": intention,
            "language": language,
            "place": place,
            "details": dict(details or {}),
            **({"warnings": list(warnings)} if warnings else {}),
        }
        request = PendingRequest(
            id=str(uuid4()),
            kind="permission",
            session_id=self.session_id,
            permission=PermissionRequest.from_wire(
                prompt | {"toolCallId": self.tool_call_id, "toolName": self.tool_name}
            ),
            prompt=prompt,
            tool_call_id=self.tool_call_id,
        )
        self.session.emit_local(
            LocalRequestOpened(
                request_id=request.id,
                kind="permission",
                tool_call_id=self.tool_call_id,
                permission=prompt,
            )
        )
        try:
            return await self.session.pending.ask(request)
        except asyncio.CancelledError:  # the runtime knows nothing of the question
            self.session.emit_local(
                LocalRequestAnswered(request_id=request.id, by=WITHDRAWN.by, answer=WITHDRAWN.words)
            )
            raise

    def show(self, output: Mapping[str, Any]) -> None:
        """Show output of the call in the transcript, at once; may be called many times."""
        self.session.emit_local(
            LocalKernelOutput(tool_call_id=self.tool_call_id, output=dict(output))
        )

    def account(self, name: str, *, rows: int = 0, columns: int = 0) -> None:
        """Say what of the user's data this call read, for the ledger of what was sent.

        Args:
            name: The variable or file; empty for a table that the tool made.
            rows: How many of its rows are in the result.
            columns: How many of its columns.
        """
        self.readings.append(Reading(name, rows, columns))

    def describe(
        self, *, title: str = "", arguments: str = "", language: str = "", source: str = "kernel"
    ) -> None:
        """Say how the call is shown: its one line, and its arguments in readable form."""
        shown = {"title": title, "arguments": arguments, "language": language, "source": source}
        self.session.emit_local(LocalToolDetails(tool_call_id=self.tool_call_id, **shown))


class Runnable(Protocol):
    """A tool that can be called."""

    @property
    def timeout(self) -> float | None:
        """Seconds that a call may take."""
        ...

    async def run(self, invocation: Invocation) -> ToolResultObject:
        """Run one call."""
        ...


class FunctionTool(Generic[P, R]):
    """A function that is a tool; calling it calls the function.

    Args:
        function: What runs.
        name: The model's name for it; the function's own by default.
        description: What the model is told; the docstring by default.
        permission: "ask" lets the runtime ask before each call, "read" does not ask and says the
            tool changes nothing, "none" does not ask: the tool asks by itself where it must.
        timeout: Seconds that a call may take.
        overrides_built_in: Take the place of the runtime's tool of the same name.
    """

    def __init__(
        self,
        function: Callable[P, R],
        *,
        name: str | None = None,
        description: str | None = None,
        permission: Permission = "ask",
        timeout: float | None = None,
        overrides_built_in: bool = False,
    ) -> None:
        update_wrapper(self, function)
        self.function = function
        self.name = name or getattr(function, "__name__", "")
        self.permission: Permission = permission
        self.timeout = timeout
        self._overrides = overrides_built_in
        self._description = description
        self._signatures: dict[tuple[type, ...], Signature] = {}

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function itself, without a session."""
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<tool {self.name}>"

    def _repr_html_(self) -> str:
        """Its card; without parameters where only a session knows what it is handed."""
        try:
            tool = self.definition()
        except ConfigError:
            tool = Tool(name=self.name, description=self.description)
        return tool._repr_html_()

    @property
    def description(self) -> str:
        """What the model is told about it."""
        return description(self.function) if self._description is None else self._description

    def definition(self, injected: tuple[type, ...] = ()) -> Tool:
        """What is sent to the runtime, with parameters of those types left out."""
        return self._definition(self.signature(injected))

    def signature(self, injected: tuple[type, ...] = ()) -> Signature:
        """Its parameters, with those types handed in by us; read once for each set of types."""
        if injected not in self._signatures:
            self._signatures[injected] = read_signature(self.function, (Invocation, *injected))
        return self._signatures[injected]

    def bind(self, provide: Mapping[type, Any]) -> BoundTool:
        """The tool with what is handed in."""
        signature = self.signature(tuple(provide))
        return BoundTool(
            definition=self._definition(signature),
            function=self.function,
            signature=signature,
            provide=dict(provide),
            timeout=self.timeout,
        )

    def _definition(self, signature: Signature) -> Tool:
        return Tool(
            name=self.name,
            description=self.description,
            parameters_schema=signature.schema,
            skip_permission=True if self.permission != "ask" else None,
            overrides_built_in_tool=True if self._overrides else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundTool:
    """A tool as one session knows it."""

    definition: Tool
    function: Callable[..., Any]
    signature: Signature
    provide: dict[type, Any]
    timeout: float | None = None

    async def run(self, invocation: Invocation) -> ToolResultObject:
        """Call the function with the model's arguments and what is handed in.

        Raises:
            ToolError: The arguments do not fit, or the tool says so.
        """
        kwargs = self.signature.parse(invocation.arguments)
        known = {**self.provide, Invocation: invocation}
        kwargs |= {name: known[kind] for name, kind in self.signature.injected.items()}
        return to_result(await call_tool_function(self.function, kwargs))


@overload
def tool(function: Callable[P, R], /) -> FunctionTool[P, R]: ...


@overload
def tool(
    *,
    name: str | None = None,
    description: str | None = None,
    permission: Permission = "ask",
    timeout: float | None = None,
    overrides_built_in: bool = False,
) -> Callable[[Callable[P, R]], FunctionTool[P, R]]: ...


def tool(function: Callable[..., Any] | None = None, /, **options: Any) -> Any:
    """Make a tool of a typed function.

    The signature is the schema: `Annotated[int, Field(ge=1)]` and the docstring's `Args:` reach
    the model. Parameters annotated with `Invocation` or a type that the session provides are
    handed in and hidden from the model. See `FunctionTool` for the options.
    """
    if function is not None:
        return FunctionTool(function)
    return lambda decorated: FunctionTool(decorated, **options)


async def call_tool_function(function: Callable[..., Any], kwargs: Mapping[str, Any]) -> Any:
    """Call user code; the only place that does.

    An interrupt looks for this frame on the stack: a KeyboardInterrupt that is raised inside must
    not leave the task, or it would end the kernel.
    """
    try:
        result = function(**kwargs)
        return await result if inspect.isawaitable(result) else result
    except KeyboardInterrupt:
        raise ToolError("interrupted") from None


def register_converter(kind: type, convert: Converter) -> None:
    """Say how results of that type, or of its subclasses, become text for the model."""
    _converters[kind] = convert


def show_failures(describe: Callable[[BaseException], str]) -> None:
    """Say how a tool's own error is shown to the person; the model only gets its message."""
    _describers[:] = [describe]


def limit_computing(make: Callable[[float], AbstractContextManager[None]]) -> None:
    """Say how a tool that computes, and so never awaits, is broken off after so many seconds.

    Args:
        make: Makes a context manager that does it, and says so by its attribute `expired`.
    """
    _limits[:] = [make]


def to_result(value: Any) -> ToolResultObject:
    """Any value as a tool result: None is empty, text is text, the rest is JSON."""
    match value:
        case None:
            return ToolResultObject.text("")
        case str():
            return ToolResultObject.text(value)
        case ToolResultObject():
            return value
        case {"textResultForLlm": _, "resultType": _}:
            return ToolResultObject.from_wire(value)
    for kind in type(value).__mro__:
        if convert := _converters.get(kind):
            return to_result(convert(value))
    return ToolResultObject.text(
        json.dumps(
            to_jsonable_python(bounded(value), fallback=repr, by_alias=False), ensure_ascii=False
        )
    )


async def run_tool(bound: Runnable, invocation: Invocation) -> ToolResultObject:
    """Run a call to a result, whatever happens: failures are results the model can read."""
    limit = asyncio.timeout(bound.timeout)
    computing = _limits[0](bound.timeout) if _limits and bound.timeout else nullcontext()
    try:
        async with limit:
            with computing:
                return await bound.run(invocation)
    except ToolError as error:
        return ToolResultObject.failure(str(error) or "The tool failed.")
    except Exception as error:  # noqa: BLE001 - a tool's fault is the model's to read
        if limit.expired() or _took(computing):
            return ToolResultObject.failure(
                f"{invocation.tool_name} did not finish within {bound.timeout:g} s.",
                result_type="timeout",
            )
        _log.exception("Tool %s failed", invocation.tool_name)
        for describe in _describers:
            text = f"{describe(error)}\n"
            invocation.show({"kind": "text", "text": text, "stream": "error"})
        return ToolResultObject.failure(f"{type(error).__name__}: {_words(error)}")


def _took(computing: AbstractContextManager[None]) -> bool:
    """Whether a tool that computed was broken off."""
    return bool(getattr(computing, "expired", False))


def _words(error: Exception) -> str:
    """What an error says; one that cannot say anything must not leave the call open."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - its class is the user's
        return "its message cannot be read"
