"""The live view in JupyterLab: streamed, clicked, typed into, reloaded, stored and reopened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.driver import REPOSITORY, Lab, LabPage
from tests.browser.scenes import SCENES, SETUP

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Locator

    from tests.browser.conftest import OpenNotebook


def cell(*lines: str) -> str:
    """A cell that awaits these lines as one turn; the last one may return something."""
    body = "\n".join(f"    {line}" for line in lines)
    head = "async def turn():\n    global stage\n    stage = Stage()"
    return f"{head}\n{body}\nawait wait_in_cell(turn())"


ASK = cell("value = await stage.ask(SHELL)", "stage.end()", "print(value)")
QUESTIONS = cell("value = await stage.ask(QUESTION)", "stage.end()", "print(value)")


def panel(output: Locator) -> Locator:
    """The panel that asks now."""
    return output.locator(".copilot-request[data-state=asking]")


def appears(output: Locator) -> Locator:
    """The panel, once a person has had the time to see it."""
    found = panel(output)
    found.wait_for(timeout=15_000)
    found.page.wait_for_timeout(400)
    return found


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


def test_click_on_allow_answers_while_the_cell_runs(open_notebook: OpenNotebook) -> None:
    """A click reaches the waiting cell, and the turn goes on."""
    page = open_notebook([SETUP, ASK])
    page.run_to_end(0)
    page.run(1)

    appears(page.output(1)).get_by_role("button", name="Allow once").click()

    page.wait_done(1)
    assert "{'choice': 'allow_once'}" in page.output_text(1)


def test_alt_letter_answers(open_notebook: OpenNotebook) -> None:
    """The panel's heading has the focus; Alt+Y is enough, a stray Enter is not."""
    page = open_notebook([SETUP, ASK])
    page.run_to_end(0)
    page.run(1)
    appears(page.output(1))

    page.page.keyboard.press("Enter")
    page.page.keyboard.press("Alt+KeyY")

    page.wait_done(1)
    assert "{'choice': 'allow_once'}" in page.output_text(1)


def test_keyboard_alone_is_enough(open_notebook: OpenNotebook) -> None:
    """From the heading Tab leads through what is asked about to the buttons; Enter presses one."""
    page = open_notebook([SETUP, ASK])
    page.run_to_end(0)
    page.run(1)
    found = appears(page.output(1))
    focused = "() => document.activeElement.className"
    assert page.page.evaluate(focused) == "copilot-request-heading"
    assert "Approval needed: Run a command?" in page.output(1).get_by_role("alert").inner_text()

    for _ in range(8):
        page.page.keyboard.press("Tab")
        if found.get_by_role("button", name="Deny", exact=True).evaluate(
            "node => node === document.activeElement"
        ):
            break
    page.page.keyboard.press("Enter")

    page.wait_done(1)
    assert "{'choice': 'deny'}" in page.output_text(1)


def test_denial_with_words(open_notebook: OpenNotebook) -> None:
    """The reason is typed into the panel and sent with Enter."""
    page = open_notebook([SETUP, ASK])
    page.run_to_end(0)
    page.run(1)
    appears(page.output(1)).get_by_role("button", name="Deny and say why").click()

    page.page.keyboard.type("bad idea, add a test")
    page.page.keyboard.press("Enter")

    page.wait_done(1)
    assert "'feedback': 'bad idea, add a test'" in page.output_text(1)
    assert page.cells.count() == 2


def test_plain_keys_in_the_panel_are_not_notebook_commands(open_notebook: OpenNotebook) -> None:
    """`b`, `a` and `d d` neither add nor delete cells while the focus is in the panel."""
    page = open_notebook([SETUP, ASK])
    page.run_to_end(0)
    page.run(1)
    found = appears(page.output(1))

    for place in (".copilot-request-heading", ".copilot-button >> nth=1"):
        found.locator(place).focus()
        page.page.keyboard.type("badd")
    assert page.cells.count() == 2

    page.page.keyboard.press("Escape")
    page.page.keyboard.press("b")
    page.wait_until(lambda: page.cells.count() == 3, "the notebook's own keys after Escape")


def test_click_that_no_person_made_is_ignored(open_notebook: OpenNotebook) -> None:
    """A script in the page cannot allow anything."""
    page = open_notebook([SETUP, ASK])
    page.run_to_end(0)
    page.run(1)
    found = appears(page.output(1))

    found.locator(".copilot-primary").evaluate("node => node.click()")
    page.page.wait_for_timeout(500)

    assert found.count() == 1
    assert page.prompt(1) == "[*]:"


