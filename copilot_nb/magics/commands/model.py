"""`%copilot model` and `%copilot models`: who answers, and who could."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

from copilot_nb.magics.command import ModelName, command
from copilot_nb.magics.result import Table, Text
from copilot_nb.notebook.outgoing.ledger import counted

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.models.catalogue import Model


@command
async def model(
    conversation: Conversation,
    model_id: ModelName = "",
    *,
    effort: Literal["", "default", "low", "medium", "high", "xhigh", "max"] = "",
) -> Text:
    """Show the model of this notebook's session, or switch to another from the next turn on.

    Args:
        conversation: The notebook's.
        model_id: The model, as its provider names it.
        effort: How hard it thinks; default leaves that to the model.
    """
    from copilot_nb.notebook import facts
    from copilot_nb.notebook.models import efforts

    link = conversation.link
    if not model_id and not effort:
        missing, own = link.missing, link.source().own
        hint = f"\n{missing.hint}" if missing and not own else ""
        return Text(f"Model: {facts.model(conversation)}{_effort(link.setup.effort)}.{hint}")
    await conversation.use_model(model_id, effort)
    left_out = await efforts.left_out(link.client, link.source(), link.setup)
    now = f"Model {facts.model(conversation)}{_effort(link.setup.effort)}, from the next turn on."
    doubt = _doubt(model_id, conversation.known.models)
    return Text("\n".join((now, *doubt, *left_out)))


@command
async def models(conversation: Conversation) -> Table:
    """List the models that can be asked, with their limits and what they cost."""
    from copilot_nb.notebook.models.catalogue import models as listed
    from copilot_nb.notebook.models.catalogue import unlisted

    found = await listed(conversation)
    asked = conversation.link.source().model or "auto"
    rows = tuple(_row(each, asked) for each in found)
    if not rows:
        raise await unlisted(conversation)
    return Table(
        ("id", "name", "context", "prompt", "vision", "effort", "multiplier", "note"),
        rows,
        f"{counted(len(rows), 'model')} of {conversation.link.source().place}",
        "%copilot model ID switches. Context and prompt are limits in tokens.",
    )


def _row(each: Model, asked: str) -> tuple[Any, ...]:
    note = "asked now" if each.id == asked else each.note
    effort = ", ".join(each.efforts)
    return (
        *(each.id, each.name, each.context, each.prompt),
        *(each.vision, effort, each.multiplier, note),
    )


def _doubt(model_id: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """A word about a likely slip: the runtime takes any name, and the next turn fails."""
    near = get_close_matches(model_id, known, n=1) if model_id and model_id not in known else []
    return tuple(
        f"It is not among the models that were listed; did you mean {name}?" for name in near
    )


def _effort(effort: str) -> str:
    return f", effort {effort}" if effort else ""
