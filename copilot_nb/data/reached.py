"""What a privacy rule reaches among the variables: a misspelt one reaches nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.data.frames import frame_of
from copilot_nb.data.privacy import Privacy
from copilot_nb.data.withheld import withheld

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from copilot_nb.data.frames import Frame
    from copilot_nb.data.privacy import PrivacyRule


CELLS = 200_000
"""Larger tables are judged by the names of their columns alone."""


def reaches(rule: PrivacyRule, variables: Mapping[str, object]) -> bool:
    """Whether the rule is about a variable, a column, or something under a key or in an attribute.

    Args:
        rule: The rule.
        variables: The notebook's.
    """
    privacy = Privacy((rule,)).among(variables)
    return any(_is_named(name, value, privacy) for name, value in variables.items()) or any(
        next(withheld(name, value, privacy), None)
        for name, value in variables.items()
        if not _is_long(value)
    )


def nameable(rule: PrivacyRule, variables: Mapping[str, object]) -> list[str]:
    """The names that a rule of this form may have meant: variables, columns, `df.column`."""
    if rule.variable:
        return list(variables)
    found = {name: list(_labels(value)) for name, value in variables.items()}
    if "." in rule.pattern:
        return [f"{name}.{label}" for name, labels in found.items() for label in labels]
    return list(
        dict.fromkeys([*variables, *(each for labels in found.values() for each in labels)])
    )


def _is_named(name: str, value: object, privacy: Privacy) -> bool:
    """Whether the rule names the variable, or a column: also of a table without rows."""
    if privacy.variable(name) != "allow" or privacy.value(name) != "allow":
        return True
    return any(privacy.column(label, name) != "allow" for label in _labels(value))


def _is_long(value: object) -> bool:
    """Whether it would take long to look into every cell of a table for keys."""
    frame = frame_of(value)
    return frame is not None and frame.rows * len(frame.columns) > CELLS


def _labels(value: object) -> Iterator[str]:
    frame = frame_of(value)
    return iter(()) if frame is None else _of_frame(frame)


def _of_frame(frame: Frame) -> Iterator[str]:
    for column in frame.columns:
        yield from filter(None, column.names)
    yield from filter(None, (*frame.index, *frame.heads))
