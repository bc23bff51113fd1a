"""The notebooks without anybody there: executed, checked and stored.

The kernel is an ordinary one and the runtime the real one; approvals and questions are answered by
`demo-policy.toml`, visibly.
"""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot_nb.demo.checks import problems
from copilot_nb.demo.expected import EXPECTED
from copilot_nb.demo.workspace import POLICY, environment, prepare, source
from copilot_nb.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

HOME = ".copilot"
"""In the demo's folder: where its runtime keeps conversations."""
_CELL_SECONDS = 120


def run(folder: Path, say: Callable[[str], None]) -> list[str]:
    """Execute the notebooks as shipped and store each as `.ipynb` and `.html`.

    Args:
        folder: Where it runs and what it writes into.
        say: Gets a line for people at every step.

    Returns:
        What is not as it should be; empty when all is well.

    Raises:
        UsageError: nbclient or nbconvert is not installed.
    """
    for module in ("nbclient", "nbconvert"):
        if importlib.util.find_spec(module) is None:
            raise UsageError(
                f"The demo needs {module}, and it is not installed.",
                hint="Run `python -m pip install 'copilot-nb[demo]'`.",
            )
    say(f"Nobody is asked in this run; {POLICY.name} answers:\n")
    say("".join(f"    {line}\n" for line in POLICY.read_text(encoding="utf-8").splitlines()))
    prepare(folder)
    found: list[str] = []
    for name, expected in EXPECTED.items():
        say(f"\n{name}")
        notebook = execute(source() / name, folder, say)
        store(notebook, folder / Path(name).stem.partition("-")[2], say)
        found += [f"{name}: {line}" for line in problems(notebook["cells"], folder, expected)]
    return found


def execute(path: Path, folder: Path, say: Callable[[str], None]) -> Any:
    """Return the notebook with the outputs of a run in the folder; errors stay in its cells."""
    import nbclient
    import nbformat

    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]  # untyped
    started = time.monotonic()

    def tell(cell: Any, cell_index: int, **_: Any) -> None:
        if cell["cell_type"] == "code":
            say(f"{time.monotonic() - started:6.1f} s  {cell_index:2}  {_first_line(cell)}")

    client = nbclient.NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=_CELL_SECONDS,
        interrupt_on_timeout=True,
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=tell,
        extra_arguments=["--IPKernelApp.log_level=40"],  # no advice on encrypting the loopback
    )
    own = {"COPILOT_HOME": str(folder / HOME)}  # what is said here is none of the user's history
    client.execute(env=environment(policy=str(POLICY), demo_pace="fast") | own)
    return notebook


def store(notebook: Any, path: Path, say: Callable[[str], None]) -> None:
    """Write the notebook as `.ipynb` and as `.html`."""
    import nbformat
    from nbconvert import HTMLExporter

    nbformat.write(notebook, path.with_suffix(".ipynb"))  # type: ignore[no-untyped-call]  # untyped
    exporter = HTMLExporter()  # type: ignore[no-untyped-call]  # untyped
    page, _ = exporter.from_notebook_node(notebook)
    path.with_suffix(".html").write_text(page, encoding="utf-8")
    say(f"\nWritten: {path.with_suffix('.ipynb')}\n         {path.with_suffix('.html')}")


def _first_line(cell: Any) -> str:
    lines = [line for line in cell["source"].splitlines() if line.strip()]
    return " ".join(lines[:2]) if lines and lines[0].startswith("%%") else lines[0] if lines else ""
