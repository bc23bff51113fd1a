"""`%copilot help`."""

from __future__ import annotations

from copilot_nb.magics.command import CommandName, command, unknown
from copilot_nb.magics.result import Text


@command
def help_(name: CommandName = "") -> Text:
    """Show all subcommands, or one of them with its options.

    Args:
        name: A subcommand.
    """
    from copilot_nb.magics.commands import COMMANDS

    if not name:
        return Text(everything())
    if name not in COMMANDS:
        raise unknown("subcommand", name, list(COMMANDS), "`%copilot help` lists them.")
    return Text(COMMANDS[name].help)


def everything() -> str:
    """All that can be typed, by what it is about; also what `%copilot?` shows."""
    from copilot_nb.magics.commands import COMMANDS, GROUPS

    lines = ["%%copilot [OPTIONS] [--]", "PROMPT, as many lines as it takes", ""]
    lines += COMMANDS["ask"].option_lines
    lines += ["", "%copilot SUBCOMMAND; `%copilot help NAME` tells more about one of them."]
    width = max(map(len, COMMANDS))
    for group, commands in GROUPS.items():
        lines += ["", group]
        lines += [f"  {each.name:<{width}}  {each.summary}" for each in commands]
    return "\n".join(lines)
