"""Functions as tools: schema, description, arguments, results."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

import pytest
from pydantic import BaseModel, Field

from copilot_nb.errors import ConfigError, ToolError, ToolNotFoundError
from copilot_nb.protocol.tool import Tool, ToolResultObject
from copilot_nb.session.session import Session
from copilot_nb.session.toolbox import Toolbox
from copilot_nb.session.tools import (
    FunctionTool,
    Invocation,
    call_tool_function,
    register_converter,
    run_tool,
    to_result,
    tool,
)


@dataclass
class Shell:
    """Something that is handed in."""

    name: str = "shell"


class Point(BaseModel):
    """A structured argument."""

    x: int
    y: int = 0


@tool(permission="read")
def describe(  # noqa: D417 - some arguments are left undescribed on purpose
    name: str,
    rows: Annotated[int, Field(ge=1, le=50)] = 5,
    style: Literal["short", "long"] = "short",
    at: Point | None = None,
    *,
    shell: Shell,
    invocation: Invocation,
) -> str:
    """Show a variable.

    In a few lines.

    Args:
        name: The variable, by the name
            that it has.
        rows (int): How many.

    Returns:
        Text.
    """
    return f"{name} {rows} {style} {at} {shell.name} {invocation.tool_name}"


def invocation(arguments: Any = None) -> Invocation:
    """A call without a runtime."""
    session = Session("s", None, cast("Any", None))
    return Invocation(session=session, tool_name="t", tool_call_id="c", arguments=arguments)


async def result_of(one: FunctionTool[..., Any], arguments: Any = None) -> ToolResultObject:
    """What a call of it gives."""
    return await run_tool(one.bind({Shell: Shell()}), invocation(arguments))


def test_signature_is_the_schema() -> None:
    """Types, limits, defaults and docstring reach the model; what is handed in does not."""
    definition = describe.definition((Shell,)).to_wire()

    properties = definition["parameters"]["properties"]
    assert definition["name"] == "describe"
    assert definition["description"] == "Show a variable.\n\nIn a few lines."
    assert definition["skipPermission"] is True
    assert set(properties) == {"name", "rows", "style", "at"}
    assert properties["name"] == {
        "description": "The variable, by the name that it has.",
        "type": "string",
    }
    assert properties["rows"] == {
        "default": 5,
        "description": "How many.",
        "maximum": 50,
        "minimum": 1,
        "type": "integer",
    }
    assert definition["parameters"]["required"] == ["name"]
    assert repr(describe) == "<tool describe>"


def test_tool_is_still_a_function() -> None:
    """Called by hand it does what it did."""

    @tool(name="shout", description="Louder.", overrides_built_in=True)
    def loud(text: str) -> str:
        return text.upper()

    definition = loud.definition()

    assert loud("hey") == "HEY"
    assert (definition.name, definition.description) == ("shout", "Louder.")
    assert definition.overrides_built_in_tool
    assert definition.skip_permission is None


async def test_arguments_are_typed_and_injected() -> None:
    """The function gets values, not JSON."""
    result = await result_of(describe, {"name": "df", "at": {"x": 1}})

    assert result.text_result_for_llm == "df 5 short x=1 y=0 shell t"


@pytest.mark.parametrize(
    "arguments", [None, {"name": "a", "rows": 99}, {"name": "a", "nope": 1}, "text", {"name": None}]
)
async def test_arguments_that_do_not_fit_are_a_failure(arguments: Any) -> None:
    """The model is told which; values are not quoted back."""
    result = await result_of(describe, arguments)

    assert result.result_type == "failure"
    assert result.text_result_for_llm.startswith("Invalid arguments: ")


def test_signatures_without_a_schema_are_refused() -> None:
    """At registration, with the parameter's name."""

    def many(*values: int) -> None: ...

    def unknown(value: NoSuchThing) -> None: ...  # type: ignore[name-defined]  # noqa: F821 - the point

    with pytest.raises(ConfigError, match="'many'"):
        tool(many).definition()
    with pytest.raises(ConfigError, match="'NoSuchThing'"):
        tool(unknown).definition()


