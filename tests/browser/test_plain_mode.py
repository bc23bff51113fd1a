"""Plain mode in JupyterLab: ordinary widgets answer where ours are not drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.browser.conftest import OpenNotebook

CELL = """
from copilot_nb.kernel.loop import wait_in_cell
from tests.kernel import plain_turn
await wait_in_cell(plain_turn.command())
"""


def test_an_ordinary_button_answers(open_notebook: OpenNotebook) -> None:
    """The page says by itself that it has them; they are gone when the turn has ended."""
    page = open_notebook([CELL])
    page.run(0)
    page.wait_text(0, "Run this command?")

    button = page.output(0).locator("button.jupyter-button", has_text="Allow once")
    button.wait_for(timeout=15_000)
    page.page.wait_for_timeout(400)
    button.click()
    page.wait_done(0)

    assert "Allowed once by you" in page.output_text(0)
    assert page.output(0).locator("button.jupyter-button").count() == 0
    assert page.output(0).locator("input").count() == 0
