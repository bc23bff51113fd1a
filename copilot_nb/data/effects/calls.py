"""What calls do: to their object, to their arguments, to the world."""

from __future__ import annotations

import ast
import types
from typing import TYPE_CHECKING

from copilot_nb.data.effects import methods, tables, world
from copilot_nb.data.effects.expressions import as_text, attribute_value, consumed, element
from copilot_nb.data.effects.functions import call as call_known
from copilot_nb.data.effects.functions import of_live, special
from copilot_nb.data.effects.magics import is_ipython, magic
from copilot_nb.data.effects.values import (
    NONE,
    NOTHING,
    UNKNOWN,
    Function,
    Value,
    joined,
    kind_of,
    method_of,
)
from copilot_nb.data.effects.walk import Walk, evaluate
from copilot_nb.data.values import is_a

if TYPE_CHECKING:
    from copilot_nb.data.effects.world import Reach

TEXT = 60
"""Characters of an argument that are shown."""
_BUILT = {"list", "tuple", "set", "frozenset", "dict", "sorted", "reversed", "zip", "enumerate",
          "map", "filter", "iter", "next", "min", "max", "getattr", "sum", "slice",
          "anext", "aiter", "memoryview"}  # fmt: skip
"""Builtins whose result holds what they are given."""
_KINDS = {"sorted": "list", "len": "int", "input": "str", "repr": "str", "format": "str",
          "round": "float", "abs": "float", "any": "bool", "all": "bool", "isinstance": "bool",
          "hash": "int", "id": "int", "print": "NoneType", "open": "file", "ord": "int",
          "chr": "str", "hasattr": "bool", "callable": "bool", "sum": "float",
          "type": "type"}  # fmt: skip
_TEXTS = {"builtins.print", "builtins.str", "builtins.repr", "builtins.format", "builtins.ascii",
          "IPython.core.display_functions.display", "IPython.display.display"}  # fmt: skip
_HOOKS = {"builtins.len": "__len__", "builtins.bool": "__bool__", "builtins.iter": "__iter__",
          "builtins.hash": "__hash__", "builtins.abs": "__abs__", "builtins.next": "__next__",
          "builtins.list": "__iter__", "builtins.sum": "__iter__"}  # fmt: skip


_SAME = {"next", "min", "max", "memoryview", "anext"}
"""Builtins whose result is what they are given, or a part of it."""


class Call:
    """One call with what is known of its parts."""

    def __init__(self, node: ast.Call, walk: Walk) -> None:
        self.node, self.walk = node, walk
        self.owner: Value | None = None
        self.method = ""
        if isinstance(node.func, ast.Attribute):
            self.method = node.func.attr
            self.owner = walk.value(node.func.value)
            self.function = self._member(self.owner)
        else:
            self.function = walk.value(node.func)
        self.values = [self._argument(argument) for argument in node.args]
        self.named = {k.arg: walk.value(k.value) for k in node.keywords if k.arg}
        self.rest = walk.values([k.value for k in node.keywords if not k.arg])

    @property
    def every(self) -> list[Value]:
        """All arguments."""
        return [*self.values, *self.named.values(), *self.rest]

    @property
    def name(self) -> str:
        """The called thing, as it is written."""
        text = ast.unparse(self.node.func)
        return text if len(text) <= TEXT else f"….{self.method}" if self.method else "…"

    def flag(self, name: str) -> bool | None:
        """A keyword that is True, False or (None) not known; False when it is not there."""
        if self.rest:
            return None
        node = next((k.value for k in self.node.keywords if k.arg == name), None)
        if node is None:
            return False
        return bool(node.value) if isinstance(node, ast.Constant) else None

    def text(self, at: int | None, keyword: str = "") -> str:
        """An argument as text: its constant value, else how it is written."""
        if at is None:
            return ""
        value = next((v for k, v in self.named.items() if k == keyword), None)
        if value is None and at < len(self.values):
            value = self.values[at]
        if value is None:
            return ""
        if value.text is None and value.exact and type(value.live) is str:
            return _clip(value.live)
        if value.text is not None:
            return _clip(value.text)
        node = self.node.args[at] if at < len(self.node.args) else self.node
        return _clip(ast.unparse(node))

    def _member(self, owner: Value) -> Value:
        if self.method in tables.INTERNAL_ATTRIBUTES:
            return attribute_value(self.walk, owner, self.method)
        if owner.path or owner.members or owner.options:
            return attribute_value(self.walk, owner, self.method)
        if owner.exact and owner.kind not in tables.TRUSTED:
            return attribute_value(self.walk, owner, self.method)
        return Value()

    def _argument(self, node: ast.expr) -> Value:
        if isinstance(node, ast.Starred):
            return element(self.walk, self.walk.value(node.value))
        return self.walk.value(node)


