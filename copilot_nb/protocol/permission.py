"""What the agent asks permission for, and how one can decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from copilot_nb.protocol.base import Wire

if TYPE_CHECKING:
    from collections.abc import Mapping

DecisionKind = Literal[
    "approve-once",
    "approve-for-session",
    "approve-for-location",
    "approve-read-only-for-session",
    "approve-permanently",
    "reject",
    "user-not-available",
    "no-result",
]


class PermissionRequest(Wire):
    """What would be done if it were allowed; kinds that we do not know are kept as they are."""

    kind: str = ""
    """shell, write, read, url, mcp, custom-tool, hook, memory, kernel-code, …"""
    tool_call_id: str | None = None
    intention: str | None = None
    full_command_text: str | None = None
    """shell: the command line."""
    commands: list[dict[str, Any]] | None = None
    file_name: str | None = None
    """write: the file."""
    diff: str | None = None
    path: str | None = None
    """read: the file or directory."""
    url: str | None = None
    server_name: str | None = None
    tool_name: str | None = None
    args: Any = None
    can_offer_session_approval: bool | None = None

    @property
    def extension_data(self) -> dict[str, Any]:
        """Every other field by its wire name."""
        wire = self.to_wire()
        return {name: wire[name] for name in wire if name not in {"kind", "toolCallId"}}


class PermissionDecision(Wire):
    """An answer to a permission request.

    Kinds are checked here, because the runtime reports a wrong kind as success and then breaks
    the tool call.
    """

    kind: DecisionKind
    feedback: str | None = None
    approval: dict[str, Any] | None = None
    location_key: str | None = None
    directories: list[str] | None = None
    domain: str | None = None

    @property
    def is_approved(self) -> bool:
        """Whether the agent may go on."""
        return self.kind.startswith("approve-")

    @property
    def is_denied(self) -> bool:
        """Whether the agent may not; neither, while nobody has decided."""
        return self.kind in {"reject", "user-not-available"}

    @classmethod
    def approved(cls) -> PermissionDecision:
        """The seed's `approved()`: this once."""
        return approve_once()

    @classmethod
    def denied(cls) -> PermissionDecision:
        """The seed's `denied()`: as if nobody could be asked; the turn goes on."""
        return user_not_available()


def approve_once() -> PermissionDecision:
    """Let it happen this time."""
    return PermissionDecision(kind="approve-once")


def approve_for_session(approval: Mapping[str, Any] | None = None) -> PermissionDecision:
    """Let it happen now and, as far as `approval` says, for the rest of the session.

    Args:
        approval: What to remember, such as `{"kind": "commands", "commandIdentifiers": [...]}`
            with the identifiers of the request's own prompt; nothing is remembered without.
    """
    return PermissionDecision(
        kind="approve-for-session", approval=dict(approval) if approval else None
    )


def approve_for_location(approval: Mapping[str, Any], location_key: str) -> PermissionDecision:
    """Let it happen now and always in that directory; the runtime writes it into its own file."""
    return PermissionDecision(
        kind="approve-for-location", approval=dict(approval), location_key=location_key
    )


def reject(feedback: str | None = None) -> PermissionDecision:
    """Refuse. Without feedback the whole turn stops; with it the model goes on knowing why."""
    return PermissionDecision(kind="reject", feedback=feedback)


def user_not_available() -> PermissionDecision:
    """Refuse because nobody could be asked; the model goes on."""
    return PermissionDecision(kind="user-not-available")


NO_RESULT = PermissionDecision(kind="no-result")
"""Do not answer: another client, or a later call, will."""
