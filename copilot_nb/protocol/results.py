"""What the calls for model, plan, history, queue, files and shell give back."""

from __future__ import annotations

from typing import Any

from copilot_nb.protocol.base import Wire


class CurrentModel(Wire):
    """The model that answers."""

    model_id: str | None = None
    reasoning_effort: str | None = None


class ModelSwitch(Wire):
    """What became of a switch."""

    status: str = ""
    deferred: bool = False
    """A turn runs: the switch happens after it."""
    model_id: str | None = None
    message: str | None = None


class Plan(Wire):
    """The agent's plan file."""

    exists: bool = False
    content: str | None = None
    path: str | None = None


class Compaction(Wire):
    """What summarising the history gave."""

    success: bool = False
    tokens_removed: int | None = None
    messages_removed: int | None = None
    summary_content: str | None = None
    context_window: dict[str, Any] | None = None


class RewindPoint(Wire):
    """A prompt that the session can go back to."""

    event_id: str
    user_message: str = ""
    timestamp: str | None = None
    can_restore_files: bool | None = None
    file_count: int | None = None


class Rewound(Wire):
    """What going back changed."""

    outcome: str = ""
    """success, session-busy, …"""
    events_removed: int | None = None
    restored_files: list[Any] | None = None
    skipped_files: list[Any] | None = None


class QueueItem(Wire):
    """A prompt that waits."""

    id: str
    message_id: str | None = None
    kind: str | None = None
    display_text: str = ""
    agent_mode: str | None = None


class ShellRun(Wire):
    """A command that a person ran."""

    success: bool = False
    output: str | None = None
    exit_code: int | None = None
    tool_call_id: str | None = None


class FileChange(Wire):
    """A file that the session changed."""

    path: str
    diff: str = ""
    change_type: str | None = None
    contents: dict[str, Any] | None = None
