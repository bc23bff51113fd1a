"""Content-Length framing: bytes to JSON objects and back.

The decoder takes any split of the stream and costs little more than `json.loads`; a body of any
size is copied a fixed number of times. What cannot be a message raises `ProtocolError` as soon as
its first wrong line is there, so that a stream out of step never looks like a slow one.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import ProtocolError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_HEADER = 8 * 1024
MAX_BODY = 1024**3

_decode = json.JSONDecoder().decode
_END = b"\r\n\r\n"
_USUAL = re.compile(rb"Content-Length: ([0-9]{1,19})")
_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*([0-9]{1,19})[ \t]*", re.IGNORECASE)
_NAME = rb"[!#-'*+.0-9A-Z^-z|~-]+[ \t]*"
_FIELD = _NAME + rb":[^\r\n]*"
_BLOCK = re.compile(rb"%b(?:\r\n%b)*" % (_FIELD, _FIELD))
_BEGINNING = re.compile(rb"(?:%b\r\n)*(?:%b|(?:%b)?)\r?\Z" % (_FIELD, _FIELD, _NAME))


class Decoder:
    """Turns the bytes of one direction of a connection into messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._body_size = -1  # of the message whose header has been read; -1: header expected

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """Take the next bytes of the stream.

        Returns:
            The messages that these bytes complete, in order.

        Raises:
            ProtocolError: The stream is not framed JSON objects. The decoder is of no use then.
        """
        buffer = self._buffer
        buffer += data
        if len(buffer) < self._body_size:
            return []
        messages = []
        position = 0
        while True:
            if self._body_size < 0:
                end = buffer.find(_END, position)
                if end < 0:
                    break
                self._body_size = _body_size(buffer[position:end])
                position = end + len(_END)
            stop = position + self._body_size
            if stop > len(buffer):
                break
            messages.append(_parse(buffer[position:stop]))
            position = stop
            self._body_size = -1
        if position:
            del buffer[:position]
        if self._body_size < 0:
            _check_beginning(buffer)
        return messages


def encode(message: Mapping[str, Any]) -> bytes:
    """One message as bytes, header included.

    Characters that UTF-8 cannot carry (lone surrogates) become `?`: the runtime would refuse the
    whole message without saying which one.

    Raises:
        UsageError: The message holds something that JSON cannot carry.
    """
    try:
        text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"A value cannot be sent to the runtime as JSON: {error}") from error
    body = text.encode("utf-8", "replace")
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def _body_size(header: bytearray) -> int:
    usual = _USUAL.fullmatch(header)
    size = int(usual[1]) if usual else _size_from_fields(bytes(header))
    if size > MAX_BODY:
        raise ProtocolError(f"The peer announced a message of {size} bytes.")
    return size


def _size_from_fields(header: bytes) -> int:
    if not _BLOCK.fullmatch(header):
        raise ProtocolError(f"The peer sent {header[:80]!r} where a header was expected.")
    sizes = {
        int(match[1]) for field in header.split(b"\r\n") if (match := _LENGTH.fullmatch(field))
    }
    if len(sizes) != 1:
        raise ProtocolError(f"The peer sent a header without one length: {header[:80]!r}")
    return sizes.pop()


def _check_beginning(buffer: bytearray) -> None:
    """A header may be incomplete, but what is there must be able to become one."""
    if len(buffer) > MAX_HEADER or not _BEGINNING.match(buffer):
        raise ProtocolError(f"The peer sent {bytes(buffer[:80])!r} where a header was expected.")


def _parse(body: bytearray) -> dict[str, Any]:
    try:
        message = _decode(body.decode())
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"The peer sent a message that is not JSON: {error}") from error
    if type(message) is not dict:
        raise ProtocolError(f"The peer sent {bytes(body[:80])!r} where an object was expected.")
    return message
