"""Functions of the notebook that the agent may call for one turn, because the prompt says `@fn()`.

Asked once before the prompt is sent; gone when the turn ends. An argument is JSON, or `@name` for a
variable of the notebook, which stays in the kernel.
"""

from __future__ import annotations

import inspect
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from copilot_nb.data.namespace import nearest, signature_of
from copilot_nb.data.objects import source_of
from copilot_nb.errors import CopilotError, ToolError, UsageError
from copilot_nb.protocol.tool import Tool
from copilot_nb.session.tools import Invocation, call_tool_function

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from copilot_nb.kernel.shell import Shell
    from copilot_nb.session.session import Session

PREFIX = "call_"
"""Of the tools' names: no tool of the runtime's begins so."""
KIND = "lend"
"""What the request is about, for policies."""
_VARIABLE = {"type": "string", "pattern": "^@", "description": "@name: that notebook variable"}
_TYPES: Mapping[Any, str] = {int: "integer", float: "number", bool: "boolean", str: "string"}
_TYPES |= {each.__name__: name for each, name in _TYPES.items()}  # type: ignore[operator]  # a dict
_ORDERED = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(slots=True)
class Lent:
    """What is lent to one session at the moment."""

    names: list[str] = field(default_factory=list)
    session: Session | None = None

    async def lend(
        self, session: Session, functions: Iterable[tuple[str, Callable[..., Any]]], shell: Shell
    ) -> None:
        """Ask for each function whether the agent may call it, and offer those that it may.

        Raises:
            UsageError: The person said that nothing shall be sent.
        """
        offered = []
        for name, function in functions:
            signature = _signature(function)
            if signature is None:
                continue
            made = LentFunction(name.removesuffix("()"), function, signature, shell)
            if await _allowed(session, made):
                offered.append((made.definition, made.call))
        if offered:
            self.session = session
            self.names = [tool.name for tool, _ in offered]
            await session.register_tools(offered)

    async def take_back(self) -> None:
        """Offer them no more."""
        names, self.names = self.names, []
        session, self.session = self.session, None
        if session is not None and names:
            with suppress(CopilotError):  # a session that is gone offers nothing
                await session.remove_tools(names)


@dataclass(frozen=True, slots=True)
class LentFunction:
    """A function as the model may call it."""

    name: str
    """How the notebook names it, dots and all."""
    function: Callable[..., Any]
    signature: inspect.Signature
    shell: Shell

    @property
    def definition(self) -> Tool:
        """What the model is told."""
        doc = (inspect.getdoc(self.function) or "").partition("\n\n")[0]
        required = [p.name for p in self._parameters if p.default is p.empty]
        schema: dict[str, Any] = {
            "type": "object",
            "properties": {p.name: _schema(p) for p in self._parameters},
        }
        return Tool(
            name=PREFIX + re.sub(r"[^A-Za-z0-9_-]", "_", self.name),
            description=(
                f"Call {self.name}() of the user's notebook. An argument is a JSON value, or the "
                f'text "@name" for the notebook variable of that name. {doc}'
            ).strip(),
            parameters_schema=schema | ({"required": required} if required else {}),
            skip_permission=True,
        )

    async def call(self, arguments: Any, invocation: Invocation) -> Any:
        """Call it with the model's arguments.

        Raises:
            ToolError: They do not fit, or name a variable that does not exist.
        """
        given = arguments if isinstance(arguments, dict) else {}
        shown = ", ".join(f"{name}={value!r}" for name, value in given.items())
        invocation.describe(
            title=f"{self.name}()", arguments=f"{self.name}({shown})", language="python"
        )
        known = {p.name: p for p in self._parameters}
        unknown = [name for name in given if name not in known]
        if unknown:
            raise ToolError(f"{self.name}() has no parameter {unknown[0]!r}.")
        values = {name: self._value(value) for name, value in given.items()}
        missing = [n for n, p in known.items() if n not in values and p.default is p.empty]
        if missing:
            raise ToolError(f"{self.name}() needs {', '.join(missing)}.")
        bound = self.signature.bind_partial()
        bound.arguments |= {name: values[name] for name in known if name in values}
        bound.apply_defaults()
        return await call_tool_function(_applied(self.function, bound), {})

    @property
    def _parameters(self) -> list[inspect.Parameter]:
        kinds = (*_ORDERED, inspect.Parameter.KEYWORD_ONLY)
        return [p for p in self.signature.parameters.values() if p.kind in kinds]

    def _value(self, value: Any) -> Any:
        if not isinstance(value, str) or not value.startswith("@"):
            return value
        if value.startswith("@@"):
            return value[1:]
        variables = self.shell.variables
        if value[1:] not in variables:
            near = nearest(value[1:], variables)
            hint = f" Did you mean {', '.join(f'@{name}' for name in near)}?" if near else ""
            raise ToolError(f"There is no variable {value[1:]!r}.{hint}")
        return variables[value[1:]]


def _applied(function: Callable[..., Any], bound: inspect.BoundArguments) -> Callable[[], Any]:
    return lambda: function(*bound.args, **bound.kwargs)


def _signature(function: Callable[..., Any]) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None


def _schema(parameter: inspect.Parameter) -> dict[str, Any]:
    annotation = parameter.annotation
    name = _TYPES.get(annotation) if isinstance(annotation, type | str) else None
    if name is None:
        return {"description": "A JSON value, or @name for a notebook variable."}
    if name == "string":
        return {"type": "string", "description": "Text, or @name for a notebook variable."}
    return {"anyOf": [{"type": name}, _VARIABLE]}


async def _allowed(session: Session, lent: LentFunction) -> bool:
    signature = signature_of(lent.function)
    invocation = Invocation(session=session, tool_name=lent.definition.name)
    answer = await invocation.ask_permission(
        kind=KIND,
        heading=f"Let the agent call {lent.name}{signature}?",
        body=source_of(lent.function) or f"{lent.name}{signature}",
        intention="In this turn, as often as it likes, with any variable of the notebook.",
        language="python",
    )
    if answer.choice == "deny_stop":
        raise UsageError("Nothing was sent.", hint=f"Without `()`, @{lent.name} only shows it.")
    return answer.approved
