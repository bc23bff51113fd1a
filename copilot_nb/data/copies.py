"""How much memory values take, and copies of them: of all that stores what can be read.

What cannot be copied is refused, wherever in a value it stands. Copying runs no code of the values'
classes.
"""

from __future__ import annotations

import operator
import sys
import types
from typing import TYPE_CHECKING, Any

from copilot_nb.data.libraries import memory_of
from copilot_nb.data.memory import is_array, owner_of, owners, plain_array
from copilot_nb.data.states import has_state, state_copy
from copilot_nb.data.stored import (
    ATOMS,
    NotCopiedError,
    attributes,
    base_of,
    beside_table,
    empty,
    fields,
    first,
    inside,
    is_fixed,
    is_own,
    is_own_class,
    is_plain,
    length,
    set_attributes,
    set_inside,
)
from copilot_nb.data.values import (
    are_of,
    class_data,
    comes_from,
    instance_data,
    is_a,
    is_one_of,
    is_scientific,
    module_of,
    mro,
    plain_attribute,
)
from copilot_nb.data.xarrays import in_memory, is_xarray, variables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ITEMS = 200_000
"""Items of nested values that one copy takes."""
DEPTH = 20
_HELD = 1_000
"""Items of a container whose memory is asked for."""
ITEM_BYTES = 64
_IMMUTABLE = ("polars", "pyarrow")


def bytes_of(value: object, levels: int = 2) -> int:
    """About how much memory a value takes, with what it holds so many levels down."""
    value = _plain_frame(value)
    root = _library(value)
    if root == "polars" and hasattr(value, "estimated_size"):
        return int(value.estimated_size())
    nbytes = plain_attribute(value, "nbytes")
    if isinstance(nbytes, int):
        return nbytes
    if root == "pandas" and hasattr(value, "memory_usage"):
        return int(value.memory_usage(index=False).sum())
    if base_of(value) is bytearray or is_one_of(type(value), (bytes, str)):
        return len(value)  # type: ignore[arg-type]  # these have a length
    own = sys.getsizeof(value) if has_state(value) else ITEM_BYTES
    return own + _held(value, levels)


def _held(value: Any, levels: int) -> int:
    """What a container, an object or a class of the notebook holds."""
    items: list[Any] = []
    held = 0
    if is_own_class(value):
        items += fields(value).values()
    elif is_plain(value) or is_own(value):
        items += attributes(value).values()
        if base_of(value) is not None:
            held = length(value) * ITEM_BYTES
            some = first(value, _HELD)
            items += [item for _, item in some] if is_a(value, dict) else some
    large = (item for item in items if not is_one_of(type(item), ATOMS))
    return held + sum(bytes_of(item, levels - 1) for item in large) if levels else held


def read_only(value: Any) -> Any:
    """A dataset or an array of xarray on the same memory, which cannot be written through it."""
    made = value.copy(deep=False)
    for one in variables(made).values():
        array = in_memory(one)
        if array is not None:
            one._data = array.view()  # noqa: SLF001 - it is ours
            one._data.flags.writeable = False  # noqa: SLF001 - likewise
    return made


def copied_together(values: Mapping[str, Any]) -> dict[str, Any]:
    """Copies of several values that refer to each other as the values do.

    Raises:
        NotCopiedError: One of them cannot be copied; it says which.
    """
    copier = _Copier(values.values())
    made = {}
    for name, value in values.items():
        try:
            made[name] = copier.copy(value, DEPTH)
        except NotCopiedError as error:
            raise NotCopiedError(f"{name}: {error}") from None
    return made


