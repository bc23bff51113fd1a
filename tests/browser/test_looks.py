"""How a turn looks to people who see or want less: contrast, forced colours, less motion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from copilot_nb.views.document import to_html
from copilot_nb.views.tools import to_html as tools_html
from tests.browser.gallery import THEMES, draw, draw_tools, store
from tests.browser.gallery_tools import FACTS
from tests.browser.gallery_turns import SCENES

if TYPE_CHECKING:
    from playwright.sync_api import Browser

READABLE, SIGNS = 4.5, 3.0
"""What WCAG 2.2 asks of text and of signs: the lighter over the darker colour."""
FAINT = """([readable, signs]) => {
    const dot = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const channels = (colour) => {
        dot.clearRect(0, 0, 1, 1);
        dot.fillStyle = colour;
        dot.fillRect(0, 0, 1, 1);
        const [red, green, blue, alpha] = dot.getImageData(0, 0, 1, 1).data;
        return { rgb: [red, green, blue], alpha: alpha / 255 };
    };
    const over = ({ rgb, alpha }, below) =>
        rgb.map((one, at) => one * alpha + below[at] * (1 - alpha));
    const light = (rgb) => {
        const parts = rgb.map((one) => one / 255)
            .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
    };
    const up = (node) => (node ? [...up(node.parentElement), node] : []);
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode()) {
        const text = texts.currentNode.data.trim();
        const node = texts.currentNode.parentElement;
        const seen = node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
        if (!text || !seen || node.matches("style, option, .copilot-sr")) continue;
        if (/^(?:copilot-)?[kmscfo]$/.test(node.className)) continue;
        const styles = up(node).map((one) => getComputedStyle(one));
        const ground = styles.reduce(
            (rgb, { backgroundColor }) => over(channels(backgroundColor), rgb), [255, 255, 255]);
        const ink = channels(styles.at(-1).color);
        ink.alpha *= styles.reduce((product, one) => product * Number(one.opacity), 1);
        const both = [light(over(ink, ground)), light(ground)].sort((a, b) => b - a);
        const ratio = (both[0] + 0.05) / (both[1] + 0.05);
        const wanted = node.matches(".copilot-icon") ? signs : readable;
        if (ratio < wanted) found.push(`${ratio.toFixed(2)} ${node.className}: ${text}`);
    }
    return found;
}"""
"""Words with less contrast; those that code is coloured by are left out."""
CONTROLS = """() => [...document.querySelectorAll("button, input, textarea, select")]
    .filter((node) => node.checkVisibility())
    .map((node) => {
        const { appearance, borderStyle, textDecorationLine } = getComputedStyle(node);
        const edge = appearance === "auto" || borderStyle !== "none";
        return [node.textContent || node.localName, edge || textDecorationLine !== "none"];
    })"""
"""What can be pressed or filled in, and whether it has an edge or a line."""


@pytest.mark.parametrize("theme", ["light", "dark", "dark-high-contrast"])
def test_every_word_can_be_read(browser: Browser, theme: str) -> None:
    """Live and stored, in every scene; code has the colours of the notebook's own editor."""
    assert (THEMES / f"theme-{theme}-extension").is_dir()
    faint = set[str]()
    for scene in SCENES:
        page = browser.new_page(viewport={"width": 820, "height": 900})
        draw(page, scene.turn, theme)
        page.evaluate(
            "html => document.getElementById('stored').innerHTML = html", to_html(scene.turn)
        )
        faint |= {f"{scene.name}: {one}" for one in page.evaluate(FAINT, [READABLE, SIGNS])}
        page.close()
    page = browser.new_page(viewport={"width": 820, "height": 900})
    draw_tools(page, theme)
    store(page, tools_html(FACTS))
    faint |= {f"tools: {one}" for one in page.evaluate(FAINT, [READABLE, SIGNS])}
    page.close()

    assert faint == set()


def test_nothing_turns_where_motion_is_reduced(browser: Browser) -> None:
    """The sign of what runs stands still; for others it turns."""
    running = next(s.turn for s in SCENES if s.turn.state == "running" and not s.turn.open_requests)
    turned = {}
    for wish in ("reduce", "no-preference"):
        page = browser.new_page(reduced_motion=wish)
        draw(page, running)
        page.locator(".copilot-icon-running").first.wait_for()
        page.wait_for_timeout(400)
        turned[wish] = page.evaluate(
            "() => [...document.querySelectorAll('.copilot-icon-running')]"
            ".some((node) => node.style.transform) || document.getAnimations().length > 0"
        )
        page.close()

    assert turned == {"reduce": False, "no-preference": True}


def test_controls_have_edges_in_forced_colours(browser: Browser) -> None:
    """Where backgrounds are taken away, borders still tell a button from a word."""
    controls: list[tuple[str, bool]] = []
    for scene in SCENES:
        page = browser.new_page(forced_colors="active")
        draw(page, scene.turn)
        controls += page.evaluate(CONTROLS)
        page.close()
    page = browser.new_page(forced_colors="active")
    draw_tools(page)
    controls += page.evaluate(CONTROLS)
    page.close()

    assert {"Send", "Decline", "textarea", "input", "Revoke"} <= {words for words, _ in controls}
    assert [words for words, has_edge in controls if not has_edge] == []
