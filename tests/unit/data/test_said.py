"""Withheld dates, times and numbers in whatever form a text has them."""

from __future__ import annotations

import datetime
import random
import time
import uuid
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pytest

from copilot_nb.data import denied, withheld
from copilot_nb.data.denied import denied_values
from copilot_nb.data.privacy import Privacy, PrivacyRule

if TYPE_CHECKING:
    from collections.abc import Callable

RULES = Privacy(tuple(PrivacyRule("deny", name) for name in ("dob", "uid", "lat", "at")))
DOB = pd.to_datetime(["1980-01-02", "1961-03-09"])
UID = [uuid.UUID(int=10**37 + n) for n in range(2)]
LAT = [51.507351234, -48.85661412]
AT = pd.to_datetime(["2024-05-06 10:11:12.5", "2024-05-07 20:00:00.0"]).tz_localize("Europe/Oslo")
TABLE = pd.DataFrame({"dob": DOB, "uid": UID, "lat": LAT, "at": AT})


def found(text: str, table: object = TABLE, **exact: set[float]) -> list[str]:
    """What of a text is held."""
    return [text[f.start : f.end] for f in denied_values({"t": table}, RULES).find(text, exact)]


PRINTED: dict[str, Callable[[], object]] = {
    "frame": lambda: TABLE[["dob"]],
    "csv": TABLE[["dob"]].to_csv,
    "json": lambda: TABLE[["dob"]].to_json(date_format="iso"),
    "milliseconds": lambda: TABLE.dob.astype("datetime64[ms]").astype("int64").tolist(),
    "texts": lambda: TABLE.dob.astype(str).tolist(),
    "days": TABLE.dob.dt.date.tolist,
    "timestamps": TABLE.dob.tolist,
    "array": TABLE.dob.to_numpy,
    "slashes": lambda: TABLE.dob.dt.strftime("%Y/%m/%d").tolist(),
    "integers": lambda: TABLE.dob.astype("int64").tolist(),
    "polars": lambda: pl.DataFrame({"x": DOB.date.tolist()}),
    "moments": lambda: TABLE["at"],
    "utc": lambda: TABLE["at"].dt.tz_convert("UTC").tolist(),
    "moments as json": lambda: TABLE["at"].to_json(date_format="iso"),
    "moments as datetimes": lambda: [each.to_pydatetime() for each in TABLE["at"]],
    "ids": lambda: TABLE[["uid"]],
    "ids in a list": TABLE.uid.tolist,
    "floats": lambda: TABLE[["lat"]],
    "array of floats": TABLE.lat.to_numpy,
    "floats of polars": lambda: pl.Series(LAT),
    "floats with an exponent": lambda: [f"{each:.6e}" for each in LAT],
}  # fmt: skip


@pytest.mark.parametrize("form", PRINTED)
def test_both_values_are_found_in_every_form_that_libraries_print(form: str) -> None:
    """As the defaults of pandas, polars, numpy and Python have them."""
    assert len(found(str(PRINTED[form]()))) == 2


def test_what_surrounds_a_value_is_no_part_of_it() -> None:
    """A longer number, another day, a version, a day that there is none of."""
    text = "1980-01-021 1980-01-20 51.51 151.507351 51.5.7 51.508351 1980-13-02 date(1980, 2, 31)"

    assert found(text) == []
    assert found("born 1980-01-02, 10:30 at 51.507351°") == ["1980-01-02", "51.507351"]


def test_a_time_holds_the_date_in_it() -> None:
    """The rest of it is no one's."""
    assert found("1980-01-02T17:45") == ["1980-01-02"]


def test_few_digits_are_no_value() -> None:
    """Five of them stand for too many numbers; all that a short number has are enough."""
    table = pd.DataFrame({"lat": [51.50735, 0.123456789]})

    assert found("51.507 0.12346 51.50735 0.123457", table) == ["51.50735", "0.123457"]


def test_among_many_values_every_number_is_near_one() -> None:
    """There, only what is more than chance is held: a whole column, not a mean."""
    drawn = random.Random(4)  # noqa: S311 - no secret is made
    values = [drawn.random() for _ in range(100_000)]
    table = pd.DataFrame({"lat": values})

    assert found(" ".join(f"{drawn.random():.6f}" for _ in range(50)), table) == []
    assert len(found(" ".join(f"{each:.8f}" for each in values[:50]), table)) == 50


def test_numbers_that_were_shortened_are_known_by_what_they_were() -> None:
    """However few digits are shown."""
    assert found("52 and 51.5", **{"52": {51.507351234}, "51.5": {7.0}}) == ["52"]


def test_dates_in_containers_are_found() -> None:
    """Under a key that a rule names."""
    records = [{"dob": datetime.date(1980, 1, 2), "uid": UID[0], "at": np.datetime64("2001-02-03")}]

    assert found(f"1980-01-02 {UID[0]} 2001-02-03", records) == [
        "1980-01-02",
        str(UID[0]),
        "2001-02-03",
    ]


@pytest.mark.parametrize("library", ["pandas", "nullable", "polars", "pyarrow"])
def test_dates_and_numbers_of_long_columns_are_found(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that were not read one by one."""
    monkeypatch.setattr(withheld, "VALUES", 100)
    monkeypatch.setattr(denied, "VALUES", 100)
    count = 1_003
    days = pd.date_range("1950-01-01", periods=count, freq="h", tz="Europe/Oslo")
    pandas = pd.DataFrame(
        {
            "dob": days.tz_localize(None).normalize() + pd.to_timedelta(range(count), unit="D"),
            "lat": [at / 7 + 1000 for at in range(count)],
            "uid": range(10**6, 10**6 + count),
            "at": days,
        }
    )
    makers: dict[str, Callable[[Any], Any]] = {
        "pandas": lambda table: table,
        "nullable": pd.DataFrame.convert_dtypes,
        "polars": pl.from_pandas,
        "pyarrow": pa.Table.from_pandas,
    }
    at = 501
    row = pandas.iloc[at]

    text = f"{row['dob']:%Y-%m-%d} {row['lat']:.6f} {row['uid']} {row['at']}"

    assert len(found(text, makers[library](pandas))) == 4
    assert found("1940-01-01 999.123456 1010101 1940-01-01 00:30", makers[library](pandas)) == []


def test_the_time_does_not_grow_with_values_that_begin_alike() -> None:
    """A hundred thousand of them are looked for in as many words."""
    table = pd.DataFrame({"uid": [f"Nr {n} B" for n in range(100_000)]})
    known = denied_values({"t": table}, RULES)
    start = time.process_time()

    finds = known.find("Nr 7 C Nr 99999 B " * 20_000)

    assert len(finds) == 20_000
    assert time.process_time() - start < 3


def test_the_time_does_not_grow_with_the_lengths_of_values_that_begin_alike() -> None:
    """As notes do, each of another length."""
    table = pd.DataFrame({"uid": [f"patient {'x' * n}" for n in range(2, 5_000)]})
    known = denied_values({"t": table}, RULES)
    start = time.process_time()

    finds = known.find("patient " * 2_000 + "xxxx patient, xx patient (xxx)")

    assert [find.end - find.start for find in finds] == [12]
    assert time.process_time() - start < 3
