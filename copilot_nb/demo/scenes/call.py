"""Calling a function of the user's that the prompt names, such as `@heaviest()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.demo.act import Act
from copilot_nb.demo.scenes.run import fenced

if TYPE_CHECKING:
    from copilot_nb.demo.act import Scene
    from copilot_nb.demo.request import Request


def named_tool(request: Request) -> str:
    """The tool on offer that the prompt names with parentheses; empty when it names none."""
    named = (tool for tool in request.tools if f"{_function(tool)}()" in request.prompt)
    return next(named, "")


def call(request: Request) -> Scene:
    """Call it, and show what it gave."""
    name = named_tool(request)
    function = _function(name)
    result = yield Act(f"That is what your function `{function}` is for.", name, {})
    if result.refused:
        yield Act(f"All right, `{function}` was **not called**.")
        return
    lines = [line for line in result.text.splitlines() if "notebook-data" not in line]
    shown = "\n".join(lines).strip()
    yield Act(f"`{function}()` gave:\n\n{fenced(shown, 'text')}")


def _function(tool: str) -> str:
    """The function's name: a tool that lends one begins so."""
    return tool.removeprefix("call_")
