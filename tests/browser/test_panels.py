"""The panels in a real browser: a person's own clicks and keys, and nothing else, decide.

The built page stands alone here, without JupyterLab; what it would send is looked at.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.transcript.changes import to_wire
from tests.browser.gallery import draw
from tests.browser.gallery_turns import (
    FORM,
    KERNEL_CODE,
    PLAN_BLOCK,
    RUN_CODE,
    SCENES,
    URL_FORM,
    Scene,
    running,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from copilot_nb.transcript.blocks import Block

SETTLED = 400
"""Milliseconds after which a panel takes answers."""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page whose clock the test moves."""
    page = browser.new_page(viewport={"width": 820, "height": 1000})
    page.clock.install()
    yield page
    page.close()


def _sent(page: Page, kind: str) -> list[Any]:
    """What the page would have sent of that kind."""
    values: list[Any] = page.evaluate("k => sent.filter((m) => m.k === k).map((m) => m.v)", kind)
    return values


def _add(page: Page, block: Block) -> None:
    """The kernel adds a block to the turn."""
    (wire,) = to_wire(running(block))["blocks"]
    ops = [["add", block.id, wire]]
    page.evaluate("o => says({ k: 'd', e: 'E', n: 1, o })", ops)


def _settle(page: Page) -> None:
    page.clock.run_for(SETTLED)


def test_a_form_is_filled_in_by_keyboard_alone(page: Page) -> None:
    """From the heading, where the focus lands, to Enter in a line."""
    draw(page, running(FORM))
    _settle(page)
    assert page.evaluate("document.activeElement.className") == "copilot-request-heading"

    page.keyboard.press("Tab")
    page.keyboard.type("ada@example.org")
    for _ in range(4):  # the three parts of the date, and its picker
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("20")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.locator(".copilot-form-field input").nth(2).press("Enter")

    (answer,) = _sent(page, "answer")
    assert answer == {
        "action": "accept",
        "content": {
            "email": "ada@example.org",
            "since": "2025-01-01",
            "limit": 20,
            "kind": "parquet",
            "stations": ["halden"],
            "zip": True,
        },
    }


def test_a_wrong_form_keeps_its_words(page: Page) -> None:
    """Nothing is sent, the message stands at the field, and the focus is there."""
    draw(page, running(FORM))
    page.get_by_label("E-mail").fill("ada@")
    _settle(page)

    page.get_by_role("button", name="Send").click()

    assert _sent(page, "answer") == []
    assert page.get_by_label("E-mail").input_value() == "ada@"
    assert page.locator(".copilot-field-wrong:visible").all_inner_texts() == [
        "Please write an e-mail address, such as name@example.org."
    ]
    assert page.evaluate("document.activeElement.type") == "email"


@pytest.mark.parametrize(
    ("block", "button"),
    [
        (KERNEL_CODE, "Run"),
        (FORM, "Decline"),
        (PLAN_BLOCK, "Approve"),
        (URL_FORM, "Open login.issue-tracker.example"),
        (RUN_CODE, "Undo"),
    ],
)
def test_a_click_counts_only_after_a_moment(page: Page, block: Block, button: str) -> None:
    """What was under the pointer when a panel came is not what somebody meant."""
    page.context.route("**/*", lambda route: route.abort())
    draw(page, running())
    page.clock.pause_at(page.evaluate("Date.now()") + 1000)
    _add(page, block)
    page.clock.run_for(50)
    target = page.locator(f"button:has-text('{button}'), a:has-text('{button}')").first

    target.click()
    assert _sent(page, "answer") + _sent(page, "act") == []

    _settle(page)
    target.dispatch_event("click")
    assert _sent(page, "answer") + _sent(page, "act") == []

    target.click()
    assert len(_sent(page, "answer") + _sent(page, "act")) == 1


def test_code_runs_as_it_was_edited(page: Page) -> None:
    """Tab indents, Escape leaves the field, and the answer carries the text that is shown."""
    draw(page, running(replace(KERNEL_CODE, body="if x:\npass")))
    _settle(page)

    page.get_by_role("button", name="Edit").click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+z")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert page.locator(".copilot-exact pre").inner_text() == "if x:\n    pass"
    assert page.evaluate("document.activeElement.textContent") == "Edit"

    page.get_by_role("button", name="Run").click()
    assert _sent(page, "answer") == [{"choice": "allow_once", "body": "if x:\n    pass"}]


def test_keys_stay_in_the_panel(page: Page) -> None:
    """A notebook runs plain keys as commands; Escape gives them back."""
    draw(page, running(FORM))
    page.evaluate("globalThis.keys = []; addEventListener('keydown', (e) => keys.push(e.key))")

    page.get_by_label("CSV").focus()
    page.keyboard.press("d")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+s")
    page.keyboard.press("Escape")

    assert page.evaluate("keys") == ["Control", "s"]
    assert page.evaluate("document.activeElement === document.body")


def test_nobody_is_disturbed_while_writing_elsewhere(page: Page) -> None:
    """A panel takes the focus only from somebody who does not type."""
    draw(page, running())
    page.evaluate("document.body.append(document.createElement('textarea'))")
    page.locator("body > textarea").focus()

    _add(page, FORM)
    page.get_by_role("button", name="Send").wait_for()

    assert page.evaluate("document.activeElement.localName") == "textarea"


FAULTS = """() => {
  const find = (selector) => [...document.querySelectorAll(`#live ${selector}`)];
  const controls = ["button", "a", "input", "select", "textarea", "summary", "[tabindex]"];
  const named = (node) =>
    node.ariaLabel || node.labels?.length || node.textContent.trim() || node.ariaLabelledByElements;
  const words = (node, name) => (node.getAttribute(name) ?? "").split(" ").filter(Boolean);
  const references = ["aria-labelledby", "aria-describedby", "for"];
  const ids = find("[id]").map(({ id }) => id);
  const told = (what, node) => `${what}: ${node.outerHTML.slice(0, 120)}`;
  return [
    ...controls.flatMap(find).filter((node) => !named(node)).map((node) => told("no name", node)),
    ...find("[tabindex]").filter(({ tabIndex }) => tabIndex > 0).map((node) => told("order", node)),
    ...find("*")
      .flatMap((node) => references.flatMap((name) => words(node, name)))
      .filter((id) => !ids.includes(id))
      .map((id) => `no such id: ${id}`),
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `twice: ${id}`),
    ...(document.documentElement.scrollWidth > innerWidth ? ["wider than the page"] : []),
  ];
}"""


@pytest.fixture(scope="module")
def narrow(browser: Browser) -> Iterator[Page]:
    """One page as wide as a telephone, for many turns after each other."""
    page = browser.new_page(viewport={"width": 360, "height": 900})
    page.clock.install()
    yield page
    page.close()


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_control_has_a_name_and_room(narrow: Page, scene: Scene) -> None:
    """A screen reader can name each control, references lead somewhere, and nothing overflows."""
    draw(narrow, scene.turn)
    for selector in scene.clicks:
        _settle(narrow)
        narrow.locator(selector).first.click()

    assert narrow.evaluate(FAULTS) == []
