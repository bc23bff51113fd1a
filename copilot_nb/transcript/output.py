"""What tools print, made fit to be shown: no escape sequences, no endless text.

Streams come in pieces, so a sequence may be cut in two: `clean` hands back the half it holds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from copilot_nb.transcript.blocks import ImageOutput, Output, TableOutput, TextOutput
from copilot_nb.transcript.cuts import Gap, after_gap, cut
from copilot_nb.transcript.safety import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Stream = Literal["stdout", "stderr", "result", "error"]

_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # OSC: titles, links
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c]*(?:\x1b\\|\x9c)"  # DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-~]"
)
_HALF_ESCAPE = re.compile(
    r"(?:(?:\x1b\[|\x9b)[0-?]*[ -/]*|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*\x1b?"
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c]*\x1b?|\x1b[ -/]*|\r)\Z"
)
_OVERSTRIKE = re.compile(r"[^\n\x08]\x08")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_GOES_ON = frozenset({"stdout", "stderr"})
"""Streams that come in pieces; other texts are whole."""
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_ENVELOPE = re.compile(
    r"\A<notebook-data ([0-9a-f]+): [^\n]*>\n(?P<body>.*)\n</notebook-data \1>\s*\Z", re.DOTALL
)
_HALF_LIMIT = 1024


def clean(text: str, held: str = "") -> tuple[str, str]:
    """Text without escape sequences, and the unfinished sequence at its end.

    Args:
        text: The next piece of a stream.
        held: What the call for the piece before handed back.
    """
    text, held = divided(held + text)
    while _OVERSTRIKE.search(text):
        text = _OVERSTRIKE.sub("", text)
    text = _CONTROL.sub("", text.replace("\r\n", "\n"))
    return _DIRECTION.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text), held


def divided(text: str) -> tuple[str, str]:
    """A stream's piece without escape sequences, and its end that the next piece may finish.

    The end is a sequence that has begun, or a carriage return: a line feed may follow.
    """
    half = _HALF_ESCAPE.search(text, max(0, len(text) - _HALF_LIMIT))
    at = half.start() if half else len(text)
    sure = _ESCAPE.sub("", text[:at])
    kept = sure.rstrip("\r")
    return kept, sure[len(kept) :] + text[at:]


def plain(text: str) -> str:
    """A whole text as `append` and `cut` would leave it."""
    return cut(append("", clean(text)[0]))


def unwrapped(text: str) -> str:
    """A kernel tool's result without the envelope that tells the model it is data."""
    match = _ENVELOPE.match(text)
    return match["body"] if match else text


def append(output: str, text: str) -> str:
    """The output with more text behind it; a carriage return begins its line anew."""
    return cut(grown(output, text))


def whole(text: str) -> str:
    """A whole text without escape sequences and without an end to its length."""
    return grown("", clean(text)[0])


def parse(raw: Mapping[str, Any]) -> Output | None:
    """The output block of its wire form; None for what is unknown or unsafe."""
    match raw:
        case {"kind": "text", "text": str(text)}:
            return TextOutput(text=plain(text), stream=_stream(raw.get("stream")))
        case {"kind": "table", "columns": [*columns], "rows": [*rows]}:
            return _table(raw, columns, rows)
        case {"kind": "image", "data": str(data)}:
            return _image(raw, "".join(data.split()))
        case _:
            return None


def printed(
    outputs: tuple[Output, ...], raw: Mapping[str, Any], held: str = ""
) -> tuple[tuple[Output, ...], str]:
    """The outputs and one more; text of a stream goes on where the text before it ended.

    Args:
        outputs: What is there.
        raw: The wire form of one more; what is unknown or unsafe adds nothing.
        held: What the call for the stream's piece before handed back.

    Returns:
        The outputs, and the end of the piece that the next one may finish.
    """
    text = raw.get("text")
    if raw.get("kind") != "text" or not isinstance(text, str):
        more = parse(raw)
        return ((*outputs, more) if more else outputs), held
    stream = _stream(raw.get("stream"))
    *before, last = outputs or (None,)
    if not isinstance(last, TextOutput) or last.stream != stream or stream not in _GOES_ON:
        before, last = [*outputs], TextOutput(text="", stream=stream)
    text, held = clean(text, held)
    text = _behind(last.text, text, gap_of(raw))
    return ((*before, TextOutput(text=text, stream=stream)) if text else tuple(before)), held


def gap_of(raw: Mapping[str, Any]) -> Gap:
    """What was not kept between the text before and this one of a wire form."""
    return Gap(
        lines=_size(raw.get("lines_left_out")) or 0, characters=_size(raw.get("left_out")) or 0
    )


def _behind(output: str, text: str, gap: Gap) -> str:
    return after_gap(output, gap, grown("", text)) if gap.characters else append(output, text)


def grown(output: str, text: str) -> str:
    """The output with more text behind it, however long."""
    if "\r" not in text:
        return output + text
    before, newline, line = output.rpartition("\n")
    lines = [_last_state(part) for part in (line + text).split("\n")]
    return before + newline + "\n".join(lines)


def _last_state(line: str) -> str:
    states = [state for state in line.split("\r") if state]
    return states[-1] if states else ""


def _stream(name: object) -> Stream:
    return cast("Stream", name) if name in get_args(Stream) else "stdout"


def _table(raw: Mapping[str, Any], columns: list[Any], rows: list[Any]) -> TableOutput:
    return TableOutput(
        columns=_cells(columns),
        rows=tuple(_cells(row) for row in rows if isinstance(row, list | tuple)),
        has_index=bool(raw.get("has_index", True)),
        caption=visible(str(raw.get("caption") or "")),
    )


def _cells(values: Sequence[object]) -> tuple[str, ...]:
    return tuple(visible(str(value)) for value in values)


def _image(raw: Mapping[str, Any], data: str) -> ImageOutput | None:
    mime = raw.get("mime", "image/png")
    if mime not in {"image/png", "image/jpeg"} or not _BASE64.fullmatch(data):
        return None
    return ImageOutput(
        data=data,
        mime=mime,
        alt=visible(str(raw.get("alt") or "Figure")),
        width=_size(raw.get("width")),
        height=_size(raw.get("height")),
    )


def _size(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None
