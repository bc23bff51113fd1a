"""Texts that libraries run as code: SQL, and expressions of pandas.

One plain SELECT only reads; all other SQL is "unknown". Names of the notebook that stand in such a
text count as read: duckdb and polars find tables by the names of variables.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from copilot_nb.data.effects import tables, world
from copilot_nb.data.effects.call import unknown
from copilot_nb.data.effects.methods import words
from copilot_nb.data.effects.sql import is_select
from copilot_nb.data.effects.values import WORDING, Value, kind_of

if TYPE_CHECKING:
    from copilot_nb.data.effects.call import Call
    from copilot_nb.data.effects.walk import Walk

_RUNNING = {
    "duckdb": words("execute executemany sql query from_query query_df"),
    "polars": words("execute sql"),
    "sqlite3": words("execute executemany executescript"),
    "sqlalchemy": words("execute sql query"),
    "psycopg2": words("execute executemany"),
}
"""Functions and methods that run SQL, by package."""
_LOCAL = {"sqlite3", "duckdb"}
"""Packages whose databases are files."""
_KEPT = words("create create_view insert insert_into to_table to_view update")
"""Methods of a query of duckdb that change its database."""
_NAMED = {*tables.FRAMES, "geopandas", "duckdb", "dict", "list"}
"""Kinds of variables that SQL finds by name."""

_FILES = re.compile(
    r"(?:\b(?:from|join)\s+|\b(?:read_\w+|glob|sniff_csv)\s*\(\s*)(?:'([^']+)'|\"([^\"]*[./*][^\"]*)\")",
    re.IGNORECASE,
)
_READERS = re.compile(r"\b(read_\w+|glob|sniff_csv)\s*\(", re.IGNORECASE)


def note_texts(call: Call, kind: str, name: str) -> None:
    """Say what the texts do that a function or method of this package is given."""
    if kind in {"pandas", ""} and name in {"query", "eval"}:
        _expression(call)
    if kind in {"pandas", "polars"} and name in world.QUERIES:
        _query(call, name)
    elif name in world.STORES:
        _store(call)
    elif name in _RUNNING.get(kind, ()):
        _run(call, name)
    elif kind == "duckdb" and name in _KEPT:
        call.walk.found.note("environment", f"changes a database: {name} {call.text(0)}".strip())
    if kind == "duckdb":
        for value in call.every:
            _mention(call.walk, value.wording)


def _run(call: Call, name: str) -> None:
    at = 2 if name == "query_df" else 0
    if name == "query" and len(call.values) > 1 and call.values[1].kind == "str":
        at = 1  # a query of duckdb is given a name first
    _note(call, at)


def _note(call: Call, at: int, *, table: bool = False) -> None:
    """Say what the SQL at that place does; unless it may be the name of a table, and is."""
    given = call.named.get("query") or call.named.get("sql")
    if given is None and at < len(call.values):
        given = call.values[at]
    sql = None if given is None else _text(given)
    if sql is None or not (is_select(sql) or (table and sql.isidentifier())):
        said = call.text(at, "query" if "query" in call.named else "sql")
        call.walk.found.note("unknown", f"runs SQL, which was not looked into: {said}")
    if given is not None:
        _mention(call.walk, given.wording)
    for where in _files(sql or ""):
        call.walk.found.note("network" if "://" in where else "files", f"reads {where}")


def _query(call: Call, name: str) -> None:
    kind = "files" if _database(call).kind in _LOCAL else "network"
    call.walk.found.note(
        kind, f"queries a database: {call.text(0, 'sql') or call.text(0, 'query')}"
    )
    if name != "read_sql_table":
        _note(call, 0, table=True)


def _store(call: Call) -> None:
    database = _database(call)
    kind = "files" if database.kind in _LOCAL else "network"
    call.walk.found.note(kind, f"writes a table of a database: {call.text(0, 'name')}")
    call.walk.change(database)


def _database(call: Call) -> Value:
    named = call.named.get("con") or call.named.get("connection")
    return named or (call.values[1] if len(call.values) > 1 else Value())


def _expression(call: Call) -> None:
    """`df.query("a > @limit")`: what stands behind an @ is a name of the notebook."""
    text = call.values[0].wording if call.values else ""
    for name, called in re.findall(r"@(\w+)([.\w]*\s*\()?", text):
        if called:
            unknown(call.walk, name)
        elif name in call.walk.namespace:
            call.walk.lookup(name)


def _files(sql: str) -> list[str]:
    found = [first or second for first, second in _FILES.findall(sql)]
    return found or (["files that the SQL names"] if _READERS.search(sql) else [])


def _mention(walk: Walk, text: str) -> None:
    """The tables of the notebook whose names stand in a text are read."""
    said = {word.casefold() for word in re.findall(r"\w+", text)}
    for name, value in dict(walk.namespace).items() if said else ():
        if name.casefold() in said and kind_of(type(value)) in _NAMED:
            walk.found.reads[name] = None


def _text(value: Value) -> str | None:
    """A text as it is, where all of it is known and it is not long."""
    text = value.live if value.text is None else value.text
    whole = value.kind == "str" and type(text) is str and len(text) <= WORDING
    return text if whole else None
