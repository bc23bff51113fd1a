"""Events of the conversation itself: prompts, answers, reasoning, steps and their ends."""

from __future__ import annotations

from typing import Any

from copilot_nb.protocol.base import Wire

__all__ = [
    "Abort",
    "AgentInterrupted",
    "AssistantIdle",
    "AssistantIntent",
    "AssistantMessage",
    "AssistantMessageDelta",
    "AssistantMessageStart",
    "AssistantReasoning",
    "AssistantReasoningDelta",
    "AssistantStreamingDelta",
    "AssistantToolCallDelta",
    "AssistantTurnEnd",
    "AssistantTurnRetry",
    "AssistantTurnStart",
    "AssistantUsage",
    "PendingMessagesModified",
    "SessionIdle",
    "SubagentCompleted",
    "SubagentConfigured",
    "SubagentDeselected",
    "SubagentFailed",
    "SubagentSelected",
    "SubagentStarted",
    "ToolRequest",
    "UserMessage",
]


class UserMessage(Wire):
    """A prompt entered the conversation."""

    content: str = ""
    """What to show a person."""
    message_id: str | None = None
    """The id that `send` returned."""
    transformed_content: str | None = None
    """What the model gets."""
    delivery: str | None = None
    """idle, queued or steering."""
    source: str | None = None
    """Who wrote it when not a person: autopilot, system, …"""
    agent_mode: str | None = None
    attachments: list[dict[str, Any]] | None = None
    interaction_id: str | None = None
    turn_id: str | None = None


class PendingMessagesModified(Wire):
    """The queue of waiting prompts changed; read it with `session.queue`."""


class AssistantTurnStart(Wire):
    """A step begins: one model call and the tools it asks for."""

    turn_id: str = ""
    model: str | None = None
    interaction_id: str | None = None
    parent_tool_call_id: str | None = None


class AssistantTurnEnd(Wire):
    """A step ended."""

    turn_id: str = ""
    model: str | None = None
    parent_tool_call_id: str | None = None


class AssistantTurnRetry(Wire):
    """The model call is tried again; text of the broken try is void."""

    turn_id: str = ""
    model: str | None = None
    reason: str | None = None
    """api_error, transient_auth_error, streaming_error, rate_limit."""


class AssistantIntent(Wire):
    """What the agent says it is about to do."""

    intent: str = ""


class AssistantMessageStart(Wire):
    """The first text of an answer is about to come."""

    message_id: str
    phase: str | None = None


class AssistantMessageDelta(Wire):
    """A piece of an answer; append it."""

    message_id: str
    delta_content: str
    parent_tool_call_id: str | None = None


class AssistantReasoningDelta(Wire):
    """A piece of the model's reasoning; append it."""

    reasoning_id: str
    delta_content: str


class AssistantReasoning(Wire):
    """The complete reasoning; replaces its deltas."""

    reasoning_id: str
    content: str = ""


class AssistantStreamingDelta(Wire):
    """Progress only: how many bytes of answer have come."""

    total_response_size_bytes: int = 0


class AssistantToolCallDelta(Wire):
    """A piece of the arguments the model is writing, raw JSON text."""

    tool_call_id: str
    input_delta: str = ""
    tool_name: str | None = None
    tool_type: str | None = None


class ToolRequest(Wire):
    """A tool call the model asked for."""

    tool_call_id: str
    name: str = ""
    arguments: Any = None
    type: str | None = None
    intention_summary: str | None = None
    tool_title: str | None = None


class AssistantMessage(Wire):
    """A complete answer; replaces its deltas."""

    message_id: str
    content: str = ""
    originating_message_id: str | None = None
    """The prompt it answers."""
    tool_requests: list[ToolRequest] | None = None
    reasoning_text: str | None = None
    turn_id: str | None = None
    interaction_id: str | None = None
    model: str | None = None
    api_call_id: str | None = None
    output_tokens: int | None = None
    parent_tool_call_id: str | None = None


class AssistantUsage(Wire):
    """What one model call cost."""

    model: str = ""
    model_display_name: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost: float | None = None
    duration: float | None = None
    time_to_first_token_ms: float | None = None
    finish_reason: str | None = None
    initiator: str | None = None
    is_byok: bool | None = None
    reasoning_effort: str | None = None
    parent_tool_call_id: str | None = None
    quota_snapshots: dict[str, Any] | None = None
    copilot_usage: dict[str, Any] | None = None


class AssistantIdle(Wire):
    """The answer is complete; shells or sub-agents may still run in the background."""

    aborted: bool = False


class SessionIdle(Wire):
    """Nothing runs any more."""

    aborted: bool = False
    mode: str | None = None


class Abort(Wire):
    """The turn was stopped."""

    reason: str = ""
    """user_initiated, user_abort, remote_command, autopilot_credit_limit."""


class AgentInterrupted(Wire):
    """What the agent was doing when it was stopped."""

    activity: str = ""
    """model_call or tool_call."""
    elapsed_ms: float | None = None
    turn: int | None = None
    tool_names: list[str] | None = None
    tool_call_ids: list[str] | None = None


class SubagentStarted(Wire):
    """A sub-agent works for a tool call."""

    tool_call_id: str = ""
    agent_name: str = ""
    agent_display_name: str = ""
    agent_description: str = ""
    model: str | None = None


class SubagentConfigured(Wire):
    """Which model a sub-agent uses."""

    model: str = ""
    reasoning_effort: str | None = None
    multi_turn: bool = False


class SubagentCompleted(Wire):
    """A sub-agent finished."""

    tool_call_id: str = ""
    agent_name: str = ""
    agent_display_name: str = ""
    model: str | None = None
    total_tool_calls: int | None = None
    total_tokens: int | None = None
    duration_ms: float | None = None
    cancelled: bool | None = None


class SubagentFailed(Wire):
    """A sub-agent failed."""

    tool_call_id: str = ""
    agent_name: str = ""
    agent_display_name: str = ""
    error: str = ""
    model: str | None = None
    total_tool_calls: int | None = None
    total_tokens: int | None = None
    duration_ms: float | None = None


class SubagentSelected(Wire):
    """The session speaks with a custom agent now."""

    agent_name: str = ""
    agent_display_name: str = ""
    tools: list[str] | None = None


class SubagentDeselected(Wire):
    """The session speaks with the standard agent again."""


TYPES: dict[str, type[Wire]] = {
    "user.message": UserMessage,
    "pending_messages.modified": PendingMessagesModified,
    "assistant.turn_start": AssistantTurnStart,
    "assistant.turn_end": AssistantTurnEnd,
    "assistant.turn_retry": AssistantTurnRetry,
    "assistant.intent": AssistantIntent,
    "assistant.message_start": AssistantMessageStart,
    "assistant.message_delta": AssistantMessageDelta,
    "assistant.reasoning_delta": AssistantReasoningDelta,
    "assistant.reasoning": AssistantReasoning,
    "assistant.streaming_delta": AssistantStreamingDelta,
    "assistant.tool_call_delta": AssistantToolCallDelta,
    "assistant.message": AssistantMessage,
    "assistant.usage": AssistantUsage,
    "assistant.idle": AssistantIdle,
    "session.idle": SessionIdle,
    "abort": Abort,
    "agent.interrupted": AgentInterrupted,
    "subagent.started": SubagentStarted,
    "subagent.configured": SubagentConfigured,
    "subagent.completed": SubagentCompleted,
    "subagent.failed": SubagentFailed,
    "subagent.selected": SubagentSelected,
    "subagent.deselected": SubagentDeselected,
}
