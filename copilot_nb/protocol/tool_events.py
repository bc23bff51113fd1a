"""Events of tool calls: built-in ones, ours, and the hooks and skills around them."""

from __future__ import annotations

from typing import Any

from copilot_nb.protocol.base import Wire

__all__ = [
    "ExternalToolCompleted",
    "ExternalToolRequested",
    "HookEnd",
    "HookProgress",
    "HookStart",
    "McpAppToolCallComplete",
    "SkillInvoked",
    "ToolExecutionComplete",
    "ToolExecutionPartialResult",
    "ToolExecutionProgress",
    "ToolExecutionStart",
    "ToolFailure",
    "ToolResult",
    "ToolSearchActivated",
    "ToolShellOutput",
    "ToolUserRequested",
]


class ToolUserRequested(Wire):
    """A person ran a tool, such as a shell command."""

    tool_call_id: str = ""
    tool_name: str = ""
    arguments: Any = None


class ToolExecutionStart(Wire):
    """A tool call begins; it may still ask for permission."""

    tool_call_id: str
    tool_name: str = ""
    arguments: Any = None
    tool_title: str | None = None
    turn_id: str | None = None
    shell_tool_info: dict[str, Any] | None = None
    mcp_server_name: str | None = None
    mcp_tool_name: str | None = None
    parent_tool_call_id: str | None = None


class ToolShellOutput(Wire):
    """Text a shell command wrote; append it."""

    tool_call_id: str
    text: str = ""
    stream: str = "stdout"
    """stdout, stderr or terminal."""
    sequence: int = 0


class ToolExecutionPartialResult(Wire):
    """The whole output so far; the runtime may send it twice."""

    tool_call_id: str
    partial_output: str = ""


class ToolExecutionProgress(Wire):
    """One line on how far a tool has come."""

    tool_call_id: str
    progress_message: str = ""


class ToolResult(Wire):
    """What a tool call gave."""

    content: str = ""
    """For the model."""
    detailed_content: str | None = None
    """For people; a unified diff for file edits."""
    contents: list[dict[str, Any]] | None = None
    binary_results_for_llm: list[dict[str, Any]] | None = None


class ToolFailure(Wire):
    """Why a tool call failed."""

    message: str = ""
    code: str | None = None
    """failure, denied, rejected or timeout."""


class ToolExecutionComplete(Wire):
    """A tool call ended."""

    tool_call_id: str
    success: bool = False
    result: ToolResult | None = None
    error: ToolFailure | None = None
    shell_execution: dict[str, Any] | None = None
    """{"exitCode": …} of a shell command."""
    file_edits: list[dict[str, Any]] | None = None
    """[{"path": …, "kind": create, edit or delete}]."""
    is_user_requested: bool | None = None
    tool_telemetry: dict[str, Any] | None = None
    parent_tool_call_id: str | None = None


class ExternalToolRequested(Wire):
    """The runtime asks its clients to run one of their tools."""

    request_id: str
    tool_call_id: str = ""
    tool_name: str = ""
    arguments: Any = None
    session_id: str = ""
    working_directory: str | None = None


class ExternalToolCompleted(Wire):
    """A client's tool call was answered or called off."""

    request_id: str


class HookStart(Wire):
    """A hook is called."""

    hook_invocation_id: str = ""
    hook_type: str = ""
    input: Any = None


class HookEnd(Wire):
    """A hook answered."""

    hook_invocation_id: str = ""
    hook_type: str = ""
    output: Any = None
    success: bool = True
    error: Any = None


class HookProgress(Wire):
    """A hook says what it is doing."""

    message: str = ""
    temporary: bool | None = None


class SkillInvoked(Wire):
    """A skill's text entered the conversation."""

    name: str = ""
    path: str = ""
    content: str = ""
    description: str | None = None
    source: str | None = None
    trigger: str | None = None


class ToolSearchActivated(Wire):
    """Deferred tools were found and switched on."""

    strategy: str = ""
    tool_names: tuple[str, ...] = ()


class McpAppToolCallComplete(Wire):
    """An MCP app called a tool."""

    server_name: str = ""
    tool_name: str = ""
    arguments: dict[str, Any] | None = None
    success: bool = False
    duration_ms: float | None = None
    result: dict[str, Any] | None = None


TYPES: dict[str, type[Wire]] = {
    "tool.user_requested": ToolUserRequested,
    "tool.execution_start": ToolExecutionStart,
    "tool.shell_output": ToolShellOutput,
    "tool.execution_partial_result": ToolExecutionPartialResult,
    "tool.execution_progress": ToolExecutionProgress,
    "tool.execution_complete": ToolExecutionComplete,
    "external_tool.requested": ExternalToolRequested,
    "external_tool.completed": ExternalToolCompleted,
    "hook.start": HookStart,
    "hook.end": HookEnd,
    "hook.progress": HookProgress,
    "skill.invoked": SkillInvoked,
    "tool_search.activated": ToolSearchActivated,
    "mcp_app.tool_call_complete": McpAppToolCallComplete,
}
