"""How hard a model can think, as far as the account says; of other models nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copilot_nb.errors import CopilotError, ModelError
from copilot_nb.protocol.causes import EFFORT
from copilot_nb.session.uplink import ClientState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.notebook.models.providers import Source
    from copilot_nb.notebook.setup import Setup
    from copilot_nb.session.client import Client

_AUTO = "auto"
"""The runtime's name for the model that it chooses itself."""


async def check(client: Client | None, source: Source, effort: str) -> None:
    """See that the model takes that effort; nothing is started to find out.

    Args:
        client: The runtime, if it runs.
        source: Names the model.
        effort: What is wanted; empty leaves it to the model, which every model takes.

    Raises:
        ModelError: It does not. The runtime would say so in the middle of a turn, or never.
    """
    if not effort or source.own or client is None or client.state is not ClientState.CONNECTED:
        return
    model = source.model or _AUTO
    try:
        found = next((each for each in await client.list_models() if each.id == model), None)
    except CopilotError:
        return  # what is wrong there the next turn says with more words
    if found is None:
        return
    takes = found.supported_reasoning_efforts or ()
    supports: Mapping[str, Any] = found.capabilities.get("supports") or {}
    if effort in takes or (not takes and supports.get("reasoningEffort")):
        return
    takes_some = f"takes effort {', '.join(takes)}, not {effort!r}"
    raise ModelError(f"{model} {takes_some if takes else 'takes no effort'}.", hint=EFFORT)


async def left_out(client: Client | None, source: Source, setup: Setup) -> tuple[str, ...]:
    """Leave out an effort that was chosen for another model; what a person must know of it."""
    try:
        await check(client, source, setup.effort)
    except ModelError as error:
        setup.effort = ""
        return (f"{error.message} It thinks as hard as it does by itself from here on.",)
    return ()
