"""`%copilot agents` and `%copilot skills`: who the agent is, and what it has been taught."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from copilot_nb.errors import UsageError
from copilot_nb.magics.command import AgentName, SkillName, command
from copilot_nb.magics.result import Result, Table, Text
from copilot_nb.notebook.outgoing.ledger import counted

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation

_STANDARD = "standard"


@command
async def agents(
    conversation: Conversation, action: Literal["list", "use"] = "list", name: AgentName = ""
) -> Result:
    """List the custom agents of this folder and of yours, or talk with one of them.

    An agent of the folder is a file in `.github/agents`: its words are the agent's instructions, so
    read it before you use it.

    Args:
        conversation: The notebook's.
        action: What to do.
        name: The agent; `standard` is the one without a name.
    """
    from copilot_nb.notebook import custom_agents as room

    if action == "use":
        if not name:
            hint = f"`%copilot agents` lists them; `{_STANDARD}` is the one without a name."
            raise UsageError("`%copilot agents use` needs a NAME.", hint=hint)
        await room.use(conversation, "" if name == _STANDARD else name)
        who = "the standard agent" if name == _STANDARD else name
        return Text(f"You talk with {who}, from the next turn on.")
    found = await room.listed(conversation)
    conversation.known.agents = tuple(each.name for each in found)
    rows = tuple(
        (each.name, each.description, each.source, str(each.path or ""), each.current)
        for each in found
    )
    note = (
        "%copilot agents use NAME talks with one, %copilot agents use standard with none of them."
    )
    columns = ("name", "description", "source", "file", "talked with now")
    return Table(columns, rows, counted(len(rows), "custom agent"), note)


@command
async def skills(
    conversation: Conversation,
    action: Literal["list", "on", "off", "add"] = "list",
    name: SkillName = "",
) -> Result:
    """List the skills that the agent may read, switch one on or off, or add a folder of them.

    Args:
        conversation: The notebook's.
        action: What to do.
        name: The skill; with add a folder, such as .github/skills.
    """
    session = await conversation.look()
    if action == "add":
        setup = conversation.link.setup
        setup.skill_folders = (*setup.skill_folders, _folder(name))
        session = await conversation.link.reopen()
    elif action != "list":
        await _switch(conversation, name, on=action == "on")
    found = (await session.rpc.skills.list()).get("skills") or ()
    conversation.known.skills = tuple(str(each.get("name")) for each in found)
    rows = tuple(
        (
            str(each.get("name")),
            str(each.get("description") or ""),
            str(each.get("source") or ""),
            bool(each.get("enabled", True)),
        )
        for each in found
    )
    return Table(("name", "description", "source", "on"), rows, counted(len(rows), "skill"))


def _folder(name: str) -> Path:
    folder = Path(name).expanduser().absolute()
    if not name or not folder.is_dir():
        raise UsageError(
            f"{name!r} is no folder.",
            hint="Name one that holds a folder for each skill, such as .github/skills.",
        )
    return folder


async def _switch(conversation: Conversation, name: str, *, on: bool) -> None:
    session = await conversation.look()
    names = [str(s.get("name")) for s in (await session.rpc.skills.list()).get("skills") or ()]
    if name not in names:
        raise UsageError(f"There is no skill {name!r}.", hint="`%copilot skills` lists them.")
    if on:
        await session.rpc.skills.enable(name=name)
        conversation.link.setup.skills_off -= {name}
    else:
        await session.rpc.skills.disable(name=name)
        conversation.link.setup.skills_off |= {name}
