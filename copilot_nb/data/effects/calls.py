"""What calls do: to their object, to their arguments, to the world."""

from __future__ import annotations

import ast
import types

from copilot_nb.data.effects import methods, tables, world
from copilot_nb.data.effects.call import (
    Call,
    change_argument,
    into_outputs,
    reach_of_all,
    unknown,
    unknown_call,
    use_up,
)
from copilot_nb.data.effects.drawing import PYPLOT, pyplot, seaborn
from copilot_nb.data.effects.expressions import as_text
from copilot_nb.data.effects.functions import call as call_known
from copilot_nb.data.effects.functions import functions_of, of_live, special, specials
from copilot_nb.data.effects.magics import INSIDE, IPYTHON, is_ipython, magic
from copilot_nb.data.effects.objects import FILE_KINDS, of_file, of_library, of_some_class
from copilot_nb.data.effects.outside import note, note_reading, of_network, opened
from copilot_nb.data.effects.parts import attribute_value, element
from copilot_nb.data.effects.results import result_of
from copilot_nb.data.effects.sharing import copies_on_write
from copilot_nb.data.effects.texts import note_texts
from copilot_nb.data.effects.values import (
    NOTHING,
    UNKNOWN,
    Value,
    attribute_of,
    items_of,
    joined,
    kind_of,
    method_of,
)
from copilot_nb.data.effects.walk import Walk, evaluate
from copilot_nb.data.values import is_a

_TEXTS = {"builtins.print", "builtins.str", "builtins.repr", "builtins.format", "builtins.ascii",
          "IPython.core.display_functions.display", "IPython.display.display"}  # fmt: skip
_HOOKS = {"builtins.len": "__len__", "builtins.bool": "__bool__", "builtins.iter": "__iter__",
          "builtins.hash": "__hash__", "builtins.abs": "__abs__", "builtins.next": "__next__",
          "builtins.list": "__iter__", "builtins.sum": "__iter__"}  # fmt: skip


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
    bound = function.bound if call.owner is None else None
    if call.owner is not None and call.method == "__call__":  # `xs.append.__call__(1)`
        bound = call.owner.bound
    if bound is not None:
        owner, _ = bound
        call.walk.change(owner, sure=False)
        owner.keep(reach_of_all(call))
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
        return _instance(call, function) if function.kind == "type" else _called_object(call)
    if function.path in ("IPython.get_ipython", "IPython.core.getipython.get_ipython"):
        return Value(path=IPYTHON)
    live = of_live(walk, function.live) if function.exact else None
    if live is not None:
        return call_known(walk, live, call.values, call.named)
    if function.path:
        _of_class(call)
        return _by_path(call, function)
    computes = function.kind in tables.CALLED or function.cls in tables.COMPUTING
    return Value(kind="numpy") if computes else unknown_call(call)


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
                 holds=cls.reach | reach_of_all(call))  # fmt: skip
    members = cls.members or {}
    if "__init__" in members:
        call_known(call.walk, members["__init__"], [made, *call.values], call.named)
    specials(call.walk, made, members)
    return made


def _called_object(call: Call) -> Value:
    """An instance of such a class, called: that was followed when it was made."""
    reach = reach_of_all(call).union(*(v.reach for v in (call.function,)))
    hook = (call.function.members or {}).get("__call__")
    if hook is None:
        return unknown_call(call)
    call_known(call.walk, hook, [call.function, *call.values], call.named)
    return Value(shares=reach, holds=reach)


def _by_path(call: Call, function: Value) -> Value:
    path = function.path
    reach = world.reach_of(path)
    if path in {"builtins.open", "io.open"}:
        return opened(call)
    if reach is not None:
        note(call, reach, path)
        use_up(call)
        root, _, name = path.rpartition(".")
        return Value(kind=root.partition(".")[0], cls=name, holds=reach_of_all(call))
    if path in methods.ARGUMENT_CHANGERS:
        change_argument(call, methods.ARGUMENT_CHANGERS[path])
    if path in {"builtins.getattr", "builtins.setattr", "builtins.delattr"}:
        return _by_attribute_name(call, path.removeprefix("builtins."))
    if call.owner is not None and call.owner.path in tables.SETTINGS:
        if path not in tables.PRINTING:
            call.walk.found.note("environment", f"uses {path}()")
        return Value()
    if path.startswith("__main__.") and function.exact:
        return _made(call, function)
    return _trusted(call, path) if _is_trusted(path) else unknown_call(call)


