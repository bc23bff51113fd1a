"""The tools that look into a relation of duckdb, which is a query that has not run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from copilot_nb.data.namespace import kind_of
from copilot_nb.data.privacy import Privacy, PrivacyRule
from copilot_nb.kernel.tools.frames import (
    column_statistics,
    correlations,
    missing_values,
    preview_rows,
    value_counts,
)
from copilot_nb.kernel.tools.variables import describe_variable, list_variables
from tests.unit.kernel.asking import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copilot_nb.kernel.shell import Shell
    from tests.unit.kernel.recording import RecordingSession

QUERY = """
select i as id, i % 3 as part, case when i % 5 = 0 then null else i * 1.5 end as price,
       'name ' || i as name
from range(1000) numbers(i)
"""
SAID: list[tuple[Any, dict[str, Any], list[str]]] = [
    (list_variables, {}, ["rel: duckdb relation, 4 columns, not run"]),
    (
        describe_variable,
        {"name": "rel"},
        [
            "rel: duckdb relation, 4 columns, not run",
            "Columns:",
            "  id: BIGINT",
            "  part: BIGINT",
            "  price: DECIMAL(21,1)",
            "  name: VARCHAR",
            "Tools that read tables run its query.",
        ],
    ),
    (
        preview_rows,
        {"name": "rel", "rows": 2},
        [
            "id | part | price | name",
            "0 | 0 | None | name 0",
            "1 | 1 | 1.5 | name 1",
            "[of 1,000 rows × 4 columns]",
        ],
    ),
    (
        column_statistics,
        {"name": "rel", "column": "price"},
        [
            "price: DECIMAL(21,1)",
            "Values: 800, missing: 200",
            "Mean: 750, standard deviation: 433.281",
            "Minimum: 1.5, quartiles: 375.75, 750, 1124.25, maximum: 1498.5",
        ],
    ),
    (
        value_counts,
        {"name": "rel", "column": "part"},
        ["3 distinct values, 0 missing", "0: 334 (33.4%)", "1: 333 (33.3%)", "2: 333 (33.3%)"],
    ),
    (missing_values, {"name": "rel"}, ["price: 200 (20.0%)"]),
    (
        correlations,
        {"name": "rel"},
        ["id ~ price: +1.000", "part ~ price: -0.001", "id ~ part: +0.001"],
    ),
]


@pytest.fixture(autouse=True)
def relation(shell: Shell) -> Iterator[None]:
    """A thousand rows of four columns, in the notebook as `rel`."""
    with duckdb.connect() as connection:
        shell.user_ns["rel"] = connection.sql(QUERY)
        yield
        del shell.user_ns["rel"]


@pytest.mark.parametrize(("tool", "arguments", "said"), SAID, ids=[each[0].name for each in SAID])
async def test_a_relation_is_read_like_a_table(
    session: RecordingSession,
    shell: Shell,
    tool: Any,
    arguments: dict[str, Any],
    said: list[str],
) -> None:
    """Decimal numbers count as numbers, and stand as people write them."""
    assert await ask(session, shell, tool, **arguments) == said


async def test_a_withheld_column_of_a_query_stays(session: RecordingSession, shell: Shell) -> None:
    """By the name that it has in the result."""
    shell.privacy = Privacy((PrivacyRule("deny", "rel.name"),))

    shown = "\n".join(await ask(session, shell, preview_rows, name="rel", rows=2))

    assert "name 1" not in shown
    assert "1.5" in shown


def test_a_connection_is_described_by_its_class() -> None:
    """Not by its methods, whose texts hold addresses."""
    with duckdb.connect() as connection:
        assert kind_of(connection) == "DuckDBPyConnection"
