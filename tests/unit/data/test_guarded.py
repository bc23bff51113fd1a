"""Tables as the privacy rules let them be read."""

from __future__ import annotations

import pandas as pd
import pytest

from copilot_nb.data.columns import correlations, sample, statistics
from copilot_nb.data.frames import Frame, frame_of, table_text
from copilot_nb.data.guarded import GROUP, guarded
from copilot_nb.data.namespace import describe
from copilot_nb.data.privacy import Privacy, PrivacyRule

PEOPLE = pd.DataFrame(
    {
        "name": ["Ann", "Bo", "Ann", None, "Cy", "Di", "Ed"],
        "ssn": [f"123-45-678{n}" for n in range(7)],
        "pay": [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 1000.0],
        "town": ["Oslo"] * 7,
    }
)
PRIVACY = Privacy(
    (
        PrivacyRule("mask", "name"),
        PrivacyRule("deny", "ssn"),
        PrivacyRule("aggregate", "people.pay"),
    )
)


@pytest.fixture
def people() -> Frame:
    """The table under its rules."""
    frame = frame_of(PEOPLE)
    assert frame is not None
    return guarded(frame, "people", PRIVACY)


def test_no_withheld_value_stands_in_a_row(people: Frame) -> None:
    """Neither masked nor denied nor single numbers; the rest is there."""
    text = table_text(people.table())

    assert "Oslo" in text
    assert not any(word in text for word in ("Ann", "123-45", "1000"))


def test_types_say_what_is_withheld(people: Frame) -> None:
    """So that the agent knows why it sees nothing."""
    assert [column.dtype.partition(", ")[2] for column in people.columns] == [
        "masked",
        "withheld",
        "aggregates only",
        "",
    ]


def test_a_denied_column_gives_no_values(people: Frame) -> None:
    """And a tool can tell."""
    assert people.column(1, 1) == []
    assert people.withheld == {1}


def test_masked_values_keep_their_distribution(people: Frame) -> None:
    """Each distinct value under a name of its own; missing ones stay missing."""
    values = people.column(0, 1)

    assert values[0] == values[2]
    assert len(set(values)) == 6
    assert pd.isna(values[3])
    assert not {"Ann", "Bo"} & set(values)


def test_statistics_of_aggregates_say_what_they_are_of() -> None:
    """Mean and deviation are the values' own; quartiles are those of means of groups."""
    pay = pd.Series([739.0, *(1_000.0 + 37 * n * n for n in range(29))], name="pay")
    rules = Privacy((PrivacyRule("aggregate", "pay"),))

    def said(values: pd.Series[float]) -> list[str]:
        frame = frame_of(values.to_frame())
        assert frame is not None
        twice = guarded(guarded(frame, "x", rules), "y", rules)
        return statistics(sample(twice, 0))[1:]

    mean, groups = said(pay)
    assert mean == f"Mean: {pay.mean():.6g}, standard deviation: {pay.std():.6g}"
    assert groups.startswith(
        "Of the means of groups of five neighbours, not of single values: Minimum: 1051.4, "
    )
    assert said(pay[:6]) == [f"Mean: {pay[:6].mean():.6g}; too few values to tell more than that"]
    assert "Most frequent: •••1 (1)" in said(pay[:4])[1]


def test_correlations_of_aggregates_are_those_of_groups() -> None:
    """A column that marks one row would give that row's value away."""
    pay = [739.0, 1_100.0, 3_000.0, 2_000.0, 900.0] * 6
    frame = frame_of(pd.DataFrame({"pay": pay, "twice": [2 * each for each in pay]}))
    assert frame is not None

    ((left, right, r),) = correlations(
        guarded(frame, "x", Privacy((PrivacyRule("aggregate", "pay"),)))
    )

    assert (left, right) == ("pay (means of groups)", "twice")
    assert r < 1


def test_aggregates_hold_and_no_single_number_stands(people: Frame) -> None:
    """The mean is kept; the largest value is one of a group's mean."""
    values = people.column(2, 1)

    assert sum(values) == pytest.approx(PEOPLE.pay.sum())
    assert not set(values) & set(PEOPLE.pay)
    assert min(values.count(value) for value in values) >= GROUP


def test_statistics_are_those_of_the_groups(people: Frame) -> None:
    """The extreme value does not appear."""
    assert "1000" not in "\n".join(statistics(sample(people, 2)))


def test_a_frame_without_rules_is_left_alone() -> None:
    """No copy, no cost."""
    frame = frame_of(PEOPLE)
    assert frame is not None

    assert guarded(frame, "people", Privacy()) is frame


def test_a_withheld_variable_is_described_by_its_type() -> None:
    """Its value is not."""
    privacy = Privacy((PrivacyRule("deny", "secret*", variable=True),))

    assert describe("secret_number", 42, privacy=privacy) == (
        "secret_number: int, withheld by the user's privacy rules"
    )
    assert "Oslo" not in describe("secrets", PEOPLE, privacy=privacy)


def test_rules_hold_for_an_index() -> None:
    """By its name, and as a part of a variable that is withheld as a whole."""
    table = pd.DataFrame({"n": [1]}, index=pd.Index(["AB1234567"], name="ssn"))
    frame = frame_of(table)
    assert frame is not None

    for rule in (PrivacyRule("deny", "ssn"), PrivacyRule("deny", "x", variable=True)):
        assert "AB1234567" not in table_text(guarded(frame, "x", Privacy((rule,))).table())


@pytest.mark.parametrize(
    ("label", "pattern"),
    [
        ("pay [USD]", "pay [USD]"),
        ("a question " * 9 + "about pay", "*about pay"),
        (("pay", "mean"), "pay"),
    ],
)
def test_rules_find_labels_of_every_form(label: object, pattern: str) -> None:
    """With brackets, too long to be shown whole, of several parts."""
    frame = frame_of(pd.DataFrame([[52333]], columns=[label]))
    assert frame is not None

    privacy = Privacy((PrivacyRule("deny", pattern),))

    assert guarded(frame, "x", privacy).withheld == {0}


def test_few_numbers_have_no_mean() -> None:
    """That of one is the number itself."""
    frame = frame_of(pd.DataFrame({"pay": [52333, None]}))
    assert frame is not None

    private = guarded(frame, "x", Privacy((PrivacyRule("aggregate", "pay"),)))

    assert "52333" not in "".join(statistics(sample(private, 0)))


def test_numbers_beyond_every_float_are_no_numbers() -> None:
    """Their mean cannot be told: they are masked, as words are."""
    frame = frame_of(pd.DataFrame({"pay": [10**400] * GROUP + [1]}, dtype=object))
    assert frame is not None

    shown = guarded(frame, "t", Privacy((PrivacyRule("aggregate", "pay"),)))

    assert shown.column(0, 1) == ["•••1"] * GROUP + ["•••2"]
