"""`%copilot help`."""

from __future__ import annotations

from copilot_nb.magics.command import command, unknown
from copilot_nb.magics.result import Text


@command
def help_(name: str = "") -> Text:
    """Show all subcommands, or one of them with its options.

    Args:
        name: A subcommand.
    """
    from copilot_nb.magics.commands import COMMANDS

    if name:
        if name not in COMMANDS:
            raise unknown("subcommand", name, list(COMMANDS), "`%copilot help` lists them.")
        return Text(COMMANDS[name].help)
    width = max(map(len, COMMANDS))
    rows = [f"  {each.name:<{width}}  {each.summary}" for each in COMMANDS.values()]
    asking = COMMANDS["ask"].usage.replace("%copilot ask", "%%copilot").replace(" [PROMPT...]", "")
    head = [asking, "PROMPT, as many lines as it takes", "", "%copilot SUBCOMMAND"]
    return Text("\n".join([*head, *rows, "", "`%copilot help NAME` tells more about one of them."]))