@evaluate.register
def called(node: ast.Call, walk: Walk) -> Value:
    """A call."""
    call = Call(node, walk)
    if call.owner is not None and is_ipython(call.owner):
        return magic(walk, call.node, call.method)
    result = _called(call)
    if call.owner is None or call.owner.kind or call.owner.path:
        _callbacks(call, result)
    return result


def _called(call: Call) -> Value:
    function = call.function
    if function.bound is not None and call.owner is None:
        owner, _ = function.bound
        call.walk.change(owner, sure=False)
        owner.keep(_all(call))
        return Value(shares=owner.reach, holds=owner.reach)
    if call.owner is not None and not function.path and function.function is None:
        return joined([_method(call, owner) for owner in call.owner.options or (call.owner,)])
    return joined([_function(call, one) for one in function.options or (function,)])


def _function(call: Call, function: Value) -> Value:
    walk = call.walk
    if function.function is not None:
        bound = [] if call.owner is None or call.owner.path else _self(call.owner)
        return call_known(walk, function.function, [*bound, *call.values], call.named)
    if function.members is not None:
        return _instance(call, function)
    if function.path in ("IPython.get_ipython", "IPython.core.getipython.get_ipython"):
        return Value(path="IPython.get_ipython()")
    live = of_live(walk, function.live) if function.exact else None
    if live is not None:
        return call_known(walk, live, call.values, call.named)
    if function.path:
        _of_class(call)
        return _by_path(call, function)
    return _unknown_call(call)


def _of_class(call: Call) -> None:
    """`list.append(xs, 1)`: a method that is called through its class changes its argument."""
    owner = call.owner
    if owner is None or not call.values or not owner.exact or not is_a(owner.live, type):
        return
    kind = kind_of(owner.live)
    if methods.may_change(kind, call.method) or call.flag("inplace") is not False:
        call.walk.change(call.values[0])


def _self(owner: Value) -> list[Value]:
    """The object that a method of a class gets; a class itself hands over none."""
    return [] if owner.kind == "type" else [owner]


def _instance(call: Call, cls: Value) -> Value:
    made = Value(kind="__main__", members=cls.members,
                 holds=NONE.union(*(v.reach for v in call.every)))  # fmt: skip
    begin = (cls.members or {}).get("__init__")
    if begin is not None:
        call_known(call.walk, begin, [made, *call.values], call.named)
    return made


def _by_path(call: Call, function: Value) -> Value:
    path = function.path
    reach = world.reach_of(path)
    if path in {"builtins.open", "io.open"}:
        return _opened(call)
    if reach is not None:
        _note(call, reach, path)
        _use_up(call)
        return Value(kind=path.partition(".")[0], holds=_all(call))
    if path in methods.ARGUMENT_CHANGERS:
        _change_argument(call, methods.ARGUMENT_CHANGERS[path])
    if path in {"builtins.getattr", "builtins.setattr", "builtins.delattr"}:
        return _by_attribute_name(call, path.removeprefix("builtins."))
    if call.owner is not None and call.owner.path in tables.SETTINGS:
        call.walk.found.note("environment", f"uses {path}()")
        return Value()
    if path.startswith("__main__.") and function.exact:
        return _made(call, function)
    return _trusted(call, path) if _is_trusted(path) else _unknown_call(call)


def _is_trusted(path: str) -> bool:
    return path.partition(".")[0] in tables.PACKAGES | {"os", "sys", "shutil", "gc"}


def _trusted(call: Call, path: str) -> Value:
    """A function that does nothing but what can be told from its name."""
    _loads(call, path)
    _outputs(call)
    _looks_at(call, path)
    if path not in _NOT_ITERATING:
        _use_up(call)
    return _result(call, path)


_NOT_ITERATING = {
    f"builtins.{name}"
    for name in ("isinstance", "type", "id", "print", "repr", "hasattr", "callable", "str", "next",
                 "format", "iter", "len", "super")
}  # fmt: skip


