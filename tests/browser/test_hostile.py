"""Hostile text in a real page: nothing runs, nothing is fetched, nothing covers the notebook."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.browser.driver import REPOSITORY
from tests.browser.scenes import SETUP

if TYPE_CHECKING:
    from tests.browser.conftest import OpenNotebook
    from tests.browser.driver import LabPage

CORPUS = REPOSITORY / "tests" / "data" / "hostile.json"
LOAD = f"""\
import json
from pathlib import Path

corpus = json.loads(Path({str(CORPUS)!r}).read_text())
"""
SHOW = f"{LOAD}stage = Stage(hostile(corpus))"
ASK = f"""\
{LOAD}
async def turn():
    global stage
    stage = Stage()
    await stage.question(corpus)

await wait_in_cell(turn())
"""
TAGS = (
    "a b blockquote br button code del details div em hr i img input kbd li mark ol p path pre s"
    " section small span strong style sub summary sup svg table tbody td th thead tr u ul"
)
PANEL_TAGS = f"{TAGS} fieldset label legend option select textarea"
"""What a person answers with."""
PANELS = "root => [...root.querySelectorAll('.copilot-request')].map(one => one.classList[2])"
LOOK = """(root, tags) => {
    const found = [];
    for (const node of root.querySelectorAll("*")) {
        const name = node.localName;
        const ours = tags.split(" ").includes(name) || node.matches(".copilot-say > textarea")
            || node.closest("mjx-container");
        if (!ours) found.push(name);
        for (const { name: key, value } of node.attributes) {
            if (/^on|^srcdoc|^formaction|^data-commandlinker/.test(key)) found.push(key);
            if (key === "src" && !/^data:image.(?:png|jpeg|gif|webp);/.test(value))
                found.push(value);
            if (key === "href" && !/^(?:https?:|mailto:|#)/.test(value)) found.push(value);
        }
        if (getComputedStyle(node).position === "fixed") found.push(`${name} covers the page`);
    }
    return found;
}"""
"""Names what may not be there; MathJax's own elements and the steering box may."""


def untouched(page: LabPage) -> dict[str, Any]:
    """What a script of the corpus would have changed."""
    found: dict[str, Any] = page.page.evaluate(
        "() => ({title: document.title, owned: window.owned ?? null, path: location.pathname})"
    )
    return found


def test_hostile_text_neither_runs_nor_loads(open_notebook: OpenNotebook) -> None:
    """Live and stored, for every input of the corpus, in answers, calls and answered requests."""
    page = open_notebook([SETUP, SHOW, "stage.end()"])
    page.run_to_end(0)
    before = untouched(page)
    entries = len(json.loads(CORPUS.read_text()))

    page.run_to_end(1)
    live = page.output(1).locator(".copilot-live")
    page.wait_until(lambda: live.locator(".copilot-block").count() >= entries, "all blocks", 60)
    for fold in live.locator("details").all():
        fold.evaluate("node => { node.open = true; }")
    page.page.wait_for_timeout(2000)
    assert live.evaluate(LOOK, TAGS) == []

    page.run_to_end(2, timeout=60)
    stored = page.output(1).locator(".copilot-static")
    stored.wait_for(timeout=30_000)
    page.page.wait_for_timeout(2000)
    assert stored.evaluate(LOOK, TAGS) == []

    assert page.foreign_requests == []
    assert untouched(page) == before
    assert page.cells.count() == 3


def test_hostile_questions_neither_run_nor_load(open_notebook: OpenNotebook) -> None:
    """Panels, forms, plans and sign-ins while they are open: one for every input of the corpus."""
    page = open_notebook([SETUP, ASK, "stage.end()"])
    page.run_to_end(0)
    before = untouched(page)

    page.run(1)
    live = page.output(1).locator(".copilot-live")
    live.wait_for()
    found, panels = set[str](), set[str]()

    def is_over() -> bool:
        found.update(live.evaluate(LOOK, PANEL_TAGS))
        panels.update(live.evaluate(PANELS))
        return "All asked." in live.inner_text()

    page.wait_until(is_over, "all panels", 120)

    assert found == set()
    kinds = ("form", "permission", "plan", "sign-in", "user_input")
    assert panels == {f"copilot-{kind}" for kind in kinds}
    assert page.foreign_requests == []
    assert untouched(page) == before
