"""The README's pictures, taken anew: `python -m tests.browser.pictures`.

A real turn of notebook 02 in JupyterLab, light and dark, at the moment when it asks. Look at them
before they are committed.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from copilot_nb.session.locate import find_cli
from tests.browser.driver import REPOSITORY, Lab, LabPage, Theme, launch
from tests.browser.scenes import asking

NOTEBOOK: Final = REPOSITORY / "notebooks" / "02-explore-a-dataset.ipynb"
TARGET: Final = REPOSITORY / "docs" / "images"
THEMES: Final[tuple[Theme, ...]] = ("light", "dark")
NEEDED: Final = ("%load_ext", "import pandas", "%%copilot\nClean")
"""How the cells begin that lead to the picture; the last one asks."""
SIZE: Final = {"width": 980, "height": 880}


def cells() -> list[str]:
    """The code of the notebook that the picture needs."""
    found = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    sources = ("".join(cell["source"]) for cell in found if cell["cell_type"] == "code")
    return [source for source in sources if source.startswith(NEEDED)]


def take(page: LabPage, path: Path) -> None:
    """Runs the cells until the agent asks, and keeps what a person sees then."""
    page.open()
    last = len(NEEDED) - 1
    for number in range(last):
        page.run_to_end(number)
    page.run(last)
    asking(page.output(last), timeout=60)
    page.cells.nth(last).evaluate("cell => cell.scrollIntoView({ block: 'start' })")
    page.page.wait_for_timeout(500)  # the shadow of the panel has grown
    page.page.screenshot(path=path)


def main() -> None:
    """One picture per theme."""
    environment = {"COPILOT_NB_PROVIDER": "demo", "COPILOT_CLI_PATH": str(find_cli())}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab = Lab(Path(folder) / "lab")
        browser = launch(playwright)
        with lab.running(environment):
            shutil.copytree(NOTEBOOK.parent / "data", lab.work / "data")
            for theme in THEMES:
                lab.set_theme(theme)
                path = lab.write_notebook(NOTEBOOK.name, cells())
                page = LabPage(browser, lab, path, viewport=SIZE, device_scale_factor=1.5)
                take(page, TARGET / f"consequences-{theme}.png")
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