def test_local_types_are_resolved() -> None:
    """Annotations may name what only the enclosing function knows."""

    class Local(BaseModel):
        value: int

    def uses(local: Local, anything, plain: "int") -> int:  # type: ignore[no-untyped-def]  # noqa: UP037 - the point
        return Local(value=local.value).value

    uses.__annotations__["plain"] = int

    properties = tool(uses).definition().parameters_schema["properties"]

    assert set(properties) == {"local", "anything", "plain"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("text", "text"),
        (3, "3"),
        ({"a": [1, 2]}, '{"a": [1, 2]}'),
        (Point(x=1), '{"x": 1, "y": 0}'),
        (ToolResultObject.text("as it is"), "as it is"),
        ({"textResultForLlm": "wire", "resultType": "success"}, "wire"),
    ],
    ids=str,
)
def test_any_result_becomes_text(value: Any, text: str) -> None:
    """None, text, JSON, models, complete results."""
    assert to_result(value).text_result_for_llm == text


def test_types_can_have_a_converter() -> None:
    """For a class and its children."""

    class Base: ...

    class Child(Base): ...

    register_converter(Base, lambda value: f"a {type(value).__name__}")

    assert to_result(Child()).text_result_for_llm == "a Child"
    assert "object" in to_result(object()).text_result_for_llm


async def test_failures_are_results() -> None:
    """What the tool says, what it raises, and what takes too long."""

    @tool
    def says() -> None:
        raise ToolError("not today")

    @tool
    def raises() -> None:
        raise KeyError("column")

    @tool(timeout=0.01)
    async def hangs() -> None:
        await asyncio.Event().wait()

    @tool
    async def own_timeout() -> None:
        raise TimeoutError("the server")

    @tool
    def silent() -> None:
        raise ToolError

    texts = [
        (await result_of(one)).text_result_for_llm
        for one in (says, raises, hangs, own_timeout, silent)
    ]

    assert texts == [
        "not today",
        "KeyError: 'column'",
        "t did not finish within 0.01 s.",
        "TimeoutError: the server",
        "The tool failed.",
    ]
    assert (await result_of(hangs)).result_type == "timeout"


async def test_interrupt_does_not_leave_the_task() -> None:
    """A KeyboardInterrupt that left a task would end the kernel."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(ToolError, match="interrupted"):
        await call_tool_function(interrupted, {})


async def test_toolbox_keeps_handlers_and_order() -> None:
    """A declaration alone keeps its namesake's handler; the seed erases it."""
    box = Toolbox()
    box.add(Tool(name="a"), lambda arguments: arguments["x"])
    box.add(Tool(name="a", description="new"))
    box.add(Tool(name="b"))

    first = await box.required("a").run(invocation({"x": "kept"}))

    assert [one.name for one in box.definitions()] == ["a", "b"]
    assert box.definition("a") == Tool(name="a", description="new")
    assert box.definition("none") is None
    assert first.text_result_for_llm == "kept"
    assert len(box) == 2
    assert box.runnable("b") is None
    with pytest.raises(ToolError, match="No handler for tool: b"):
        box.required("b")
    with pytest.raises(ToolNotFoundError, match="'z'"):
        box.required("z")


async def test_handler_may_take_the_invocation() -> None:
    """(arguments) or (arguments, invocation)."""
    box = Toolbox()
    box.add(Tool(name="both"), lambda arguments, call: f"{arguments} {call.tool_call_id}")

    result = await box.required("both").run(invocation("x"))

    assert result.text_result_for_llm == "x c"


def test_names_of_the_runtime_are_refused() -> None:
    """Unless the tool says that it takes their place."""
    box = Toolbox()
    box.add(Tool(name="grep", overrides_built_in_tool=True))
    box.check({"grep"})
    box.add(Tool(name="view"))

    with pytest.raises(ConfigError, match="'view'"):
        box.check({"grep", "view"})


def test_plain_function_is_made_a_tool() -> None:
    """Typed functions need no decorator."""

    def plain(x: int) -> int:
        """Double it."""
        return 2 * x

    box = Toolbox()
    box.add(plain)

    assert box.definitions()[0].description == "Double it."


async def test_an_error_that_cannot_be_read_is_still_an_answer() -> None:
    """Otherwise the call would stay open, and the turn with it."""

    class MuteError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    @tool
    def fails() -> None:
        """Fail."""
        raise MuteError

    result = await result_of(fails)

    assert result.text_result_for_llm == "MuteError: its message cannot be read"
