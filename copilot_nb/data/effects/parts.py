"""What is known of the attributes and items of a value, live or not."""

from __future__ import annotations

import ast
import types
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot_nb.data.effects import methods, tables
from copilot_nb.data.effects.functions import special
from copilot_nb.data.effects.magics import note_inside
from copilot_nb.data.effects.sharing import COLUMN, OWN, copies_on_write
from copilot_nb.data.effects.values import (
    NONE,
    NOTHING,
    OPTIONS,
    UNKNOWN,
    Value,
    attribute_of,
    cells_of,
    has_key,
    item_at,
    items_of,
    joined,
    method_of,
    path_of,
)
from copilot_nb.data.values import is_a, is_scientific, plain_attribute

if TYPE_CHECKING:
    from copilot_nb.data.effects.walk import Walk


def attribute_value(walk: Walk, owner: Value, attr: str) -> Value:
    """What is known of an owner's attribute."""
    if attr in tables.INTERNAL_ATTRIBUTES:
        walk.found.note("unknown", f"reaches into Python itself (.{attr})")
    if owner.kind == "pathlib" and attr in tables.PATH_TEXTS:
        return Value(kind="str")
    if owner.options:
        return joined([attribute_value(walk, option, attr) for option in owner.options])
    if owner.members and attr in owner.members:
        return Value(function=owner.members[attr])
    if owner.path:
        return _of_module(walk, owner, attr)
    if owner.exact:
        return _of_object(walk, owner, attr)
    method = (owner, attr) if methods.may_change(owner.kind, attr) else None
    kind = owner.kind if owner.kind in tables.PACKAGES else ""
    return replace(_part(owner, attr), kind=kind, stored=owner.stored, bound=method,
                   fresh=owner.fresh)  # fmt: skip


def _part(owner: Value, attr: str) -> Value:
    """What an attribute shares with its owner."""
    if not copies_on_write(owner.kind):
        return Value(shares=owner.reach, holds=owner.reach)
    if attr in OWN:
        return Value(shares=owner.shares, holds=owner.inner)
    return Value(shares=owner.inner, holds=owner.inner, cls=COLUMN)


def _of_module(walk: Walk, owner: Value, attr: str) -> Value:
    path = f"{owner.path}.{attr}"
    if path in tables.ENVIRONMENT_READS:
        walk.found.note("environment", f"reads {path}")
    if note_inside(walk, owner.path):
        return UNKNOWN
    found = attribute_of(owner.live, attr) if owner.exact else NOTHING
    if path in tables.SETTINGS or owner.path in tables.SETTINGS:
        return Value(path=path, live=found)
    real = path_of(found) if found is not NOTHING else ""
    if real:
        same = real.partition(".")[0] == path.partition(".")[0]
        return Value(live=found, path=path if same else real)
    if found is not NOTHING and not is_a(found, types.ModuleType) and _is_users(owner):
        # What a class holds belongs to it: a list there is changed for all of its objects.
        return walk.live.value(found, frozenset(owner.path.split(".")[1:2]))
    return Value(path=path, live=found)


def _is_users(owner: Value) -> bool:
    return owner.path.startswith("__main__")


def _of_object(walk: Walk, owner: Value, attr: str) -> Value:
    if not is_scientific(owner.live):
        stored = attribute_of(owner.live, attr)
        if stored is not NOTHING and not walk.live.is_intact(owner):
            return Value(shares=owner.reach, holds=owner.reach, fresh=False)
        if stored is not NOTHING:
            return walk.live.value(stored, owner.shares)
        found = method_of(owner.live, attr) if owner.kind not in tables.TRUSTED else None
        if type(found) is property:
            return special(walk, found.fget, owner, f"the property .{attr}")
        if found is NOTHING:
            hook = method_of(owner.live, "__getattr__")
            return special(walk, hook, owner, "__getattr__") if hook is not NOTHING else UNKNOWN
    method = (owner, attr) if methods.may_change(owner.kind, attr) else None
    kind = "dict" if attr in tables.DICTS_OF_TABLES else owner.kind
    if attr in {"flat", "T"} and cells_of(owner.live):
        return owner
    part = _part(owner, attr)
    known = _class_of_part(owner, attr) or part.cls
    return replace(part, kind=kind, bound=method, cls=known, fresh=False)


def _class_of_part(owner: Value, name: str | None) -> str:
    """What of a dataset is a variable; all else is what its name makes it."""
    variables = plain_attribute(owner.live, "variables") if owner.cls == "Dataset" else None
    return "DataArray" if name and name in (variables or ()) else ""


def item(walk: Walk, owner: Value, key: Value, where: ast.expr) -> Value:
    """What is known of an item."""
    intact = walk.live.is_intact(owner) and key.exact
    found = item_at(owner.live, key.live) if intact else NOTHING
    if found is not NOTHING:
        return walk.live.value(found, owner.shares)
    if owner.items and key.exact and type(key.live) is int and 0 <= key.live < len(owner.items):
        return owner.items[key.live]
    if owner.cls == "collections.defaultdict" and not has_key(owner.live, key.live):
        walk.change(owner, sure=key.exact)
    hook = method_of(owner.live, "__getitem__") if owner.exact else NOTHING
    if type(hook) is types.FunctionType and owner.kind not in tables.TRUSTED:
        return special(walk, hook, owner, "__getitem__", key)
    if owner.kind in tables.FRAMES and _copies(where):
        inner = owner.inner if owner.kind == "xarray" else walk.live.inside(owner.inner)
        return Value(kind=owner.kind, holds=inner)
    found = element(walk, owner)
    return replace(found, cls=_class_of_part(owner, key.text) or found.cls)


def element(walk: Walk, owner: Value) -> Value:
    """What is known of any item of a value."""
    items = items_of(owner.live) or cells_of(owner.live) if walk.live.is_intact(owner) else None
    if items is not None and owner.kind != "dict":
        kinds = {type(item) for item in items}
        known = [walk.live.value(item, owner.shares) for item in items[:50]]
        kind = known[0].kind if len(kinds) == 1 else ""
        if kind == "__main__":  # each may hold something else
            return joined(known) if len(items) <= OPTIONS else UNKNOWN
        reach = owner.shares.union(*(v.shares for v in known))
        inner = NONE.union(*(v.inner for v in known))
        return Value(kind=kind, shares=reach, holds=inner, fresh=False)
    if owner.yields is not None:
        return owner.yields
    kind = owner.kind if owner.kind in tables.PACKAGES - {"collections", "itertools"} else ""
    kind = "str" if owner.kind in {"str", "file"} else kind
    kind = "int" if owner.kind in {"range", "bytes"} else kind
    copies = copies_on_write(owner.kind)
    reach = owner.inner if copies else owner.reach
    return Value(kind=kind, shares=reach, holds=reach, stored=owner.stored, fresh=owner.fresh,
                 cls=COLUMN if copies else "")  # fmt: skip


def _copies(where: ast.expr) -> bool:
    """Whether a frame is indexed in a way that copies: a mask, a list of columns."""
    return isinstance(where, ast.Compare | ast.List | ast.BoolOp | ast.UnaryOp) or (
        isinstance(where, ast.BinOp) and isinstance(where.op, ast.BitAnd | ast.BitOr)
    )
