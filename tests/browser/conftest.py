"""One JupyterLab server and one Chromium for all browser tests; a page per test."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.browser.driver import Lab, LabPage, chromium, launch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from playwright.sync_api import Browser

    OpenNotebook = Callable[..., LabPage]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium; where there is none the test is skipped, and fails in CI.

    Closed with the last test of this folder: playwright keeps an event loop running
    in the thread while it is open, and no test after it could run one of its own.
    """
    if chromium() is None:
        reason = "No Chromium: install it, or name it in the variable CHROMIUM."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = launch(playwright)
        yield running
        running.close()


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab with the package of this repository in its kernels."""
    with Lab(tmp_path_factory.mktemp("lab") / "root").running() as running:
        yield running


@pytest.fixture
def open_notebook(
    browser: Browser, lab: Lab, request: pytest.FixtureRequest
) -> Iterator[OpenNotebook]:
    """Opens a notebook with these cells; closes page and kernel after the test."""
    pages: list[LabPage] = []

    def open_it(cells: Sequence[str], *, app: str = "doc") -> LabPage:
        name = f"{request.node.name.translate(str.maketrans('[]/', '---'))}-{len(pages)}.ipynb"
        pages.append(LabPage(browser, lab, lab.write_notebook(name, cells)))
        pages[-1].open(app)  # type: ignore[arg-type]  # "doc" or "notebooks"
        return pages[-1]

    yield open_it
    for page in pages:
        page.close()
