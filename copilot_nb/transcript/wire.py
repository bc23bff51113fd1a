"""A transcript's JSON back to a transcript.

The JSON may come from anybody's notebook: every value is checked against the type of its field and
made visible; what does not fit is left out, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from copilot_nb.transcript import output
from copilot_nb.transcript.blocks import Block, Output, TextOutput, Transcript, TurnState, Usage
from copilot_nb.transcript.safety import sound, visible

_BLOCKS: Mapping[str, type[Block]] = {cls.kind: cls for cls in get_args(Block)}
_WORDS = ("prompt", "status", "model", "sent", "label", "at")
_PROSE = frozenset({"plan", "prompt", "summary", "text"})
"""Fields of Markdown and of people's own words: joined emoji stay joined."""


class _MisfitError(ValueError):
    """A value is not what its field takes."""


def from_wire(wire: object) -> Transcript:
    """The transcript of `changes.to_wire`; of anything else, what fits of it.

    Pictures that were left out come back as their names.
    """
    head = wire if isinstance(wire, Mapping) else {}
    blocks = head.get("blocks")
    given = blocks if isinstance(blocks, list | tuple) else ()
    words = {name: _or(str, head.get(name), "", name) for name in _WORDS}
    return Transcript(
        blocks=tuple(_unique(filter(None, map(_block, given)))),
        state=_or(TurnState, head.get("state"), "done", "state"),
        seconds=_or(float | None, head.get("seconds"), None, "seconds"),
        usage=_or(Usage, head.get("usage"), Usage(), "usage"),
        **words,
    )


def _unique(blocks: Any) -> list[Block]:
    """The blocks without those whose id another one has."""
    return list({block.id: block for block in blocks}.values())


def _block(raw: object) -> Block | None:
    kind = raw.get("kind") if isinstance(raw, Mapping) else None
    cls = _BLOCKS.get(kind) if isinstance(kind, str) else None
    try:
        return None if cls is None else _object(cls, raw)
    except _MisfitError:
        return None


@cache
def _hints(cls: type) -> dict[str, tuple[Field[Any], Any]]:
    hints = get_type_hints(cls)
    return {field.name: (field, hints[field.name]) for field in fields(cls)}


def _object(cls: type, raw: object) -> Any:
    """The value of a dataclass; fields that do not fit have their defaults."""
    if not isinstance(raw, Mapping):
        raise _MisfitError
    values = {}
    for name, (field, hint) in _hints(cls).items():
        try:
            values[name] = _read(hint, raw[name], name)
        except (_MisfitError, KeyError):
            if field.default is MISSING and field.default_factory is MISSING:
                raise _MisfitError from None
    return cls(**values)


def _or(hint: Any, raw: object, default: Any, name: str) -> Any:
    try:
        return _read(hint, raw, name)
    except _MisfitError:
        return default


def _read(hint: Any, raw: object, name: str) -> Any:
    """The value as one of that type; raises if it is none."""
    if hint == Output:
        return _output(raw)
    if isinstance(hint, UnionType):
        return _any(get_args(hint), raw, name)
    if get_origin(hint) is tuple:
        return _tuple(get_args(hint)[0], raw, name)
    if get_origin(hint) is Literal:
        return _literal(get_args(hint), raw)
    if isinstance(hint, type) and is_dataclass(hint):
        return _object(hint, raw)
    return _plain(hint, raw, name)


def _any(hints: tuple[Any, ...], raw: object, name: str) -> Any:
    for hint in hints:
        try:
            return _read(hint, raw, name)
        except _MisfitError:
            continue
    raise _MisfitError


def _tuple(hint: Any, raw: object, name: str) -> tuple[Any, ...]:
    if not isinstance(raw, list | tuple):
        raise _MisfitError
    return tuple(_read(hint, item, name) for item in raw)


def _literal(values: tuple[object, ...], raw: object) -> object:
    for value in values:
        if isinstance(raw, str) and raw == value:
            return value
    raise _MisfitError


def _plain(hint: type, raw: object, name: str) -> Any:
    match raw:
        case bool():
            fits = hint is bool
        case int():
            fits = hint in {int, float}
        case str():
            fits, raw = hint is str, _text(raw, name)
        case _:
            fits = isinstance(raw, hint)
    if not fits:
        raise _MisfitError
    return raw


def _text(raw: str, name: str) -> str:
    if name == "output":
        return output.clean(raw)[0]
    return sound(raw) if name in _PROSE else visible(raw)


def _output(raw: object) -> Output:
    if not isinstance(raw, Mapping):
        raise _MisfitError
    if raw.get("kind") == "image" and not raw.get("data"):
        return TextOutput(text=f"[{visible(str(raw.get('alt') or 'Figure'))}]", stream="result")
    found = output.parse(raw)
    if found is None:
        raise _MisfitError
    return found
