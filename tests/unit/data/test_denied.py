"""Withheld values in text that is about to leave."""

from __future__ import annotations

import json
from decimal import Decimal

import numpy as np
import pandas as pd

from copilot_nb.data.denied import denied_values
from copilot_nb.data.finds import lines_of, replace_finds
from copilot_nb.data.privacy import Privacy, PrivacyRule

PATIENTS = pd.DataFrame(
    {
        "name": ["Anna Müller", "Bo", "Straße Großmann"],
        "phone": ["+49 170 555", "+1 (555) 010-99", ""],
        "number": [1234567, 42, 7654321],
        "height": [1.81, 1.69, 1.75],
        "weight": [float("nan"), float("inf"), 123456.0],
    }
)


def found(text: str, *patterns: str) -> list[str]:
    """What is found in the text when those columns are denied."""
    privacy = Privacy(tuple(PrivacyRule("deny", pattern) for pattern in patterns))
    denied = denied_values({"patients": PATIENTS, "x": 3}, privacy)
    return [text[find.start : find.end] for find in denied.find(text)]


def test_values_are_found_as_words() -> None:
    """In any case, with signs around them, but not inside longer words."""
    text = "ANNA MÜLLER (+49 170 555), Bo, Annamüller, 12345678, 1234567; straße großmann."

    assert found(text, "name", "phone", "number") == [
        "ANNA MÜLLER",
        "+49 170 555",
        "1234567",
        "straße großmann",
    ]


def test_without_a_rule_nothing_is_looked_for() -> None:
    """No rule, no cost."""
    assert found("Anna Müller") == []


def test_short_values_are_not_looked_for() -> None:
    """They stand everywhere."""
    assert found("Bo is 42 and 1.81, NaN or nan", "*") == []


def test_numbers_are_found_as_they_are_written() -> None:
    """A whole one without its point; what is no number is no value."""
    assert found("123456 and inf", "weight") == ["123456"]


def test_a_withheld_variable_withholds_all_of_its_columns() -> None:
    """By its name."""
    privacy = Privacy((PrivacyRule("deny", "pat*", variable=True),))

    finds = denied_values({"patients": PATIENTS}, privacy).find("1234567 Anna Müller")

    assert [find.what for find in finds] == ["value of patients.number", "value of patients.name"]


def test_finds_are_replaced_and_their_lines_are_known() -> None:
    """What stands around them stays."""
    privacy = Privacy((PrivacyRule("mask", "name"),))
    text = "first\nAnna Müller, 3\nlast: anna müller"

    finds = denied_values({"patients": PATIENTS}, privacy).find(text)

    assert replace_finds(text, finds, "•••") == "first\n•••, 3\nlast: •••"
    assert lines_of(text, finds) == (2, 3)


def test_whole_numbers_are_found_in_full() -> None:
    """A column with gaps holds them as floats."""
    table = pd.DataFrame({"ssn": [123456789.0, None]})
    privacy = Privacy((PrivacyRule("deny", "ssn"),))

    (find,) = denied_values({"t": table}, privacy).find("123456789.0")

    assert find.what == "value of t.ssn"


def test_numbers_are_found_with_zeros_behind_them() -> None:
    """As a table writes them whose other numbers have more digits."""
    table = pd.DataFrame({"pay": [41234.5, 53219.25]})
    denied = denied_values({"t": table}, Privacy((PrivacyRule("deny", "pay"),)))
    text = f"{table.pay.to_string()} 41234.56 41234.5000001"

    assert [text[find.start : find.end] for find in denied.find(text)] == ["41234.50", "53219.25"]


def test_decimal_numbers_are_found_as_they_are_written() -> None:
    """As databases give them, whatever zeros they carry; never by the word Decimal."""
    prices = pd.DataFrame({"price": [Decimal("1234.50"), Decimal(99990), Decimal("NaN")]})
    denied = denied_values({"prices": prices}, Privacy((PrivacyRule("deny", "price"),)))
    text = "1234.5, 1234.500, 99990 and a Decimal('7')"

    assert [text[find.start : find.end] for find in denied.find(text)] == [
        "1234.5",
        "1234.500",
        "99990",
    ]


def test_values_of_an_index_are_found() -> None:
    """Of the levels that a rule names, and only of those."""
    levels = [["AB1234567"], ["Trondheim"]]
    index = pd.MultiIndex.from_arrays(levels, names=["ssn", None])
    table = pd.DataFrame({"n": [1]}, index=index)
    privacy = Privacy((PrivacyRule("deny", "t.ssn"),))

    finds = denied_values({"t": table}, privacy).find("AB1234567 lives in Trondheim")

    assert [find.what for find in finds] == ["value of t.ssn"]


def test_no_value_and_no_text_is_too_much() -> None:
    """Numbers beyond every float, numbers that signal, and a text that says such."""
    odd = [
        10**400,
        Decimal("sNaN"),
        Decimal("1e999999"),
        -(10**30),
        np.longdouble("1e4000"),
        123456,
    ]
    denied = denied_values({"odd": {"x": odd}}, Privacy((PrivacyRule("deny", "x"),)))
    text = f"1e400 0.0e999 {10**30} 9.9e308 1{'0' * 400} 123456"

    assert [text[find.start : find.end] for find in denied.find(text)] == [str(10**30), "123456"]


def test_values_are_found_in_texts_that_are_escaped() -> None:
    """The letter of an escape is none of the word behind it."""
    table = PATIENTS[["name", "number"]]
    privacy = Privacy(tuple(PrivacyRule("deny", str(name)) for name in table))
    denied = denied_values({"t": table}, privacy)

    assert len(denied.find(repr(table.iloc[::2].to_csv(index=False)))) == 4
    assert len(denied.find(table.iloc[::2].to_json())) == 4
    assert len(denied.find(json.dumps(["x\nAnna Müller"]))) == 1


def test_values_are_found_as_parts_of_names_and_of_texts_without_blanks() -> None:
    """Between underscores, behind dots, and in scripts that do not part words."""
    table = pd.DataFrame({"name": ["Meier", "北京市朝阳区"], "id": [123456, 234567]})
    privacy = Privacy(tuple(PrivacyRule("deny", str(name)) for name in table))
    text = "Meier_2020.csv x_Meier Meier2020 他住在北京市朝阳区的 号234567 "
    text += "pay...123456 No.123456 1.123456"

    finds = denied_values({"t": table}, privacy).find(text)

    assert [text[find.start : find.end] for find in finds] == [
        *("Meier", "Meier", "北京市朝阳区", "234567", "123456", "123456"),
    ]
