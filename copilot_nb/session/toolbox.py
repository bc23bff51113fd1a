"""The tools of one session: what the runtime is told, and what runs when it calls."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from copilot_nb.errors import ConfigError, ToolError, ToolNotFoundError
from copilot_nb.protocol.tool import Tool, ToolResultObject
from copilot_nb.session.handlers import arity
from copilot_nb.session.tools import (
    FunctionTool,
    Invocation,
    Runnable,
    call_tool_function,
    to_result,
    tool,
)

ToolHandler = Callable[..., Any]
"""(arguments) or (arguments, invocation), sync or async; any result."""
AnyTool = Tool | FunctionTool[..., Any] | Callable[..., Any]
"""A declaration, a `@tool` function, or a function to make one of."""


@dataclass(slots=True)
class HandlerTool:
    """A declaration with a function for it."""

    handler: ToolHandler
    timeout: float | None = None

    async def run(self, invocation: Invocation) -> ToolResultObject:
        """Call the handler."""
        arguments = (invocation.arguments, invocation)[: arity(self.handler, 2)]
        return to_result(await call_tool_function(partial(self.handler, *arguments), {}))


@dataclass(slots=True)
class Entry:
    """A tool by its name."""

    definition: Tool
    runnable: Runnable | None = None
    """None: only declared; somebody else answers its calls."""


class Toolbox:
    """Tools by name, in the order they came.

    Args:
        provide: What `@tool` functions are handed, by type.
    """

    def __init__(self, provide: Mapping[type, Any] | None = None) -> None:
        self.provide: dict[type, Any] = dict(provide or {})
        self._entries: dict[str, Entry] = {}

    def add(self, one: AnyTool, handler: ToolHandler | None = None) -> None:
        """Add a tool, or replace its namesake; a declaration alone keeps the namesake's handler."""
        if isinstance(one, Tool):
            entry = Entry(one, HandlerTool(handler) if handler else self._handler_of(one.name))
        else:
            made = one if isinstance(one, FunctionTool) else tool(one)
            bound = made.bind(self.provide)
            entry = Entry(bound.definition, bound)
        self._entries[entry.definition.name] = entry

    def remove(self, name: str) -> None:
        """Forget a tool; unknown ones are ignored."""
        self._entries.pop(name, None)

    def besides(self, names: Container[str]) -> tuple[Entry, ...]:
        """The tools of other names."""
        return tuple(entry for name, entry in self._entries.items() if name not in names)

    def put(self, entries: Iterable[Entry]) -> None:
        """Add tools of another toolbox; namesakes are replaced."""
        self._entries |= {entry.definition.name: entry for entry in entries}

    def definition(self, name: str) -> Tool | None:
        """What the runtime is told about that tool."""
        entry = self._entries.get(name)
        return None if entry is None else entry.definition

    def definitions(self) -> list[Tool]:
        """What the runtime is told, in order."""
        return [entry.definition for entry in self._entries.values()]

    def runnable(self, name: str) -> Runnable | None:
        """What runs for that name; None when it is unknown or only declared."""
        entry = self._entries.get(name)
        return None if entry is None else entry.runnable

    def required(self, name: str) -> Runnable:
        """What runs for that name.

        Raises:
            ToolNotFoundError: There is no such tool.
            ToolError: It is only declared.
        """
        if name not in self._entries:
            raise ToolNotFoundError(f"No tool {name!r}; there are {sorted(self._entries)}.")
        runnable = self._entries[name].runnable
        if runnable is None:
            raise ToolError(f"No handler for tool: {name}")
        return runnable

    def check(self, built_in: Iterable[str]) -> None:
        """Refuse names that the runtime uses itself; it would only fail at the first turn.

        Raises:
            ConfigError: A tool has such a name and does not say that it overrides.
        """
        taken = set(built_in)
        for name, entry in self._entries.items():
            if name in taken and not entry.definition.overrides_built_in_tool:
                raise ConfigError(
                    f"The runtime has a tool {name!r} of its own.",
                    hint="Choose another name, or say `overrides_built_in=True`.",
                )

    def __len__(self) -> int:
        return len(self._entries)

    def _handler_of(self, name: str) -> Runnable | None:
        return self._entries[name].runnable if name in self._entries else None
