"""Every snippet of the corpus: what is said of it, and that running it does nothing else."""

from __future__ import annotations

import contextlib
import io
import sys
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd  # noqa: F401 - its version decides what the corpus says
import pytest

from copilot_nb.data.effects.analysis import Consequences, consequences
from copilot_nb.data.effects.sharing import copies_on_write
from copilot_nb.kernel.execute import execute
from tests.unit.data.effects import libraries
from tests.unit.data.effects.scratch import fill, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from IPython.core.interactiveshell import InteractiveShell

pytestmark = [
    pytest.mark.thorough,  # hundreds of snippets are run
    pytest.mark.skipif(not copies_on_write("pandas"), reason="before version 3 pandas shares more"),
]

HERE = Path(__file__).parent
CORPUS: dict[str, Callable[[dict[str, Any], Path], None]] = {
    "corpus.txt": fill,
    "tables.txt": lambda names, _: libraries.fill(names, libraries.TABLES),
    "databases.txt": lambda names, _: libraries.fill(names, libraries.DATABASES),
    "pictures.txt": lambda names, _: libraries.fill(names, libraries.PICTURES),
}
"""Files of snippets, and what fills the namespace and the folder that they find."""
KINDS = ("files", "network", "process", "environment", "unknown")
IPYTHONS = {"In", "Out", "get_ipython", "exit", "quit", "open"}


@cache
def sections() -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Code and what is said of it, by file and heading."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for file in CORPUS:
        for line in (HERE / file).read_text(encoding="utf-8").splitlines():
            code, arrow, claim = line.partition("  ->  ")
            if line.startswith("## "):
                pairs = found.setdefault((file, line.removeprefix("## ")), [])
            elif arrow:
                pairs.append((code.replace("\\n", "\n"), claim))
    return found


def said(found: Consequences) -> str:
    """Consequences in the short form of the corpus."""
    parts = []
    for kind in ("creates", "overwrites", "changes", "deletes"):
        names = getattr(found, kind)
        if names:
            marked = (name + ("" if names[name] else "?") for name in sorted(names))
            parts.append(f"{kind} {' '.join(marked)}")
    kinds = [kind for kind in KINDS if kind in found.world]
    return "; ".join([*parts, " ".join(kinds)] if kinds else parts) or "nothing"


@pytest.fixture
def shell(
    running_shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[InteractiveShell]:
    """The shell, in a folder of its own; what code does to the process is taken back."""
    import random

    import numpy as np

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MADE_UP", raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    states = random.getstate(), np.random.get_state()
    before = dict(running_shell.user_ns)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some snippets are meant to be bad style
        yield running_shell
    running_shell.user_ns.clear()
    running_shell.user_ns.update(before)
    libraries.close()
    random.setstate(states[0])
    np.random.set_state(states[1])


def users(namespace: dict[str, Any]) -> dict[str, Any]:
    """The names that are the user's."""
    return {k: v for k, v in namespace.items() if not k.startswith("_") and k not in IPYTHONS}


@pytest.mark.parametrize(("file", "heading"), sections())
async def test_code_does_what_is_said_of_it_and_nothing_else(
    shell: InteractiveShell, file: str, heading: str
) -> None:
    """The analysis says what the corpus says; running the code changes nothing besides."""
    empty = dict(shell.user_ns)
    wrong = []
    for code, claim in sections()[file, heading]:
        shell.user_ns.clear()
        shell.user_ns.update(empty)
        CORPUS[file](shell.user_ns, Path.cwd())
        try:
            await _check(shell, code, claim)
        except AssertionError as error:
            wrong.append(f"{code}\n{error}")

    assert not wrong, "\n\n".join(wrong)


async def _check(shell: InteractiveShell, code: str, claim: str) -> None:
    before = users(shell.user_ns)
    contents = {name: frozen(value) for name, value in before.items()}
    world = _files(), libraries.outside(before)

    found = consequences(code, shell.user_ns, shell.transform_cell)
    failed = await _run(shell, code)

    assert said(found) == claim
    if not found.known:
        return
    assert _files() == world[0] or found.world.keys() & {"files", "process"}
    assert libraries.outside(before) == world[1] or "environment" in found.world
    after = users(shell.user_ns)
    kept = before.keys() & after.keys()
    changed = {name for name in before if frozen(before[name]) != contents[name]}
    assert changed <= found.changes.keys()
    _holds(after.keys() - before.keys(), found.creates, exactly=not failed)
    _holds(before.keys() - after.keys(), found.deletes, exactly=not failed)
    # `n = n` binds the same object.
    _holds({n for n in kept if after[n] is not before[n]}, found.overwrites, exactly=False)


def _files() -> dict[str, int]:
    return {str(path): path.stat().st_size for path in Path.cwd().rglob("*")}


async def _run(shell: InteractiveShell, code: str) -> bool:
    """Run it silently; whether it failed."""
    nowhere = io.StringIO()
    try:
        with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            await execute(shell, code, "<snippet>")
    except Exception:  # noqa: BLE001 - some are made to fail
        return True
    return False


def _holds(actual: set[str], claimed: Any, *, exactly: bool) -> None:
    """What happened was claimed; what was claimed as sure has happened."""
    assert actual <= claimed.keys()
    if exactly:
        assert {name for name, sure in claimed.items() if sure} <= actual


@pytest.mark.parametrize("file", CORPUS)
def test_the_analysis_itself_changes_nothing(
    shell: InteractiveShell, tmp_path: Path, file: str
) -> None:
    """Whatever it looks at: it runs none of it."""
    CORPUS[file](shell.user_ns, tmp_path)
    names = dict(shell.user_ns)
    before = {name: frozen(value) for name, value in users(names).items()}

    for pairs in sections().values():
        for code, _ in pairs:
            consequences(code, shell.user_ns, shell.transform_cell)

    assert shell.user_ns.keys() == names.keys()
    assert all(shell.user_ns[name] is value for name, value in names.items())
    assert {name: frozen(value) for name, value in users(names).items()} == before


def test_corpus_is_large() -> None:
    """There are enough snippets, each once in its file."""
    codes = [(file, code) for (file, _), pairs in sections().items() for code, _ in pairs]

    assert len(codes) >= 750
    assert len(set(codes)) == len(codes)
