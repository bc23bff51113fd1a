"""The subcommands of `%copilot`, by what they are about, in the order in which help lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.magics.commands.account import login, logout
from copilot_nb.magics.commands.agents import agents, skills
from copilot_nb.magics.commands.ask import ask
from copilot_nb.magics.commands.audit import audit
from copilot_nb.magics.commands.config import config
from copilot_nb.magics.commands.context import compact, context
from copilot_nb.magics.commands.doctor import doctor
from copilot_nb.magics.commands.fix import explain, fix
from copilot_nb.magics.commands.help import help_
from copilot_nb.magics.commands.history import export, history, show
from copilot_nb.magics.commands.mcp import mcp
from copilot_nb.magics.commands.mode import mode, plan
from copilot_nb.magics.commands.model import model, models
from copilot_nb.magics.commands.permissions import allow, deny, rules
from copilot_nb.magics.commands.privacy import privacy
from copilot_nb.magics.commands.promote import promote
from copilot_nb.magics.commands.provider import provider
from copilot_nb.magics.commands.queue import queue, steer, stop
from copilot_nb.magics.commands.rewind import rewind
from copilot_nb.magics.commands.runtime import install, reset, version
from copilot_nb.magics.commands.sent import sent
from copilot_nb.magics.commands.sessions import delete, fork, new, rename, resume, sessions
from copilot_nb.magics.commands.status import status
from copilot_nb.magics.commands.tools import tools
from copilot_nb.magics.commands.undo import diff, undo
from copilot_nb.magics.commands.usage import budget, usage

if TYPE_CHECKING:
    from copilot_nb.magics.command import Command

GROUPS: dict[str, tuple[Command, ...]] = {
    "Asking": (ask, fix, explain, steer, stop, queue),
    "Who answers": (status, login, logout, provider, models, model),
    "What it costs": (usage, budget),
    "How the agent works": (mode, plan, tools, mcp, skills, agents),
    "What it may do": (allow, deny, rules, audit),
    "What it sees": (context, compact, sent, privacy),
    "What it changed": (diff, undo, promote),
    "What was said": (history, show, export, rewind),
    "Conversations": (new, sessions, resume, fork, rename, delete),
    "The program": (doctor, config, reset, install, version, help_),
}
"""Every subcommand, by what it is about."""

COMMANDS: dict[str, Command] = {
    each.name: each for commands in GROUPS.values() for each in commands
}
"""Every subcommand by its name."""
