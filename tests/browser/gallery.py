"""Pictures of every kind of block, to be looked at: `python -m tests.browser.gallery [scene …]`.

Each scene, and the table of tools, is drawn by the built page, in a light and a dark theme, wide
and narrow; below the wide one stands the stored output. The pictures land in `build/gallery`.
"""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final

from copilot_nb.transcript.changes import to_wire
from copilot_nb.views.document import to_html
from copilot_nb.views.tools import to_html as tools_html
from tests.browser.driver import REPOSITORY, launch
from tests.browser.gallery_tools import FACTS, OPENED
from tests.browser.gallery_turns import SCENES, Scene

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playwright.sync_api import Browser, Page

    from copilot_nb.transcript.blocks import Transcript

TARGET: Final = REPOSITORY / "build" / "gallery"
BUNDLE: Final = REPOSITORY / "copilot_nb" / "views" / "widget" / "static" / "runtime.js"
THEMES: Final = Path(sys.prefix) / "share/jupyter/lab/themes/@jupyterlab"
TOOL_LIST: Final = "tool-list"
WIDTHS: Final = {"wide": 820, "narrow": 360}

_SHOW: Final = """async ([code, turn, face]) => {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const page = await import(url);
  const heard = [];
  globalThis.sent = [];
  globalThis.says = (message) => heard.forEach((listener) => listener(message));
  const model = {
    get: (name) => (name === "face" ? face : { v: 1, e: "E", n: 0, t: turn }),
    on: (event, listener) => event === "msg:custom" && heard.push(listener),
    off() {},
    send: (message) => sent.push(message),
  };
  page.mount(page.connect(model), model, document.getElementById("live"));
}"""
"""Draws a turn with the built page. `sent` is what it would send, `says` speaks for the kernel."""


def draw(page: Page, turn: Transcript, theme: str = "light") -> None:
    """Shows a turn in an empty page, as the widget would."""
    _draw(page, to_wire(turn), "turn", theme)
    page.locator(".copilot-live[data-state]").wait_for()


def draw_tools(page: Page, theme: str = "light") -> None:
    """Shows the table of tools, some unfolded."""
    blocks = [{"id": fact.name, "kind": "tool_fact", **fact.to_wire()} for fact in FACTS]
    _draw(page, {"state": "running", "blocks": blocks}, "tools", theme)
    for name in OPENED:
        page.locator(f".copilot-toollist summary:has-text('{name}')").click()


def store(page: Page, html: str) -> None:
    """Shows a stored output below it."""
    page.evaluate("html => document.getElementById('stored').innerHTML = html", html)


def take(browser: Browser, scene: Scene, theme: str, width: str) -> Path:
    """One picture of a turn.

    Returns:
        Where it was written.
    """
    page = browser.new_page(viewport={"width": WIDTHS[width], "height": 900})
    draw(page, scene.turn, theme)
    _act(page, scene)
    return _take(page, to_html(scene.turn) if width == "wide" else "", scene.name, theme, width)


def take_tools(browser: Browser, theme: str, width: str) -> Path:
    """One picture of the table of tools.

    Returns:
        Where it was written.
    """
    page = browser.new_page(viewport={"width": WIDTHS[width], "height": 900})
    draw_tools(page, theme)
    return _take(page, tools_html(FACTS) if width == "wide" else "", TOOL_LIST, theme, width)


def _draw(page: Page, wire: object, face: str, theme: str) -> None:
    page.set_content(_document(theme))
    page.evaluate(_SHOW, [BUNDLE.read_text(encoding="utf-8"), wire, face])


def _take(page: Page, stored: str, *name: str) -> Path:
    store(page, stored)
    path = TARGET / f"{'-'.join(name)}.png"
    page.screenshot(path=path, full_page=True, animations="disabled")
    page.close()
    return path


def _act(page: Page, scene: Scene) -> None:
    for selector in scene.clicks:
        page.wait_for_timeout(350)  # a panel ignores clicks when it has just appeared
        page.locator(selector).first.click()
    if scene.types:
        page.keyboard.type(scene.types)


def _document(theme: str) -> str:
    """A page in the notebook's own colours, where its themes are installed."""
    file = THEMES / f"theme-{theme}-extension" / "index.css"
    css = (
        file.read_text(encoding="utf-8") if file.is_file() else f":root {{ color-scheme: {theme} }}"
    )
    return (
        f"<!doctype html><style>{css}</style><style>body {{ margin: 0; padding: 16px;"
        " background: var(--jp-layout-color0, Canvas); color: var(--jp-content-font-color1);"
        " font: 14px/1.5 var(--jp-content-font-family, system-ui); }"
        " #stored:not(:empty) { margin-top: 16px; padding-top: 8px; border-top: 4px dotted #888; }"
        f'</style><body data-jp-theme-light="{"true" if theme == "light" else "false"}">'
        '<div id="live"></div><div id="stored"></div>'
    )


def main(names: Iterable[str]) -> None:
    """Takes the pictures of these scenes, of all when none is named."""
    from playwright.sync_api import sync_playwright

    wanted = set(names)
    TARGET.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for theme, width in product(("light", "dark"), WIDTHS):
            for scene in SCENES:
                if not wanted or scene.name in wanted:
                    sys.stdout.write(f"{take(browser, scene, theme, width)}\n")
            if not wanted or TOOL_LIST in wanted:
                sys.stdout.write(f"{take_tools(browser, theme, width)}\n")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
