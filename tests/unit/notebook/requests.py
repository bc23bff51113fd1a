"""Requests as the runtime and the kernel tools make them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copilot_nb.protocol.permission import PermissionRequest
from copilot_nb.protocol.user_input import UserInputRequest
from copilot_nb.session.pending import PendingRequest

if TYPE_CHECKING:
    from copilot_nb.session.pending import Kind


def permission(prompt: dict[str, Any], asked: dict[str, Any] | None = None) -> PendingRequest:
    """A permission request with that prompt."""
    wire = asked or prompt
    return PendingRequest(
        id="1", kind="permission", permission=PermissionRequest.from_wire(wire), prompt=prompt
    )


def shell(command: str) -> PendingRequest:
    """The agent wants to run a command."""
    return permission(
        {"kind": "commands", "fullCommandText": command, "commandIdentifiers": [command]},
        {"kind": "shell", "fullCommandText": command},
    )


def kernel_code(code: str) -> PendingRequest:
    """The agent wants to run Python here."""
    return permission({"kind": "kernel-code", "body": code, "language": "python"})


def question(text: str, *choices: str) -> PendingRequest:
    """The agent asks something."""
    return PendingRequest(
        id="2",
        kind="user_input",
        user_input=UserInputRequest(question=text, choices=list(choices) or None),
    )


def form(message: str, properties: dict[str, Any] | None = None, **prompt: Any) -> PendingRequest:
    """A server asks to fill something in."""
    schema = {"type": "object", "properties": properties or {"name": {"type": "string"}}}
    return PendingRequest(
        id="3",
        kind="elicitation",
        prompt={"message": message, "requestedSchema": schema} | prompt,
    )


def plan(summary: str, content: str = "1. Begin.") -> PendingRequest:
    """The agent shows its plan."""
    prompt = {
        "summary": summary,
        "planContent": content,
        "actions": ["autopilot", "interactive", "exit_only"],
        "recommendedAction": "autopilot",
    }
    return PendingRequest(id="4", kind="exit_plan_mode", prompt=prompt)


def other(kind: Kind, **prompt: Any) -> PendingRequest:
    """Any other kind of request."""
    return PendingRequest(id="5", kind=kind, prompt=prompt)
