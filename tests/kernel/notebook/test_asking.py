"""■ in a cell of Python that waits for an answer stops the turn in the runtime, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from copilot_nb.testing.reply import Reply

if TYPE_CHECKING:
    from tests.kernel.notebook.conftest import Notebook

SLOW = Reply(chunks=["word "] * 400, delay=0.05)
SESSION = "import copilot_nb\nsession = copilot_nb.current()\nprint(session)"
AT_WORK = "print(session.turns, (await session.rpc.metadata.activity())['hasActiveWork'])"


@pytest.mark.parametrize(
    "code",
    [
        "await session.ask('Talk.')",
        "session.ask_sync('Talk.')",
        "async for _ in session.ask_stream('Talk.'):\n    pass",
    ],
)
def test_interrupt_stops_the_turn_and_not_the_session(notebook: Notebook, code: str) -> None:
    """Nothing runs on behind the cell, and the next question is answered at once."""
    notebook.script(SLOW, Reply("Still here."))
    notebook.kernel.check(SESSION)
    cell = notebook.kernel.send(code)
    notebook.kernel.until(lambda: notebook.model.requests, "a request to the model")

    notebook.kernel.interrupt()
    notebook.kernel.wait(cell)
    notebook.after_error()

    assert cell.status == "error"
    assert notebook.kernel.check(AT_WORK).text == "() False\n"
    again = notebook.kernel.check("print(session.ask_sync('Go on.').text)")
    assert again.text == "Still here.\n"
