"""`%copilot mode` and `%copilot plan`: how the agent goes about its work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from copilot_nb.errors import UsageError
from copilot_nb.magics.asking import cleared
from copilot_nb.magics.command import Rest, command
from copilot_nb.magics.result import Text

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation

_WARNING = (
    "{}: whatever the agent asks is allowed without asking you, commands, files and "
    "code in this kernel. They run as you. Rules that deny still hold.\n{}"
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
    next change of the mode, a new conversation, or another policy.

    Args:
        conversation: The notebook's.
        mode: How it works from the next turn on.
        allow_all: Also allow whatever it asks.
    """
    link = conversation.link
    if mode and mode != "allow-all":
        await conversation.use_mode(mode)
    if mode == "allow-all" or allow_all:
        conversation.allow_all.begin()
    now = await link.ready.mode.get() if link.ready else link.setup.mode or "interactive"
    said = f"Mode {now}: {_MEANINGS.get(now, 'as the runtime knows it')}."
    policy = conversation.settings.find("policy")
    if conversation.allow_all.on:
        warning = _WARNING.format("Allow-all is on", "`%copilot mode interactive` ends it.")
        return Text(f"{said}\n{warning}", level="warning")
    if policy.value == "allow":
        ends = "`%copilot config policy ask` lets it ask you."
        warning = _WARNING.format(f"The policy is allow ({policy.source})", ends)
        return Text(f"{said}\n{warning}", level="warning")
    if policy.value in {None, "ask"}:
        return Text(f"{said} It asks before it does something.")
    return Text(f"{said} What it asks, the policy {policy.value} answers ({policy.source}).")


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
