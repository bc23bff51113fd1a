"""JupyterLab in headless Chromium, driven as a person would.

`Lab` is a server with its own settings, `LabPage` one notebook in one fresh browser context. Every
wait is bounded; every request to a host other than 127.0.0.1 is blocked and recorded.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote

import nbformat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from playwright.sync_api import Browser, Locator, Page, Playwright, Request

CHROMIUM_ARGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
LAB_SETTINGS: Final[dict[str, dict[str, Any]]] = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
    # Cells outside of the window would not be in the document.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}
REPOSITORY: Final = Path(__file__).parents[2]
_FOREIGN: Final = re.compile(r"(?:https?|wss?|ftp):(?!//127\.0\.0\.1[:/])", re.IGNORECASE)
_GRACE: Final = 10.0

Theme = Literal["light", "dark"]


def chromium() -> str | None:
    """The browser to use: CHROMIUM in the environment, else what is on PATH."""
    named = os.environ.get("CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("google-chrome")


def launch(playwright: Playwright) -> Browser:
    """A headless browser that talks to nobody by itself."""
    return playwright.chromium.launch(
        executable_path=chromium(), headless=True, args=list(CHROMIUM_ARGS)
    )


def wait_until(
    condition: Callable[[], object],
    what: str,
    timeout: float = 15.0,
    *,
    sleep: Callable[[float], object] = time.sleep,
) -> None:
    """Returns once the condition holds.

    Raises:
        TimeoutError: It did not within the time; the message says what was waited for.
    """
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {timeout:g} s")
        sleep(0.03)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Lab:
    """A running JupyterLab server.

    Args:
        root: Its own folder: notebooks under `work`, settings and logs beside it.
        without: Lab extensions that are switched off, as where only the kernel has them.
    """

    root: Path
    without: Sequence[str] = ()
    port: int = field(default_factory=_free_port)
    token: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def work(self) -> Path:
        """The folder that the server shows."""
        return self.root / "work"

    @property
    def log(self) -> str:
        """What the server and its kernels wrote so far."""
        return (self.root / "lab.log").read_text(errors="replace")

    @contextmanager
    def running(self, environment: dict[str, str] | None = None) -> Iterator[Lab]:
        """The server, until the block ends; its kernels end with it."""
        self.work.mkdir(parents=True)
        self.set_theme("light")
        self._write_page_config()
        with (self.root / "lab.log").open("wb") as log:
            process = subprocess.Popen(
                self._command(),
                env=self._environment() | (environment or {}),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            try:
                wait_until(lambda: self._answers(process), "JupyterLab's first answer", 90)
                yield self
            finally:
                _end(process)

    def set_theme(self, theme: Theme) -> None:
        """The look of pages that are opened from now on."""
        name = f"JupyterLab {theme.capitalize()}"
        themes = {"@jupyterlab/apputils-extension:themes": {"theme": name}}
        for plugin, values in (LAB_SETTINGS | themes).items():
            package, _, part = plugin.partition(":")
            folder = self.root / "settings" / package
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{part}.jupyterlab-settings").write_text(json.dumps(values))

    def _write_page_config(self) -> None:
        folder = self.root / "config" / "labconfig"
        folder.mkdir(parents=True)
        switched_off = {"disabledExtensions": dict.fromkeys(self.without, True)}
        (folder / "page_config.json").write_text(json.dumps(switched_off))

    def write_notebook(self, name: str, cells: Sequence[str]) -> str:
        """A notebook of code cells in the server's folder; returns its path there."""
        notebook = nbformat.v4.new_notebook(  # type: ignore[no-untyped-call]  # has no types
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],  # type: ignore[no-untyped-call]  # has no types
            metadata={
                "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
            },
        )
        nbformat.write(notebook, self.work / name)  # type: ignore[no-untyped-call]  # has no types
        return name

    def read_notebook(self, name: str) -> dict[str, Any]:
        """The notebook as it is on disk."""
        value: dict[str, Any] = json.loads((self.work / name).read_text())
        return value

    def sessions(self, path: str) -> list[dict[str, Any]]:
        """The server's sessions for that notebook."""
        found: list[dict[str, Any]] = json.loads(self._get("/api/sessions"))
        return [one for one in found if one["path"] == path]

    def end_session(self, path: str) -> None:
        """Shuts the notebook's kernel down."""
        for session in self.sessions(path):
            self._get(f"/api/sessions/{session['id']}", method="DELETE")

    def url(self, path: str, app: Literal["doc", "notebooks"] = "doc") -> str:
        """Where the notebook is: alone in JupyterLab, or in Notebook 7."""
        place = "doc/tree" if app == "doc" else "notebooks"
        reset = "&reset" if app == "doc" else ""
        return f"http://127.0.0.1:{self.port}/{place}/{quote(path)}?token={self.token}{reset}"

    def _get(self, path: str, method: str = "GET") -> bytes:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            method=method,
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  # as above
            body: bytes = answer.read()
            return body

    def _answers(self, process: subprocess.Popen[bytes]) -> bool:
        if process.poll() is not None:
            raise RuntimeError(f"JupyterLab ended with {process.returncode}:\n{self.log[-2000:]}")
        try:
            return bool(self._get("/api"))
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def _command(self) -> list[str]:
        return [
            sys.executable,
            "-m",
            "jupyterlab",
            "--ServerApp.ip=127.0.0.1",
            f"--port={self.port}",
            "--ServerApp.port_retries=0",
            "--allow-root",
            "--no-browser",
            f"--IdentityProvider.token={self.token}",
            f"--ServerApp.root_dir={self.work}",
            "--LabApp.expose_app_in_browser=True",
        ]

    def _environment(self) -> dict[str, str]:
        folders = {
            "HOME": "home",
            "IPYTHONDIR": "ipython",
            "MPLCONFIGDIR": "matplotlib",
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        }
        own = {name: str(self.root / folder) for name, folder in folders.items()}
        (self.root / "home").mkdir()
        return {**os.environ, **own, "PYTHONPATH": str(REPOSITORY), "PYTHONWARNINGS": "default"}


