"""GitHub Copilot's agent as a first-class citizen of a notebook.

Public names are imported when they are first used: loading the extension must cost next to nothing.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from copilot_nb.errors import (
        AuthenticationError,
        CliError,
        ConfigError,
        ConnectionClosedError,
        CopilotError,
        ProtocolError,
        QuotaError,
        RpcError,
        SessionClosedError,
        SessionError,
        SessionNotFoundError,
        ToolError,
        TurnAbortedError,
        TurnTimeoutError,
        UsageError,
    )
    from copilot_nb.notebook.current import current, show, tools
    from copilot_nb.protocol.events import SessionEvent
    from copilot_nb.protocol.permission import (
        PermissionDecision,
        approve_for_session,
        approve_once,
        reject,
    )
    from copilot_nb.protocol.session import MessageOptions, ProviderConfig, SessionConfig
    from copilot_nb.protocol.tool import Tool, ToolResultObject
    from copilot_nb.protocol.user_input import UserInputResponse
    from copilot_nb.session.client import Client
    from copilot_nb.session.session import Session
    from copilot_nb.session.tools import Invocation, tool
    from copilot_nb.session.turn import Turn

__version__ = "0.1.0"

logging.getLogger(__name__).addHandler(logging.NullHandler())

__all__ = [
    "AuthenticationError",
    "CliError",
    "Client",
    "ConfigError",
    "ConnectionClosedError",
    "CopilotError",
    "Invocation",
    "MessageOptions",
    "PermissionDecision",
    "ProtocolError",
    "ProviderConfig",
    "QuotaError",
    "RpcError",
    "Session",
    "SessionClosedError",
    "SessionConfig",
    "SessionError",
    "SessionEvent",
    "SessionNotFoundError",
    "Tool",
    "ToolError",
    "ToolResultObject",
    "Turn",
    "TurnAbortedError",
    "TurnTimeoutError",
    "UsageError",
    "UserInputResponse",
    "approve_for_session",
    "approve_once",
    "current",
    "load_ipython_extension",
    "reject",
    "show",
    "tool",
    "tools",
    "unload_ipython_extension",
]

_ROOMS = {
    "notebook.current": ("current", "show", "tools"),
    "protocol.events": ("SessionEvent",),
    "protocol.permission": ("PermissionDecision", "approve_for_session", "approve_once", "reject"),
    "protocol.session": ("MessageOptions", "ProviderConfig", "SessionConfig"),
    "protocol.tool": ("Tool", "ToolResultObject"),
    "protocol.user_input": ("UserInputResponse",),
    "session.client": ("Client",),
    "session.session": ("Session",),
    "session.tools": ("Invocation", "tool"),
    "session.turn": ("Turn",),
}
_HOMES = {name: room for room, names in _ROOMS.items() for name in names}


def load_ipython_extension(shell: InteractiveShell) -> None:
    """`%load_ext copilot_nb`: the magics are there; nothing is printed and nothing is started."""
    from copilot_nb.magics.extension import load

    load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """`%unload_ext copilot_nb`: every hook is as it was, and the runtime has ended."""
    from copilot_nb.magics.extension import unload

    unload(shell)


def __getattr__(name: str) -> Any:
    """Import a public name from its room."""
    if name.startswith("_") or name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'errors')}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
