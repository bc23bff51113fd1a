"""The quickstart, as a newcomer runs it: JupyterLab, the real CLI, the demo model, real clicks."""

from __future__ import annotations

import json
import os
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from copilot_nb.demo import workspace
from tests.browser.driver import REPOSITORY, Lab, LabPage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator

    from tests.browser.driver import Theme

PICTURES = REPOSITORY / "build" / "screenshots"
YES = re.compile("^(?:Run|Allow once)")
LOAD, DATA, EXPLORE, GAPS, ASK, WRITE = range(6)
"""Its code cells, in order."""


@pytest.fixture(scope="module")
def lab(cli_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab as `copilot-nb demo` starts it, with the real CLI."""
    root = tmp_path_factory.mktemp("quickstart") / "root"
    settings = {
        "COPILOT_NB_PROVIDER": "demo",
        "COPILOT_NB_DEMO_PACE": "fast",
        "COPILOT_CLI_PATH": str(cli_path),
        "COPILOT_HOME": str(root / "copilot"),
        "HOME": os.environ["HOME"],  # the runtime has unpacked itself there already
    }
    with Lab(root).running(settings) as running:
        shutil.copytree(workspace.source() / "data", running.work / "data")
        yield running


@pytest.fixture
def page(browser: Browser, lab: Lab) -> Iterator[LabPage]:
    """The quickstart's code cells, the first two of them run."""
    page = _open(browser, lab, "quickstart.ipynb")
    yield page
    page.close()


def _open(browser: Browser, lab: Lab, name: str) -> LabPage:
    notebook = json.loads((workspace.source() / workspace.NOTEBOOK).read_text(encoding="utf-8"))
    code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    page = LabPage(browser, lab, lab.write_notebook(name, code)).open()
    page.run_to_end(LOAD)
    page.run_to_end(DATA)
    return page


def _panel(page: LabPage, kind: str = "permission") -> Locator:
    """The panel that waits for an answer, once it takes clicks."""
    panel = page.page.locator(f".copilot-live .copilot-{kind}").last
    panel.locator("button").first.wait_for(timeout=60_000)
    page.page.wait_for_timeout(400)  # a panel ignores answers in its first 300 ms, by design
    return panel


def _picture(page: LabPage, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.page.screenshot(path=str(PICTURES / f"{name}.png"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_allow_plot_freeze_save_and_reopen(browser: Browser, lab: Lab, theme: Theme) -> None:
    """A click while the cell runs lets the code run; its figure stays readable for ever."""
    lab.set_theme(theme)
    page = _open(browser, lab, f"{theme}.ipynb")

    page.run(EXPLORE)
    panel = _panel(page)
    running = page.prompt(EXPLORE)
    _picture(page, f"quickstart-{theme}-approval")
    panel.get_by_role("button", name=YES).click()
    page.wait_done(EXPLORE)
    page.output(EXPLORE).locator(".copilot-static img").wait_for(timeout=10_000)
    page.cells.nth(EXPLORE).scroll_into_view_if_needed()
    _picture(page, f"quickstart-{theme}-frozen")
    shown = page.output_text(EXPLORE)
    page.save()
    page.close()
    again = LabPage(browser, lab, page.path).open()
    reopened = again.output_text(EXPLORE)
    _picture(again, f"quickstart-{theme}-reopened")
    again.close()

    assert running == "[*]:"
    assert "demo model" in shown
    assert "Error displaying widget" not in reopened
    assert reopened.split() == shown.split()
    assert page.foreign_requests == again.foreign_requests == []
    stored = json.dumps(lab.read_notebook(page.path))
    assert "image/png;base64" in stored
    assert "widget-view" not in stored


def test_denied_code_does_not_run(page: LabPage) -> None:
    """A denial with a reason reaches the agent, which goes on without the code."""
    page.run(GAPS)
    _panel(page).get_by_role("button", name="Deny and say why").click()
    page.page.keyboard.type("Only count them")
    page.page.keyboard.press("Enter")
    page.wait_done(GAPS)

    assert "Only count them" in page.output_text(GAPS)
    assert page.output(GAPS).locator("img").count() == 0


def test_a_question_is_answered_by_a_click(page: LabPage) -> None:
    """The agent's question is a panel; the choice is what it goes on with."""
    page.run(ASK)
    _panel(page, "user_input").get_by_role("button", name="co2_ppm").click()
    _panel(page).get_by_role("button", name=YES).click()
    page.wait_done(ASK)

    assert "co2_ppm" in page.output_text(ASK)
    assert page.output(ASK).locator("img").count() == 1


def test_a_file_is_written_after_its_content_was_shown(page: LabPage, lab: Lab) -> None:
    """The panel shows every line of the file before it exists."""
    page.run(WRITE)
    panel = _panel(page)
    promised = panel.inner_text()
    existed = (lab.work / "co2-summary.md").exists()
    panel.get_by_role("button", name=YES).click()
    page.wait_done(WRITE)

    written = (lab.work / "co2-summary.md").read_text(encoding="utf-8")
    assert not existed
    assert all(line in promised for line in written.splitlines() if line)


def test_the_stop_button_of_lab_ends_a_waiting_turn(page: LabPage) -> None:
    """■ while a panel waits ends the cell, and the next turn works."""
    page.run(EXPLORE)
    _panel(page)
    page.command("notebook:interrupt-kernel")
    page.wait_done(EXPLORE, 5)
    stopped = page.output_text(EXPLORE)
    page.run(EXPLORE)
    _panel(page).get_by_role("button", name=YES).click()
    page.wait_done(EXPLORE)

    assert "KeyboardInterrupt" in stopped
    assert "Traceback" not in stopped
    assert page.output(EXPLORE).locator(".copilot-static img").count() == 1
