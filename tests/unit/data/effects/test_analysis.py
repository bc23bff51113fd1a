"""What the analysis does with code and objects that mean it no good, and what its texts say."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from copilot_nb.data.effects.analysis import Consequences, consequences
from copilot_nb.data.effects.walk import Walk

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def texts(found: Consequences) -> list[str]:
    """Each effect in a line."""
    return [f"{effect.kind}: {effect.text}" for effect in found.effects]


def plain(code: str) -> str:
    """Code without magics."""
    return TransformerManager().transform_cell(code)  # type: ignore[no-untyped-call]  # IPython's


def test_writing_to_the_streams_is_no_effect() -> None:
    """It is printing; putting something else in their place is told."""
    code = "import sys\nsys.stderr.write('x')\nsys.stdout.flush()\nprint(1, file=sys.stderr)"

    assert texts(consequences(code, {})) == ["imports: sys"]
    assert "environment: sets sys.stdout" in texts(consequences(f"{code}\nsys.stdout = None", {}))


def test_what_ipython_puts_in_a_builtins_place_is_no_name_of_the_users(
    running_shell: InteractiveShell,
) -> None:
    """Nobody reads `open()`; a function of that name that is the user's is read."""
    names = running_shell.user_ns

    assert texts(consequences("open('a.txt')", names)) == ["files: reads a.txt"]
    assert texts(consequences("exit()", names)) == ["process: ends the kernel"]
    assert consequences("open()", {"open": plain}).reads == {"open"}


def test_answers_of_the_network_are_no_surprise() -> None:
    """Asking sends; what came is only looked at."""
    code = "import requests\nanswer = requests.get('http://x.org')\nanswer.json()['a'].upper()"

    found = consequences(code, {})

    assert found.world["network"] == ("sends a request to http://x.org",)
    assert found.known


def test_texts_name_what_is_there() -> None:
    """Shapes of tables, sizes of containers, types of the rest; a word where it is not sure."""
    names = {
        "df": pd.DataFrame({"a": range(8760), "b": 0}),
        "col": pd.Series([1, 2]),
        "xs": [1, 2],
        "n": 1,
        "clean": plain,
        "pd": pd,
    }
    code = "df['c'] = 1\nif n:\n    xs = clean(col)\nout = pd.concat([df])\ndel n"

    assert texts(consequences(code, names)) == [
        "reads: clean()",
        "reads: col (2 rows)",
        "creates: out",
        "overwrites: xs (2 items), perhaps",
        "changes: df (8,760 × 2)",
        "deletes: n (int)",
        "unknown: calls clean(), whose effects were not looked into",
    ]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("!rm -rf data", "process: runs the command rm -rf data"),
        ("%%bash\nls\npwd", "process: runs the command ls pwd"),
        ("%pip install polars", "process: runs pip install polars"),
        ("import subprocess as s\ns.run(['ls'])", "process: starts another program: ['ls']"),
        ("open('a.txt', 'a')", "files: writes a.txt"),
        ("open(name)", "files: reads name"),
        ("import shutil\nshutil.rmtree('data')", "files: deletes data"),
        ("df.to_parquet('out.parquet')", "files: writes out.parquet"),
        ("pd.read_csv('https://x.org/a.csv')", "network: reads https://x.org/a.csv"),
        ("import requests\nrequests.post(url)", "network: sends a request to url"),
        ("import requests\ns = requests.Session()\ns.get(url)", "network: sends a request to url"),
        ("pd.read_pickle('a.pkl')", "unknown: runs code that is stored in a.pkl"),
        ("from pyarrow import dataset as ds\nds.write_dataset(df, 'out')", "files: writes out"),
        ("from pathlib import Path\nPath('a').parent.mkdir()", "files: creates Path('a').parent"),
        ("import polars as pl\npl.Config.set_tbl_rows(3)",
         "environment: uses polars.Config.set_tbl_rows()"),
        ("import os\nos.environ['A'] = '1'", "environment: sets os.environ"),
        ("import sys\nsys.path.insert(0, '.')", "environment: uses sys.path.insert()"),
        ("np.random.seed(3)", "environment: sets the random seed"),
        ("pd.DataFrame.mean = None", "environment: sets pandas.DataFrame.mean"),
        ("%reset -f", "unknown: %reset may delete any name"),
        ("%writefile a.py\nx", "files: writes a.py"),
        ("x = eval(name)", "unknown: runs code that is text (eval)"),
        ("import pickle\npickle.load(f)", "unknown: runs code that is stored in f"),
        ("import mystery", "unknown: what importing mystery runs was not looked into"),
        ("%%time\nsum([])", "reads: df (1 × 1)"),
    ],
)  # fmt: skip
def test_the_world_is_named(code: str, said: str) -> None:
    """What is reached, and with which argument, as the code has it."""
    import numpy as np

    names = {
        "df": pd.DataFrame({"a": [1]}),
        "pd": pd,
        "np": np,
        "url": "secret",
        "name": "x",
        "f": 1,
    }
    code = code + ("\ndf" if said.startswith("reads") else "")

    found = texts(consequences(code, names, plain))

    assert said in found
    assert "secret" not in str(found)


