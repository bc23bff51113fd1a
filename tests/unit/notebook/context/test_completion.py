"""What Tab offers behind an `@`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from copilot_nb.magics.complete import references
from copilot_nb.notebook.context.completion import reference_names

if TYPE_CHECKING:
    from tests.unit.notebook.context.conftest import Notebook


class Hostile:
    """Says nothing about itself."""

    def __repr__(self) -> str:
        raise AssertionError("Tab must not ask for it")


@pytest.fixture
def filled(notebook: Notebook) -> Notebook:
    """Some names, files and cells."""
    notebook.run("def clean(df): ...", "1 + 1", "import json", "_hidden = 1")
    notebook.shell.user_ns.update(df=pd.DataFrame({"temp": [1], "two words": [2]}), h=Hostile())
    Path("data.csv").write_text("")
    Path("data").mkdir()
    Path("data/a b.csv").write_text("")
    Path("data/.secret").write_text("")
    return notebook


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("", ["clean()", "df", "h", "_", "cell:4", "cell:3", "cell:2", "cell:1"]),
        ("d", ["df", '"data/', '"data.csv"']),
        ("cl", ["clean()"]),
        ("df.t", ["df.temp"]),
        ("cell:", ["cell:4", "cell:3", "cell:2", "cell:1"]),
        ("`d", ["`df`"]),
        ("data/", ['"data/a b.csv"']),
        ("data/.", ["data/.secret"]),
        ('"data/a', ['"data/a b.csv"']),
        ("data.", ["data.csv"]),
        ("nowhere/x", []),
        ("zz", []),
    ],
)
def test_names(filled: Notebook, prefix: str, names: list[str]) -> None:
    """Variables, functions, columns, cells and files; hidden ones only when asked for."""
    assert reference_names(prefix, filled.ipython) == names


def test_error_and_plots(filled: Notebook) -> None:
    """When there are some."""
    from copilot_nb.kernel.pictures import unwatch, watch, watched

    watch(filled.ipython)
    pictures = watched(filled.ipython)
    assert pictures is not None
    pictures.remember(1, "")
    pictures.remember(2, "")
    filled.run("1 / 0")

    offered = reference_names("", filled.ipython)
    unwatch(filled.ipython)

    assert [name for name in offered if name.startswith(("error", "plot"))] == [
        "error",
        "plot",
        "plot:2",
    ]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("%%copilot\nlook at @df", ("@df", ["@df"])),
        ("%%copilot --new what of @cle", ("@cle", ["@clean()"])),
        ("%copilot ask (@df.t", ("@df.t", ["@df.temp"])),
        ("%%copilot\nme@df", None),
        ("%copilot status @df", None),
        ("x = a @df", None),
    ],
)
def test_in_our_magics_only(
    filled: Notebook, text: str, offered: tuple[str, list[str]] | None
) -> None:
    """On the line and below it."""
    assert references(text, filled.ipython) == offered
