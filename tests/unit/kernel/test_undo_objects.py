"""What comes back of objects, of their classes, and of what cannot be read; and what is said."""

from __future__ import annotations

import threading
import time
from array import array

import numpy as np
import pytest
import xarray as xr

from copilot_nb.data.effects.analysis import Consequences
from copilot_nb.data.kept import kept
from copilot_nb.data.stored import NotCopiedError
from tests.unit.kernel.kinds import Model
from tests.unit.kernel.test_journal import Notebook


def test_what_was_only_computed_is_no_change() -> None:
    """An attribute that is remembered when it is read first."""
    notebook = Notebook(v=Model())

    run = notebook.run("v.size")

    assert run.lines == ()


def test_a_class_comes_back_with_its_object() -> None:
    """What a method stores in its class is part of the change."""
    notebook = Notebook()
    notebook.run(
        "class Net:\n    made = 0\n    names = []\n"
        "    def fit(self):\n        Net.made += 1\n        self.names.append(1)\n"
        "        self.w = 1\n        Net.late = 2\nnet = Net()"
    )
    net = notebook.names["Net"]

    run = notebook.run("net.fit()")
    told = notebook.undo()

    assert run.lines == ("`Net` changed", "`net` changed")
    assert (net.made, net.names, hasattr(net, "late")) == (0, [], False)
    assert told == ("`Net` is back.", "`net` is back.")


def test_a_class_comes_back_by_itself() -> None:
    """Where code changes only the class."""
    notebook = Notebook()
    notebook.run("class Net:\n    made = 0\n    def get(self):\n        return 1")
    net = notebook.names["Net"]

    notebook.run("Net.made = 99; Net.get = None")
    told = notebook.undo()

    assert (net.made, net().get()) == (0, 1)
    assert told == ("`Net` is back.",)


def test_what_cannot_be_read_is_said_to_be_unsure() -> None:
    """A foreseen change of an object whose content is elsewhere is not passed over."""
    notebook = Notebook(it=iter([1, 2]))

    run = notebook.run("next(it)")

    assert run.lines == ("`it` may have changed: it was not compared whole",)
    assert not run.undoable
    assert notebook.undo() == ("`it` may stay changed: values of list_iterator are not copied.",)


def test_what_is_not_back_of_an_object_is_said() -> None:
    """Its attributes are; the inside of what they hold may not be."""
    model = Model()
    model.tree = iter([1, 2])  # type: ignore[attr-defined]  # as one that was fitted
    notebook = Notebook(v=model)

    notebook.run("v.fit(); next(v.tree)")

    assert notebook.undo() == (
        "`v` is back, but for what is stored in its list_iterator: that is not copied.",
    )
    assert not model.fitted


def test_what_is_in_use_is_not_put_back() -> None:
    """A package's object with a lock belongs to threads, too."""
    model = Model()
    model.lock = threading.Lock()  # type: ignore[attr-defined]  # as a connection has
    notebook = Notebook(v=model)

    run = notebook.run("v.steps.append(1)")

    assert run.lines == ("`v` may have changed: it was not compared whole",)
    assert notebook.undo() == ("`v` may stay changed: it holds what is no data (_thread.lock).",)


def test_what_shares_memory_with_a_change_is_compared_and_kept() -> None:
    """A large dataset of which code changes an array that has a name."""
    data = xr.Dataset({"t": ("x", np.zeros(300_000))})
    notebook = Notebook(data=data, part=data["t"].values[1:])
    expected = Consequences(changes={"part": True})

    snapshot = notebook.journal.before(expected)
    notebook.names["part"][1] = 5
    run = notebook.journal.after(snapshot)

    assert set(run.lines) == {
        f"`{name}` may have changed: it was not compared whole" for name in ("data", "part")
    }
    assert all(" is back" in line for line in notebook.undo())
    assert float(data["t"][2]) == 0


def test_keeping_takes_no_longer_than_it_may() -> None:
    """However much an object holds."""
    with pytest.raises(NotCopiedError, match="took too long"):
        kept([[1], [2]], until=time.monotonic() - 1)
    with pytest.raises(NotCopiedError, match="too many items"):
        kept([[] for _ in range(200_001)])


