"""Withheld values of any class: read, and nothing of theirs is run."""

from __future__ import annotations

import datetime

import pandas as pd

from copilot_nb.data.denied import denied_values
from copilot_nb.data.frames import frame_of
from copilot_nb.data.guarded import guarded
from copilot_nb.data.privacy import Privacy, PrivacyRule
from tests.unit.data.test_hostile import touched, trap


def test_withheld_values_are_read_past_their_classes() -> None:
    """Of what is a text, a number or a date; others are asked for nothing."""
    text = type("Text", (str,), {"strip": trap("strip"), "lower": trap("lower")})
    number = type("Number", (float,), {"__abs__": trap("abs"), "__hash__": trap("hash")})
    date = type("Date", (datetime.date,), {"toordinal": trap("day"), "__eq__": trap("equality")})
    zone = type("Zone", (datetime.tzinfo,), {"utcoffset": trap("offset")})
    other = type("Other", (), {"__class__": property(trap("class"))})
    meta = type("Meta", (type,), {"__eq__": trap("equality"), "__name__": property(trap("name"))})
    values = [
        *(text("Anna Meier"), number(-123456.5), date(1980, 1, 2), other(), meta("M", (), {})()),
        datetime.datetime(1981, 1, 2, tzinfo=zone()),
    ]
    table = pd.DataFrame({"x": pd.Series(values, dtype=object)})
    rules = Privacy((PrivacyRule("deny", "x"), PrivacyRule("aggregate", "y")))
    touched.clear()

    for variable in (table, {"x": values}, table.set_index("x"), table.T):
        finds = denied_values({"t": variable}, rules).find(
            "Anna Meier, 123456.5, 1980-01-02, 1981-01-02"
        )
        assert len(finds) == 4
    frame = frame_of(table.rename(columns={"x": "y"}))
    assert frame is not None
    guarded(frame, "t", rules).column(0, 1)
    assert touched == []
