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
    """What follows: interactive, autopilot, autopilot_fleet or exit_only."""
    feedback: str | None = None
    """What is missing."""


class AutoModeSwitchResult(Wire):
    """Whether the runtime may switch to the automatic model."""

    response: Literal["yes", "yes_always", "no"]


class SessionLimitsResult(Wire):
    """What happens when the session's credits are used up."""

    action: Literal["add", "set", "unset", "cancel"]
    """cancel leaves the limit and gives up what it blocks; unset removes the limit."""
    additional_ai_credits: float | None = None
    """add: how many more."""
    max_ai_credits: float | None = None
    """set: the new limit."""
