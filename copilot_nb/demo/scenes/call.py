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
    return next((tool for tool in request.tools if f"{tool}()" in request.prompt), "")


def call(request: Request) -> Scene:
    """Call it, and show what it gave."""
    name = named_tool(request)
    result = yield Act(f"That is what your function `{name}` is for.", name, {})
    if result.refused:
        yield Act(f"All right, `{name}` was **not called**.")
        return
    lines = [line for line in result.text.splitlines() if "notebook-data" not in line]
    shown = "\n".join(lines).strip()
    yield Act(f"`{name}()` gave:\n\n{fenced(shown, 'text')}")
