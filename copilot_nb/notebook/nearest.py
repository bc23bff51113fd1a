"""What a slip of the pen may have meant, as the second line of an error."""

from __future__ import annotations

from difflib import SequenceMatcher, get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST = 2
_NEAR = 0.6
_SLIP = 0.8
"""How near a word is that can hardly have been meant as it stands."""
_ALIKE = 0.1
"""How much less like it the second name may be than the first."""


def meant(given: str, known: Iterable[str], otherwise: str = "") -> str:
    """The hint with the nearest names: "Did you mean mode or model?".

    Args:
        given: What was typed.
        known: The names that there are.
        otherwise: The hint where none of them is near.
    """
    near = get_close_matches(given, list(known), n=_MOST, cutoff=_NEAR)
    near = [name for name in near if _likeness(given, name) > _likeness(given, near[0]) - _ALIKE]
    return f"Did you mean {' or '.join(near)}?" if near else otherwise


def is_slip(given: str, known: Iterable[str]) -> bool:
    """Whether it is nearly one of these names, and was hardly meant for another."""
    return bool(get_close_matches(given, list(known), n=1, cutoff=_SLIP))


def _likeness(given: str, name: str) -> float:
    return SequenceMatcher(None, name, given).ratio()
