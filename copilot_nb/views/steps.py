"""What folds into one line: steps of long ago in a long turn, and those of a sub-agent.

Answers and results stay. `js/src/steps.js` folds the live view by the same rule, so that nothing
jumps when a turn is stored.
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
_EARLIER: Final = "earlier"


def runs(blocks: Sequence[Block]) -> Iterator[tuple[Run, bool]]:
    """The blocks in order, as runs, each with whether it folds."""
    calls = [at for at, block in enumerate(blocks) if isinstance(block, ToolBlock)]
    old = calls[-KEPT] if len(calls) > MANY else 0
    run: list[Block] = []
    kind = ""
    for at, block in enumerate(blocks):
        found = _kind(block, kind, is_old=at < old)
        if found != kind or not found:
            yield from _closed(run)
            run, kind = [], found
        run.append(block)
    yield from _closed(run)


def words(run: Run) -> str:
    """What a folded run is called."""
    calls = [block for block in run if isinstance(block, ToolBlock)]
    failed = sum(block.state in {"failed", "denied"} for block in calls)
    agent = agent_of(run)
    what = f"{len(calls)} steps of {agent}" if agent else f"{len(calls)} earlier steps"
    return what + (f" · {failed} failed or denied" if failed else "")


def agent_of(run: Run) -> str:
    """The sub-agent whose steps all of them are; empty if there is none."""
    agents = {block.agent for block in run if isinstance(block, ToolBlock)}
    return agents.pop() if len(agents) == 1 else ""


def _kind(block: Block, before: str, *, is_old: bool) -> str:
    """Which run a block belongs to: that of old steps, or a sub-agent's; empty if to none.

    What somebody was asked on the way of a sub-agent goes along with its steps.
    """
    if not _folds(block):
        return ""
    if is_old:
        return _EARLIER
    if isinstance(block, ToolBlock):
        return f"agent {block.agent}" if block.agent else ""
    return before if before != _EARLIER and isinstance(block, PermissionBlock) else ""


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
