"""Events: read lazily and tolerantly, whatever comes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot_nb.protocol import events
from copilot_nb.protocol.events import EVENT_TYPES, SessionEvent, UnknownEvent, is_noise, parse

GOLDEN = Path(__file__).parents[2] / "data" / "events"
RECORDED = [json.loads(path.read_text()) for path in sorted(GOLDEN.glob("*.json"))]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def delta(**data: object) -> dict[str, Any]:
    """A piece of an answer as it comes."""
    return {
        "type": "assistant.message_delta",
        "id": "e1",
        "timestamp": "2026-11-23T08:53:00.377Z",
        "parentId": "e0",
        "ephemeral": True,
        "data": {"messageId": "m1", "deltaContent": "Hello "} | data,
    }


def test_envelope_and_data_are_typed() -> None:
    """What a reader of events needs, in snake case."""
    event = parse(delta())

    assert (event.type, event.event_type, event.id) == (
        "assistant.message_delta",
        "assistant.message_delta",
        "e1",
    )
    assert (event.parent_id, event.agent_id, event.ephemeral) == ("e0", None, True)
    assert event.time is not None
    assert event.time.microsecond == 377_000
    assert event.data == events.AssistantMessageDelta(message_id="m1", delta_content="Hello ")
    assert event.content() == "Hello "
    assert event.data is event.data
    assert repr(event) == "<SessionEvent assistant.message_delta e1>"


def test_helpers_tell_the_kinds_apart() -> None:
    """The seed's questions about an event."""
    kinds = {
        "assistant.message": ("is_assistant_message", False),
        "assistant.message_delta": ("is_assistant_message_delta", False),
        "session.idle": ("is_session_idle", True),
        "session.error": ("is_session_error", True),
    }
    for kind, (name, terminal) in kinds.items():
        event = parse({"type": kind, "data": {}})
        assert getattr(event, name)
        assert event.is_terminal is terminal
    assert parse({"type": "session.idle"}).content() is None


def test_unknown_type_keeps_its_data() -> None:
    """Nothing that the runtime sends is lost."""
    event = parse({"type": "session.brand_new", "data": {"x": 1}})

    assert event.data == UnknownEvent({"x": 1})
    assert event.raw["data"] == {"x": 1}


def test_odd_field_does_not_cost_the_others() -> None:
    """A field of another type is left out; the rest is typed, and raw has all of it."""
    raw = {"type": "user.message", "data": {"content": "hi", "messageId": "m", "turnId": 7}}

    event = parse(raw)

    assert event.data == events.UserMessage(content="hi", message_id="m")
    assert event.raw is raw


def test_missing_needed_field_is_unknown() -> None:
    """A delta without its message cannot be placed."""
    event = parse({"type": "assistant.message_delta", "data": {"deltaContent": "x"}})

    assert event.data == UnknownEvent({"deltaContent": "x"})


def test_fields_we_do_not_declare_are_kept() -> None:
    """They can be read by their wire name."""
    data = parse(delta(brandNew=[1])).data

    assert getattr(data, "brandNew") == [1]  # noqa: B009 - not an attribute that mypy knows


@pytest.mark.parametrize("raw", [None, 3, "text", [], {}, {"type": 5, "data": 6}])
def test_anything_at_all_is_an_event(raw: object) -> None:
    """The parser never raises."""
    event = parse(raw)

    assert isinstance(event.data, UnknownEvent)
    assert (event.id, event.timestamp, event.time, event.ephemeral) == ("", "", None, False)


def test_events_are_equal_by_what_came() -> None:
    """Two readers of the same message agree."""
    one, two, other = parse(delta()), parse(delta()), parse(delta(messageId="m2"))

    assert one == two
    assert hash(one) == hash(two)
    assert one != other
    assert one != "event"


def test_noise_is_recognised() -> None:
    """The runtime's internal records repeat the conversation."""
    assert is_noise(parse({"type": "model.response", "data": {"kind": "response"}}))
    assert not is_noise(parse({"type": "model.call_finished", "data": {"turnId": "0"}}))
    assert not is_noise(parse({"type": "assistant.message", "data": {"kind": "x"}}))
    assert not is_noise(parse({"type": "model.odd", "data": None}))


def test_local_events_look_like_the_runtimes() -> None:
    """Type, id, time and data; they survive being written down and read again."""
    event = events.local_event(events.LocalLabel(label="demo model"))

    again = parse(json.loads(json.dumps(event.raw)))

    assert event.type == "local.label"
    assert again == event
    assert again.data == events.LocalLabel(label="demo model")


@pytest.mark.parametrize("raw", RECORDED, ids=lambda raw: str(raw["type"]))
def test_recorded_event_is_typed(raw: dict[str, Any]) -> None:
    """Each event that the real runtime sent fits its class."""
    event = parse(raw)

    if raw["type"] in EVENT_TYPES:
        assert type(event.data) is EVENT_TYPES[raw["type"]]
    else:
        assert event.data == UnknownEvent(raw["data"])


@given(st.data())
def test_mangled_event_is_delivered(data: st.DataObject) -> None:
    """Missing fields, other types, extra fields: an event all the same, and never an exception."""
    raw = data.draw(st.sampled_from(RECORDED))
    mangled = dict(raw["data"]) if isinstance(raw["data"], dict) else {}
    for name in data.draw(st.lists(st.sampled_from(sorted(mangled) or ["x"]), max_size=4)):
        if data.draw(st.booleans()):
            mangled.pop(name, None)
        else:
            mangled[name] = data.draw(JSON)
    mangled |= data.draw(st.dictionaries(st.text(max_size=5), JSON, max_size=2))

    event = parse({**raw, "data": mangled})

    assert event.type == raw["type"]
    assert event.data is not None
    assert event.raw["data"] == mangled


def test_deep_nesting_does_not_raise() -> None:
    """A value nested beyond reason is unknown, not an error."""
    deep: Any = "x"
    for _ in range(5000):
        deep = [deep]

    event = SessionEvent(
        {"type": "tool.execution_start", "data": {"toolCallId": "c", "arguments": deep}}
    )

    assert event.data is not None


def test_recorded_events_hold_nothing_of_a_machine() -> None:
    """No paths, no addresses, no text of the runtime's own prompts."""
    places = r"/tm[p]/|/root|(?<!/copilot)/home/(?!user)|127\.0\.0\.1"
    private = re.compile(rf"{places}|plan_mode|You are ", re.IGNORECASE)

    found = {raw["type"] for raw in RECORDED if private.search(json.dumps(raw["data"]))}

    assert found == set()
    assert len(RECORDED) > 60
