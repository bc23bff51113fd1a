"""The runtime's methods that we model; all others are reached by `session.rpc` and `client.rpc`.

Methods of a session get its id from the session that calls them.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from copilot_nb.protocol.base import Empty, Secret, Wire
from copilot_nb.protocol.session import (
    MessageOptions,
    OpenedSession,
    SentMessage,
    SessionConfig,
    SessionFilter,
    SessionMetadata,
)
from copilot_nb.protocol.tool import Tool
from copilot_nb.rpc.method import Method


class ConnectParams(Wire):
    """Who we are."""

    token: Secret | None = Field(default=None, repr=False)
    supported_task_kinds: list[str] = Field(default=["agent", "client", "shell"])


class ConnectResult(Wire):
    """Who the runtime is."""

    protocol_version: int = 0
    version: str = ""


class PingParams(Wire):
    """A greeting."""

    message: str | None = None


class PingResponse(Wire):
    """The greeting's echo."""

    message: str = ""
    timestamp: str | int | None = None
    """ISO text; a number from old servers."""
    protocol_version: int | None = None


class StatusResult(Wire):
    """Version of the runtime."""

    version: str = ""
    protocol_version: int | None = None


class AuthStatus(Wire):
    """Whether there is a GitHub account, and whose."""

    is_authenticated: bool = False
    auth_type: str | None = None
    host: str | None = None
    login: str | None = None
    status_message: str | None = None


class ModelInfo(Wire):
    """A model that the account may use."""

    id: str
    name: str = ""
    capabilities: dict[str, Any] = Field(default_factory=dict)
    policy: dict[str, Any] | None = None
    billing: dict[str, Any] | None = None
    supported_reasoning_efforts: list[str] | None = None
    default_reasoning_effort: str | None = None


class ModelList(Wire):
    """The reply to `models.list`."""

    models: list[ModelInfo] = Field(default_factory=list)


class ToolsListParams(Wire):
    """For which model."""

    model: str | None = None


class ToolDescription(Wire):
    """A tool of the runtime."""

    name: str
    description: str = ""
    parameters: dict[str, Any] | None = None


class ToolList(Wire):
    """The reply to `tools.list`."""

    tools: list[ToolDescription] = Field(default_factory=list)


class SessionId(Wire):
    """Names a session."""

    session_id: str


class MaybeSessionId(Wire):
    """Names a session, or none."""

    session_id: str | None = None


class ListParams(Wire):
    """Which sessions."""

    filter: SessionFilter | None = None


class SessionList(Wire):
    """The reply to `session.list`."""

    sessions: list[SessionMetadata] = Field(default_factory=list)


class MetadataResult(Wire):
    """What is known of a session; nothing when it does not exist."""

    session: dict[str, Any] | None = None


class Success(Wire):
    """Whether it worked."""

    success: bool = True
    error: str | None = None


class EventList(Wire):
    """The reply to `session.getMessages`; older servers say `messages`."""

    events: list[Any] | None = None
    messages: list[Any] | None = None


class ToolsParams(Wire):
    """All tools of this client."""

    tools: list[Tool]


class AnswerParams(Wire):
    """An answer to a request of the runtime; which field it is in depends on the method."""

    request_id: str
    result: Any = None
    response: Any = None
    error: str | None = None


class Items(Wire):
    """The reply to the lists of open requests."""

    items: list[dict[str, Any]] = Field(default_factory=list)


class Activity(Wire):
    """Whether the session is at work."""

    has_active_work: bool = False
    abortable: bool = False


class QueueItems(Wire):
    """Prompts that wait."""

    items: list[dict[str, Any]] = Field(default_factory=list)
    steering_messages: list[Any] = Field(default_factory=list)


CONNECT = Method("connect", ConnectParams, ConnectResult)
PING = Method("ping", PingParams, PingResponse)
STATUS = Method("status.get", Empty, StatusResult)
AUTH_STATUS = Method("auth.getStatus", Empty, AuthStatus)
MODELS = Method("models.list", Empty, ModelList)
TOOLS = Method("tools.list", ToolsListParams, ToolList)
QUOTA = Method("account.getQuota", Empty, Empty)
SHUTDOWN: Method[Empty, None] = Method("runtime.shutdown", Empty, timeout=10.0)

CREATE = Method("session.create", SessionConfig, OpenedSession)
RESUME = Method("session.resume", SessionConfig, OpenedSession)
LIST = Method("session.list", ListParams, SessionList)
METADATA = Method("session.getMetadata", SessionId, MetadataResult)
LAST_ID = Method("session.getLastId", Empty, MaybeSessionId)
DELETE = Method("session.delete", SessionId, Success)
GET_FOREGROUND = Method("session.getForeground", Empty, MaybeSessionId)
SET_FOREGROUND = Method("session.setForeground", SessionId, Success)

SEND = Method("session.send", MessageOptions, SentMessage)
ABORT: Method[Empty, None] = Method("session.abort", Empty)
GET_MESSAGES = Method("session.getMessages", Empty, EventList)
DESTROY: Method[Empty, None] = Method("session.destroy", Empty)
DETACH: Method[Empty, None] = Method("session.detach", Empty)
ACTIVITY = Method("session.metadata.activity", Empty, Activity)
QUEUE = Method("session.queue.pendingItems", Empty, QueueItems)

SET_TOOLS: Method[ToolsParams, None] = Method("session.tools.set", ToolsParams)
PENDING_TOOLS = Method("session.tools.listPendingRequests", Empty, Items)
PENDING_PERMISSIONS = Method("session.permissions.pendingRequests", Empty, Items)
ANSWER_TOOL = Method("session.tools.handlePendingToolCall", AnswerParams, Success)
ANSWER_PERMISSION = Method(
    "session.permissions.handlePendingPermissionRequest", AnswerParams, Success
)
ANSWER_ELICITATION = Method("session.ui.handlePendingElicitation", AnswerParams, Success)
ANSWER_SAMPLING = Method("session.ui.handlePendingSampling", AnswerParams, Success)
ANSWER_COMMAND = Method("session.commands.handlePendingCommand", AnswerParams, Success)
ANSWER_LIMITS = Method("session.ui.handlePendingSessionLimitsExhausted", AnswerParams, Success)
