"""The live view in JupyterLab: streamed, reloaded, stored, reopened, and seen."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

from tests.browser.driver import Lab, LabPage
from tests.browser.scenes import SETUP, asking, cell

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Locator

    from tests.browser.conftest import OpenNotebook


def test_streamed_answer_is_complete_and_frozen(open_notebook: OpenNotebook) -> None:
    """Every character of the answer arrives; at the end only the stored form is left."""
    page = open_notebook([SETUP, cell("await stage.stream(ANSWER * 3)", "stage.end()")])
    page.run_to_end(0)

    page.run(1)
    page.output(1).locator(".copilot-live .copilot-text").wait_for()
    page.wait_done(1)

    page.wait_until(lambda: page.output(1).locator(".copilot-static").count(), "the stored form")
    assert page.output(1).locator(".copilot-live").count() == 0
    assert page.output(1).get_by_text("write a test for the gap").count() == 3
    assert page.foreign_requests == []
    assert [line for line in page.console if "pageerror" in line] == []


def test_live_text_equals_what_was_said(open_notebook: OpenNotebook) -> None:
    """The live view, before the freeze, holds the same text as a view that got it at once."""
    streamed = cell("await stage.stream(ANSWER, pause=0.002)")
    whole = cell("stage.put(TextBlock(id='x', text=ANSWER, closed=True))")
    page = open_notebook([SETUP, streamed, whole])
    for number in range(3):
        page.run_to_end(number)

    live = [page.output(number).locator(".copilot-text") for number in (1, 2)]
    page.wait_until(lambda: all(one.count() for one in live), "both views")
    page.wait_until(
        lambda: live[0].inner_text() == live[1].inner_text(), "the same text in both views"
    )


def test_long_turn_folds_and_follows_its_end(open_notebook: OpenNotebook) -> None:
    """Old steps are one line, live and stored; the end stays in sight unless somebody scrolls."""
    calls = "[ToolBlock(id=f't{n}', name='bash', title=f'step {n}', state='ok') for n in range(16)]"
    lines = (
        f"for call in {calls}:",
        "    stage.put(call)",
        "while not stage.stops:",
        "    await stage.stream(ANSWER, f'x{len(stage.transcript.blocks)}')",
        "stage.end()",
    )
    page = open_notebook([SETUP, cell(*lines)])
    page.run_to_end(0)
    page.run(1)
    fold = page.output(1).locator(".copilot-live .copilot-steps")
    fold.wait_for()
    line = page.output(1).locator(".copilot-status-line")
    answers = page.output(1).locator(".copilot-text")
    page.wait_until(lambda: answers.count() > 2, "a long answer", 30)
    for grown in (4, 6, 8):
        page.wait_until(lambda: _in_sight(line), "the end in sight")
        answers.nth(grown - 1).wait_for()
    page.wait_until(lambda: _in_sight(line), "the end still in sight")
    page.page.mouse.move(600, 500)
    page.page.mouse.wheel(0, -900)
    page.page.wait_for_timeout(1500)
    away = not _in_sight(line)
    live = fold.locator("> summary").inner_text()
    page.output(1).locator(".copilot-stop").click()
    page.wait_done(1)
    stored = page.output(1).locator(".copilot-static .copilot-steps > summary")
    stored.wait_for()

    assert away
    assert live == "10 earlier steps"
    assert stored.inner_text().startswith(live)


def _in_sight(node: Locator) -> bool:
    """Whether a reader sees all of it: the notebook ends above the window's edge."""
    seen = node.page.locator(".jp-NotebookPanel-notebook").bounding_box()
    box = node.bounding_box()
    if box is None or seen is None:
        return False
    return seen["y"] <= box["y"] and box["y"] + box["height"] <= seen["y"] + seen["height"]


def test_reload_while_a_turn_runs(open_notebook: OpenNotebook) -> None:
    """After F5 the whole turn is back, goes on, asks, and ends in its stored form."""
    page = open_notebook(
        [
            SETUP,
            cell(
                "await stage.stream(ANSWER, pause=0.01)",
                "await stage.stream('After the reload. ' * 200, 'y', pause=0.01)",
                "await stage.ask(SHELL)",
                "stage.end()",
            ),
        ]
    )
    page.run_to_end(0)
    page.run(1)
    page.output(1).locator(".copilot-live .copilot-text").wait_for()
    page.save()

    page.reload()

    found = asking(page.output(1), timeout=30)
    first, second = page.output(1).locator(".copilot-text").all_inner_texts()
    assert "write a test for the gap" in first
    assert second.strip() == ("After the reload. " * 200).strip()
    found.get_by_role("button", name="Allow once").click()
    page.wait_until(lambda: page.output(1).locator(".copilot-static").count(), "the stored form")
    page.save()
    stored = page.lab.read_notebook(page.path)["cells"][1]["outputs"]
    assert [{"text/html", "text/plain"} <= set(one["data"]) for one in stored] == [True]
    assert "widget-view" not in json.dumps(stored)


