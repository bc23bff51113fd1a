"""A look into an Excel file with the library that reads it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import openpyxl  # type: ignore[import-untyped]  # it ships no types
import pytest

from copilot_nb.data.previews import preview
from copilot_nb.data.privacy import Privacy, PrivacyRule

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Two sheets; the first has names, dates and a missing value."""
    workbook: Any = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Visits"
    sheet.append(["patient", "when", "grams"])
    sheet.append(["Anna Müller", datetime.datetime(2026, 1, 31), 3700.5])
    sheet.append(["Bo Ek", None, 12])
    workbook.create_sheet("Notes").append(["nothing"])
    path = tmp_path / "visits.xlsx"
    workbook.save(path)
    workbook.close()
    return path


def test_rows_and_sheets_are_shown(book: Path) -> None:
    """Dates without a time of day, numbers as they are."""
    assert preview(book, 5).text.splitlines()[1:] == [
        "Sheets: Visits, Notes",
        "patient | when | grams",
        "Anna Müller | 2026-01-31 | 3700.5",
        "Bo Ek | None | 12",
    ]


def test_a_withheld_column_is_masked(book: Path) -> None:
    """Its name stays, its values do not."""
    shown = preview(book, 5, Privacy((PrivacyRule("deny", "patient"),))).text

    assert "patient" in shown
    assert "Anna" not in shown
    assert "3700.5" in shown
