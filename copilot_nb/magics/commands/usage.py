"""`%copilot usage` and `%copilot budget`: what was spent, and how much may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from copilot_nb.errors import ConfigError, UsageError
from copilot_nb.magics.command import command
from copilot_nb.magics.result import Cell, Table, Text
from copilot_nb.notebook.outgoing.ledger import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from copilot_nb.magics.parameter import Words
    from copilot_nb.notebook.account.calls import Call
    from copilot_nb.notebook.account.caps import Unit
    from copilot_nb.notebook.conversation import Conversation

_SUMS = ("calls", "input", "output", "cached", "premium requests", "AI credits", "dollars")
_UNITS: tuple[Unit, ...] = ("requests", "credits", "dollars")


@command
async def usage(
    conversation: Conversation, by: Literal["turn", "model", "day", "call"] = "turn"
) -> Table:
    """Show what was spent: per turn, model or call of this kernel, or per day of all notebooks.

    In place of a turn's number stands what else asked: code, compaction, doctor or background.
    Premium requests, AI credits and tokens are as the runtime says them; dollars where prices are
    known (`%config Copilot.prices`). Below stands what is left of the account's quota.

    Args:
        conversation: The notebook's.
        by: What one row is.
    """
    spending = conversation.spending
    spending.check_prices()
    note = await _quota(conversation)
    if by == "call":
        return _calls(spending.calls, note)
    if by == "day":
        grouped = _grouped((str(day), call) for day, call in spending.days())
        return _table("day", grouped, note)
    key: Callable[[Call], Cell] = _asker if by == "turn" else (lambda call: call.model)
    return _table(by, _grouped((key(call), call) for call in spending.calls), note)


@command
async def budget(
    conversation: Conversation,
    scope: Literal["", "cell", "session", "day"] = "",
    amount: Words = "",
    *,
    hard: bool = False,
    soft: bool = False,
    save: bool = False,
) -> Table | Text:
    """Show the caps on what is spent, or set one: `%copilot budget day 200k tokens`.

    AMOUNT is 5 (AI credits), 200k tokens, 10 requests (premium ones), $2, or off. Providers of your
    own count tokens, and dollars where prices are known (`%config Copilot.prices`). Before a model
    call would exceed a cap you are asked whether to go on; with --hard the turn stops instead.

    Args:
        conversation: The notebook's.
        scope: What the cap holds for: each cell, this session, or the day with all notebooks.
        amount: How much.
        hard: Stop without asking, for all caps.
        soft: Ask again, for all caps.
        save: Keep what is set for all your notebooks, and not until the kernel ends only.
    """
    from copilot_nb.notebook.account.caps import Cap

    settings, source = conversation.settings, "%copilot budget"
    if hard and soft:
        raise UsageError("--hard and --soft contradict each other.", hint=budget.usage)
    if scope and not amount.strip():
        raise UsageError(f"`%copilot budget {scope}` needs an amount.", hint=budget.usage)
    names = []
    if scope:
        text = amount.strip()
        if text != "off":
            conversation.spending.check(scope, Cap.parse(text, source))
        names.append(f"budget_{scope}")
        settings.choose(names[0], text, source, save=save)
    if hard or soft:
        names.append("budget_hard")
        settings.choose("budget_hard", hard, source, save=save)
    if save and not names:
        raise UsageError("--save needs something to keep.", hint=f"Usage: {budget.usage}")
    return _caps(conversation, settings.lasting(*names, save=save) if names else "")


def _caps(conversation: Conversation, lasting: str) -> Table | Text:
    from copilot_nb.notebook.account.caps import measured

    spending = conversation.spending
    caps = spending.caps()
    if not caps:
        amount = "500k tokens" if conversation.link.source().own else "20"
        return Text(f"There is no cap. Set one, such as `%copilot budget day {amount}`.")
    rows: list[tuple[Cell, ...]] = []
    does = "the turn stops" if conversation.settings.get("budget_hard") else "you are asked"
    notes = [f"Where a model call would exceed one, {does}."]
    for scope, (cap, source) in caps.items():
        try:
            spending.check(scope, cap)
        except ConfigError as error:
            notes.append(f"{error.message} {error.hint}")
        spent = spending.spent(scope, cap.unit)
        more = spending.granted(scope)
        left = max(cap.amount + more - spent, 0.0)
        allowed = f"{measured(more, cap.unit)} more" if more else None
        amounts = (measured(spent, cap.unit), measured(left, cap.unit))
        rows.append((scope, str(cap), allowed, *amounts, source))
    return Table(
        ("for", "cap", "allowed since", "spent", "left", "set by"),
        tuple(rows),
        note="\n".join(filter(None, (*notes, lasting))),
    )


def _asker(call: Call) -> Cell:
    """The turn that a call belongs to, or what else asked."""
    return call.what or call.turn


def _grouped(pairs: Iterable[tuple[Cell, Call]]) -> dict[Cell, list[Call]]:
    groups: dict[Cell, list[Call]] = {}
    for key, call in pairs:
        groups.setdefault(key, []).append(call)
    return groups


def _table(heading: str, groups: dict[Cell, list[Call]], note: str) -> Table:
    names = (heading, *(() if heading == "model" else ("model",)), *_SUMS)
    rows = [
        (
            key,
            *(() if heading == "model" else (", ".join(sorted({c.model for c in calls})),)),
            *_sums(calls),
        )
        for key, calls in groups.items()
    ]
    everything = [call for calls in groups.values() for call in calls]
    return Table(names, tuple(rows), _total(everything), note)


def _calls(calls: list[Call], note: str) -> Table:
    names = ("at", "turn", "model", *_SUMS[1:])
    rows = tuple((call.at, _asker(call), call.model, *_sums([call])[1:]) for call in calls)
    return Table(names, rows, _total(calls), note)


def _sums(calls: list[Call]) -> tuple[Cell, ...]:
    return (
        len(calls),
        sum(call.input for call in calls),
        sum(call.output for call in calls),
        sum(call.cached for call in calls),
        *(_sum(calls, unit) for unit in _UNITS),
    )


def _sum(calls: list[Call], unit: Unit) -> float | None:
    """What they cost in that unit; None where nobody knows of any."""
    known = [spent for call in calls if (spent := call.amount(unit)) is not None]
    return sum(known) if known else None


def _total(calls: list[Call]) -> str:
    from copilot_nb.notebook.account.caps import measured

    if not calls:
        return "Nothing was asked yet."
    units: tuple[Unit, ...] = ("tokens", *_UNITS)
    parts = [measured(spent, unit) for unit in units if (spent := _sum(calls, unit))]
    return f"{counted(len(calls), 'model call')}: {', '.join(parts)}"


async def _quota(conversation: Conversation) -> str:
    """What is left of the account's quota; nothing is started to ask for it."""
    from copilot_nb.notebook.account.quota import quota

    return "\n".join(map(str, await quota(conversation.link.client, conversation.link.source())))
