"""A page in a few lines: applies the operations of `changes` as a browser does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from copilot_nb.transcript.changes import Op


class Page:
    """What a page knows of a turn.

    Args:
        snapshot: `to_wire` of the transcript it begins with.
    """

    def __init__(self, snapshot: dict[str, Any]) -> None:
        snapshot = json.loads(json.dumps(snapshot))
        self.blocks: list[dict[str, Any]] = snapshot.pop("blocks")
        self.head = snapshot

    def apply(self, ops: list[Op]) -> None:
        """Take in a message; it crosses the wire as JSON."""
        for name, *args in json.loads(json.dumps(ops)):
            getattr(self, f"_{name}")(*args)

    @property
    def state(self) -> dict[str, Any]:
        """The state in the form of a snapshot."""
        return {**self.head, "blocks": self.blocks}

    def _block(self, block_id: str) -> dict[str, Any]:
        (block,) = [block for block in self.blocks if block["id"] == block_id]
        return block

    def _add(self, block_id: str, fields: dict[str, Any]) -> None:
        self.blocks.append({"id": block_id, **fields})

    def _del(self, block_id: str) -> None:
        self.blocks.remove(self._block(block_id))

    def _txt(self, block_id: str, field: str, more: str) -> None:
        self._block(block_id)[field] += more

    def _set(self, block_id: str, fields: dict[str, Any]) -> None:
        self._block(block_id).update(fields)

    def _out(self, block_id: str, at: int, output: dict[str, Any]) -> None:
        self._block(block_id)["outputs"][at : at + 1] = [output]

    def _more(self, block_id: str, at: int, text: str) -> None:
        self._block(block_id)["outputs"][at]["text"] += text

    def _head(self, head: dict[str, Any]) -> None:
        self.head = head
