"""Events: the envelope, and a parser that never raises. The door to all event classes.

`raw` is always kept; `data` is typed at the first look, so events nobody reads cost nothing. A
type that we do not know, or data that does not fit, is an `UnknownEvent`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pydantic import ValidationError

from copilot_nb.protocol import (
    assistant_events,
    local,
    offer_events,
    request_events,
    session_events,
    tool_events,
)
from copilot_nb.protocol.assistant_events import *  # noqa: F403 - this module is their door
from copilot_nb.protocol.assistant_events import AssistantMessage, AssistantMessageDelta
from copilot_nb.protocol.local import *  # noqa: F403 - this module is their door
from copilot_nb.protocol.offer_events import *  # noqa: F403 - this module is their door
from copilot_nb.protocol.request_events import *  # noqa: F403 - this module is their door
from copilot_nb.protocol.session_events import *  # noqa: F403 - this module is their door
from copilot_nb.protocol.tool_events import *  # noqa: F403 - this module is their door

if TYPE_CHECKING:
    from copilot_nb.protocol.base import Wire

EVENT_TYPES: dict[str, type[Wire]] = {
    **assistant_events.TYPES,
    **tool_events.TYPES,
    **request_events.TYPES,
    **session_events.TYPES,
    **offer_events.TYPES,
    **local.TYPES,
}
"""The class of each event type that we know."""

PIECES = frozenset(
    {"assistant.message_delta", "assistant.reasoning_delta", "assistant.streaming_delta"}
)
"""Types that only say that there is some more text: nine in ten events."""

_OBJECT = (dict, Mapping)
"""What JSON objects are; asked in this order, because asking an abstract class takes long."""
_LOCAL_NAMES = {cls: name for name, cls in local.TYPES.items()}


@dataclass(frozen=True, slots=True)
class UnknownEvent:
    """Data of a type that we do not know, or that does not fit its type."""

    data: Any = None


class SessionEvent:
    """One event of a session: an envelope around typed data.

    Two events are equal when their raw JSON is.
    """

    __slots__ = ("_data", "raw", "type")

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        """The event as it came."""
        kind = raw.get("type")
        self.type = kind if isinstance(kind, str) else ""
        """Such as "assistant.message"."""
        self._data: Wire | UnknownEvent | None = None

    @property
    def data(self) -> Wire | UnknownEvent:
        """The typed data; made at the first look."""
        if self._data is None:
            self._data = _typed(self.type, self.raw.get("data"))
        return self._data

    @property
    def event_type(self) -> str:
        """The seed's name for `type`."""
        return self.type

    @property
    def id(self) -> str:
        """The event's id; durable events keep it over a resume."""
        return _text(self.raw.get("id"))

    @property
    def timestamp(self) -> str:
        """When it happened, ISO 8601 as the runtime wrote it."""
        return _text(self.raw.get("timestamp"))

    @property
    def time(self) -> datetime | None:
        """`timestamp` as a moment, if it is one."""
        try:
            return datetime.fromisoformat(self.timestamp)
        except ValueError:
            return None

    @property
    def parent_id(self) -> str | None:
        """Mostly the previous durable event."""
        return _text(self.raw.get("parentId")) or None

    @property
    def agent_id(self) -> str | None:
        """The sub-agent it belongs to; None for the agent itself."""
        value = self.raw.get("agentId")  # spelled out: it is asked for several times per event
        return value if value and isinstance(value, str) else None

    @property
    def ephemeral(self) -> bool:
        """Whether it is left out of the stored history."""
        return self.raw.get("ephemeral") is True

    @property
    def is_assistant_message(self) -> bool:
        """Whether it is a complete answer."""
        return self.type == "assistant.message"

    @property
    def is_assistant_message_delta(self) -> bool:
        """Whether it is a piece of an answer."""
        return self.type == "assistant.message_delta"

    @property
    def is_session_idle(self) -> bool:
        """Whether it says that nothing runs any more."""
        return self.type == "session.idle"

    @property
    def is_session_error(self) -> bool:
        """Whether it is a failure; also the ones that `session.log` wrote."""
        return self.type == "session.error"

    @property
    def is_terminal(self) -> bool:
        """Whether the seed's loops end at it: idle or error."""
        return self.is_session_idle or self.is_session_error

    def content(self) -> str | None:
        """The text of an answer or of a piece of it; None for other events."""
        match self.data:
            case AssistantMessage(content=text) | AssistantMessageDelta(delta_content=text):
                return text
        return None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SessionEvent) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash((self.type, self.id))

    def __repr__(self) -> str:
        return f"<SessionEvent {self.type} {self.id}>"


def parse(raw: object) -> SessionEvent:
    """The event of a received JSON value; anything at all gives one."""
    return SessionEvent(raw if isinstance(raw, _OBJECT) else {"type": "", "data": raw})


def local_event(data: Wire) -> SessionEvent:
    """An event of our own around that data, dated now."""
    return SessionEvent(
        {
            "type": _LOCAL_NAMES[type(data)],
            "id": str(uuid4()),
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "ephemeral": True,
            "data": data.to_wire(),
        }
    )


def is_noise(event: SessionEvent) -> bool:
    """Whether it is one of the runtime's internal records, which repeat the conversation."""
    if not event.type.startswith("model."):
        return False
    data = event.raw.get("data")
    return isinstance(data, Mapping) and "kind" in data


def _typed(kind: str, data: object) -> Wire | UnknownEvent:
    model = EVENT_TYPES.get(kind)
    if model is None or not isinstance(data, _OBJECT):
        return UnknownEvent(data)
    try:
        # What `model_validate` does, without its questions: it is paid with every event.
        typed: Wire = model.__pydantic_validator__.validate_python(data)
    except ValidationError as error:
        return _without(data, error, model)
    return typed


def _without(
    data: Mapping[str, Any], error: ValidationError, model: type[Wire]
) -> Wire | UnknownEvent:
    """The typed data with the fields left out that do not fit; `raw` still has them."""
    odd = {problem["loc"][0] for problem in error.errors(include_url=False) if problem["loc"]}
    try:
        return model.model_validate({name: data[name] for name in data if name not in odd})
    except ValidationError:
        return UnknownEvent(data)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
