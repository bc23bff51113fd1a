"""Events about the session around the conversation: model, mode, context, errors."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from copilot_nb.protocol.base import Wire

__all__ = [
    "EphemeralQuery",
    "SessionAutoModeResolved",
    "SessionAutopilotStopped",
    "SessionBackgroundTasksChanged",
    "SessionCompactionComplete",
    "SessionCompactionStart",
    "SessionContextChanged",
    "SessionContextCleared",
    "SessionErrorEvent",
    "SessionHandoff",
    "SessionInfo",
    "SessionLimitsChanged",
    "SessionModeChanged",
    "SessionModelChange",
    "SessionModelDeselected",
    "SessionPermissionsChanged",
    "SessionPlanChanged",
    "SessionResume",
    "SessionShutdown",
    "SessionSnapshotRewind",
    "SessionStart",
    "SessionTaskComplete",
    "SessionTitleChanged",
    "SessionTodosChanged",
    "SessionTruncation",
    "SessionUsageInfo",
    "SessionWarning",
    "SessionWorkspaceFileChanged",
    "SystemMessage",
    "SystemNotification",
]


class SessionStart(Wire):
    """A session was made."""

    session_id: str = ""
    version: int | None = None
    producer: str | None = None
    copilot_version: str | None = None
    start_time: str | None = None
    selected_model: str | None = None
    reasoning_effort: str | None = None
    context: dict[str, Any] | None = None
    already_in_use: bool | None = None


class SessionResume(Wire):
    """A session was taken up again."""

    resume_time: str | None = None
    event_count: int | None = None
    events_file_size_bytes: int | None = None
    selected_model: str | None = None
    context: dict[str, Any] | None = None
    already_in_use: bool | None = None
    session_was_active: bool | None = None
    continue_pending_work: bool | None = None


class SessionErrorEvent(Wire):
    """Something failed; a turn, unless `error_type` is "notification"."""

    error_type: str = ""
    """query, authentication, rate_limit, notification, …"""
    message: str = ""
    status_code: int | None = None
    originating_message_id: str | None = None
    error_code: str | None = None
    remediation: Any = None
    eligible_for_auto_switch: bool | None = None
    url: str | None = None


class SessionInfo(Wire):
    """One line worth knowing."""

    info_type: str = ""
    """model_retry, cancellation, notification, …"""
    message: str = ""
    url: str | None = None
    tip: str | None = None


class SessionWarning(Wire):
    """One line to heed."""

    warning_type: str = ""
    """policy_blocked, …"""
    message: str = ""
    originating_message_id: str | None = None
    url: str | None = None


class SessionTitleChanged(Wire):
    """The session has another name."""

    title: str = ""


class SessionModelChange(Wire):
    """Another model answers from now on."""

    new_model: str = ""
    previous_model: str | None = None
    reasoning_effort: str | None = None
    previous_reasoning_effort: str | None = None
    cause: str | None = None


class SessionModelDeselected(Wire):
    """The chosen model can not be used any more."""

    previous_model: str = ""
    reason: Any = None


class SessionAutoModeResolved(Wire):
    """Which model the automatic choice took."""

    chosen_model: str = ""
    reasoning_bucket: str | None = None
    routing_method: str | None = None


class SessionModeChanged(Wire):
    """The agent's mode changed: interactive, plan, autopilot."""

    new_mode: str = ""
    previous_mode: str = ""


class SessionPermissionsChanged(Wire):
    """The runtime's permission mode changed."""

    mode: str | None = None
    previous_mode: str | None = None


class SessionLimitsChanged(Wire):
    """The session's limits changed."""

    session_limits: dict[str, Any] | None = None


class SessionPlanChanged(Wire):
    """The plan was created, updated or deleted."""

    operation: str = ""


class SessionTodosChanged(Wire):
    """The agent's list of things to do changed."""


class SessionWorkspaceFileChanged(Wire):
    """A file of the session's own directory changed."""

    path: str = ""
    operation: str = ""


class SessionContextChanged(Wire):
    """The working directory or its repository changed."""

    cwd: str = ""
    git_root: str | None = None
    repository: str | None = None
    branch: str | None = None


class SessionUsageInfo(Wire):
    """How full the model's context is."""

    token_limit: int = 0
    current_tokens: int = 0
    messages_length: int | None = None
    system_tokens: int | None = None
    conversation_tokens: int | None = None
    tool_definitions_tokens: int | None = None
    is_initial: bool | None = None