class LabPage:
    """One notebook in a browser context of its own.

    Args:
        browser: Where the context is made.
        lab: The server.
        path: The notebook, in the server's folder.
        **options: More of the context's: viewport, device_scale_factor, color_scheme, …
    """

    def __init__(self, browser: Browser, lab: Lab, path: str, **options: Any) -> None:
        self.lab = lab
        self.path = path
        self.console: list[str] = []
        self.foreign_requests: list[str] = []
        options = {"viewport": {"width": 1280, "height": 1000}} | options
        self._context = browser.new_context(**options)
        self._context.route(_FOREIGN, lambda route: route.abort())
        self.page = self._watch(self._context.new_page())

    def _watch(self, page: Page) -> Page:
        page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.console.append(f"pageerror: {error}"))
        page.on("request", self._note)
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    def _note(self, request: Request) -> None:
        if _FOREIGN.match(request.url):
            self.foreign_requests.append(request.url)

    def wait_until(self, condition: Callable[[], object], what: str, timeout: float = 15.0) -> None:
        """Returns once the condition holds; the page's events are served meanwhile."""
        pause = lambda seconds: self.page.wait_for_timeout(seconds * 1000)  # noqa: E731  # one use
        wait_until(condition, what, timeout, sleep=pause)

    # -- the page

    def open(self, app: Literal["doc", "notebooks"] = "doc", *, kernel: bool = True) -> LabPage:
        """Shows the notebook, and waits until a cell can be run."""
        self.page.goto(self.lab.url(self.path, app), wait_until="domcontentloaded")
        self.wait_loaded(kernel=kernel)
        return self

    def reload(self) -> None:
        """The page anew, as after F5; the kernel goes on."""
        self.page.reload(wait_until="domcontentloaded")
        self.wait_loaded()

    def wait_loaded(self, *, kernel: bool = True) -> None:
        """Lab first shows a one-cell skeleton, and says idle before there is a kernel."""
        count = len(self.lab.read_notebook(self.path)["cells"])
        self.page.wait_for_function(
            """count => {
                const prompts = [...document.querySelectorAll(".jp-Cell .jp-InputPrompt")];
                return prompts.length === count
                    && prompts.every(one => one.innerText.includes("["));
            }""",
            arg=count,
            timeout=60_000,
        )
        if kernel:
            self.wait_until(self._connected, "a kernel for the notebook", 60)

    def _connected(self) -> bool:
        return any(one["kernel"]["connections"] for one in self.lab.sessions(self.path))

    def wait_idle(self) -> None:
        """Until the kernel has nothing to do."""
        idle = lambda one: one["kernel"]["execution_state"] == "idle"  # noqa: E731  # short
        self.wait_until(lambda: any(map(idle, self.lab.sessions(self.path))), "an idle kernel", 60)

    def command(self, name: str, **arguments: object) -> None:
        """Runs a JupyterLab command, for what is not the subject of the test."""
        run = "([name, args]) => window.jupyterapp.commands.execute(name, args)"
        self.page.evaluate(run, [name, arguments])

    def save(self) -> None:
        """Writes the notebook to disk."""
        self.command("docmanager:save")
        self.page.wait_for_selector(".jp-Document:not(.jp-mod-dirty)", timeout=10_000)

    def close(self) -> None:
        """Ends the context and the notebook's kernel."""
        self._context.close()
        self.lab.end_session(self.path)

    # -- cells

    @property
    def cells(self) -> Locator:
        """All cells."""
        return self.page.locator(".jp-Notebook .jp-Cell")

    def output(self, cell: int) -> Locator:
        """What a cell shows below itself."""
        return self.cells.nth(cell).locator(".jp-OutputArea")

    def output_text(self, cell: int) -> str:
        """The text of a cell's output."""
        return "\n".join(self.output(cell).all_inner_texts())

    def prompt(self, cell: int) -> str:
        """`[ ]:`, `[*]:` or `[3]:`."""
        return self.cells.nth(cell).locator(".jp-InputPrompt").inner_text().strip()

    def add_cell(self, source: str) -> int:
        """Another code cell at the end; returns its number."""
        count = self.cells.count()
        add = """source => {
            const { sharedModel } = window.jupyterapp.shell.currentWidget.content.model;
            sharedModel.insertCell(sharedModel.cells.length, { cell_type: "code", source });
        }"""
        self.page.evaluate(add, source)
        self.wait_until(lambda: self.cells.count() == count + 1, "another cell")
        return count

    def interrupt(self) -> None:
        """The ■ button."""
        self.command("notebook:interrupt-kernel")

    def run(self, cell: int) -> None:
        """Starts a cell with Ctrl+Enter; keys pressed while the page settles can get lost."""
        before = self.prompt(cell)
        started = lambda: self.prompt(cell) != before  # noqa: E731  # one condition
        for _ in range(5):
            self.cells.nth(cell).locator(".jp-InputPrompt").click()
            self.page.keyboard.press("Control+Enter")
            try:
                self.wait_until(started, f"cell {cell} started", 2)
            except TimeoutError:
                continue
            return
        raise TimeoutError(f"cell {cell} did not start: {self.console[-5:]}")

    def wait_done(self, cell: int, timeout: float = 30) -> None:
        """Until a cell has run to its end."""
        running = {"[*]:", "[ ]:", ""}
        self.wait_until(
            lambda: self.prompt(cell) not in running, f"the end of cell {cell}", timeout
        )

    def run_to_end(self, cell: int, timeout: float = 30) -> None:
        """Runs a cell and waits for its end."""
        self.run(cell)
        self.wait_done(cell, timeout)

    def wait_text(self, cell: int, text: str, timeout: float = 15) -> None:
        """Until a cell's output contains the text."""
        self.wait_until(lambda: text in self.output_text(cell), f"{text!r} in cell {cell}", timeout)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(_GRACE)
