"""The subcommands of `%copilot`, written out in the order in which help lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.magics.commands.ask import ask
from copilot_nb.magics.commands.help import help_
from copilot_nb.magics.commands.model import model
from copilot_nb.magics.commands.new import new
from copilot_nb.magics.commands.privacy import privacy
from copilot_nb.magics.commands.provider import provider
from copilot_nb.magics.commands.sent import sent
from copilot_nb.magics.commands.status import status
from copilot_nb.magics.commands.stop import stop
from copilot_nb.magics.commands.tools import tools

if TYPE_CHECKING:
    from copilot_nb.magics.command import Command

COMMANDS: dict[str, Command] = {
    each.name: each
    for each in (status, ask, provider, model, tools, sent, privacy, new, stop, help_)
}
"""Every subcommand by its name."""
