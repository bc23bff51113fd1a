"""The agent's own list of tasks: the newest one, in the place where the first one stood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copilot_nb.protocol.events import SessionEvent
from copilot_nb.protocol.local import LocalTodos
from copilot_nb.transcript.blocks import Transcript
from copilot_nb.transcript.fold import fold, fold_nested
from copilot_nb.transcript.forms import TodoBlock, TodoItem, TodoState
from copilot_nb.transcript.presentation import first_line

if TYPE_CHECKING:
    from collections.abc import Mapping

TASKS = 200
"""More tasks than that are counted, not shown."""

_STATES: Mapping[str, TodoState] = {
    "blocked": "blocked",
    "completed": "done",
    "done": "done",
    "in_progress": "running",
}
_ID = "todos"


@fold.register
@fold_nested.register
def tasks_changed(data: LocalTodos, _event: SessionEvent, turn: Transcript) -> Transcript:
    """The list as it stands now; without tasks there is none."""
    items = [item for row in data.rows if (item := _item(row)).text]
    more = len(items) - TASKS
    rest = [TodoItem(text=f"… {more} more")] if more > 0 else []
    block = TodoBlock(id=_ID, items=(*items[:TASKS], *rest))
    if turn.get(_ID) == block:
        return turn
    return turn.put(block) if items else turn.drop({_ID})


def _item(row: Mapping[str, Any]) -> TodoItem:
    text = row.get("title") or row.get("content") or row.get("id")
    state = _STATES.get(str(row.get("status")), "pending")
    return TodoItem(text=first_line(str(text or "")), state=state)
