"""`%copilot privacy`: what may not leave the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from copilot_nb.errors import UsageError
from copilot_nb.magics.command import Patterns, command
from copilot_nb.magics.result import Table
from copilot_nb.magics.words import all_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.data.privacy import PrivacyRule
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.outgoing.privacy_rules import PrivacyRules

_NOTE = (
    "A rule holds for the agent's tools, the tables that its code shows, references and the index. "
    "Other text is searched for withheld values and held for you where one stands in it, in words "
    "of {letters} characters and numbers of {digits} digits or more. What is shorter cannot be "
    "told from other words: it is held only where code that reads the column prints it by name. "
    "%copilot privacy deny PATTERN adds a rule, remove NUMBER takes it back."
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
        patterns: One or more patterns, * for anything; to remove one, its number will do.
        variable: The patterns name variables.
        save: For every notebook of yours, not for this kernel only.
    """
    from copilot_nb.notebook.outgoing.privacy_rules import rule_of

    rules = conversation.privacy
    names = all_words(patterns)
    if action != "list" and not names:
        raise UsageError(f"`%copilot privacy {action}` needs a PATTERN.", hint="Such as *mail*")
    added: list[PrivacyRule] = []
    if action == "remove":
        _remove(rules, names)
    elif action != "list":
        added = [rule_of(action, name, variable=variable) for name in names]
    for rule in added:
        rules.add(rule, save=save)
    return _listed(rules, _unmet(added, conversation.link.shell.variables))


def _remove(rules: PrivacyRules, names: list[str]) -> None:
    """All numbers count from the list as it is now."""
    found = [rule for name in names for rule in _named(rules, name)]
    if not rules.remove(found):
        raise UsageError(
            f"{found[0].pattern!r} is a rule of the project.", hint=f"Edit its {found[0].source}."
        )


def _named(rules: PrivacyRules, name: str) -> tuple[PrivacyRule, ...]:
    found = rules.named(name)
    if not found:
        raise UsageError(f"You have no rule {name!r}.", hint="%copilot privacy lists them.")
    return found


def _unmet(added: list[PrivacyRule], variables: Mapping[str, object]) -> list[str]:
    """What is said of rules that reach nothing yet: it may be a slip of the pen."""
    from copilot_nb.data.reached import nameable, reaches
    from copilot_nb.notebook.nearest import meant

    return [
        f"{rule.pattern} matches no column or variable now. "
        + meant(rule.pattern, nameable(rule, variables))
        for rule in added
        if not reaches(rule, variables)
    ]


def _listed(rules: PrivacyRules, said: list[str]) -> Table:
    from copilot_nb.data.known import SHORTEST, SHORTEST_NUMBER
    from copilot_nb.data.privacy import ADVICE

    rows = tuple(
        (
            number,
            rule.pattern,
            "variable" if rule.variable else "column",
            ADVICE[rule.access],
            rule.source,
        )
        for number, rule in enumerate(rules.current().rules, start=1)
    )
    caption = f"{len(rows)} privacy rule{'' if len(rows) == 1 else 's'}"
    note = _NOTE.format(letters=SHORTEST, digits=SHORTEST_NUMBER)
    columns = ("number", "pattern", "of", "what is sent", "from")
    return Table(columns, rows, caption, " ".join(filter(None, (*map(str.strip, said), note))))
