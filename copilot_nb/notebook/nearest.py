"""What a slip of the pen may have meant, as the second line of an error."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST = 2
_NEAR = 0.6


def meant(given: str, known: Iterable[str], otherwise: str = "") -> str:
    """The hint with the nearest names: "Did you mean mode or model?".

    Args:
        given: What was typed.
        known: The names that there are.
        otherwise: The hint where none of them is near.
    """
    near = get_close_matches(given, list(known), n=_MOST, cutoff=_NEAR)
    return f"Did you mean {' or '.join(near)}?" if near else otherwise
