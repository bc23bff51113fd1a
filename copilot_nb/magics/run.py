"""Runs what was typed: a whole `%%copilot` cell, or one `%copilot` line.

`cell` and `line` are what transformed cells await; `cell_now` and `line_now` wait in sync code.
"""

from __future__ import annotations

import inspect
import sys
from typing import Any

from IPython.display import display

from copilot_nb.magics.command import Command, unknown
from copilot_nb.magics.commands import COMMANDS

_HELP = frozenset({"?", "-h", "--help"})
"""What alone behind the magic or a subcommand asks for its help."""


async def cell(text: str, body: str) -> None:
    """Run a `%%copilot` cell.

    Args:
        text: What stands behind the magic: options, and perhaps the start of the prompt.
        body: The lines below.

    Raises:
        UsageError: An option that does not exist.
        CopilotError: The turn failed; its output says why.
    """
    from copilot_nb.kernel.loop import wait_in_cell

    await wait_in_cell(_cell(text, body))


async def line(text: str, *, show: bool) -> Any:
    """Run one `%copilot` line.

    Args:
        text: What stands behind the magic.
        show: Display the result instead of returning it.

    Raises:
        UsageError: A subcommand or option that does not exist.
    """
    from copilot_nb.kernel.loop import wait_in_cell

    return await wait_in_cell(_line(text, show=show))


def cell_now(text: str, body: str) -> None:
    """Run a `%%copilot` cell where nothing can be awaited."""
    from copilot_nb.kernel.loop import wait

    wait(_cell(text, body))


def line_now(text: str, *, show: bool) -> Any:
    """Run one `%copilot` line where nothing can be awaited."""
    from copilot_nb.kernel.loop import wait

    return wait(_line(text, show=show))


async def _cell(text: str, body: str) -> None:
    ask = COMMANDS["ask"]
    arguments = {"prompt": ""} if text.strip() in _HELP else ask.parse(text)
    parts = (arguments["prompt"], body.strip("\n"))
    arguments["prompt"] = "\n".join(part for part in parts if part.strip())
    if not arguments["prompt"] or text.strip() in _HELP:
        ask, arguments = COMMANDS["help"], {"name": "ask"}
    _show(await _call(ask, arguments))


async def _line(text: str, *, show: bool) -> Any:
    found, arguments = _read(text.strip())
    result = await _call(found, arguments)
    if not show:
        return result
    _show(result)
    return None


def _read(text: str) -> tuple[Command, dict[str, Any]]:
    """The subcommand that a line names, with its arguments; help, if the line asks for it."""
    name, _, rest = text.partition(" ")
    if rest.strip() in _HELP:
        return COMMANDS["help"], {"name": name}
    if text in _HELP:
        return COMMANDS["help"], {"name": ""}
    if text.endswith("?") and text.rstrip("?") in COMMANDS:
        return COMMANDS["help"], {"name": text.rstrip("?")}
    found = COMMANDS.get(name or "status")
    if found is None:
        hint = f"To ask the agent: `%copilot ask {text}`; all subcommands: `%copilot help`."
        raise unknown("subcommand", name, list(COMMANDS), hint)
    return found, found.parse(rest)


def _is_turn(result: Any) -> bool:
    """Whether it is one, without importing sessions for those that are none."""
    sessions = sys.modules.get("copilot_nb.session.turn")
    stored = sys.modules.get("copilot_nb.notebook.stored.replay")
    return (sessions is not None and isinstance(result, sessions.Turn)) or (
        stored is not None and isinstance(result, stored.StoredTurn)
    )


async def _call(found: Command, arguments: dict[str, Any]) -> Any:
    """Run a command with its arguments and what is handed in."""
    if found.injected:
        from copilot_nb.notebook.current import conversation

        arguments = {**arguments, **dict.fromkeys(found.injected, conversation())}
    result = found.function(**arguments)
    return await result if inspect.isawaitable(result) else result


def _show(result: Any) -> None:
    """Show what a command returns; a turn has drawn itself already."""
    if result is None or _is_turn(result):
        return
    display(result)  # type: ignore[no-untyped-call]  # IPython's
