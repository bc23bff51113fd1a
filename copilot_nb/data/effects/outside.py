"""Calls that reach files, the network, other programs: what is said of them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from copilot_nb.data.effects import tables, world
from copilot_nb.data.effects.call import Call, clipped
from copilot_nb.data.effects.values import UNKNOWN, Value

if TYPE_CHECKING:
    from copilot_nb.data.effects.world import Reach


def note(call: Call, reach: Reach, path: str) -> None:
    """Say what a function does out there, and to what."""
    what = call.text(reach.at, reach.keyword)
    if path.endswith(".connect") and reach.kind == "files" and what in {"", ":memory:"}:
        return
    if reach.kind == "unknown":
        text = f"{reach.verb} ({call.name})" if not what else f"{reach.verb} {what}"
    else:
        text = f"{reach.verb} {what}".strip() if reach.at is not None else reach.verb
    if reach.at is not None and not what:
        text = f"{reach.verb} … ({path})"
    call.walk.found.note(reach.kind, text)


def note_owner(call: Call, reach: Reach) -> None:
    """Say what a method does to the path or file that it is called on."""
    node = call.node.func
    where = clipped(ast.unparse(node.value)) if isinstance(node, ast.Attribute) else ""
    call.walk.found.note(reach.kind, f"{reach.verb} {where}".strip())


def opened(call: Call) -> Value:
    """`open()`: what for is in its mode."""
    mode_value = call.named.get("mode") or (call.values[1] if len(call.values) > 1 else None)
    mode = "r" if mode_value is None else mode_value.text
    verb = "reads or writes" if mode is None else "writes" if set(mode) & set("wax+") else "reads"
    call.walk.found.note("files", f"{verb} {call.text(0, 'file')}".strip())
    return Value(kind="file")


def note_reading(call: Call, path: str) -> None:
    """`pandas.read_csv` and its like."""
    root, _, name = path.rpartition(".")
    loads = root.partition(".")[0] in world.LOADERS and name.startswith(world.READERS)
    if loads and name not in world.QUERIES:
        where = call.text(0, next(iter(call.named), ""))
        first = call.values[0] if call.values else next(iter(call.named.values()), UNKNOWN)
        if first.kind in {"file", "io"} and not first.text:
            return
        remote = "://" in where and not where.startswith("file:")
        call.walk.found.note("network" if remote else "files", f"reads {where}".strip())
    if name.startswith(world.WRITERS) and name not in world.IN_MEMORY and _path_given(call):
        call.walk.found.note("files", f"writes {call.text(0, '')}".strip())


def note_writing(call: Call, owner: Value) -> None:
    """`frame.to_csv(path)` and its like."""
    name = call.method
    if name == "to_clipboard":
        call.walk.found.note("environment", "writes the clipboard")
    elif owner.kind == "numpy" and name in {"tofile", "dump"}:
        call.walk.found.note("files", f"writes {call.text(0, 'fid')}".strip())
    elif name == "savefig" or (name in {"write_html", "write_image", "write_json", "save"}):
        call.walk.found.note("files", f"writes {call.text(0, 'fname')}".strip())
    elif (
        name.startswith(world.WRITERS) and name not in world.IN_MEMORY | world.STORES
        and owner.kind in {*tables.FRAMES, "geopandas", "duckdb", ""} and _path_given(call)
    ):  # fmt: skip
        call.walk.found.note("files", f"writes {call.text(0, _path_keyword(call))}".strip())


def of_network(call: Call, owner: Value) -> Value | None:
    """A method of a session, which sends, or of an answer, which does not."""
    if owner.kind not in world.ANSWERS:
        return None
    reach = world.MODULES.get(owner.kind)
    if reach is not None and owner.cls.endswith(world.SESSIONS):
        note(call, reach, call.name)
        return Value(kind=owner.kind)
    return Value(shares=owner.reach, holds=owner.reach)


_PATHS = ("path_or_buf", "path", "excel_writer", "buf", "file", "fname", "store", "where")


def _path_keyword(call: Call) -> str:
    return next((name for name in _PATHS if name in call.named), "")


def _path_given(call: Call) -> bool:
    first = call.values[0] if call.values else None
    return bool(_path_keyword(call)) or (first is not None and first.kind not in {"NoneType", "io"})
