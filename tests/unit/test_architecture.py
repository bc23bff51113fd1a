"""The map of the package holds: imports go one way and public names are decided, not grown."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import copilot_nb

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(copilot_nb.__file__).parent
ORDER = (
    "errors",
    "rpc",
    "protocol",
    "transcript",
    "views",
    "session",
    "data",
    "kernel",
    "notebook",
    "magics",
    "testing",
    "demo",
    "cli",
)
"""Left never imports right. `cli` may use `demo`; the package root wires rooms by name."""


def _room(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _import_nodes(path: Path) -> tuple[ast.Import | ast.ImportFrom, ...]:
    """Every import in a file, inside functions too."""
    nodes = ast.walk(_tree(path))
    return tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and room of every import of ours in a file."""
    for node in _import_nodes(path):
        for name in _modules(node):
            parts = name.split(".")
            if parts[0] == "copilot_nb" and len(parts) > 1 and parts[1] in ORDER:
                yield node.lineno, parts[1]


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        if node.module != "copilot_nb":
            return [node.module or ""]
        return [f"copilot_nb.{alias.name}" for alias in node.names]
    return [alias.name for alias in node.names]


def _files() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if _room(p) in ORDER)


def test_imports_go_one_way() -> None:
    """No file imports a room to the right of its own."""
    wrong = [
        f"{path.relative_to(PACKAGE)}:{line} imports {room}"
        for path in _files()
        for line, room in _imports(path)
        if ORDER.index(room) > ORDER.index(_room(path))
    ]

    assert wrong == []


def test_every_room_is_on_the_map() -> None:
    """A new top-level room needs a place in the order."""
    rooms = {p.name.removesuffix(".py") for p in PACKAGE.iterdir() if p.suffix in {"", ".py"}}

    assert rooms - {"__init__", "__main__", "__pycache__"} == set(ORDER)


def test_every_file_says_what_it_is_for() -> None:
    """A file opens with a docstring."""
    assert [str(path) for path in _files() if not ast.get_docstring(_tree(path))] == []


def test_private_names_stay_in_their_file() -> None:
    """Nobody imports a name with a leading underscore from another module of ours."""
    reached = [
        f"{path.relative_to(PACKAGE)}:{node.lineno} {alias.name}"
        for path in _files()
        for node in _import_nodes(path)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("copilot_nb")
        for alias in node.names
        if alias.name.startswith("_") and not alias.name.startswith("__")
    ]

    assert reached == []
