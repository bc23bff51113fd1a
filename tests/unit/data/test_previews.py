"""Beginnings of data files, without what the privacy rules withhold."""

from __future__ import annotations

import json
import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from copilot_nb.data import previews
from copilot_nb.data.previews import preview
from copilot_nb.data.privacy import Privacy, PrivacyRule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SSN = ["123-45-6780", "123-45-6781", "123-45-6782"]
PAY = [52_301.5, 61_442.25, 70_999.75]
TABLE = pd.DataFrame({"name": ["Ann", "Bo", "Cy"], "ssn": SSN, "pay": PAY, "town": "Oslo"})
RULES = Privacy((PrivacyRule("deny", "ssn"), PrivacyRule("aggregate", "people.pay")))
RECORDS = TABLE.to_dict("records")
RAGGED = [list(TABLE.columns), *TABLE.to_numpy().tolist()]

TEXTS = {
    "people.json": json.dumps(RECORDS),
    "people.v2.json": "\ufeff" + json.dumps({"people": {"all": RECORDS, "pay": PAY}}),
    "people.geojson": json.dumps({"features": [{"properties": RECORDS[0] | {"people.pay": 1}}]}),
    "people.jsonl": TABLE.to_json(orient="records", lines=True),
    "people.ndjson": json.dumps(RECORDS[0]) + "\n" + json.dumps(RECORDS[1])[:-1] + "\nOslo\n",
    "people.columns.json": TABLE.to_json(),
    "people.index.json": TABLE.to_json(orient="index"),
    "people.split.json": TABLE.to_json(orient="split"),
    "people.table.json": TABLE.to_json(orient="table"),
    "people.rows.json": json.dumps(RAGGED),
    "people.csv": TABLE.to_csv(index=False),
    "people.bom.csv": "\ufeffssn,town\n" + "".join(f"{ssn},Oslo\n" for ssn in SSN),
    "people.head.csv": "made by hand,,,\n" + TABLE.to_csv(index=False),
    "people.lists.jsonl": "".join(json.dumps(row) + "\n" for row in RAGGED),
    "people.split.ndjson": json.dumps({"columns": RAGGED[0], "data": RAGGED[1:]}) + "\n",
    "people.deep.json": json.dumps([{"columns": RAGGED[0], "data": RAGGED[1:]}]),
    "people.within.json": json.dumps({"all": {"rows": RAGGED}}),
    "people.fields.json": json.dumps(
        {"fields": [{"name": name} for name in RAGGED[0]], "rows": RAGGED[1:]}
    ),
    "people.words.csv": TABLE.to_csv(index=False, sep=" "),
    "people.colons.csv": TABLE.to_csv(index=False, sep=":"),
    "people.tab": TABLE.to_csv(index=False, sep="\t"),
    "people.tsv": "name;ssn\tt\nOslo;123-45-6780\t1\n",
}
"""The same people in every form that a file may have."""
ONE_CELL = ("people.tsv", "people.words.csv", "people.colons.csv")
"""Files whose columns cannot be told apart: with a withheld one all of it is."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The notebook's working directory, with files."""
    monkeypatch.chdir(tmp_path)
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize("name", TEXTS)
def test_no_withheld_value_stands_in_a_preview(folder: Path, name: str) -> None:
    """By column, by key, by position below a name; single numbers of aggregates neither."""
    rules = Privacy((*RULES.rules, PrivacyRule("aggregate", "pay")))

    text = preview(folder / name, 5, rules).text

    assert [value for value in (*SSN, *map(str, PAY)) if value in text] == []
    assert "ssn" in text or "not shown" in text


@pytest.mark.parametrize("name", [name for name in TEXTS if name not in ONE_CELL])
def test_what_is_not_withheld_is_shown(folder: Path, name: str) -> None:
    """The rest of the row stands there."""
    assert "Oslo" in preview(folder / name, 5, RULES).text or "Oslo" not in TEXTS[name]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_rules_hold_for_a_table_in_utf_16(folder: Path, encoding: str) -> None:
    """As Excel writes it; without a mark at its beginning it is not read as text."""
    TABLE.to_csv(folder / "wide.csv", encoding=encoding, index=False)

    text = preview(folder / "wide.csv", 5, RULES).text.replace("\0", "")

    assert [value for value in SSN if value in text] == []
    assert "Oslo" in text or "binary" in text


