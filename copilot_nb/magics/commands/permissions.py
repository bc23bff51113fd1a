"""`%copilot allow`, `deny` and `rules`: what is decided once and for all."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from copilot_nb.errors import CopilotError, UsageError
from copilot_nb.magics.command import Words, command, unknown
from copilot_nb.magics.result import Result, Table, Text
from copilot_nb.notebook.nearest import is_slip, meant
from copilot_nb.notebook.outgoing.ledger import counted

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation

_NOTE = "A rule that denies wins. %copilot rules revoke NUMBER takes one back."


@command
async def allow(
    conversation: Conversation,
    kind: Literal["shell", "read", "write", "url", "mcp", "custom-tool", "tool"],
    text: Words,
    *,
    everywhere: bool = False,
) -> Text:
    """Allow one thing always: in this project, or everywhere.

    KIND is what it is about: a shell command, reading or writing a path, a URL, a tool. TEXT is
    exactly what: the whole command line, `git log:*` for all lines that begin so, a path or
    `folder/**`, all of a URL, `server/tool`, the tool's name.

    Args:
        conversation: The notebook's.
        kind: What the rule is about.
        text: What exactly.
        everywhere: In all projects.
    """
    return await _added(conversation, kind, "allow", text, everywhere=everywhere)


@command
async def deny(
    conversation: Conversation,
    kind: Literal["shell", "read", "write", "url", "mcp", "custom-tool", "tool"],
    text: Words,
    *,
    everywhere: bool = False,
) -> Text:
    """Never allow one thing: in this project, or everywhere. It wins over all that allows.

    KIND and TEXT are as for `%copilot allow`, but reach further: to what is below a folder, a
    host or a page, and by an MCP server's name alone to all of its tools.

    Args:
        conversation: The notebook's.
        kind: What the rule is about.
        text: What exactly.
        everywhere: In all projects.
    """
    return await _added(conversation, kind, "deny", text, everywhere=everywhere)


@command
def rules(
    conversation: Conversation,
    action: Literal["list", "revoke"] = "list",
    number: int = 0,
    *,
    everywhere: bool = False,
) -> Result:
    """List the rules that hold in this project and what you allowed for this session.

    `revoke` takes one back.

    Args:
        conversation: The notebook's.
        action: What to do; `%copilot allow` and `%copilot deny` add rules.
        number: The rule to take back.
        everywhere: List those of other projects as well.
    """
    if action == "revoke":
        if not number:
            raise UsageError("`%copilot rules revoke` needs the rule's NUMBER.", hint=_NOTE)
        return Text(f"Revoked: {conversation.decisions.revoke(number).words}.")
    listed = conversation.decisions.list(everywhere=everywhere)
    rows = tuple(
        (
            each.number,
            each.decision,
            each.kind,
            each.text,
            each.place or "everywhere",
            f"until the {each.until} ends" if each.until else "until revoked",
        )
        for each in listed
    )
    caption = f"{counted(len(rows), 'rule')} in {conversation.rules.path}"
    return Table(("number", "decision", "kind", "text", "place", "holds"), rows, caption, _NOTE)


async def _added(
    conversation: Conversation, kind: str, decision: str, text: str, *, everywhere: bool
) -> Text:
    note = ""
    if kind in {"tool", "custom-tool"}:
        note = _unknown("tool", text, await _tools(conversation, text), "tools")
    elif kind == "mcp":
        server = text.partition("/")[0]
        note = _unknown("MCP server", server, await _servers(conversation, server), "mcp")
    rule = conversation.rules.add(kind, decision, text, "" if everywhere else None)
    said = f"Rule {rule.number}. {rule.words}."
    return Text(f"{said}\n{note}", "warning") if note else Text(said)


def _unknown(noun: str, name: str, names: set[str], lister: str) -> str:
    """What is said of a name that nothing has now; a rule may be made before it.

    Raises:
        UsageError: It is a slip of the pen.
    """
    if name in names:
        return ""
    where = f"`%copilot {lister}` lists them."
    if is_slip(name, names):
        raise unknown(noun, name, sorted(names), where)
    return f"No {noun} is called so now. {meant(name, names, where)}"


async def _tools(conversation: Conversation, name: str) -> set[str]:
    """The tools that there are; the runtime is asked where we do not know this one."""
    from copilot_nb.notebook.permissions.rules import KNOWN_TOOLS

    names = {fact.name for fact in conversation.toolbox.known()} | KNOWN_TOOLS
    if name not in names:
        with suppress(CopilotError):  # without a runtime we know ours
            names |= {fact.name for fact in await conversation.toolbox.facts()}
    return names


async def _servers(conversation: Conversation, name: str) -> set[str]:
    """The same of MCP servers; what stands before a slash may be the half of a name."""
    from copilot_nb.notebook import servers

    names = {*conversation.known.servers, *conversation.link.setup.servers}
    if name not in names:
        with suppress(CopilotError):
            names |= {each.name for each in await servers.listed(conversation)}
    return names | {each.partition("/")[0] for each in names}
