"""`%copilot privacy`: what may not leave the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from copilot_nb.errors import UsageError
from copilot_nb.magics.command import Patterns, command
from copilot_nb.magics.result import Table
from copilot_nb.magics.words import all_words

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation

_NOTE = (
    "A rule holds for the agent's tools, references and the index; results that hold a withheld "
    "value are held for you. %copilot privacy deny PATTERN adds one."
)


@command
async def privacy(
    conversation: Conversation,
    action: Literal["list", "deny", "mask", "aggregate", "remove"] = "list",
    patterns: Patterns = "",
    *,
    variable: bool = False,
    save: bool = False,
) -> Table:
    """List the rules about what may leave the kernel, add some, or remove one.

    A pattern names columns ("ssn", "*mail*"), a column of one variable ("patients.name"), or with
    --variable whole variables. deny sends names and types only, mask anonymous values, aggregate
    statistics of groups. Of several rules the strictest counts.

    Args:
        conversation: The notebook's.
        action: What to do.
        patterns: One or more patterns, * for anything.
        variable: The patterns name variables.
        save: For every notebook of yours, not for this kernel only.
    """
    from copilot_nb.data.privacy import ADVICE
    from copilot_nb.notebook.outgoing.privacy_rules import rule_of

    rules = conversation.privacy
    names = all_words(patterns)
    if action != "list" and not names:
        raise UsageError(f"`%copilot privacy {action}` needs a PATTERN.", hint="Such as *mail*")
    for name in names:
        if action == "remove":
            if not rules.remove(name):
                raise UsageError(f"You have no rule {name!r}.", hint="%copilot privacy lists them.")
        elif action != "list":
            rules.add(rule_of(action, name, variable=variable), save=save)
    rows = tuple(
        (rule.pattern, "variable" if rule.variable else "column", ADVICE[rule.access], rule.source)
        for rule in rules.current().rules
    )
    caption = f"{len(rows)} privacy rule{'' if len(rows) == 1 else 's'}"
    return Table(("pattern", "of", "what is sent", "from"), rows, caption, _NOTE)