def _result(call: Call, path: str) -> Value:
    root, _, name = path.rpartition(".")
    if path == "builtins.type" and len(call.values) > 1:
        _unknown(call.walk, "type")
    if path.startswith("builtins."):
        kind = _KINDS.get(name, name)
        if name in _BUILT:
            return Value(kind="" if name in {"next", "getattr", "min", "max"} else kind,
                         holds=_all(call),
                         shares=_all(call) if name in _SAME else NONE)  # fmt: skip
        return Value(kind=kind, holds=_all(call) if root != "builtins" else NONE)
    if root.startswith("copy"):
        first = call.values[0] if call.values else Value()
        return Value(kind=first.kind, holds=NONE if name == "deepcopy" else first.reach)
    if name in methods.VIEWING_FUNCTIONS and not (path == "numpy.array" and not call.named):
        return Value(kind=path.partition(".")[0], shares=_all(call), holds=_all(call))
    return Value(kind=path.partition(".")[0])


def _all(call: Call) -> frozenset[str]:
    return NONE.union(*(value.reach for value in call.every))


def _method(call: Call, owner: Value) -> Value:
    """A method of a value that is not ours to follow: by the tables of its kind."""
    if owner.members is not None:
        return _unknown_call(call)
    if owner.exact and owner.kind not in {*tables.TRUSTED, *_FILE_KINDS}:
        return _users_method(call, owner)
    if owner.kind == "type":
        return _of_some_class(call)
    return _of_file(call, owner) or _of_library(call, owner)


def _of_library(call: Call, owner: Value) -> Value:
    """A method of a builtin or of a package that we know, or of who knows what."""
    _writes(call, owner)
    _outputs(call)
    if call.method in methods.ARGUMENT_METHODS:
        _change_argument(call, methods.ARGUMENT_METHODS[call.method])
    sure = _changes_owner(call, owner)
    if sure is not None:
        call.walk.change(owner, sure=sure)
        owner.keep(_all(call))
        _use_up(call)
    elif not owner.kind:
        _guessed(call, owner)
    elif owner.kind not in tables.TRUSTED:
        return _unknown_call(call)
    return _method_result(call, owner)


def _of_some_class(call: Call) -> Value:
    """`type(xs).append(xs, 1)`: a method of a class that is not known."""
    if call.method not in methods.MUTATING_GUESS:
        return _unknown_call(call)
    for value in call.values[:1]:
        call.walk.change(value, sure=False)
    return Value()


def _of_file(call: Call, owner: Value) -> Value | None:
    """A method of a path or an open file."""
    name = call.method
    if owner.kind == "pathlib" and name in world.PATH_METHODS:
        _note_owner(call, world.PATH_METHODS[name])
        return Value(kind="str" if name.startswith("read") else "pathlib")
    if owner.kind not in _FILE_KINDS:
        return None
    if name not in world.FILE_METHODS:
        return Value()
    if owner.exact:  # of one that the code opens itself it has been said
        _note_owner(call, world.FILE_METHODS[name])
        call.walk.change(owner)
    return Value(kind="list" if name == "readlines" else "str")


_FILE_KINDS = {"file", "_io", "zipfile", "gzip"}


def _changes_owner(call: Call, owner: Value) -> bool | None:
    """Whether the object surely (True) or perhaps (False) changes; None when it does not."""
    class_name = type(owner.live).__name__ if owner.exact else ""
    if methods.changes(owner.kind, call.method, class_name):
        return True
    if call.flag("inplace") or call.flag("in_place"):
        return True
    if owner.kind == "pandas" and call.flag("inplace") is None:
        return False
    return None


def _guessed(call: Call, owner: Value) -> None:
    """A method of a value of a kind that is not known: by its name."""
    if call.method in methods.MUTATING_GUESS:
        call.walk.change(owner, sure=False)
        owner.keep(_all(call))
    elif not (call.method in _HARMLESS or call.method.startswith(("to_", "read_", "get_"))):
        _unknown_call(call)


_HARMLESS = frozenset(
    name
    for cls in (str, bytes, int, float, list, dict, set, tuple, frozenset, complex, range)
    for name in dir(cls)
    if name not in methods.MUTATING_GUESS and not name.startswith("__")
) | methods.words("""
    mean sum std var min max median quantile describe head tail value_counts nunique isna isnull
    notna notnull any all astype reset_index set_index sort_values sort_index groupby agg apply
    map query assign merge join drop dropna fillna rename corr abs round unique cumsum diff shift
    rolling resample iloc loc shape plot hist year month day hour date time strftime total_seconds
    isoformat weekday dayofweek tolist item reshape ravel flatten dot group groups span start end
    match search findall finditer
""")  # fmt: skip


