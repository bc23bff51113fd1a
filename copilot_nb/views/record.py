"""A turn as data beside its stored HTML: to draw it again, and for programs.

It holds what the HTML leaves out (times, usage, ids) and leaves out what only the HTML needs to
hold: pictures, buttons and fields of answered requests, and every field that has its usual value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, get_args

from copilot_nb.transcript.blocks import Block
from copilot_nb.transcript.changes import to_wire
from copilot_nb.transcript.wire import from_wire

if TYPE_CHECKING:
    from copilot_nb.transcript.blocks import Transcript

_USUAL: Mapping[type, Mapping[str, Any]] = {
    cls: {field.name: field.default for field in fields(cls) if field.default is not MISSING}
    for cls in get_args(Block)
}
"""Values that a field has mostly, by the class of the block."""

MIME = "application/vnd.copilot-nb.turn+json"
VERSION = 1


def to_record(transcript: Transcript) -> dict[str, Any]:
    """The turn as JSON."""
    turn = to_wire(transcript)
    drawn = zip(transcript.blocks, turn["blocks"], strict=True)
    turn["blocks"] = [_slim(block, wire) for block, wire in drawn]
    return {"version": VERSION, "turn": turn}


def from_record(record: object) -> Transcript | None:
    """The turn of a record, however it came to us; None for one of a later version, or for none.

    Pictures come back as their names.
    """
    if not isinstance(record, Mapping) or record.get("version") != VERSION:
        return None
    turn = record.get("turn")
    return from_wire(turn) if isinstance(turn, Mapping) else None


def _slim(block: Block, wire: Mapping[str, Any]) -> dict[str, Any]:
    usual = _USUAL[type(block)]
    kept = {
        name: value
        for name, value in wire.items()
        if name not in usual or getattr(block, name) != usual[name]
    }
    if wire.get("state") in {"answered", "cancelled"}:
        for name in ("choices", "fields"):
            kept.pop(name, None)
    if "outputs" in kept:
        kept["outputs"] = [_without_picture(output) for output in kept["outputs"]]
    return kept


def _without_picture(output: Mapping[str, Any]) -> Mapping[str, Any]:
    if output["kind"] != "image":
        return output
    return {"kind": "image", "alt": output["alt"]}
