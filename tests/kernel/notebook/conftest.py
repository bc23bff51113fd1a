"""A notebook to type in: a kernel with the extension, the real CLI, and a model to script."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from copilot_nb.testing.model import ScriptedModel
from tests.kernel.notebook.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from copilot_nb.testing.reply import Reply
    from tests.kernel.driver import Cell, Kernel

Server = TypeVar("Server", bound=ScriptedModel)
HOMES: dict[int, str] = {}
"""Where kernels (by process) keep what the CLI keeps."""


class Notebook:
    """One kernel as a person uses it.

    Args:
        kernel: Where it runs.
        model: What the agent answers.
    """

    def __init__(self, kernel: Kernel, model: ScriptedModel) -> None:
        self.kernel = kernel
        self.model = model
        self.page = Page(kernel)

    def script(self, *replies: Reply) -> None:
        """What the model answers from here on."""
        self.model.script = list(replies)

    def ask(self, code: str) -> Cell:
        """Start a cell that shows a turn, as a page that draws it."""
        cell = self.kernel.send(code, allow_stdin=True)
        self.page.open()
        return cell

    def turn(self, code: str) -> Cell:
        """Run such a cell to its end."""
        cell = self.ask(code)
        self.kernel.wait(cell)
        return cell

    def after_error(self) -> None:
        """Wait as long as a person would: kernels abort what comes right behind an error."""
        self.kernel.pause(0.6)


def shown(cell: Cell) -> list[dict[str, Any]]:
    """The bundles that a cell shows at its end: updates have taken the place of the first ones."""
    bundles: dict[str, dict[str, Any]] = {}
    for message in cell.messages:
        if message["msg_type"] in {"display_data", "update_display_data"}:
            content = message["content"]
            name = content.get("transient", {}).get("display_id", message["header"]["msg_id"])
            bundles[name] = content["data"]
    return list(bundles.values())


def plain(cell: Cell) -> str:
    """What a cell shows at its end, as text."""
    return "\n".join(bundle.get("text/plain", "") for bundle in shown(cell))


@contextmanager
def served(server: Server) -> Iterator[Server]:
    """A server on a loop of its own: the tests wait in sync code."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(10)
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture(scope="session")
def model() -> Iterator[ScriptedModel]:
    """One model for all tests."""
    with served(ScriptedModel()) as made:
        yield made


@pytest.fixture
def notebook(
    kernel: Kernel, model: ScriptedModel, cli_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Notebook]:
    """A notebook with a conversation that has said nothing yet."""
    if kernel.pid not in HOMES:
        HOMES[kernel.pid] = str(tmp_path_factory.mktemp("home"))
    environment = {
        "COPILOT_HOME": HOMES[kernel.pid],
        "COPILOT_CLI_PATH": str(cli_path),
        "COPILOT_NB_PROVIDER": model.url,
        "COPILOT_NB_MODEL": "scripted",
    }
    model.script, model.requests = [], []
    kernel.check("%load_ext copilot_nb\n%copilot new")
    kernel.check(f"from tests.kernel.notebook.as_new import *; as_new({environment!r})")
    kernel.forget()
    made = Notebook(kernel, model)
    yield made
    if any(cell.status == "error" for cell in kernel.cells.values()):
        made.after_error()
    kernel.check("%copilot new")


@pytest.fixture
def say(notebook: Notebook) -> Callable[[str], str]:
    """Runs a line and gives what it shows; two lines of error when it fails."""

    def run(line: str) -> str:
        cell = notebook.kernel.run(line)
        if cell.status == "error":
            notebook.after_error()
            return cell.traceback
        return plain(cell) or cell.text

    return run


@pytest.fixture
def folder(notebook: Notebook, tmp_path: Path) -> Path:
    """A folder of its own to work in."""
    notebook.kernel.check(f"os.chdir({str(tmp_path)!r})")
    return tmp_path
