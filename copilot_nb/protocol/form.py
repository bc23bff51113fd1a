"""Forms, plans and switches: the other things the runtime asks a person about."""

from __future__ import annotations

from typing import Any, Literal

from copilot_nb.protocol.base import Wire


class ElicitationResult(Wire):
    """What became of a form."""

    action: Literal["accept", "decline", "cancel"]
    content: dict[str, Any] | None = None


class ExitPlanModeResult(Wire):
    """What became of a plan."""

    approved: bool
    selected_action: str | None = None
    feedback: str | None = None


class AutoModeSwitchResult(Wire):
    """Whether the runtime may switch to the automatic model."""

    response: Literal["yes", "yes_always", "no"]


class SessionLimitsResult(Wire):
    """What happens when the session's credits are used up."""

    action: str
    """What the runtime offers, such as "cancel"."""
