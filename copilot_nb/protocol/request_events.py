"""Events by which the runtime asks for an answer, and those that say it was answered."""

from __future__ import annotations

from typing import Any

from copilot_nb.protocol.base import Wire
from copilot_nb.protocol.permission import PermissionRequest

__all__ = [
    "AutoModeSwitchCompleted",
    "AutoModeSwitchRequested",
    "CommandCompleted",
    "CommandExecute",
    "CommandQueued",
    "ElicitationCompleted",
    "ElicitationRequested",
    "ExitPlanModeCompleted",
    "ExitPlanModeRequested",
    "McpOauthCompleted",
    "McpOauthRequired",
    "PermissionCompleted",
    "PermissionRequested",
    "PermissionResult",
    "SamplingCompleted",
    "SamplingRequested",
    "SessionLimitsExhaustedCompleted",
    "SessionLimitsExhaustedRequested",
    "UserInputCompleted",
    "UserInputRequested",
]


class PermissionRequested(Wire):
    """The agent asks whether it may."""

    request_id: str
    permission_request: PermissionRequest
    prompt_request: dict[str, Any] | None = None
    """What to show: one call may ask twice, first for a path and then for itself."""
    permission_mode: str | None = None
    agent_mode: str | None = None
    owner_session_id: str | None = None
    owner_agent_id: str | None = None
    resolved_by_hook: bool | None = None
    """True: a hook has decided, nobody need answer."""


class PermissionResult(Wire):
    """How a permission request ended."""

    kind: str = ""
    """approved, denied-interactively-by-user, cancelled, …"""
    feedback: str | None = None
    reason: str | None = None
    approval: dict[str, Any] | None = None


class PermissionCompleted(Wire):
    """A permission request was answered, by us, another client, or an abort."""

    request_id: str
    tool_call_id: str | None = None
    result: PermissionResult = PermissionResult()


class UserInputRequested(Wire):
    """The agent asks a question."""

    request_id: str
    question: str = ""
    choices: list[str] | None = None
    allow_freeform: bool | None = None
    tool_call_id: str | None = None


class UserInputCompleted(Wire):
    """A question was answered."""

    request_id: str
    answer: str | None = None
    was_freeform: bool | None = None


class ElicitationRequested(Wire):
    """Somebody, mostly an MCP server, asks to fill in a form."""

    request_id: str
    message: str = ""
    requested_schema: dict[str, Any] | None = None
    tool_call_id: str | None = None
    elicitation_source: str | None = None
    mode: str | None = None
    url: str | None = None


class ElicitationCompleted(Wire):
    """A form was answered."""

    request_id: str
    action: str | None = None
    content: dict[str, Any] | None = None


class ExitPlanModeRequested(Wire):
    """The agent shows its plan and asks to go on."""

    request_id: str
    summary: str = ""
    plan_content: str = ""
    actions: tuple[Any, ...] = ()
    recommended_action: Any = None
    tool_call_id: str | None = None


class ExitPlanModeCompleted(Wire):
    """The plan was judged."""

    request_id: str
    approved: bool | None = None
    selected_action: Any = None
    feedback: str | None = None


class AutoModeSwitchRequested(Wire):
    """The runtime asks whether it may switch to the automatic model."""

    request_id: str
    error_code: str | None = None
    retry_after_seconds: float | None = None


class AutoModeSwitchCompleted(Wire):
    """The switch was answered."""

    request_id: str
    response: Any = None


class SessionLimitsExhaustedRequested(Wire):
    """The session's credits are used up; may it have more?"""

    request_id: str
    used_ai_credits: float | None = None
    max_ai_credits: float | None = None


class SessionLimitsExhaustedCompleted(Wire):
    """The question about credits was answered."""

    request_id: str
    response: Any = None


class SamplingRequested(Wire):
    """An MCP server asks for a model's answer."""

    request_id: str
    server_name: str = ""
    mcp_request_id: Any = None


class SamplingCompleted(Wire):
    """An MCP server's sampling request ended."""

    request_id: str


class McpOauthRequired(Wire):
    """An MCP server wants a sign-in."""

    request_id: str
    server_name: str = ""
    server_url: str = ""
    reason: str | None = None


class McpOauthCompleted(Wire):
    """An MCP server's sign-in ended."""

    request_id: str
    outcome: str | None = None


class CommandQueued(Wire):
    """A slash command waits for its turn."""

    request_id: str
    command: str = ""


class CommandExecute(Wire):
    """A client's slash command is to run."""

    request_id: str
    command: str = ""
    command_name: str = ""
    args: str = ""


class CommandCompleted(Wire):
    """A slash command ended."""

    request_id: str


TYPES: dict[str, type[Wire]] = {
    "permission.requested": PermissionRequested,
    "permission.completed": PermissionCompleted,
    "user_input.requested": UserInputRequested,
    "user_input.completed": UserInputCompleted,
    "elicitation.requested": ElicitationRequested,
    "elicitation.completed": ElicitationCompleted,
    "exit_plan_mode.requested": ExitPlanModeRequested,
    "exit_plan_mode.completed": ExitPlanModeCompleted,
    "auto_mode_switch.requested": AutoModeSwitchRequested,
    "auto_mode_switch.completed": AutoModeSwitchCompleted,
    "session_limits_exhausted.requested": SessionLimitsExhaustedRequested,
    "session_limits_exhausted.completed": SessionLimitsExhaustedCompleted,
    "sampling.requested": SamplingRequested,
    "sampling.completed": SamplingCompleted,
    "mcp.oauth_required": McpOauthRequired,
    "mcp.oauth_completed": McpOauthCompleted,
    "command.queued": CommandQueued,
    "command.execute": CommandExecute,
    "command.completed": CommandCompleted,
}
