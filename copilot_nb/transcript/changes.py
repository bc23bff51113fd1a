"""The smallest difference between two transcripts, as JSON for a page that draws along.

Operations, in order:
    ["add", id, {kind, …}]      a block behind all others
    ["del", id]                 a block goes
    ["txt", id, field, more]    text that grew
    ["set", id, {field: …}]     fields that changed in another way
    ["out", id, at, {kind, …}]  a tool's outputs[at] is this; `at` may be one behind the last
    ["more", id, at, more]      text of a tool's outputs[at] that grew
    ["head", {…}]               all that is not a block
Applying `changes(old, new)` to `to_wire(old)` gives `to_wire(new)`.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from copilot_nb.transcript.blocks import Block, Output, TextOutput, ToolBlock, Transcript, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

Op = list[Any]

_USAGE = tuple(field.name for field in fields(Usage))
_HEAD = ("prompt", "state", "status", "model", "sent", "label", "seconds", "at")


def to_wire(transcript: Transcript) -> dict[str, Any]:
    """The whole transcript as JSON: its head and, under `blocks`, every block."""
    blocks = [{"id": block.id, **_block(block)} for block in transcript.blocks]
    return {**_head(transcript), "blocks": blocks}


def changes(old: Transcript, new: Transcript) -> list[Op]:
    """The operations that make the old page state into the new one; none if they are equal."""
    ops = _block_ops(old, new) if old.blocks is not new.blocks else []
    head = _head(new)
    if head != _head(old):
        ops.append(["head", head])
    return ops


def _block_ops(old: Transcript, new: Transcript) -> list[Op]:
    before = {block.id: block for block in old.blocks}
    kept = _kept(old, new)
    ops: list[Op] = [["del", block.id] for block in old.blocks if block.id not in kept]
    for block in new.blocks:
        if block.id not in kept:
            ops.append(["add", block.id, _block(block)])
        elif before[block.id] is not block:
            ops.extend(_difference(before[block.id], block))
    return ops


def _kept(old: Transcript, new: Transcript) -> set[str]:
    """Ids of the blocks that stay where they are; all others are deleted or added at the end."""
    if len(new.blocks) >= len(old.blocks) and all(map(_is_same, old.blocks, new.blocks)):
        return {block.id for block in old.blocks}
    kept: set[str] = set()
    rest = iter(old.blocks)
    for block in new.blocks:
        if not any(_is_same(other, block) for other in rest):
            break
        kept.add(block.id)
    return kept


def _is_same(old: Block, new: Block) -> bool:
    return old is new or (old.id == new.id and old.kind == new.kind)


def _difference(old: Block, new: Block) -> Iterator[Op]:
    changed: dict[str, Any] = {}
    for field in fields(new):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before == after:
            continue
        if field.name == "outputs" and isinstance(new, ToolBlock):
            yield from _output_ops(new.id, before, new.outputs)
        elif _grew(before, after):
            yield ["txt", new.id, field.name, after[len(before) :]]
        else:
            changed[field.name] = _plain(after)
    if changed:
        yield ["set", new.id, changed]


def _output_ops(block_id: str, old: tuple[Output, ...], new: tuple[Output, ...]) -> Iterator[Op]:
    if len(new) < len(old):
        yield ["set", block_id, {"outputs": _plain(new)}]
        return
    for at, output in enumerate(new):
        before = old[at] if at < len(old) else None
        if before == output:
            continue
        if (
            isinstance(before, TextOutput)
            and isinstance(output, TextOutput)
            and before.stream == output.stream
            and _grew(before.text, output.text)
        ):
            yield ["more", block_id, at, output.text[len(before.text) :]]
        else:
            yield ["out", block_id, at, _plain(output)]


def _grew(before: object, after: object) -> bool:
    return (
        isinstance(before, str)
        and isinstance(after, str)
        and after.startswith(before)
        and before != ""
    )


def _head(transcript: Transcript) -> dict[str, Any]:
    head = {name: getattr(transcript, name) for name in _HEAD}
    usage = transcript.usage
    return {**head, "usage": {name: getattr(usage, name) for name in _USAGE}}


def _block(block: Block) -> dict[str, Any]:
    values = {f.name: _plain(getattr(block, f.name)) for f in fields(block) if f.name != "id"}
    return {"kind": block.kind, **values}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Output):
        return {
            "kind": value.kind,
            **{f.name: _plain(getattr(value, f.name)) for f in fields(value)},
        }
    return asdict(value) if hasattr(value, "__dataclass_fields__") else value