def test_rules_of_one_file_hold_for_its_stem(folder: Path) -> None:
    """As a variable's rules hold for its name."""
    other = folder / "others.json"
    other.write_text(TEXTS["people.json"])

    assert "52301.5" not in preview(folder / "people.json", 5, RULES).text
    assert "52301.5" in preview(other, 5, RULES).text


def test_without_rules_files_are_shown_as_they_are(folder: Path) -> None:
    """Also what is no JSON."""
    assert SSN[0] in preview(folder / "people.json", 5).text
    assert SSN[1] in preview(folder / "people.ndjson", 5).text


def test_json_that_is_too_long_to_be_read_is_not_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rules cannot be applied to a piece of it."""
    monkeypatch.setattr(previews, "JSON_BYTES", 10)

    assert "not shown" in preview(folder / "people.json", 5, RULES).text
    assert SSN[0] in preview(folder / "people.json", 5).text


class Sheet:
    """What openpyxl makes of a sheet, as far as it is read."""

    def iter_rows(self, *, max_row: int, values_only: bool) -> Iterator[tuple[Any, ...]]:
        """The rows, a title and an empty one before the names."""
        assert values_only
        rows = [("People", None, None, None), (None,) * 4, *map(tuple, RAGGED)]
        return iter(rows[:max_row])


def test_rules_hold_for_excel(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below the names, in whichever row they stand. The reader is a stand-in."""
    book = SimpleNamespace(sheetnames=["a"], worksheets=[Sheet()], close=lambda: None)
    reader = ModuleType("openpyxl")
    reader.load_workbook = lambda path, **options: book  # type: ignore[attr-defined]  # a stand-in
    monkeypatch.setitem(sys.modules, "openpyxl", reader)
    (folder / "people.xlsx").write_bytes(b"PK")

    text = preview(folder / "people.xlsx", 10, RULES).text

    assert text.splitlines()[1:] == [
        "Sheets: a",
        "People | None | None | None",
        "None | None | None | None",
        "name | ssn | pay | town",
        "Ann | ••• | ••• | Oslo",
        "Bo | ••• | ••• | Oslo",
        "Cy | ••• | ••• | Oslo",
    ]


def test_a_table_in_a_text_file_is_no_way_past_the_rules(tmp_path: Path) -> None:
    """What stands below a line that names a withheld column may be its values."""
    path = tmp_path / "patients.dat"
    path.write_text("Export\nname ssn\nAnn 123-45-6789\nBo 987-65-4321\n")

    shown = preview(path, 10, Privacy((PrivacyRule("deny", "ssn"),))).text

    assert shown.splitlines()[1:3] == ["Export", "name ssn"]
    assert "6789" not in shown
    assert "123-45-6789" in preview(path, 10).text


@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [
        ("wide.csv", 2, 3),
        ("people.json", 2, 2),
        ("people.ndjson", 1, 2),
        ("notes.txt", 0, 0),
        ("people.parquet", 2, 2),
        ("people.xlsx", 2, 2),
    ],
)
def test_the_rows_that_are_shown_are_counted(
    tmp_path: Path, name: str, rows: int, columns: int
) -> None:
    """Not the line of names; text has none."""
    table = pd.DataFrame({"ssn": SSN[:2], "town": "Oslo"})
    path = tmp_path / name
    texts = {
        "wide.csv": "a,b,c\n1,2,3\n4,5,6\n7,8,9\n",
        "people.json": table.to_json(orient="records"),
        "people.ndjson": '{"a": 1, "b": 2}\n',
        "notes.txt": "one\ntwo\n",
    }
    if name in texts:
        path.write_text(texts[name])
    elif name.endswith("parquet"):
        table.to_parquet(path)
    else:
        table.to_excel(path, index=False)

    shown = preview(path, 2)

    assert (shown.rows, shown.columns) == (rows, columns)
