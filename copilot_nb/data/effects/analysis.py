"""What code would do, as a list of effects that a person reads before it runs.

It informs; it is no sandbox. What could not be followed is an effect of its own ("unknown"), and
so is an analysis that failed. Nothing of the user's is run, asked for its properties, or printed.
"""

from __future__ import annotations

import ast
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from copilot_nb.data.effects import calls, expressions, statements
from copilot_nb.data.effects.findings import WORLD, Findings
from copilot_nb.data.effects.values import path_of
from copilot_nb.data.effects.walk import TooMuchError, Walk
from copilot_nb.data.frames import frame_of
from copilot_nb.data.values import FUNCTIONS, is_a, size, type_name
from copilot_nb.transcript.blocks import Effect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_log = logging.getLogger(__name__)

CODE = 50_000
"""Characters of code that are analysed."""
SHOWN = 40
"""Names and facts of one kind that are shown."""
PERHAPS = ", perhaps"

FOLLOWED = (calls, expressions, statements)
"""What registers the meaning of each kind of code."""


@dataclass(frozen=True, kw_only=True)
class Consequences:
    """What code would do, as far as it can be seen."""

    effects: tuple[Effect, ...] = ()
    reads: frozenset[str] = frozenset()
    creates: Mapping[str, bool] = field(default_factory=dict)
    """Name -> whether it is sure."""
    overwrites: Mapping[str, bool] = field(default_factory=dict)
    changes: Mapping[str, bool] = field(default_factory=dict)
    deletes: Mapping[str, bool] = field(default_factory=dict)
    world: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """files, network, process, environment, imports, unknown -> what."""

    @property
    def known(self) -> bool:
        """Whether everything could be followed."""
        return "unknown" not in self.world


def consequences(
    code: str, namespace: Mapping[str, Any], transform: Callable[[str], str] | None = None
) -> Consequences:
    """What the code would do in this namespace.

    Args:
        code: The code as a person would type it.
        namespace: The names that it would find.
        transform: Makes plain Python of magics; None where there are none.
    """
    if len(code) > CODE:
        return _unread("the code is too long to be analysed")
    try:
        source = transform(code) if transform else code
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        where = f" (line {error.lineno})" if isinstance(error, SyntaxError) else ""
        return _unread(f"the code cannot be read as Python{where}")
    walk = Walk(namespace)
    try:
        walk.body(tree.body)
    except (TooMuchError, RecursionError):
        walk.found.note("unknown", "the code is too tangled to be followed to its end")
    except Exception:  # noqa: BLE001 - it must not keep anybody from reading the code itself
        _log.exception("The consequences of code could not be found")
        walk.found.note("unknown", "the analysis failed; read the code")
    return _worded(walk.found, namespace)


def _unread(why: str) -> Consequences:
    return Consequences(effects=(Effect(kind="unknown", text=why),), world={"unknown": (why,)})


def _worded(found: Findings, namespace: Mapping[str, Any]) -> Consequences:
    creates = found.bound(namespace, existing=False)
    overwrites = found.bound(namespace, existing=True)
    deletes = found.deleted(namespace)
    changes = {n: sure for n, sure in found.changes.items() if n in namespace}
    rest = {kind: tuple(found.world[kind]) for kind in WORLD if kind in found.world}
    reads = {name for name in found.reads if name in namespace}
    quiet = {*changes, *overwrites, *deletes}
    shown = {name: True for name in found.reads if name in reads and name not in quiet}
    effects = [
        *_names("reads", shown, namespace),
        *_names("creates", _telling(creates, found, {}), {}),
        *_names("overwrites", _telling(overwrites, found, namespace), namespace),
        *_names("changes", changes, namespace),
        *_names("deletes", deletes, namespace),
        *(Effect(kind=kind, text=text) for kind in WORLD for text in _bounded(rest.get(kind, ()))),  # type: ignore[arg-type]  # WORLD has kinds only
    ]
    return Consequences(
        effects=tuple(effects),
        reads=frozenset(reads),
        creates=creates,
        overwrites=overwrites,
        changes=changes,
        deletes=deletes,
        world=rest,
    )


def _telling(
    names: Mapping[str, bool], found: Findings, namespace: Mapping[str, Any]
) -> dict[str, bool]:
    """Without imports, which are told by themselves; unless they take a name from data."""
    return {
        name: sure
        for name, sure in names.items()
        if name not in found.imported or (name in namespace and not path_of(namespace[name]))
    }


def _names(kind: Any, names: Mapping[str, bool], namespace: Mapping[str, Any]) -> list[Effect]:
    texts = [
        _name(name, namespace) + ("" if sure else PERHAPS) for name, sure in sorted(names.items())
    ]
    return [Effect(kind=kind, text=text) for text in _bounded(tuple(texts))]


def _bounded(texts: tuple[str, ...]) -> tuple[str, ...]:
    if len(texts) <= SHOWN:
        return texts
    return (*texts[:SHOWN], f"… {len(texts) - SHOWN:,} more")


def _name(name: str, namespace: Mapping[str, Any]) -> str:
    """A name with what it is now: "df (8,760 x 12)"."""
    if name not in namespace:
        return name
    value = namespace[name]
    if is_a(value, FUNCTIONS):
        return f"{name}()"
    if path_of(value):
        return name
    frame = frame_of(value)
    if frame is not None:
        wide = " rows" if frame.kind.endswith("Series") else f" × {len(frame.columns):,}"
        return f"{name} ({frame.rows:,}{wide})"
    words = size(value).strip("()") or type_name(value)
    return f"{name} ({words.replace(', ', ' × ') if words[0].isdigit() else words})"
