"""Where a session is in its life."""

from __future__ import annotations

from enum import Enum


class Life(Enum):
    """The states of a session."""

    OPEN = "open"
    LOST = "lost"
    """The runtime is gone; `client.resume_all` brings it back."""
    CLOSED = "closed"