def _users_method(call: Call, owner: Value) -> Value:
    walk = call.walk
    method = method_of(owner.live, call.method)
    if call.function.exact and call.function.live is not method:
        return _function(call, call.function)
    if isinstance(method, staticmethod | classmethod):
        known = of_live(walk, method.__func__)
        first = [UNKNOWN] if isinstance(method, classmethod) else []
    else:
        known, first = of_live(walk, method), [owner]
    if known is None:
        return _unknown_call(call)
    return call_known(walk, known, [*first, *call.values], call.named)


def _made(call: Call, cls: Value) -> Value:
    """An instance of a class of the user's, or a call of something else of theirs."""
    if not is_a(cls.live, type):
        return _unknown_call(call)
    begin = _init_of(cls.live)
    reach = _all(call)
    made = Value(kind="__main__", holds=reach, members=_functions_of(call.walk, cls.live))
    if type(begin) is types.FunctionType:
        special(call.walk, begin, made, f"{cls.path.rpartition('.')[2]}()", *call.values)
    return made


def _init_of(cls: type) -> object:
    from copilot_nb.data.effects.values import attribute_of

    return attribute_of(cls, "__init__")


def _functions_of(walk: Walk, cls: type) -> dict[str, Function]:
    from copilot_nb.data.values import class_data, mro

    found: dict[str, Function] = {}
    for one in reversed(mro(cls)):
        for name, member in class_data(one).items():
            known = of_live(walk, member)
            if known is not None:
                found[name] = known
    return found


def _method_result(call: Call, owner: Value) -> Value:
    name = call.method
    if owner.kind in tables.FRAMES:
        if name in methods.VIEWS:
            return Value(kind=owner.kind, shares=owner.reach, holds=owner.reach)
        return Value(kind=owner.kind)
    if name == "copy":
        return Value(kind=owner.kind, holds=owner.holds | owner.stored)
    if owner.kind in tables.PLAIN - {"tuple"}:
        return Value(kind=owner.kind if owner.kind != "str" else _STR_RESULTS.get(name, "str"))
    if name in methods.HOLDING or not owner.kind:
        kind = owner.kind if owner.kind == "collections" else ""
        return Value(kind=kind, shares=owner.reach, holds=owner.reach | _all(call))
    return Value(kind=owner.kind if owner.kind not in {"list", "dict", "set"} else "",
                 holds=owner.holds | owner.stored)  # fmt: skip


_STR_RESULTS = {"split": "list", "rsplit": "list", "splitlines": "list", "partition": "tuple",
                "rpartition": "tuple", "encode": "bytes", "find": "int", "count": "int",
                "startswith": "bool", "endswith": "bool", "index": "int"}  # fmt: skip


def _change_argument(call: Call, at: int) -> None:
    if 0 <= at < len(call.values):
        call.walk.change(call.values[at])


def _outputs(call: Call) -> None:
    """`out=`: where numpy puts its result."""
    if "out" in call.named:
        call.walk.change(call.named["out"])


def _looks_at(call: Call, path: str) -> None:
    if path in _TEXTS:
        for value in call.every:
            as_text(call.walk, value)
    hook = _HOOKS.get(path)
    if hook and call.values and call.values[0].exact and call.values[0].kind == "__main__":
        method = method_of(call.values[0].live, hook)
        if method is not NOTHING:
            special(call.walk, method, call.values[0], hook)


def _by_attribute_name(call: Call, function: str) -> Value:
    name = call.values[1].text if len(call.values) > 1 else None
    owner = call.values[0] if call.values else UNKNOWN
    if name is None:
        call.walk.found.note("unknown", f"{function}() with a name that is computed")
        return UNKNOWN
    if function == "getattr":
        return attribute_value(call.walk, owner, name)
    if owner.path:
        call.walk.found.note("environment", f"sets {owner.path}.{name}")
    return Value()


def _callbacks(call: Call, result: Value) -> None:
    """Functions that are handed over may be called, with anything that the call knows."""
    given = [v for v in call.every if v.function is not None or _is_callable(v)]
    owner = call.owner if call.owner is not None and not call.owner.path else Value()
    others = [v for v in call.every if v.function is None and not _is_callable(v)]
    reach = owner.reach.union(*(v.reach for v in others))
    kinds = {element(call.walk, v).kind for v in others} or {owner.kind}
    spare = Value(kind=kinds.pop() if len(kinds) == 1 else "", shares=reach, holds=reach,
                  fresh=False)  # fmt: skip
    with call.walk.doubtful():
        for value in call.every:
            if value.bound is not None:
                call.walk.change(value.bound[0])
        for value in given:
            known = value.function or of_live(call.walk, value.live)
            if known is not None:
                call.walk.call(known, {}, spare)
            elif value.path.startswith("__main__.") and not is_a(value.live, type):
                _unknown(call.walk, value.path.removeprefix("__main__."))