class _Copier:
    def __init__(self, values: Iterable[Any]) -> None:
        self.left = ITEMS
        self.done: dict[int, Any] = {}
        self.owners = owners(values)

    def copy(self, value: Any, depth: int) -> Any:
        if is_one_of(type(value), ATOMS) or (is_fixed(value) and not is_own_class(value)):
            return value
        if id(value) not in self.done:
            self.left -= 1
            if self.left < 0 or depth <= 0:
                raise NotCopiedError("it holds too many items")
            self.done[id(value)] = self._copy(value, depth)
        return self.done[id(value)]

    def _copy(self, value: Any, depth: int) -> Any:
        if is_own(value) or is_own_class(value):
            # Their methods work on the notebook's names, not on those of the trial.
            raise NotCopiedError("objects of classes of the notebook are not copied for a trial")
        if is_plain(value):
            return self._stored(value, depth)
        if has_state(value):
            return state_copy(value)
        made = self._table(value, depth)
        if made is None:
            raise NotCopiedError(_unknown(value))
        return made

    def _table(self, value: Any, depth: int) -> Any:
        """A copy of a table or an array with what its cells hold; None for anything else."""
        if is_xarray(value):
            return self._xarray(value, depth)
        made = self._view(value)
        if made is not None:
            return made
        made = table_copy(value)
        if made is None:
            return None
        for cells in object_cells(made):
            self._replace(cells, depth)
        stored = instance_data(value)
        if "_mgr" in stored:  # of pandas
            own = {**beside_table(value), "_attrs": stored.get("_attrs")}
            data = instance_data(made) | {n: self.copy(part, depth - 1) for n, part in own.items()}
            made = made if is_scientific(value) else object.__new__(type(value))
            instance_data(made).update(data)
        elif not is_scientific(value) or hides_objects(value):
            raise NotCopiedError(_unknown(value))
        return made

    def _view(self, value: Any) -> Any:
        """A view of a copy, of an array on whose memory others stand; None for anything else."""
        owner: Any = owner_of(value) if is_array(value) else None
        if len(self.owners.get(id(owner), ())) <= 1:
            return None
        plain = all(comes_from(each, "numpy", "ndarray") for each in (value, owner))
        if not plain or value.dtype.hasobject:
            raise NotCopiedError("it shares its memory with another array")
        if id(owner) not in self.done:
            self.done[id(owner)] = owner.copy(order="K")
        return _view_at(self.done[id(owner)], owner, value)

    def _replace(self, cells: Any, depth: int) -> None:
        """Copies in the place of what the cells of an array of objects hold."""
        items = cells.ravel().tolist()
        if are_of(items, ATOMS):
            return
        for at, item in enumerate(items):
            if not is_one_of(type(item), ATOMS):
                cells.flat[at] = self.copy(item, depth - 1)

    def _xarray(self, value: Any, depth: int) -> Any:
        if not comes_from(value, "xarray", "Dataset", "DataArray"):
            raise NotCopiedError(_unknown(value))
        made = value.copy(deep=False)
        for one in {id(each): each for each in variables(made).values()}.values():
            array = in_memory(one)
            if array is not None:
                one._data = self.copy(array, depth - 1)  # noqa: SLF001 - it is ours
            one._attrs = self.copy(one._attrs, depth - 1)  # noqa: SLF001 - likewise
        if hasattr(made, "_attrs"):
            made._attrs = self.copy(value._attrs, depth - 1)  # noqa: SLF001 - likewise
        return made

    def _stored(self, value: Any, depth: int) -> Any:
        """A copy of an object that stores everything where it can be read."""
        cls, base = type(value), base_of(value)
        if any("__del__" in class_data(one) for one in mro(cls)):
            raise NotCopiedError(_unknown(value))
        content: Any = None if base is None else inside(value)
        if base in (tuple, frozenset):
            made = self._constant(value, content, depth)
        else:
            made = self.done[id(value)] = _emptied(value)
            if base is not None:
                set_inside(made, self._items(content, depth))
        stored = attributes(value)
        if stored:
            set_attributes(made, {n: self.copy(part, depth - 1) for n, part in stored.items()})
        return made

    def _constant(self, value: Any, content: Any, depth: int) -> Any:
        """A tuple or a frozen set; itself where its items are: as a key it must stay what it is."""
        items = self._items(content, depth)
        same = not attributes(value) and all(map(operator.is_, items, content))
        return value if same else base_of(value).__new__(type(value), items)

    def _items(self, content: Any, depth: int) -> Any:
        """The container with copies in the place of what it holds."""
        if type(content) is dict:
            return self._values(self._same(content, depth), depth)
        if type(content) is set:
            return self._same(content, depth)
        return self._each(content, depth) if type(content) is list else content

    def _each(self, items: list[Any], depth: int) -> list[Any]:
        return items if are_of(items, ATOMS) else [self.copy(item, depth - 1) for item in items]

    def _same(self, items: Any, depth: int) -> Any:
        """Keys of a dict, or items of a set: they are found by what they are, and must stay it."""
        for item in () if are_of(items, ATOMS) else items:
            if self.copy(item, depth - 1) is not item:
                raise NotCopiedError("its keys are objects")
        return items

    def _values(self, content: dict[Any, Any], depth: int) -> dict[Any, Any]:
        """Copies in the place of what a dict of our own holds."""
        items = list(content.values())
        made = self._each(items, depth)
        if all(map(operator.is_, made, items)):
            return content
        if not all(map(_is_hashed_by_python, content)):
            raise NotCopiedError("its keys are objects")
        return dict(zip(content, made, strict=True))


