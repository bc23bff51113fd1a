"""Long turns: what was done long ago folds into one line, answers and results stay.

`js/src/steps.js` folds the live view by the same rule, so that nothing jumps when a turn is stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from copilot_nb.transcript.blocks import (
    Block,
    NoticeBlock,
    PermissionBlock,
    ReasoningBlock,
    ToolBlock,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MANY: Final = 12
"""Tool calls above which a turn is long."""
KEPT: Final = 6
"""Tool calls at its end that stay as they are."""
_FEWEST: Final = 3
_OVER: Final = frozenset({"ok", "failed", "denied", "cancelled"})

Run = tuple[Block, ...]
"""Neighbours that fold into one line; or one block that stands by itself."""


def runs(blocks: Sequence[Block]) -> Iterator[tuple[Run, bool]]:
    """The blocks in order, as runs, each with whether it folds."""
    calls = [at for at, block in enumerate(blocks) if isinstance(block, ToolBlock)]
    old = calls[-KEPT] if len(calls) > MANY else 0
    run: list[Block] = []
    for block in blocks[:old]:
        if _folds(block):
            run.append(block)
        else:
            yield from _closed(run)
            yield (block,), False
            run = []
    yield from _closed(run)
    for block in blocks[old:]:
        yield (block,), False


def words(run: Run) -> str:
    """What a folded run is called."""
    calls = [block for block in run if isinstance(block, ToolBlock)]
    failed = sum(block.state in {"failed", "denied"} for block in calls)
    return f"{len(calls)} earlier steps" + (f" · {failed} failed or denied" if failed else "")


def _closed(run: list[Block]) -> Iterator[tuple[Run, bool]]:
    if sum(isinstance(block, ToolBlock) for block in run) >= _FEWEST:
        yield tuple(run), True
    else:
        for block in run:
            yield (block,), False


def _folds(block: Block) -> bool:
    match block:
        case ToolBlock():
            return block.state in _OVER and not block.outputs and block.undo != "offered"
        case ReasoningBlock():
            return block.closed
        case PermissionBlock():
            return block.state != "open"
        case NoticeBlock():
            return block.level != "warning"
    return False