def _is_callable(value: Value) -> bool:
    return value.exact and type(value.live) in (types.FunctionType, types.MethodType)


def _unknown_call(call: Call) -> Value:
    _unknown(call.walk, call.name)
    for value in call.every:
        consumed(call.walk, value)
    reach = _all(call) | (call.owner.reach if call.owner is not None else NONE)
    return Value(shares=reach, holds=reach, fresh=False)


def _unknown(walk: Walk, name: str) -> None:
    walk.found.note("unknown", f"calls {name}(), whose effects were not looked into")


# -- the world


def _note(call: Call, reach: Reach, path: str) -> None:
    what = call.text(reach.at, reach.keyword)
    if reach.kind == "unknown":
        text = f"{reach.verb} ({call.name})" if not what else f"{reach.verb} {what}"
    else:
        text = f"{reach.verb} {what}".strip() if reach.at is not None else reach.verb
    if reach.at is not None and not what:
        text = f"{reach.verb} … ({path})"
    call.walk.found.note(reach.kind, text)


def _note_owner(call: Call, reach: Reach) -> None:
    node = call.node.func
    where = _clip(ast.unparse(node.value)) if isinstance(node, ast.Attribute) else ""
    call.walk.found.note(reach.kind, f"{reach.verb} {where}".strip())


def _opened(call: Call) -> Value:
    """`open()`: what for is in its mode."""
    mode_value = call.named.get("mode") or (call.values[1] if len(call.values) > 1 else None)
    mode = "r" if mode_value is None else mode_value.text
    verb = "reads or writes" if mode is None else "writes" if set(mode) & set("wax+") else "reads"
    call.walk.found.note("files", f"{verb} {call.text(0, 'file')}".strip())
    return Value(kind="file")


def _loads(call: Call, path: str) -> None:
    """`pandas.read_csv` and its like."""
    root, _, name = path.rpartition(".")
    if root.partition(".")[0] in world.LOADERS and name.startswith(world.READERS):
        where = call.text(0, next(iter(call.named), ""))
        first = call.values[0] if call.values else next(iter(call.named.values()), UNKNOWN)
        if first.kind in {"file", "io", "_io"} and not first.text:
            return
        remote = "://" in where and not where.startswith("file:")
        call.walk.found.note("network" if remote else "files", f"reads {where}".strip())
    if name.startswith(world.WRITERS) and name not in world.IN_MEMORY and _path_given(call):
        call.walk.found.note("files", f"writes {call.text(0, '')}".strip())


def _use_up(call: Call) -> None:
    """Iterators among the arguments are no longer where they were."""
    for value in call.every:
        consumed(call.walk, value)


def _writes(call: Call, owner: Value) -> None:
    """`frame.to_csv(path)` and its like."""
    name = call.method
    if name in {"to_sql", "to_gbq", "write_database"}:
        call.walk.found.note("network", f"writes a table of a database: {call.text(0, 'name')}")
    elif name == "to_clipboard":
        call.walk.found.note("environment", "writes the clipboard")
    elif name == "savefig" or (name in {"write_html", "write_image", "write_json", "save"}):
        call.walk.found.note("files", f"writes {call.text(0, 'fname')}".strip())
    elif name in {"execute", "executemany", "executescript", "sql", "query"} and (
        owner.kind in {"sqlite3", "duckdb", "sqlalchemy", "psycopg2"}
    ):
        call.walk.found.note("unknown", f"runs SQL, which was not looked into: {call.text(0)}")
    elif (
        name.startswith(world.WRITERS) and name not in world.IN_MEMORY
        and owner.kind in {*tables.FRAMES, "geopandas", ""} and _path_given(call)
    ):  # fmt: skip
        call.walk.found.note("files", f"writes {call.text(0, _path_keyword(call))}".strip())


_PATHS = ("path_or_buf", "path", "excel_writer", "buf", "file", "fname", "store", "where")


def _path_keyword(call: Call) -> str:
    return next((name for name in _PATHS if name in call.named), "")


def _path_given(call: Call) -> bool:
    first = call.values[0] if call.values else None
    return bool(_path_keyword(call)) or (first is not None and first.kind not in {"NoneType", "io"})


def _clip(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TEXT else f"{line[: TEXT - 1]}…"
