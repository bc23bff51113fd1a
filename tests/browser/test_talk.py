"""A person and the agent in JupyterLab: asked, answered, edited, steered, switched off.

The tests share one notebook and one conversation; each has cells of its own.
"""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.browser.driver import Lab, LabPage
from tests.browser.scenes import asking
from tests.browser.talk import SETUP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    Ask = Callable[..., int]


@pytest.fixture(scope="module")
def page(browser: Browser, lab: Lab) -> Iterator[LabPage]:
    """The notebook that all tests talk in."""
    page = LabPage(browser, lab, lab.write_notebook("talk.ipynb", [SETUP])).open()
    page.run_to_end(0)
    yield page
    assert page.foreign_requests == []
    assert [line for line in page.console if "pageerror" in line] == []
    page.close()


@pytest.fixture
def ask(page: LabPage) -> Iterator[Ask]:
    """Asks the agent, whose model answers by that script; one that still runs is interrupted."""
    started: list[int] = []

    def start(script: str, prompt: str = "Go on.") -> int:
        page.run_to_end(page.add_cell(script))
        started.append(page.add_cell(f"%%copilot\n{prompt}"))
        page.run(started[-1])
        return started[-1]

    yield start
    for number in started:
        if page.prompt(number) == "[*]:":
            page.interrupt()
            page.wait_done(number)


def value(page: LabPage, expression: str) -> str:
    """What the expression is in the kernel."""
    number = page.add_cell(f"print({expression})")
    page.run_to_end(number)
    return page.output_text(number).strip()


def test_code_is_edited_run_and_taken_back(page: LabPage, ask: Ask) -> None:
    """The panel says what the code would do; what the person made of it runs; Undo restores."""
    turn = ask(
        "stations = [3, 1, 2]\n"
        "says(Reply(tools=[('run_code', {'code': 'stations = sorted(stations)\\nlen(stations)'})]),"
        " when(lambda: stations == [3, 1, 2]))"
    )
    panel = asking(page.output(turn))
    told = panel.inner_text()
    panel.get_by_role("button", name="Edit").click()
    panel.locator("textarea.copilot-editor").fill("stations = [1]\nlen(stations)")
    panel.get_by_role("button", name="Run").click()
    undo = page.output(turn).get_by_role("button", name="Undo")
    undo.wait_for()
    page.page.wait_for_timeout(400)  # a button that has just appeared takes no click
    live = page.output_text(turn)
    undo.click()
    page.wait_done(turn)

    assert "stations" in told
    assert "Overwrites" in told
    assert "1" in live
    assert value(page, "stations") == "[3, 1, 2]"


def test_form_of_a_server_is_filled_in(page: LabPage, ask: Ask) -> None:
    """What is wrong is said at its field, in the page; what is sent are values of their types."""
    turn = ask(
        "says(form('Which station?', {'type': 'object', 'required': ['name'], 'properties': {"
        "'name': {'type': 'string'}, 'hours': {'type': 'integer', 'maximum': 24},"
        "'unit': {'type': 'string', 'enum': ['C', 'F'], 'default': 'C'}}}))"
    )
    panel = asking(page.output(turn))
    told = panel.inner_text()
    panel.get_by_label("hours").fill("25")
    panel.get_by_role("button", name="Send").click()
    wrong = panel.inner_text()
    panel.get_by_label("hours").fill("12")
    panel.get_by_label("name").fill("Zugspitze")
    panel.get_by_role("button", name="Send").click()
    page.wait_done(turn)

    assert "weather" in told
    assert "24" in wrong
    assert value(page, "answers[-1]") == str(
        {"action": "accept", "content": {"name": "Zugspitze", "hours": 12, "unit": "C"}}
    )


def test_plan_is_edited_and_approved(page: LabPage, ask: Ask) -> None:
    """The plan can be read, changed and approved; the model hears of the change."""
    turn = ask("plan('1. look'); says(*calls('exit_plan_mode', summary='A plan.'))")
    panel = asking(page.output(turn))
    told = panel.inner_text()
    panel.get_by_role("button", name="Edit").click()
    panel.locator("textarea.copilot-editor").fill("1. look\\n2. test")
    panel.get_by_role("button", name="Approve", exact=True).click()
    page.wait_done(turn)

    assert "look" in told
    assert "2. test" in value(page, "runtime.requests[-1]['messages']")


def test_calls_wait_in_a_queue_and_the_keyboard_answers(page: LabPage, ask: Ask) -> None:
    """One is asked at a time, with how many wait; Alt and a letter is enough for each."""
    turn = ask(
        "says(Reply(tools=[('bash', {'command': f'echo {n}', 'description': ''}) for n in 'abc']))"
    )
    panel = asking(page.output(turn))
    waiting = panel.inner_text()
    for _ in range(3):
        asking(page.output(turn))
        page.page.keyboard.press("Alt+KeyY")
        page.page.wait_for_timeout(200)
    page.wait_done(turn)

    assert "2 more" in waiting
    assert page.output_text(turn).count("Allowed once") == 3


