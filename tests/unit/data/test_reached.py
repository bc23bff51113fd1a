"""What a privacy rule reaches, and what a misspelt one may have meant."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from copilot_nb.data.privacy import PrivacyRule
from copilot_nb.data.reached import CELLS, nameable, reaches

FRAME = pd.DataFrame({"name": ["Ann"], "age": [31]})
VARIABLES: dict[str, Any] = {
    "people": FRAME,
    "empty": pd.DataFrame({"mail": []}),
    "indexed": FRAME.set_index("name").rename_axis("who"),
    "pivoted": FRAME.assign(town="Oslo").pivot(index="town", columns="name", values="age"),
    "records": [{"ssn": "1"}, {"ssn": "2"}],
    "cells": pd.DataFrame({"person": [{"iban": "x"}]}),
    "wide": pd.DataFrame(np.zeros((CELLS // 2 + 1, 2)), columns=["a", "b"]),
    "pin": "1234",
    "n": 1,
}


@pytest.mark.parametrize(
    "pattern",
    ["name", "AGE", "*ail", "who", "people.age", "records.ssn", "ssn", "iban", "pin", "b", "n"],
)
def test_a_rule_reaches_columns_keys_and_variables(pattern: str) -> None:
    """Wherever the gate would find something of it, and columns without a value."""
    assert reaches(PrivacyRule("deny", pattern), VARIABLES)


@pytest.mark.parametrize(
    ("pattern", "variable"),
    [("nmae", False), ("people.ssn", False), ("peeple", True), ("age", True)],
)
def test_a_rule_that_fits_nothing_reaches_nothing(pattern: str, variable: bool) -> None:
    """A misspelt name, another variable's column, a column taken for a variable."""
    assert not reaches(PrivacyRule("deny", pattern, variable=variable), VARIABLES)


def test_what_may_have_been_meant_has_the_form_of_the_rule() -> None:
    """With a dot columns of variables, without one columns and variables."""
    some = {"people": FRAME, "other": SimpleNamespace()}

    assert nameable(PrivacyRule("deny", "x.y"), some) == ["people.name", "people.age"]
    assert nameable(PrivacyRule("deny", "x"), some) == ["people", "other", "name", "age"]
    assert nameable(PrivacyRule("deny", "x", variable=True), some) == ["people", "other"]