class SessionCompactionStart(Wire):
    """The history is being summarised to make room."""

    current_tokens: int | None = None
    token_limit: int | None = None
    system_tokens: int | None = None
    conversation_tokens: int | None = None
    tool_definitions_tokens: int | None = None
    trigger: str | None = None
    model: str | None = None


class SessionCompactionComplete(Wire):
    """The summary is made, or could not be."""

    success: bool = False
    error: str | None = None
    summary_content: str | None = None
    checkpoint_path: str | None = None
    messages_removed: int | None = None
    tokens_removed: int | None = None
    pre_compaction_tokens: int | None = None
    post_compaction_tokens: int | None = None
    compaction_tokens_used: dict[str, Any] | None = None
    """What the summary cost."""
    trigger: str | None = None


class SessionTruncation(Wire):
    """Old messages were dropped to make room."""

    token_limit: int | None = None
    tokens_removed_during_truncation: int | None = None
    messages_removed_during_truncation: int | None = None
    performed_by: str | None = None


class SessionContextCleared(Wire):
    """The history was emptied."""

    messages_cleared: int = 0
    initial_message: str | None = None


class SessionSnapshotRewind(Wire):
    """That event and all after it are gone."""

    up_to_event_id: str = ""
    events_removed: int = 0


class SessionHandoff(Wire):
    """The session came from another place."""

    handoff_time: str | None = None
    source_type: str | None = None
    summary: str | None = None
    context: str | None = None
    remote_session_id: str | None = None


class SessionBackgroundTasksChanged(Wire):
    """Background shells or agents changed; very frequent."""


class SessionTaskComplete(Wire):
    """The agent says its task is done."""

    summary: str | None = None
    success: bool | None = None
    reason: str | None = None


class SessionAutopilotStopped(Wire):
    """Autopilot ended."""

    reason: str = ""
    """task_complete, cap_reached, error, aborted."""
    request_id: str | None = None
    """The message id of its prompt."""


class SessionShutdown(Wire):
    """The session was closed."""

    shutdown_type: str = ""
    error_reason: str | None = None
    total_premium_requests: float | None = None
    total_api_duration_ms: float | None = None
    code_changes: dict[str, Any] | None = None
    model_metrics: dict[str, Any] | None = None
    current_model: str | None = None


class SystemMessage(Wire):
    """The prompt the runtime itself gives the model; large, sent at every prompt."""

    content: str = ""
    role: str | None = None


class SystemNotification(Wire):
    """Something the runtime told the model, such as the end of a background shell."""

    content: str = ""
    kind: dict[str, Any] = Field(default_factory=dict)


class EphemeralQuery(Wire):
    """A side question's answer as it comes."""

    request_id: str = ""
    phase: str = ""
    chunk: str | None = None
    answer: str | None = None
    error: str | None = None


TYPES: dict[str, type[Wire]] = {
    "session.start": SessionStart,
    "session.resume": SessionResume,
    "session.error": SessionErrorEvent,
    "session.info": SessionInfo,
    "session.warning": SessionWarning,
    "session.title_changed": SessionTitleChanged,
    "session.model_change": SessionModelChange,
    "session.model_deselected": SessionModelDeselected,
    "session.auto_mode_resolved": SessionAutoModeResolved,
    "session.mode_changed": SessionModeChanged,
    "session.permissions_changed": SessionPermissionsChanged,
    "session.session_limits_changed": SessionLimitsChanged,
    "session.plan_changed": SessionPlanChanged,
    "session.todos_changed": SessionTodosChanged,
    "session.workspace_file_changed": SessionWorkspaceFileChanged,
    "session.context_changed": SessionContextChanged,
    "session.usage_info": SessionUsageInfo,
    "session.compaction_start": SessionCompactionStart,
    "session.compaction_complete": SessionCompactionComplete,
    "session.truncation": SessionTruncation,
    "session.context_cleared": SessionContextCleared,
    "session.snapshot_rewind": SessionSnapshotRewind,
    "session.handoff": SessionHandoff,
    "session.background_tasks_changed": SessionBackgroundTasksChanged,
    "session.task_complete": SessionTaskComplete,
    "session.autopilot_stopped": SessionAutopilotStopped,
    "session.shutdown": SessionShutdown,
    "system.message": SystemMessage,
    "system.notification": SystemNotification,
    "ui.ephemeral_query": EphemeralQuery,
}
