"""What imports cost: the extension on top of IPython, and the client with pydantic.

Every statement runs in a new process; the best of several is its cost, because everything that
disturbs only adds. The first run of all leaves byte code behind, as an installation does.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from benchmarks.report import Budget, Report

ROOT = Path(__file__).parents[1]
BARE = "pass"
SHELL = "from IPython.core.interactiveshell import InteractiveShell as S; shell = S.instance()"
EXTENSION = "shell.run_line_magic('load_ext', 'copilot_nb')"
CLIENT = "import copilot_nb.session.client"
PEERS = {
    "official SDK": ("copilot", "import copilot"),
    "pydantic alone": ("pydantic", "import pydantic; pydantic.BaseModel"),
}
_TIMED = """
import time
{before}
begin = time.process_time()
{statement}
print(time.process_time() - begin)
"""


def measure(repeats: int = 11) -> Report:
    """Time each statement."""
    extension = milliseconds(EXTENSION, SHELL, repeats)
    client = milliseconds(CLIENT, BARE, repeats)
    rows: list[list[object]] = [
        ["`import copilot_nb` and `%load_ext`, on top of IPython", extension],
        ["`import copilot_nb.session.client`, pydantic included", client],
        ["the same on top of IPython", milliseconds(CLIENT, SHELL, repeats)],
    ]
    notes = []
    for name, (module, statement) in PEERS.items():
        if find_spec(module) is None:
            notes.append(f"{name}: skipped, not installed")
        else:
            rows.append([name, milliseconds(statement, BARE, repeats)])
    return Report(
        "Imports",
        f"CPU time in a new process, best of {repeats}.",
        ("what", "ms"),
        rows,
        (
            Budget("the extension", extension, 40, "ms"),
            Budget("the client", client, 200, "ms"),
        ),
        notes,
    )


def milliseconds(statement: str, before: str, repeats: int) -> float:
    """The CPU time of the statement after the other one, the best of several processes."""
    program = _TIMED.format(before=before, statement=statement)
    with tempfile.TemporaryDirectory(prefix="copilot-nb-") as bytecode:
        variables = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
        variables.pop("PYTHONDONTWRITEBYTECODE", None)
        _seconds(program, variables)
        return min(_seconds(program, variables) for _ in range(repeats)) * 1000


def _seconds(program: str, variables: dict[str, str]) -> float:
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        check=True,
        text=True,
    )
    return float(done.stdout.split()[-1])


if __name__ == "__main__":
    print(measure().markdown())