class Trap:
    """Whoever asks it anything has lost."""

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(f"asked for {name}")

    def __eq__(self, other: object) -> bool:
        raise AssertionError("compared")

    def __hash__(self) -> int:
        raise AssertionError("hashed")

    def __len__(self) -> int:
        raise AssertionError("measured")

    def __repr__(self) -> str:
        raise AssertionError("printed")

    def __iter__(self) -> Any:
        raise AssertionError("iterated")


class Meta(type):
    """A class whose class traps."""

    def __getattribute__(cls, name: str) -> Any:
        raise AssertionError(f"class asked for {name}")


class Trapped(metaclass=Meta):
    """An instance of it."""


@pytest.mark.parametrize(
    "code",
    [
        "t", "t.x", "t.x = 1", "t[0]", "t()", "t.go()", "for i in t: i", "t + t", "t == t",
        "del t.x", "len(t)", "print(t, f'{t}')", "[*t]", "t.a.b.c()", "x = {t: 1}", "d['t'].go()",
        "del d['t']", "with t as u: u", "xs[0].x = 1", "K.x", "K()", "k.x = 2", "t += 1", "d[t]",
        "sorted([t], key=t.key)", "if t in xs: t", "match t:\n    case [a]: a", "lambda: t.x",
        "min(xs).x()",
    ],
)  # fmt: skip
def test_objects_are_asked_nothing(code: str) -> None:
    """No attribute, comparison, length or text of theirs is used."""
    trap = object.__new__(Trap)
    names = {"t": trap, "xs": [trap], "d": {"t": trap}, "K": Trapped, "k": type.__call__(Trapped)}

    found = consequences(code, names)

    assert "the analysis failed; read the code" not in found.world.get("unknown", ())


@pytest.mark.parametrize(
    "name",
    ["pandas.core.frame.DataFrame", "numpy.ndarray", "xarray.core.dataset.Dataset",
     "matplotlib.figure.Figure", "matplotlib.axes._axes.Axes", "duckdb.DuckDBPyRelation",
     "polars.dataframe.frame.DataFrame", "requests.sessions.Session", "io.StringIO"],
)  # fmt: skip
def test_who_pretends_to_be_of_a_library_is_asked_nothing(name: str) -> None:
    """What a class says of itself is believed of its methods, and no attribute of it is read."""
    module, _, cls = name.rpartition(".")
    trap: Trap = object.__new__(type(cls, (Trap,), {"__module__": module, "__qualname__": cls}))
    code = """
t.x; t['a']; t.copy(); t.plot(); t.pipe(print); t.T.a; t['a'] += 1; t.suptitle(1); t.clear()
for q in t: q.append(1)
y = t.assign(a=1); y['a'] = 2; t[0].append(1); t.flat[0] = 1; t.query('x'); t.sql(str(t))
"""

    found = consequences(code, {"t": trap, "xs": [trap]})

    assert "the analysis failed; read the code" not in found.world.get("unknown", ())


def test_what_a_class_holds_is_changed_with_it() -> None:
    """For all of its objects; a class of the notebook has its name there."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    exec("class Shelf:\n    books = []", namespace)  # noqa: S102 - as a cell does

    found = consequences("Shelf.books.append(1)", namespace)

    assert found.changes == {"Shelf": True}
    assert consequences("len(Shelf.books)", namespace).changes == {}


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("x = ", "the code cannot be read as Python (line 1)"),
        ("x = 1\n" * 20_000, "the code is too long to be analysed"),
        ("x = 1\0", "the code cannot be read as Python"),
        ("x = " + "(" * 5_000 + ")" * 5_000, "the code cannot be read as Python"),
        ("a=1+1\n" * 8_000, "the code is too tangled to be followed to its end"),
        ("x = " + "-" * 900 + "1", "the code is too tangled to be followed to its end"),
    ],
    ids=["syntax", "long", "null", "nested", "many", "deep"],
)
def test_what_cannot_be_followed_is_unknown(code: str, why: str) -> None:
    """It fails closed, and says why."""
    found = consequences(code, {})

    assert not found.known
    assert why in str(found.world["unknown"])


def test_tangled_code_ends_soon() -> None:
    """Loops in loops are followed twice each: a limit ends it."""
    code = (
        "".join(f"{'    ' * at}for a{at} in x:\n" for at in range(18)) + "    " * 18 + "x.append(1)"
    )
    start = time.thread_time()

    found = consequences(code, {"x": []})

    assert not found.known
    assert time.thread_time() - start < 5


def test_a_failing_analysis_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours keeps nobody from reading the code."""

    def broken(*_: object) -> None:
        raise KeyError("oops")

    monkeypatch.setattr(Walk, "body", broken)

    assert texts(consequences("x", {})) == ["unknown: the analysis failed; read the code"]


def test_long_lists_are_cut() -> None:
    """A hundred names do not push the buttons off the page."""
    code = "\n".join(f"n{at} = {at}" for at in range(100))

    found = consequences(code, {})

    assert len(found.creates) == 100
    assert texts(found)[-1] == "creates: … 60 more"
    assert len(found.effects) == 41
