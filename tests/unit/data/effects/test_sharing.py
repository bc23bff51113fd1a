"""What is made of a table, and what of the table it may change, by the version of pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
import xarray as xr

from copilot_nb.data.effects.analysis import consequences
from copilot_nb.data.effects.sharing import has_cells

FRAME = pd.DataFrame({"a": [1.0, None], "c": ["x", "y"]})
LISTS = pd.DataFrame({"k": [1], "l": [["x"]]})


@pytest.mark.parametrize(
    "code",
    [
        "df['a'].fillna(0, inplace=True)",
        "y = df['a']\ny[0] = 9",
        "y = df.T\ny['q'] = 1",
        "df.pipe(lambda f: f.insert(0, 'z', 1))",
        "df.head().iloc[0, 0] = 9",
    ],
)
def test_pandas_copies_on_write_from_version_3_on(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before, a column or a view may change its frame; since, it cannot."""
    monkeypatch.setattr(pd, "__version__", "2.3.3")
    assert consequences(code, {"df": FRAME}).changes == {"df": False}

    monkeypatch.setattr(pd, "__version__", "3.0.0")
    assert consequences(code, {"df": FRAME}).changes == {}


@pytest.mark.parametrize("version", ["2.3.3", "3.0.0"])
@pytest.mark.parametrize(
    "code",
    [
        "df.copy()['l'][0].append(1)",
        "for r in df.to_dict('records'): r['l'].append(1)",
        "df.assign(z=1).sort_values('k').l.tolist()[0].append(1)",
        "df['l'].apply(lambda q: q.append(1))",
    ],
)
def test_what_stands_in_cells_is_shared(
    code: str, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By every copy of their table."""
    monkeypatch.setattr(pd, "__version__", version)

    assert consequences(code, {"df": LISTS}).changes == {"df": False}


def test_datasets_share_the_memory_of_arrays() -> None:
    """What is written into the one is in the other; copies stand apart."""
    array = np.zeros((2, 3))
    dataset = xr.Dataset({"v": (("x", "y"), array)})
    names = {"array": array, "dataset": dataset, "values": dataset.v.values, "copy": dataset + 1}

    assert consequences("array[0] = 9", names).changes.keys() == {"array", "dataset", "values"}
    assert consequences("values[0] = 9", names).changes.keys() == {"array", "dataset", "values"}
    assert consequences("copy['w'] = 9", names).changes.keys() == {"copy"}


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        (FRAME, False), (LISTS, True), (LISTS.l, True), (LISTS.groupby("k"), True),
        (FRAME.astype(object), False), (FRAME.index, False), (pd.Timestamp(0), False),
        (np.arange(3), False), (np.array([[1], 2], dtype=object), True), (np.float64(1), False),
        (pl.DataFrame({"a": [[1]]}), False), (pl.Series("a", [[1]], dtype=pl.Object), True),
        (pl.DataFrame().lazy(), False), (3, False), ("x", False), ([], True), ({}, True),
    ],
)  # fmt: skip
def test_cells_that_can_change(value: object, holds: bool) -> None:
    """Numbers and texts cannot, lists can; lists of polars and pyarrow are no objects."""
    assert has_cells(value) is holds
