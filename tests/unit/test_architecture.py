"""The map of the package holds: imports go one way and public names are decided, not grown."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import copilot_nb

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
IMPORTS = (ast.Import, ast.ImportFrom)


def _room(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


@cache
def _opening_and_imports(path: Path) -> tuple[str, tuple[ast.Import | ast.ImportFrom, ...]]:
    """The docstring of a file, and every import in it, inside functions too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = [node for node in _statements(tree.body) if isinstance(node, IMPORTS)]
    return ast.get_docstring(tree) or "", tuple(nodes)


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """All of them; `ast.walk` visits every expression too, which takes five times as long."""
    for node in body:
        yield node
        for part in (node, *getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            for name in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(part, name, ()))


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and room of every import of ours in a file."""
    for node in _opening_and_imports(path)[1]:
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
    assert [str(path) for path in _files() if not _opening_and_imports(path)[0]] == []


def test_private_names_stay_in_their_file() -> None:
    """Nobody imports a name with a leading underscore from another module of ours."""
    reached = [
        f"{path.relative_to(PACKAGE)}:{node.lineno} {alias.name}"
        for path in _files()
        for node in _opening_and_imports(path)[1]
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("copilot_nb")
        for alias in node.names
        if alias.name.startswith("_") and not alias.name.startswith("__")
    ]

    assert reached == []
