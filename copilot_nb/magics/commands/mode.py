"""`%copilot mode` and `%copilot plan`: how the agent goes about its work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from copilot_nb.errors import UsageError
from copilot_nb.magics.asking import cleared
from copilot_nb.magics.command import Rest, command
from copilot_nb.magics.result import Text

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation

SOURCE = "%copilot mode allow-all"
_WARNING = (
    "Allow-all is on: whatever the agent asks is allowed without asking you, commands, files and "
    "code in this kernel. They run as you. Rules that deny still hold.\n"
    "`%copilot mode interactive` ends it."
)
_MEANINGS = {
    "interactive": "the agent works on your prompt and comes back",
    "plan": "the agent makes a plan and changes nothing until you approve it",
    "autopilot": "the agent goes on by itself until it is done",
}


@command
async def mode(
    conversation: Conversation,
    mode: Literal["", "interactive", "plan", "autopilot", "allow-all"] = "",
    *,
    allow_all: bool = False,
) -> Text:
    """Show how the agent works, or change it: interactive, plan or autopilot.

    In plan mode it plans and changes nothing until you approve the plan. On autopilot it goes on by
    itself until it is done. Either way it asks for permission; allow-all answers for you, until the
    next change of the mode.

    Args:
        conversation: The notebook's.
        mode: How it works from the next turn on.
        allow_all: Also allow whatever it asks.
    """
    link = conversation.link
    if mode and mode != "allow-all":
        await link.setup.use_mode(mode, link.ready)
        conversation.settings.choose("policy", None, SOURCE)
    if mode == "allow-all" or allow_all:
        conversation.settings.choose("policy", "allow", SOURCE)
    now = await link.ready.mode.get() if link.ready else link.setup.mode or "interactive"
    lines = [f"Mode {now}: {_MEANINGS.get(now, 'as the runtime knows it')}."]
    if conversation.settings.find("policy").source == SOURCE:
        return Text("\n".join([*lines, _WARNING]), level="warning")
    return Text(f"{lines[0]} It asks before it does something.")


@command
async def plan(
    conversation: Conversation,
    action: Literal["show", "write", "delete"] = "show",
    text: Rest = "",
) -> Text:
    """Show the agent's plan, write it anew, or delete it.

    Args:
        conversation: The notebook's.
        action: What to do with it.
        text: The new plan, in Markdown.
    """
    session = await conversation.look()
    if action == "delete":
        await session.plan.delete()
        return Text("The plan is deleted.")
    if action == "write":
        if not text:
            raise UsageError("`%copilot plan write` needs the plan.", hint=f"Usage: {plan.usage}")
        await session.plan.update(await cleared(conversation, text))
    found = await session.plan.read()
    if not found.exists:
        return Text("There is no plan. `%copilot mode plan` lets the agent make one first.")
    return Text(found.content or "")
