"""Results of tools that would never end, or never fit."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from copilot_nb.session.bounded import ITEMS, MORE, bounded
from copilot_nb.session.tools import to_result


def test_endless_iterator_is_read_so_far() -> None:
    """Also inside of something."""
    result = json.loads(to_result({"n": itertools.count()}).text_result_for_llm)

    assert result["n"][:3] == [0, 1, 2]
    assert result["n"][-1] == MORE
    assert len(result["n"]) == ITEMS


def test_endless_mapping_of_lists_shares_one_allowance() -> None:
    """The whole is bounded, not each part."""
    result = bounded([[0] * ITEMS for _ in range(3)])

    assert sum(map(len, result[:-1])) <= ITEMS + 3
    assert result[-1] == MORE


def test_big_mapping() -> None:
    """What is left out is said."""
    result = bounded(dict.fromkeys(range(ITEMS + 5), 0))

    assert len(result) == ITEMS + 1
    assert MORE in result


@pytest.mark.parametrize("make", [list, dict])
def test_cycles_end(make: type) -> None:
    """At a depth."""
    cycle: Any = make()
    if make is list:
        cycle.append(cycle)
    else:
        cycle["self"] = cycle

    assert MORE in to_result(cycle).text_result_for_llm


@pytest.mark.parametrize("value", [5, "text", None, 1.5, {"a": [1, (2,)]}, object])
def test_small_values_stay(value: Any) -> None:
    """Apart from tuples and sets, which JSON does not have."""
    assert json.dumps(bounded(value), default=repr) == json.dumps(value, default=repr)
