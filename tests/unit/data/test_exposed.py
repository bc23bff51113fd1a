"""Withheld columns that code reads: what is said of them, and when short values are looked for."""

from __future__ import annotations

import pandas as pd
import pytest

from copilot_nb.data.denied import denied_values
from copilot_nb.data.exposed import SHOWN, exposed
from copilot_nb.data.privacy import Privacy, PrivacyRule

FRAME = pd.DataFrame({"salary": [10, 20, 30], "name": ["Ann", "Bob", "Zoe"], "age": [41, 42, 43]})
RULES = Privacy((PrivacyRule("deny", "df.salary"), PrivacyRule("mask", "name")))


def test_the_warning_names_what_is_withheld() -> None:
    """And that short values cannot be recognised, where there are any."""
    variables = {
        "df": FRAME,
        "long": pd.DataFrame({"name": ["Annabel Lee", "Bernard"]}),
        "open": pd.DataFrame({"age": [1]}),
        "name": "Ann",
        "records": [{"name": "Zoe"}, {"name": "Annabel"}],
        "indexed": FRAME.set_index("name"),
    }

    assert [each.warning for each in exposed(variables, RULES)] == [
        "df holds withheld columns: salary, name; short values cannot be recognised in what it "
        "prints",
        "long holds withheld columns: name",
        "name is withheld; short values cannot be recognised in what it prints",
        "records holds withheld columns: name; short values cannot be recognised in what it prints",
        "indexed holds withheld columns: name; short values cannot be recognised in what it prints",
    ]
    assert exposed(variables, Privacy()) == ()


def test_there_is_an_end_to_the_names_in_a_warning() -> None:
    """Those that are left out are counted."""
    wide = pd.DataFrame({f"x{at}": [1] for at in range(SHOWN + 2)})

    (found,) = exposed({"t": wide}, Privacy((PrivacyRule("deny", "x*"),)))

    assert "x7, … 2 more; short" in found.warning


def test_a_variable_that_is_withheld_whole_need_not_be_named_further() -> None:
    """Code that reads it can print any of its columns."""
    (found,) = exposed({"t": FRAME}, Privacy((PrivacyRule("deny", "t", variable=True),)))

    assert found.warning.startswith("t is withheld; short")
    assert found.named(["t.iloc[:, 0].tolist()"]) == ("t.salary", "t.name", "t.age")


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("df.salary.max()", ("df.salary",)),
        ("df['SALARY']", ("df.salary",)),
        ("df[['name', 'salary']]", ("df.salary", "df.name")),
        ("rename(df.salary_2)", ()),
        ("df.shape", ()),
    ],
)
def test_a_column_is_named_by_a_word_of_its_own(text: str, columns: tuple[str, ...]) -> None:
    """As an attribute, a key or a label in what was printed."""
    (found,) = exposed({"df": FRAME}, RULES)

    assert found.named([text]) == columns


def test_short_values_are_found_where_their_column_is_exposed() -> None:
    """As words of their own; of other columns none are looked for, and long ones always."""
    text = "[10, 20.0, 130] Ann Annabel 41"
    table = FRAME.assign(name=["Ann", "Bob", "Annabel"])

    def found(*columns: str) -> list[tuple[str, str]]:
        finds = denied_values({"df": table}, RULES, columns).find(text)
        return [(text[find.start : find.end], find.what) for find in finds]

    assert found() == [("Annabel", "value of df.name")]
    assert found("df.salary") == [
        ("10", "perhaps a value of df.salary"),
        ("20.0", "perhaps a value of df.salary"),
        ("Annabel", "value of df.name"),
    ]
    assert ("Ann", "perhaps a value of df.name") in found("df.salary", "df.name")


def test_no_value_and_common_words_are_not_looked_for() -> None:
    """Truth and what is missing stand everywhere."""
    table = pd.DataFrame({"name": [True, None, "none", "", "nan"]}, dtype=object)

    assert denied_values({"df": table}, RULES, ["df.name"]).find("True None none nan 1") == ()
