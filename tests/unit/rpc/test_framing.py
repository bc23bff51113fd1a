"""Bytes to messages, for any split of any stream."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot_nb.errors import ProtocolError, UsageError
from copilot_nb.rpc.framing import MAX_BODY, MAX_HEADER, Decoder, encode

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
MESSAGES = st.lists(st.dictionaries(TEXT, VALUES | st.lists(VALUES, max_size=3), max_size=3))
FEW = settings(max_examples=min(40, settings().max_examples))
"""Enough for streams of messages, which take long to make up."""


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    """The stream in pieces, cut at these places."""
    ends = [0, *sorted(place % (len(stream) + 1) for place in places), len(stream)]
    return [stream[start:end] for start, end in pairwise(ends)]


def frame(body: bytes, header: bytes = b"Content-Length: %d\r\n\r\n") -> bytes:
    """A body with a header of the test's choice."""
    return header % len(body) + body


@FEW
@given(MESSAGES, st.lists(st.integers(min_value=0), max_size=20))
def test_any_split_gives_the_same_messages(
    messages: list[dict[str, Any]], places: list[int]
) -> None:
    """However the stream is cut, what was encoded comes out, in order."""
    decoder = Decoder()
    stream = b"".join(encode(message) for message in messages)

    received = [message for piece in cut(stream, places) for message in decoder.feed(piece)]

    assert received == messages


def test_single_bytes_are_enough() -> None:
    """A stream that drips is read like one that gushes."""
    decoder = Decoder()
    stream = frame(b'{"a":1}', b"content-length:%d\r\nContent-Type: x/y\r\n\r\n") + frame(b"{}")

    received = [message for byte in stream for message in decoder.feed(bytes([byte]))]

    assert received == [{"a": 1}, {}]


@FEW
@given(st.binary(), MESSAGES)
def test_garbage_is_a_protocol_error_or_a_beginning(
    garbage: bytes, messages: list[dict[str, Any]]
) -> None:
    """Nothing but ProtocolError escapes, whatever follows good messages."""
    decoder = Decoder()
    stream = b"".join(encode(message) for message in messages)

    assert decoder.feed(stream) == messages
    try:
        rest = decoder.feed(garbage)
    except ProtocolError:
        return
    assert rest == [] or garbage.lower().startswith(b"content-length")


@given(st.sampled_from(b'\0\t\n :"(),/;<=>?@[]{}\x7f\x80\xff'), st.binary())
def test_garbage_is_seen_with_its_first_byte(first: int, rest: bytes) -> None:
    """What cannot begin a header is not waited upon."""
    with pytest.raises(ProtocolError):
        Decoder().feed(bytes([first]) + rest)


@pytest.mark.parametrize(
    "stream",
    [
        b"Hello\r\n",
        b"Debugger listening on ws://127.0.0.1\n",
        b"Content-Length: 2\n\n{}",
        b"Content-Length: x\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: +1\r\n\r\n",
        b"Content-Length: 1_0\r\n\r\n",
        b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n",
        b"Content-Type: application/json\r\n\r\n{}",
        b"\r\n\r\n{}",
        b"Content-Length: %d\r\n\r\n" % (MAX_BODY + 1),
        b"Content-Length: %s\r\n\r\n" % (b"9" * 5000),
        b"X-Long: " + b"x" * MAX_HEADER,
        frame(b""),
        frame(b"[]"),
        frame(b"null"),
        frame(b'"text"'),
        frame(b"{"),
        frame(b"{}}"),
        frame(b'{"a":"\xff"}'),
        frame(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
        frame(b'{"a":' + b"9" * 5000 + b"}"),
    ],
)
def test_what_is_no_message_is_refused(stream: bytes) -> None:
    """Each of these ends the connection, at once."""
    with pytest.raises(ProtocolError):
        Decoder().feed(stream)


@pytest.mark.parametrize(
    "header",
    [
        b"content-length: %d\r\n\r\n",
        b"CONTENT-LENGTH:%d \r\n\r\n",
        b"Content-Type: a; b=c\r\nContent-Length:\t%d\r\n\r\n",
        b"Content-Length: %d\r\nX-Empty:\r\n\r\n",
    ],
)
def test_headers_are_read_tolerantly(header: bytes) -> None:
    """Case, spaces and other fields do not matter."""
    assert Decoder().feed(frame(b"{}", header)) == [{}]


def test_a_length_counts_bytes() -> None:
    """Text outside ASCII is counted as UTF-8."""
    message = {"text": "naïve 日本 😀"}
    body = json.dumps(message, ensure_ascii=False).encode()

    assert Decoder().feed(frame(body)) == [message]
    assert encode(message).startswith(b"Content-Length: 29\r\n\r\n")


def test_a_large_message_costs_time_in_proportion() -> None:
    """Thousands of pieces of one message are not copied again for each of them."""
    decoder, text = Decoder(), "x" * 2**25
    stream = encode({"text": text})
    pieces = [stream[start : start + 2**13] for start in range(0, len(stream), 2**13)]

    received = [message for piece in pieces for message in decoder.feed(piece)]

    assert received == [{"text": text}]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}])
def test_what_json_cannot_carry_is_the_callers_mistake(value: object) -> None:
    """Nothing is sent that the runtime would refuse without saying which message it was."""
    with pytest.raises(UsageError):
        encode({"value": value})


def test_a_value_that_holds_itself_is_the_callers_mistake() -> None:
    """A circle is refused like any other value that is not JSON."""
    circle: dict[str, Any] = {}
    circle["again"] = circle

    with pytest.raises(UsageError):
        encode(circle)


def test_half_a_character_is_replaced() -> None:
    """A lone surrogate cannot be UTF-8 and must not spoil the message."""
    assert Decoder().feed(encode({"text": "a\ud800b"})) == [{"text": "a?b"}]