def test_click_at_once_is_ignored(open_notebook: OpenNotebook) -> None:
    """A panel that appears under a pointer on its way takes no answer from it."""
    page = open_notebook([SETUP, ASK])
    page.run_to_end(0)
    click = """() => new Promise(done => {
        const look = () => {
            const node = document.querySelector("[data-state=asking] .copilot-primary");
            if (!node) return requestAnimationFrame(look);
            const box = node.getBoundingClientRect();
            done([box.x + 5, box.y + 5]);
        };
        look();
    })"""
    page.run(1)

    x, y = page.page.evaluate(click)
    page.page.mouse.click(x, y)

    page.page.wait_for_timeout(600)
    assert panel(page.output(1)).count() == 1


@pytest.mark.parametrize("way", ["click", "key", "words"])
def test_question_is_answered(open_notebook: OpenNotebook, way: str) -> None:
    """By a click on a choice, by its number, or in one's own words."""
    page = open_notebook([SETUP, QUESTIONS])
    page.run_to_end(0)
    page.run(1)
    found = appears(page.output(1))

    if way == "click":
        found.get_by_text("Last value").click()
    elif way == "key":
        page.page.keyboard.press("Alt+Digit3")
    else:
        found.locator("textarea").fill("Last value")
        page.page.keyboard.press("Enter")

    page.wait_done(1)
    assert "{'answer': 'Last value'}" in page.output_text(1)


def test_stop_button(open_notebook: OpenNotebook) -> None:
    """Stop reaches the turn while it runs."""
    wait = cell("while not stage.stops:", "    await asyncio.sleep(0.05)", "print('stopped')")
    page = open_notebook([SETUP, wait])
    page.run_to_end(0)
    page.run(1)

    page.output(1).locator(".copilot-stop").click()

    page.wait_done(1)
    assert "stopped" in page.output_text(1)


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

    found = page.output(1).locator(".copilot-request[data-state=asking]")
    found.wait_for(timeout=30_000)
    first, second = page.output(1).locator(".copilot-text").all_inner_texts()
    assert "write a test for the gap" in first
    assert second.strip() == ("After the reload. " * 200).strip()
    page.page.wait_for_timeout(400)
    found.get_by_role("button", name="Allow once").click()
    page.wait_until(lambda: page.output(1).locator(".copilot-static").count(), "the stored form")
    page.save()
    stored = page.lab.read_notebook(page.path)["cells"][1]["outputs"]
    assert [set(one["data"]) for one in stored] == [{"text/html", "text/plain"}]


def test_saved_turn_is_there_without_a_kernel(
    open_notebook: OpenNotebook, browser: Browser, lab: Lab
) -> None:
    """Saved, kernel gone, reopened: the text is there and nothing asks for a widget."""
    page = open_notebook([SETUP, cell("await stage.stream(ANSWER)", "stage.end()")])
    page.run_to_end(0)
    page.run_to_end(1)
    page.wait_until(lambda: page.output(1).locator(".copilot-static").count(), "the stored form")
    page.save()
    page.close()

    again = LabPage(browser, lab, page.path)
    again.open(kernel=False)
    try:
        again.wait_text(1, "write a test for the gap")
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

    appears(page.output(1)).get_by_role("button", name="Deny", exact=True).click()

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


def test_picture_of_every_block(open_notebook: OpenNotebook, lab: Lab) -> None:
    """Each kind of block, light and dark, as a file under build/shots for people to look at."""
    folder = REPOSITORY / "build" / "shots"
    folder.mkdir(parents=True, exist_ok=True)
    for theme in ("dark", "light"):
        lab.set_theme(theme)
        page = open_notebook([SETUP, *(f"stage = Stage(gallery()[{name!r}])" for name in SCENES)])
        page.page.set_viewport_size({"width": 1100, "height": 1600})
        page.run_to_end(0)
        for number, name in enumerate(SCENES, 1):
            page.run_to_end(number)
            page.output(number).locator(".copilot-block").last.wait_for()
            page.page.wait_for_timeout(300)
            page.output(number).screenshot(path=folder / f"{theme}-{name}.png")
        assert page.foreign_requests == []