def test_an_array_of_another_size_comes_back_as_a_copy() -> None:
    """Its memory is gone: what else holds it is told to keep the other one."""
    notebook = Notebook(v=np.arange(4.0), holder=[])
    notebook.names["holder"].append(notebook.names["v"])

    notebook.run("v.resize((2,), refcheck=False)")
    told = notebook.undo()

    assert notebook.names["v"].tolist() == [0, 1, 2, 3]
    assert any("`v` is back: 4; it is a copy: what else holds" in line for line in told)


def test_arrays_that_cannot_be_written_come_back_with_their_memory() -> None:
    """One that the code made read-only is written again; a view that was so is none the less."""
    array = np.zeros(3)
    view = array[1:]
    view.flags.writeable = False
    notebook = Notebook(array=array, view=view)

    notebook.run("array[:] = 5; array.flags.writeable = False")
    told = notebook.undo()

    assert told == ("`array` is back: 3.", "`view` is back: 2.")
    assert notebook.names["view"] is view
    assert view.tolist() == [0, 0]
    assert (array.flags.writeable, view.flags.writeable) == (True, False)


def test_classes_are_kept_where_code_cannot_be_followed() -> None:
    """It may change them, too, as an object that it reads does."""
    notebook = Notebook()
    notebook.run("class Net:\n    made = []\nnet = Net()")

    notebook.run("getattr(net, 'ma' + 'de').append(1)")

    assert notebook.undo() == ("`Net` is back.",)
    assert notebook.names["Net"].made == []


def test_what_objects_of_packages_do_by_themselves_is_not_told() -> None:
    """A client counts its calls: unless the code could have changed it, it is not compared."""
    model = Model()
    notebook = Notebook(v=model, xs=[1], tick=model.fit)
    expected = Consequences(changes={"xs": True})

    snapshot = notebook.journal.before(expected)
    notebook.names["xs"].append(2)
    model.fit()
    run = notebook.journal.after(snapshot)

    assert run.lines == ("`xs` 1 item → 2 items",)


def test_an_object_of_a_package_that_was_used_since_stays() -> None:
    """The code made it, the user went on with it."""
    notebook = Notebook(Model=Model)
    notebook.run("made = Model()")
    notebook.names["made"].fit()

    assert notebook.undo() == ("`made` was changed since: left as it is.",)


def test_a_class_with_a_metaclass_of_its_own_is_no_hindrance() -> None:
    """Neither where it compares classes, nor where these have no hash; its objects come back."""
    notebook = Notebook()
    notebook.run(
        "class Meta(type):\n    def __eq__(one, other):\n        raise ValueError\n"
        "class Thing(metaclass=Meta):\n    pass\nthing = Thing()\nthing.xs = [1]"
    )

    notebook.run("thing.xs.append(2)")
    told = notebook.undo()

    assert notebook.names["thing"].xs == [1]
    assert told == ("`thing` is back.",)


def test_what_refuses_is_named_and_all_else_comes_back() -> None:
    """Memory that somebody looks at cannot get its earlier size."""
    notebook = Notebook(data=bytearray(b"a"), d={"b": bytearray(b"a"), "xs": [1]})

    notebook.run(
        "data.append(1); d['b'].append(1); d['xs'].append(2)\n"
        "seen = memoryview(data), memoryview(d['b'])"
    )
    told = notebook.undo()

    assert notebook.names["d"]["xs"] == [1]
    assert told[:2] == (
        "`data` stays changed: putting it back failed.",
        "`d` is back only in part: its bytearray could not be.",
    )


def test_numbers_that_somebody_looks_at_come_back() -> None:
    """In the same memory."""
    numbers = array("i", [1, 2])
    notebook = Notebook(numbers=numbers, seen=memoryview(numbers))

    notebook.run("numbers[0] = 9")

    assert notebook.undo() == ("`numbers` is back: 2 items.",)
    assert notebook.names["seen"].tolist() == [1, 2]


def test_seeds_are_no_hindrance() -> None:
    """They cannot be put back once they were drawn; what stands beside them can."""
    notebook = Notebook(d={"seeds": np.random.SeedSequence(1), "xs": [1]})

    notebook.run("d['xs'].append(2)")
    assert notebook.undo() == ("`d` is back: 2 items.",)
    notebook.run("d['xs'].append(2); d['seeds'].spawn(1)")
    (told,) = notebook.undo()

    assert notebook.names["d"]["xs"] == [1]
    assert told == "`d` is back only in part: its SeedSequence could not be."
