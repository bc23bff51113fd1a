"""Methods as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import pytest

from copilot_nb.rpc.method import Method


@dataclass(frozen=True)
class Point:
    """Parameters and result of the tests."""

    x: int

    def to_wire(self) -> dict[str, Any]:
        """As JSON."""
        return {"x": self.x}

    @classmethod
    def from_wire(cls, data: Any, /) -> Self:
        """From JSON."""
        return cls(int(data["x"]))


MOVE = Method("move", Point, Point)
NAME: Method[None, str] = Method("name", type(None), str)
FORGET: Method[Point, None] = Method("forget", Point)


def test_parameters_become_an_object() -> None:
    """The class of the parameters says how they look on the wire."""
    assert MOVE.to_wire(Point(3)) == {"x": 3}


def test_no_parameters_are_an_empty_object() -> None:
    """The runtime wants an object even where it asks for nothing."""
    assert NAME.to_wire(None) == {}


def test_a_result_becomes_its_class() -> None:
    """The class of the result reads the answer."""
    assert MOVE.from_wire({"x": 3}) == Point(3)


def test_a_bare_result_is_checked() -> None:
    """Some methods answer with a plain string."""
    assert NAME.from_wire("plan") == "plan"
    with pytest.raises(ValueError, match="5 is not str"):
        NAME.from_wire(5)


def test_a_result_nobody_wants_is_dropped() -> None:
    """A method without a result class returns None whatever the answer says."""
    result: object = FORGET.from_wire({"success": True})

    assert result is None