def _is_trusted(path: str) -> bool:
    known = path.partition(".")[0] in tables.PACKAGES | {"os", "sys", "shutil", "gc"}
    return known and not path.startswith(INSIDE)


def _trusted(call: Call, path: str) -> Value:
    """A function that does nothing but what can be told from its name."""
    kind, name = path.partition(".")[0], path.rpartition(".")[2]
    note_texts(call, kind, name)
    note_reading(call, path)
    into_outputs(call, kind)
    if kind == "seaborn":
        seaborn(call, name)
    _looks_at(call, path)
    if path not in _NOT_ITERATING:
        use_up(call)
        for value in call.every:
            if value.exact and value.kind == "__main__" and path not in {*_HOOKS, *_TEXTS}:
                specials(call.walk, value, functions_of(call.walk, type(value.live)))
    return pyplot(call) if path.rpartition(".")[0] == PYPLOT else result_of(call, path)


_NOT_ITERATING = {
    f"builtins.{name}"
    for name in ("isinstance", "type", "id", "print", "repr", "hasattr", "callable", "str", "next",
                 "format", "iter", "len", "super")
}  # fmt: skip


def _method(call: Call, owner: Value) -> Value:
    """A method of a value that is not ours to follow: by the tables of its kind."""
    if owner.members is not None:
        return unknown_call(call)
    answered = of_network(call, owner)
    if answered is not None:
        return answered
    if owner.exact and owner.kind not in {*tables.TRUSTED, *FILE_KINDS}:
        return _users_method(call, owner)
    if owner.kind == "type":
        return of_some_class(call)
    return of_file(call, owner) or of_library(call, owner)


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
        return unknown_call(call)
    return call_known(walk, known, [*first, *call.values], call.named)


def _made(call: Call, cls: Value) -> Value:
    """An instance of a class of the user's, or a call of something else of theirs."""
    if not is_a(cls.live, type):
        return unknown_call(call)
    begin = attribute_of(cls.live, "__init__")
    reach = reach_of_all(call)
    made = Value(kind="__main__", holds=reach, members=functions_of(call.walk, cls.live))
    if type(begin) is types.FunctionType:
        special(call.walk, begin, made, f"{cls.path.rpartition('.')[2]}()", *call.values)
    return made


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
    given = [one for v in call.every for one in _callables(call.walk, v)]
    owner = call.owner if call.owner is not None and not call.owner.path else Value()
    others = [v for v in call.every if not v.called]
    given_itself = (
        owner.inner if owner.kind == "pandas" and copies_on_write("pandas") else owner.reach
    )
    reach = given_itself.union(*(v.reach for v in others))
    kinds = {element(call.walk, v).kind for v in others} or {owner.kind}
    spare = Value(kind=kinds.pop() if len(kinds) == 1 else "", shares=reach, holds=reach,
                  fresh=False)  # fmt: skip
    with call.walk.doubtful():
        for value in given:
            if value.bound is not None:
                call.walk.change(value.bound[0])
            known = value.function or of_live(call.walk, value.live)
            if known is not None:
                call.walk.call(known, {}, spare)
            elif value.path.startswith("__main__.") and not is_a(value.live, type):
                unknown(call.walk, value.path.removeprefix("__main__."))


def _callables(walk: Walk, value: Value) -> tuple[Value, ...]:
    """Functions among what is handed over, and in a list or dict of them."""
    items = items_of(value.live) if walk.live.is_intact(value) else None
    return value.called + tuple(c for item in items or () for c in walk.live.value(item).called)