def _is_hashed_by_python(key: Any) -> bool:
    """Whether asking a key for its hash runs no code of the user's."""
    if base_of(key) is tuple and not all(map(_is_hashed_by_python, inside(key))):
        return False
    method = next(d["__hash__"] for d in map(class_data, mro(type(key))) if "__hash__" in d)
    root = module_of(method).partition(".")[0]
    return type(method) is not types.FunctionType or root in sys.stdlib_module_names


def _view_at(copy: Any, owner: Any, view: Any) -> Any:
    """What a view of an array is, in a copy of the array with the same strides."""
    numpy: Any = sys.modules["numpy"]
    start = [array.__array_interface__["data"][0] for array in (view, owner)]
    buffer = copy if copy.flags.c_contiguous else copy.T
    place = start[0] - start[1]
    return numpy.ndarray(view.shape, view.dtype, buffer, place, view.strides)


def _unknown(value: object) -> str:
    return f"values of {type(value).__name__} are not copied"


def _emptied(value: Any) -> Any:
    try:
        return empty(value)
    except TypeError:  # an abstract class
        raise NotCopiedError(_unknown(value)) from None


def hides_objects(value: Any) -> bool:
    """Whether fields of a structured array hold objects."""
    dtype = plain_attribute(value, "dtype")
    return bool(getattr(dtype, "hasobject", False)) and dtype.kind != "O"


def table_copy(value: Any) -> Any:
    """A copy of a table, an array or a tensor, of its library's class; None for anything else."""
    root = _library(value)
    pandas: Any = sys.modules.get("pandas")
    if pandas is not None and is_a(value, (pandas.DataFrame, pandas.Series)):
        return _plain_frame(value).copy(deep=True)
    if root == "pandas" and is_a(value, pandas.Index):
        return value.copy(deep=False)
    if root == "torch" and memory_of(value) is not None:
        return value.detach().clone().requires_grad_(value.requires_grad)
    if is_array(value):
        return plain_array(value).copy()
    if root in _IMMUTABLE and hasattr(value, "clone"):
        return value.clone()
    return None


def _library(value: object) -> str:
    """The library that the value's class is found in; empty when it is none that we know."""
    return module_of(type(value)).partition(".")[0] if is_scientific(value) else ""


def _plain_frame(value: Any) -> Any:
    """A table of pandas without what a subclass overrides and stores; other values as they are."""
    pandas: Any = sys.modules.get("pandas")
    for plain in (pandas.DataFrame, pandas.Series) if pandas is not None else ():
        if is_a(value, plain):
            return plain(value)
    return value


def object_cells(table: Any) -> list[Any]:
    """The arrays of objects that a table or an array of pandas or numpy stands on."""
    manager = instance_data(table).get("_mgr")
    arrays = [table] if manager is None else manager.arrays
    found = (getattr(each, "_ndarray", each) for each in arrays)
    return [each for each in found if is_array(each) and each.dtype == object]
