"""Signing in from JupyterLab: the code in a panel, a question that is clicked, tables of data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.testing.account import USER_CODE, ScriptedAccount
from tests.kernel.notebook.conftest import served

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import OpenNotebook

WAIT = 60.0
SETUP = "import os\nos.environ.update({environ!r})\n%load_ext copilot_nb"


def test_a_sign_in_is_shown_clicked_through_and_stored_without_its_code(
    open_notebook: OpenNotebook, cli_path: Path, tmp_path: Path
) -> None:
    """What was spent then stands in a table."""
    with served(ScriptedAccount()) as account:
        account.polls = ["authorization_pending"]
        environ = account.environment() | {
            "COPILOT_CLI_PATH": str(cli_path),
            "COPILOT_HOME": str(tmp_path / "copilot"),
        }
        page = open_notebook(
            [
                SETUP.format(environ=environ),
                f"%copilot login --host {account.url}",
                "%%copilot --model alpha\nHello.",
                "%copilot usage",
            ]
        )
        page.run_to_end(0, WAIT)

        page.run(1)
        page.wait_text(1, USER_CODE, WAIT)
        page.output(1).get_by_role("button", name="Keep it in the CLI's file").click()
        page.wait_done(1, WAIT)
        assert "Signed in as scripted-user" in page.output_text(1)
        assert USER_CODE not in page.output_text(1)

        page.run_to_end(2, WAIT)
        assert "Hello from the scripted account." in page.output_text(2)
        page.run_to_end(3, WAIT)
        table = page.output(3).get_by_role("table")
        assert "alpha" in table.inner_text()
        assert "Premium requests: 90 of 300 used" in page.output_text(3)