def test_turn_that_ends_while_the_page_is_away(open_notebook: OpenNotebook) -> None:
    """Whoever comes back finds what was said, and the file holds it from then on."""
    page = open_notebook(
        [
            SETUP,
            cell(
                "await stage.stream('While you were away. ' * 200, pause=0.01)",
                "stage.end()",
                "open('ended', 'w').close()",
            ),
        ]
    )
    page.run_to_end(0)
    page.run(1)
    page.output(1).locator(".copilot-live .copilot-text").wait_for()
    page.save()

    page.page.goto("about:blank")
    page.wait_until((page.lab.work / "ended").exists, "the end of the turn")
    page.open()

    page.wait_until(lambda: page.output(1).locator(".copilot-static").count(), "the stored form")
    said = page.output(1).locator(".copilot-text").inner_text()
    assert said.strip() == ("While you were away. " * 200).strip()
    page.save()
    stored = page.lab.read_notebook(page.path)["cells"][1]["outputs"]
    assert "widget-view" not in json.dumps(stored)


def test_saved_turn_is_there_without_a_kernel(
    open_notebook: OpenNotebook, browser: Browser, lab: Lab
) -> None:
    """Saved, kernel gone, reopened: the text is there, trusted or not, without any widget."""
    page = open_notebook([SETUP, cell("await stage.stream(ANSWER)", "stage.end()")])
    page.run_to_end(0)
    page.run_to_end(1)
    page.wait_until(lambda: page.output(1).locator(".copilot-static").count(), "the stored form")
    page.save()
    page.close()

    for trusted in (True, False):
        if not trusted:  # what somebody else sent has no signature of this server
            _change_on_disk(lab, page.path)
        _reopened(browser, lab, page.path, "write a test for the gap")


def test_turn_whose_kernel_died_says_so(
    open_notebook: OpenNotebook, browser: Browser, lab: Lab
) -> None:
    """Mid-turn, while it asks: the page says it, keeps what came, and the file has both."""
    lines = ("await stage.stream('All that came.')", "await stage.ask(SHELL)")
    page = open_notebook([f"{SETUP}\nimport os\nos.getpid()", cell(*lines)])
    page.run_to_end(0)
    page.run(1)
    asking(page.output(1))

    os.kill(int(page.output_text(0).split()[-1]), signal.SIGKILL)

    page.wait_until(lambda: page.output(1).locator(".copilot-static").count(), "the kept form", 30)
    question = page.output(1).locator(".copilot-permission > summary")
    assert question.inner_text().startswith("◌ Not answered — ")
    assert question.evaluate("node => getComputedStyle(node).listStyleType") == "none"
    page.save()
    page.close()
    stored = lab.read_notebook(page.path)["cells"][1]["outputs"][0]["data"]
    assert "".join(stored["text/plain"]).startswith("All that came.\n\n> ◌ Not answered — ")
    assert "<button" not in "".join(stored["text/html"])
    for expected in ("All that came.", "The kernel ended before this turn did."):
        _reopened(browser, lab, page.path, expected)


def _change_on_disk(lab: Lab, path: str) -> None:
    notebook = lab.read_notebook(path)
    notebook["metadata"]["changed"] = True
    (lab.work / path).write_text(json.dumps(notebook))


def _reopened(browser: Browser, lab: Lab, path: str, expected: str) -> None:
    """The notebook without its kernel shows that text, and asks nobody for anything."""
    again = LabPage(browser, lab, path)
    again.open(kernel=False)
    try:
        again.wait_text(1, expected)
        assert "Error displaying widget" not in again.output_text(1)
        assert again.foreign_requests == []
    finally:
        again.close()


def test_notebook_7_draws_and_answers(open_notebook: OpenNotebook) -> None:
    """The same view in Notebook 7: streamed, clicked, stored."""
    page = open_notebook(
        [SETUP, cell("await stage.stream(ANSWER)", "await stage.ask(SHELL)", "stage.end()")],
        app="notebooks",
    )
    page.run_to_end(0)
    page.run(1)

    asking(page.output(1)).get_by_role("button", name="Deny", exact=True).click()

    page.wait_done(1)
    page.wait_until(lambda: page.output(1).locator(".copilot-static").count(), "the stored form")
    page.wait_text(1, "write a test for the gap")


def test_page_without_the_extension_is_noticed(browser: Browser, tmp_path: Path) -> None:
    """Where only the kernel has anywidget the view hears of it, and the stored form is readable."""
    lines = ("await asyncio.sleep(4)", "print('unready', stage.unready)", "stage.end()")
    setup = SETUP
    with Lab(tmp_path / "root", without=["anywidget"]).running() as lab:
        page = LabPage(browser, lab, lab.write_notebook("n.ipynb", [setup, cell(*lines)])).open()
        page.run_to_end(0)

        page.run_to_end(1)

        page.wait_text(1, "unready True")
        page.wait_until(lambda: page.output(1).locator(".copilot-static").count(), "stored form")
        page.close()
