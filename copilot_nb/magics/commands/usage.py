"""`%copilot usage` and `%copilot budget`: what was spent, and how much may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from copilot_nb.errors import UsageError
from copilot_nb.magics.command import command
from copilot_nb.magics.result import Cell, Table, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from copilot_nb.magics.parameter import Words
    from copilot_nb.notebook.account.spending import Call
    from copilot_nb.notebook.conversation import Conversation

_SUMS = ("calls", "input", "output", "cached", "premium requests", "AI credits", "dollars")


@command
async def usage(
    conversation: Conversation, by: Literal["turn", "model", "day", "call"] = "turn"
) -> Table:
    """Show what was spent: per turn, model or call of this kernel, or per day of all notebooks.

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
    key: Callable[[Call], Cell] = (lambda c: c.turn) if by == "turn" else (lambda c: c.model)
    return _table(by, _grouped((key(call), call) for call in spending.calls), note)


@command
async def budget(
    conversation: Conversation,
    scope: Literal["", "cell", "session", "day"] = "",
    amount: Words = "",
    *,
    hard: bool = False,
    soft: bool = False,
) -> Table | Text:
    """Show the caps on what is spent, or set one: `%copilot budget day 200k tokens`.

    AMOUNT is 5 (AI credits), 200k tokens, 10 requests (premium ones), $2, or off. Before a model
    call would exceed a cap you are asked whether to go on; with --hard the turn stops instead.

    Args:
        conversation: The notebook's.
        scope: What the cap holds for: each cell, this session, or the day with all notebooks.
        amount: How much.
        hard: Stop without asking, for all caps.
        soft: Ask again, for all caps.
    """
    from copilot_nb.notebook.account.caps import Cap

    settings, source = conversation.settings, "%copilot budget"
    if hard and soft:
        raise UsageError("--hard and --soft contradict each other.", hint=budget.usage)
    if scope and not amount.strip():
        raise UsageError(f"`%copilot budget {scope}` needs an amount.", hint=budget.usage)
    if scope:
        text = amount.strip()
        if text != "off":
            Cap.parse(text, source)
        settings.choose(f"budget_{scope}", text, source)
    if hard or soft:
        settings.choose("budget_hard", hard, source)
    return _caps(conversation)


def _caps(conversation: Conversation) -> Table | Text:
    from copilot_nb.notebook.account.caps import measured

    caps = conversation.spending.caps()
    if not caps:
        return Text("There is no cap. Set one, such as `%copilot budget day 20`.")
    rows: list[tuple[Cell, ...]] = []
    for scope, (cap, source) in caps.items():
        spent = conversation.spending.spent(scope, cap.unit)
        more = conversation.spending.granted(scope)
        left = max(cap.amount + more - spent, 0.0)
        allowed = f"{measured(more, cap.unit)} more" if more else None
        amounts = (measured(spent, cap.unit), measured(left, cap.unit))
        rows.append((scope, str(cap), allowed, *amounts, source))
    does = "the turn stops" if conversation.settings.get("budget_hard") else "you are asked"
    return Table(
        ("for", "cap", "allowed since", "spent", "left", "set by"),
        tuple(rows),
        note=f"Where a model call would exceed one, {does}.",
    )


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
    rows = tuple((call.at, call.turn, call.model, *_sums([call])[1:]) for call in calls)
    return Table(names, rows, _total(calls), note)


def _sums(calls: list[Call]) -> tuple[Cell, ...]:
    known = [call.dollars for call in calls if call.dollars is not None]
    return (
        len(calls),
        sum(call.input for call in calls),
        sum(call.output for call in calls),
        sum(call.cached for call in calls),
        sum(call.requests for call in calls),
        sum(call.credits for call in calls),
        sum(known) if known else None,
    )


def _total(calls: list[Call]) -> str:
    from copilot_nb.notebook.account.caps import measured

    if not calls:
        return "Nothing was asked yet."
    tokens = sum(call.amount("tokens") for call in calls)
    parts = [measured(tokens, "tokens")]
    parts += [
        measured(spent, unit)
        for unit in ("requests", "credits", "dollars")
        if (spent := sum(call.amount(unit) for call in calls))
    ]
    return f"{len(calls)} model call{'s' if len(calls) != 1 else ''}: {', '.join(parts)}"


async def _quota(conversation: Conversation) -> str:
    """What is left of the account's quota; nothing is started to ask for it."""
    from copilot_nb.notebook.account.quota import quota

    return "\n".join(map(str, await quota(conversation.link.client, conversation.link.source())))
