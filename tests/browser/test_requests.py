"""Permission and question panels in JupyterLab: clicked, typed into, and left alone by others.

The tests share one notebook; each plays its turn in a cell of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.driver import Lab, LabPage
from tests.browser.scenes import SETUP, asking, cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Locator

    Play = Callable[[str], int]

ASK = cell("value = await stage.ask(SHELL)", "stage.end()", "print(value)")
QUESTION = cell("value = await stage.ask(QUESTION)", "stage.end()", "print(value)")
PRIMARY = """() => new Promise(done => {
    const look = () => {
        const node = document.querySelector("[data-state=asking] .copilot-primary");
        if (!node) return requestAnimationFrame(look);
        const box = node.getBoundingClientRect();
        done([box.x + 5, box.y + 5]);
    };
    look();
})"""
"""Where the primary button is, in the frame in which it appears."""


@pytest.fixture(scope="module")
def page(browser: Browser, lab: Lab) -> Iterator[LabPage]:
    """The notebook that all tests play in."""
    page = LabPage(browser, lab, lab.write_notebook("requests.ipynb", [SETUP])).open()
    page.run_to_end(0)
    yield page
    page.close()


@pytest.fixture
def play(page: LabPage) -> Iterator[Play]:
    """Starts a cell; one that still runs after the test is interrupted."""
    started: list[int] = []

    def start(source: str) -> int:
        started.append(page.add_cell(source))
        page.run(started[-1])
        return started[-1]

    yield start
    for number in started:
        if page.prompt(number) == "[*]:":
            page.interrupt()
            page.wait_done(number)


def is_focused(node: Locator) -> bool:
    """Whether keys go to it."""
    return bool(node.evaluate("node => node === document.activeElement"))


def test_click_answers_while_the_cell_runs(page: LabPage, play: Play) -> None:
    """A click on Allow reaches the waiting cell, and the turn goes on."""
    turn = play(ASK)

    asking(page.output(turn)).get_by_role("button", name="Allow once").click()

    page.wait_done(turn)
    assert "{'choice': 'allow_once'}" in page.output_text(turn)


def test_alt_letter_answers(page: LabPage, play: Play) -> None:
    """The panel's heading has the focus; Alt+Y is enough, a stray Enter is not."""
    turn = play(ASK)
    asking(page.output(turn))

    page.page.keyboard.press("Enter")
    assert page.prompt(turn) == "[*]:"
    page.page.keyboard.press("Alt+KeyY")

    page.wait_done(turn)
    assert "{'choice': 'allow_once'}" in page.output_text(turn)


def test_keyboard_alone_is_enough(page: LabPage, play: Play) -> None:
    """From the heading Tab leads through what is asked about to the buttons; Enter presses one."""
    turn = play(ASK)
    panel = asking(page.output(turn))
    assert is_focused(panel.locator(".copilot-request-heading"))
    said = page.output(turn).get_by_role("alert").inner_text()
    assert "Approval needed: Run a command?" in said

    deny = panel.get_by_role("button", name="Deny", exact=True)
    for _ in range(8):
        page.page.keyboard.press("Tab")
        if is_focused(deny):
            break
    page.page.keyboard.press("Enter")

    page.wait_done(turn)
    assert "{'choice': 'deny'}" in page.output_text(turn)


def test_denial_with_words(page: LabPage, play: Play) -> None:
    """The reason is typed into the panel and sent with Enter."""
    turn = play(ASK)
    cells = page.cells.count()
    asking(page.output(turn)).get_by_role("button", name="Deny and say why").click()

    page.page.keyboard.type("bad idea, add a test")
    page.page.keyboard.press("Enter")

    page.wait_done(turn)
    assert "'feedback': 'bad idea, add a test'" in page.output_text(turn)
    assert page.cells.count() == cells


def test_plain_keys_are_not_notebook_commands(page: LabPage, play: Play) -> None:
    """`b`, `a` and `d d` neither add nor delete cells in the panel; after Escape they do again."""
    turn = play(ASK)
    panel = asking(page.output(turn))
    cells = page.cells.count()

    for place in (".copilot-request-heading", ".copilot-button >> nth=1"):
        panel.locator(place).focus()
        page.page.keyboard.type("badd")
    assert page.cells.count() == cells

    page.page.keyboard.press("Escape")
    page.page.keyboard.press("b")
    page.wait_until(lambda: page.cells.count() == cells + 1, "the notebook's own keys")


def test_click_that_no_person_made_is_ignored(page: LabPage, play: Play) -> None:
    """A script in the page cannot allow anything."""
    turn = play(ASK)
    panel = asking(page.output(turn))

    panel.locator(".copilot-primary").evaluate("node => node.click()")
    page.page.wait_for_timeout(500)

    assert panel.count() == 1
    assert page.prompt(turn) == "[*]:"


def test_click_at_once_is_ignored(page: LabPage, play: Play) -> None:
    """A panel that appears under a pointer on its way takes no answer from it."""
    later = cell("await asyncio.sleep(1)", "await stage.ask(SHELL)", "stage.end()")
    turn = play(later)

    x, y = page.page.evaluate(PRIMARY)
    page.page.mouse.click(x, y)
    page.page.wait_for_timeout(600)

    assert asking(page.output(turn)).count() == 1


@pytest.mark.parametrize("way", ["click", "key", "words"])
def test_question_is_answered(page: LabPage, play: Play, way: str) -> None:
    """By a click on a choice, by its number, or in one's own words."""
    turn = play(QUESTION)
    panel = asking(page.output(turn))

    if way == "click":
        panel.get_by_text("Last value").click()
    elif way == "key":
        page.page.keyboard.press("Alt+Digit3")
    else:
        panel.locator("textarea").fill("Last value")
        page.page.keyboard.press("Enter")

    page.wait_done(turn)
    assert "{'answer': 'Last value'}" in page.output_text(turn)


def test_stop_button(page: LabPage, play: Play) -> None:
    """Stop reaches the turn while it runs."""
    wait = ("while not stage.stops:", "    await asyncio.sleep(0.05)", "print('stopped')")
    turn = play(cell(*wait, "stage.end()"))

    page.output(turn).locator(".copilot-stop").click()

    page.wait_done(turn)
    assert "stopped" in page.output_text(turn)
