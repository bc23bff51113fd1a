"""Names that lists have shown so far: what Tab can offer without asking anybody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Known:
    """The newest lists of one notebook."""

    models: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    """Names and ids."""
    tools: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