def test_what_is_always_allowed_is_not_asked_again(page: LabPage, ask: Ask) -> None:
    """What "Allow here always" means is a rule from then on; the answer's line says which."""
    command = "says(*calls('bash', command='echo rule', description=''))"
    turn = ask(command)
    asking(page.output(turn)).get_by_role("button", name="Allow here always").click()
    page.wait_done(turn)

    again = ask(command)
    page.wait_done(again)

    assert page.output(again).locator(".copilot-request").count() == 0
    assert "rule" in page.output_text(again)
    assert "echo rule" in value(page, "copilot.notebook.current.conversation().rules.list()")


def test_time_limit_counts_down_and_declines(page: LabPage, ask: Ask) -> None:
    """Only where one is set; nobody's answer is a no that the model can go on with."""
    page.run_to_end(page.add_cell("%config Copilot.answer_timeout = 3"))
    turn = ask("says(*calls('bash', command='echo late', description='', then='Without it.'))")
    panel = asking(page.output(turn))
    countdown = panel.inner_text()
    page.wait_done(turn)
    page.run_to_end(page.add_cell("%config Copilot.answer_timeout = None"))

    assert " s" in countdown
    assert "time limit" in page.output_text(turn)
    assert "Without it." in page.output_text(turn)


def test_turn_is_drawn_again(page: LabPage) -> None:
    """`copilot.show` draws any turn as it is stored."""
    page.run_to_end(page.add_cell("says(Reply('Once and again.'))"))
    page.run_to_end(page.add_cell("%%copilot --out answer\nGo on."))
    shown = page.add_cell("copilot.show(answer)")
    page.run_to_end(shown)

    page.wait_text(shown, "Once and again.")
    assert page.output(shown).locator(".copilot-static").count() == 1


def test_running_turn_is_told_something(page: LabPage, ask: Ask) -> None:
    """The line below the turn steers it by Enter; it takes no focus and no notebook key."""
    turn = ask(
        "says(when(lambda: 'polars' in str(runtime.calls[-1]), 'Thinking.'), Reply('With polars.'))"
    )
    field = page.output(turn).locator(".copilot-say-field")
    field.wait_for()
    cells = page.cells.count()
    assert not field.evaluate("node => node === document.activeElement")

    field.click()
    page.page.keyboard.type("use polars, add a b d d")
    page.page.keyboard.press("Enter")

    page.wait_done(turn)
    assert page.cells.count() == cells
    assert "use polars" in page.output_text(turn)
    assert "With polars." in page.output_text(turn)


def test_tool_is_switched_off_in_the_table(page: LabPage, ask: Ask) -> None:
    """A click reaches the runtime with the next turn, whose cell leaves the table stored."""
    table = page.add_cell("%copilot tools")
    page.run_to_end(table)
    live = page.output(table).locator(".copilot-toollist")
    live.locator("tr", has_text="bash").first.wait_for()
    live.get_by_role("searchbox").fill("list_var")
    found = live.get_by_role("status").inner_text()
    live.get_by_role("searchbox").fill("")

    live.get_by_role("switch", name="bash is offered to the model").click()
    live.get_by_label("Permission of list_variables").focus()
    page.page.keyboard.press("d")  # a script's choice would not count
    page.wait_until(lambda: "1 switched off" in live.get_by_role("status").inner_text(), "the off")
    turn = ask("says(*calls('list_variables', then='Denied, so be it.'))")
    page.wait_done(turn)

    assert found.startswith("1 of ")
    assert "Denied, so be it." in page.output_text(turn)
    told = value(page, "[p for m, p in runtime.calls if m.endswith('options.update')][-1]")
    assert "'bash'" in told
    assert value(page, "copilot.tools['bash'].enabled, copilot.tools['list_variables'].rule") == (
        "False deny"
    )
    kept = page.output(table).locator(".copilot-static")
    assert "1 switched off" in kept.inner_text()
    row = kept.locator("tr", has=page.page.locator("code", has_text="list_variables"))
    assert "denied by a rule" in row.inner_text()
    page.save()
    stored = page.lab.read_notebook(page.path)["cells"][table]["outputs"]
    assert "widget-view" not in json.dumps(stored)


def test_table_whose_kernel_ends_is_kept(page: LabPage) -> None:
    """Where no cell ran behind it the page stores it; the last test, for its kernel goes."""
    process = int(value(page, "__import__('os').getpid()"))
    table = page.add_cell("%copilot tools")
    page.run_to_end(table)
    page.output(table).locator(".copilot-toollist tr", has_text="bash").first.wait_for()

    os.kill(process, signal.SIGKILL)

    kept = page.output(table).locator(".copilot-static")
    page.wait_until(kept.count, "the kept table", 30)
    assert "list_variables" in kept.inner_text()
    page.save()
    stored = page.lab.read_notebook(page.path)["cells"][table]["outputs"]
    assert "widget-view" not in json.dumps(stored)
