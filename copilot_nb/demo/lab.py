"""JupyterLab on the quickstart notebook, with settings of its own.

Nothing of the user's Jupyter configuration is read or changed, and Lab opens without its news and
update questions.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from copilot_nb.demo.workspace import environment
from copilot_nb.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

STOP_SECONDS = 15.0
"""How long Lab may take to end its kernels."""
_QUIET = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}


def serve(notebook: Path, settings: Path, *, browser: bool = True, port: int | None = None) -> int:
    """Run JupyterLab until it ends or Ctrl-C, and return its exit code.

    Args:
        notebook: What it opens.
        settings: A folder for its settings; made if it is not there.
        browser: Whether to open a browser.
        port: TCP port; by default the first free one from 8888 on.

    Raises:
        UsageError: JupyterLab is not installed.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise UsageError(
            "The demo needs JupyterLab, and it is not installed.",
            hint="Run `python -m pip install 'copilot-nb[demo]'`.",
        )
    signal.signal(signal.SIGTERM, _stop)
    lab = subprocess.Popen(  # noqa: S603  our own interpreter
        command(notebook, browser=browser, port=port), env=lab_environment(settings)
    )
    try:
        return lab.wait()
    except KeyboardInterrupt:
        lab.terminate()  # it ends its kernels, and with them their runtimes
        try:
            lab.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            lab.kill()
            lab.wait()
        return 0


def command(notebook: Path, *, browser: bool, port: int | None) -> list[str]:
    """Return the words that start JupyterLab on a notebook."""
    words = [
        *(sys.executable, "-m", "jupyterlab", "--log-level=WARN"),
        "--ServerApp.answer_yes=True",  # Ctrl-C is enough
        f"--ServerApp.root_dir={notebook.parent}",
        f"--LabApp.default_url=/lab/tree/{notebook.name}",
    ]
    if not browser:
        words.append("--no-browser")
    if port is not None:
        words += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        words.append("--allow-root")  # containers; Jupyter refuses to start without it
    return words


def lab_environment(settings: Path) -> dict[str, str]:
    """Write Lab's settings and return the environment in which they apply."""
    quiet = settings / "lab" / "@jupyterlab" / "apputils-extension"
    quiet.mkdir(parents=True, exist_ok=True)
    (quiet / "notification.jupyterlab-settings").write_text(json.dumps(_QUIET), encoding="utf-8")
    return environment() | {
        "JUPYTER_CONFIG_DIR": str(settings / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(settings / "lab"),
        "JUPYTERLAB_WORKSPACES_DIR": str(settings / "workspaces"),
    }


def _stop(number: int, frame: FrameType | None) -> None:
    """End on SIGTERM as on Ctrl-C."""
    raise KeyboardInterrupt
