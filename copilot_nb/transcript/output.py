"""What tools print, made fit to be shown: no escape sequences, no endless text.

Streams come in pieces, so a sequence may be cut in two: `clean` hands back the half it holds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from copilot_nb.transcript.blocks import ImageOutput, Output, TableOutput, TextOutput
from copilot_nb.transcript.safety import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Stream = Literal["stdout", "stderr", "result", "error"]

HEAD, TAIL, LIMIT = 4096, 8192, 16384
"""Of a longer text than LIMIT the first HEAD and the last TAIL characters stay."""

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
_CUT = re.compile(r"\n… ([\d,]+) characters left out …\n")
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
    text = held + text
    half = _HALF_ESCAPE.search(text, max(0, len(text) - _HALF_LIMIT))
    held = half[0] if half else ""
    text = _ESCAPE.sub("", text[: len(text) - len(held)])
    while _OVERSTRIKE.search(text):
        text = _OVERSTRIKE.sub("", text)
    text = _CONTROL.sub("", text.replace("\r\n", "\n"))
    return _DIRECTION.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text), held


def plain(text: str) -> str:
    """A whole text as `append` and `cut` would leave it."""
    return cut(append("", clean(text)[0]))


def unwrapped(text: str) -> str:
    """A kernel tool's result without the envelope that tells the model it is data."""
    match = _ENVELOPE.match(text)
    return match["body"] if match else text


def append(output: str, text: str) -> str:
    """The output with more text behind it; a carriage return begins its line anew."""
    return cut(_grown(output, text))


def whole(text: str) -> str:
    """A whole text without escape sequences and without an end to its length."""
    return _grown("", clean(text)[0])


def cut(text: str) -> str:
    """The text, or its beginning and end with the number of characters between them."""
    if len(text) <= LIMIT:
        return text
    omitted = len(text) - HEAD - TAIL
    if earlier := _CUT.match(text, HEAD):
        omitted += int(earlier[1].replace(",", "")) - len(earlier[0])
    return f"{text[:HEAD]}\n… {omitted:,} characters left out …\n{text[-TAIL:]}"


def left_out(text: str) -> int:
    """How many characters `cut` took out of a text."""
    mark = _CUT.match(text, HEAD)
    if mark is None or len(text) < HEAD + len(mark[0]) + TAIL:  # more may have come since
        return 0
    return int(mark[1].replace(",", ""))


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


def joined(outputs: tuple[Output, ...], more: Output) -> tuple[Output, ...]:
    """The outputs and one more; text of the same stream continues the text before it."""
    last = outputs[-1] if outputs else None
    if (
        isinstance(last, TextOutput)
        and isinstance(more, TextOutput)
        and last.stream == more.stream
        and last.stream in {"stdout", "stderr"}
    ):
        return (*outputs[:-1], TextOutput(text=append(last.text, more.text), stream=last.stream))
    return (*outputs, more)


def _grown(output: str, text: str) -> str:
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
