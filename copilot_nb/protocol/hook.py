"""Hooks: functions of ours that the runtime calls at fixed points of a turn."""

from __future__ import annotations

from typing import Any, Literal

from copilot_nb.protocol.base import Wire


class HookInput(Wire):
    """What every hook gets."""

    session_id: str | None = None
    timestamp: int | None = None
    """Milliseconds."""
    cwd: str | None = None


class PreToolUse(HookInput):
    """Before a tool runs; the runtime does not say which call it is."""

    tool_name: str = ""
    tool_args: Any = None


class PostToolUse(HookInput):
    """After a tool succeeded."""

    tool_name: str = ""
    tool_args: Any = None
    tool_result: Any = None


class PostToolUseFailure(HookInput):
    """After a tool failed."""

    tool_name: str = ""
    tool_args: Any = None
    error: Any = None


class UserPromptSubmitted(HookInput):
    """A prompt is about to enter the conversation."""

    prompt: str = ""


class UserPromptTransformed(HookInput):
    """The prompt as the model will get it."""

    prompt: str = ""
    transformed_prompt: str = ""


class SessionStarted(HookInput):
    """The first prompt of a session, or the first after a resume."""

    source: str = ""
    """new, resume or startup."""
    initial_prompt: str | None = None


class SessionEnded(HookInput):
    """The session is closed."""

    reason: str = ""
    final_message: str | None = None
    error: Any = None


class ErrorOccurred(HookInput):
    """A model call or a tool failed."""

    error: Any = None
    """{name, message, stack}."""
    error_context: str | None = None
    recoverable: bool | None = None


class AgentStop(HookInput):
    """The agent wants to end its turn."""

    stop_reason: str | None = None
    transcript_path: str | None = None


class HookOutput(Wire):
    """What a hook may answer; each hook reads its own fields."""

    additional_context: str | None = None
    """Text that the model gets besides."""
    suppress_output: bool | None = None
    permission_decision: Literal["allow", "deny", "ask"] | None = None
    """Before a tool: decide, or have the person asked."""
    permission_decision_reason: str | None = None
    modified_args: Any = None
    modified_result: Any = None
    modified_prompt: str | None = None
    modified_transformed_prompt: str | None = None
    modified_config: dict[str, Any] | None = None
    decision: Literal["block"] | None = None
    """A prompt is not sent; the agent does not stop."""
    reason: str | None = None
    error_handling: Literal["retry", "skip", "abort"] | None = None
    retry_count: int | None = None
    user_notification: str | None = None
    session_summary: str | None = None
    cleanup_actions: list[str] | None = None


INPUTS: dict[str, type[HookInput]] = {
    "preToolUse": PreToolUse,
    "postToolUse": PostToolUse,
    "postToolUseFailure": PostToolUseFailure,
    "userPromptSubmitted": UserPromptSubmitted,
    "userPromptTransformed": UserPromptTransformed,
    "sessionStart": SessionStarted,
    "sessionEnd": SessionEnded,
    "errorOccurred": ErrorOccurred,
    "agentStop": AgentStop,
    "preMcpToolCall": HookInput,
    "subagentStart": HookInput,
    "subagentStop": HookInput,
}
"""What each type of hook gets."""
