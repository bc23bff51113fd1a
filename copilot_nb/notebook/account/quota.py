"""What is left of an account's quota, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import CopilotError
from copilot_nb.session.uplink import ClientState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.notebook.models.providers import Source
    from copilot_nb.session.client import Client

_NAMES = {"premium_interactions": "Premium requests", "chat": "Chat", "completions": "Completions"}


@dataclass(frozen=True, slots=True)
class Quota:
    """What the plan gives of something."""

    name: str
    entitlement: float
    used: float
    percent: float
    """What is left."""
    unlimited: bool
    resets: str

    def __str__(self) -> str:
        if self.unlimited:
            return f"{self.name}: unlimited"
        resets = f", begins anew {self.resets[:10]}" if self.resets else ""
        return (
            f"{self.name}: {self.used:,.0f} of {self.entitlement:,.0f} used, "
            f"{self.percent:g} % left{resets}"
        )


async def quota(client: Client | None, source: Source) -> tuple[Quota, ...]:
    """What is left of everything that has a limit; nothing without a running account."""
    if client is None or source.own or client.state is not ClientState.CONNECTED:
        return ()
    try:
        snapshots = (await client.get_quota()).get("quotaSnapshots") or {}
    except CopilotError:
        return ()
    found = [_of(name, each) for name, each in snapshots.items() if isinstance(each, dict)]
    limited = tuple(each for each in found if not each.unlimited)
    return limited or tuple(found[:1])


def _of(name: str, given: Mapping[str, Any]) -> Quota:
    return Quota(
        _NAMES.get(name, name.replace("_", " ").capitalize()),
        _number(given.get("entitlementRequests")),
        _number(given.get("usedRequests")),
        _number(given.get("remainingPercentage")),
        given.get("isUnlimitedEntitlement") is True,
        str(given.get("resetDate") or ""),
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
