"""SQL and other texts that libraries run: what is plainly one SELECT, and what code reads by it."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import duckdb
import pandas as pd
import pytest

from copilot_nb.data.effects.analysis import consequences
from copilot_nb.data.effects.sql import is_select


@pytest.mark.parametrize(
    "sql",
    [
        "select 1", " SELECT a, 'drop table t' from t;", "from t", "(select 1) union (select 2)",
        "with q as (select 1) select * from q", "summarize t", "select 1 -- delete it\n",
        'select "insert" from t', "/* create */ select 1", "select load, set from plants",
        "select upper(a), count(*) filter (where b in ('x', '$')) over (order by a) from t",
        "select * from t where a = $1 and b = $name and c = ?", "from t select ['a', 'b'][1]",
        "select cast(a as decimal(9, 2)) -- it's\r\nfrom (values (1)) t",
    ],
)  # fmt: skip
def test_a_query_is_told(sql: str) -> None:
    """Words within quotes and comments are no commands."""
    assert is_select(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "", "drop table t", "select 1; drop table t", "copy t to 'a.csv'", "pragma threads=1",
        "with q as (select 1) insert into t select * from q", "select * into u from t",
        "with gone as (delete from t returning *) select * from gone", "select nextval('s')",
        "select * from postgres_query('db', 'delete from t')", "attach 'a.db'", "set x = 1",
        r"select E'\'; drop table t; --'", "select $$a$$; drop table t", "explain analyze delete",
        "select '' ; delete from t --'", "select 1 /* ' */; drop table t /* ' */",
        "select $a$'$a$; drop table t; select $a$'$a$", "select $\u201c$'$\u201c$; drop table t--'",
        "select 1 /* /* */ ' */; drop table t --'", "select 1 --\r; drop table t",
        "select [']; drop table t; --']", "select `'`; drop table t --'", "select 'a'into u",
        "select 1 /*! into outfile 'a' */", "select 1 # '\n into outfile 'a' #'",
        "select f(1)", 'select "f"(1)', "select own.lower(1)", "select own . lower(1)",
        "select own$max(1)", "select [f](1)", "select pg_terminate_backend(1)",
        "select set_config('a', 'b', false)",
        "select lo_unlink(1)", "select pg_reload_conf()", "select pg_read_file('/etc/passwd')",
        "select load_extension ('a')", "select write_log('a')", "select getenv('a')",
    ],
)  # fmt: skip
def test_all_else_is_not_known(sql: str) -> None:
    """What writes, what calls functions that do, and what cannot be told apart from it."""
    assert not is_select(sql)


def test_functions_of_python_are_not_known() -> None:
    """A database may call what the notebook has given it."""
    seen: list[int] = []
    with closing(sqlite3.connect(":memory:")) as db:
        db.create_function("f", 1, seen.append)

        assert not consequences("db.execute('select f(1)')", {"db": db}).known
        assert consequences("db.execute('select max(1)')", {"db": db}).known


def test_tables_in_sql_are_read() -> None:
    """They are found by name; so do the privacy rules, then."""
    names = {"duckdb": duckdb, "ages": pd.DataFrame({"age": [41]}), "age": 3, "q": "from AGES"}

    assert consequences("duckdb.sql('select age from ages').show()", names).reads == {"ages"}
    assert consequences("duckdb.sql(q)", names).reads == {"ages", "q"}
    assert consequences("duckdb.sql('copy ages to x')", names).reads == {"ages"}
    put_together = "s = f'select age from ages limit {age}'\nduckdb.sql(s)"
    assert consequences(put_together, names).reads == {"ages", "age"}
    found = consequences("duckdb.sql(q + ' limit 1')", names)
    assert found.reads == {"ages", "q"}
    assert found.world == {"unknown": ("runs SQL, which was not looked into: q + ' limit 1'",)}


def test_long_texts_are_not_looked_into() -> None:
    """They would take as long as they like; texts that grow are cut."""
    names = {"duckdb": duckdb, "q": "select '" + "a''" * 5_000}
    start = time.thread_time()

    assert not consequences("duckdb.sql(q)", names).known
    assert not consequences("duckdb.sql(q[:4000])", names).known
    consequences("\n".join(["q = q + q"] * 100), names)
    assert not is_select("select '" + "a''" * 1_600)

    assert time.thread_time() - start < 2


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("rel.write_csv('a.csv')", "files: writes a.csv"),
        ("rel.create('kept')", "environment: changes a database: create kept"),
        ("duckdb.sql(\"from 'a.parquet'\")", "files: reads a.parquet"),
        ("duckdb.sql(\"from 'https://x.org/a.csv'\")", "network: reads https://x.org/a.csv"),
        ("duckdb.sql('from read_csv(?)')", "files: reads files that the SQL names"),
        (
            "duckdb.sql('drop table t')",
            "unknown: runs SQL, which was not looked into: drop table t",
        ),
        ("pd.read_sql('select 1', db)", "files: queries a database: select 1"),
        ("pd.read_sql('cars', engine)", "network: queries a database: cars"),
        ("df.to_sql('t', db)", "files: writes a table of a database: t"),
        ("df.query('a > @limit(a)')", "unknown: calls limit(), whose effects were not looked into"),
    ],
)
def test_databases_are_named(code: str, said: str) -> None:
    """What is asked or changed, as the code has it."""
    with duckdb.connect() as connection, closing(sqlite3.connect(":memory:")) as db:
        names = {"duckdb": duckdb, "pd": pd, "df": pd.DataFrame({"a": [1]}), "engine": object(),
                 "db": db, "rel": connection.sql("select 1")}  # fmt: skip

        found = consequences(code, names)

    assert said in [f"{effect.kind}: {effect.text}" for effect in found.effects]
