"""What is sent for a prompt: texts before it, pictures and files beside it."""

from __future__ import annotations

import base64
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from copilot_nb.data.images import image_output
from copilot_nb.data.privacy import Privacy, PrivacyRule
from copilot_nb.errors import UsageError
from copilot_nb.notebook.context.compose import Composed, compose
from copilot_nb.notebook.options import AskOptions
from copilot_nb.notebook.settings import Settings

if TYPE_CHECKING:
    from tests.unit.notebook.context.conftest import Notebook

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
FRAME = pd.DataFrame({"temp": [1.0, 2.0, None], "name": ["a", "b", "b"]})


async def composed(notebook: Notebook, prompt: str, **options: object) -> Composed:
    """What is sent; without the index unless a test asks for it."""
    options.setdefault("context", "none")
    asked = AskOptions(**options)  # type: ignore[arg-type]  # the test's own
    return await compose(prompt, asked, notebook.asking(), Settings(lambda _: None, {}))


def file(path: str, content: bytes) -> None:
    """A file in the notebook's folder."""
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_bytes(content)


def texts(made: Composed) -> str:
    """Everything of the notebook that goes along."""
    return "\n".join(item.text for item in made.sent)


async def test_prompt_alone(notebook: Notebook) -> None:
    """Without context and references the prompt is all there is."""
    made = await composed(notebook, "Hello, me@example.com.")

    assert made.message.to_wire() == {"prompt": "Hello, me@example.com."}


async def test_index_stands_before_the_prompt(notebook: Notebook) -> None:
    """In an envelope that says what it is; the person's words stay apart."""
    notebook.shell.user_ns["df"] = FRAME

    made = await composed(notebook, "What now?", context="")

    assert made.message.display_prompt == "What now?"
    lines = made.message.prompt.splitlines()
    assert lines[0].startswith("<notebook-data ")
    assert "index of the notebook" in lines[0]
    assert lines[-3].startswith("</notebook-data ")
    assert lines[-1] == "What now?"
    assert [(item.kind, item.name) for item in made.sent] == [("index", "1 name")]


@pytest.mark.parametrize(
    ("level", "kinds"),
    [
        ("none", []),
        ("index", ["index"]),
        ("cells", ["index", "cells"]),
        ("full", ["index", "cells", "error"]),
    ],
)
async def test_levels(notebook: Notebook, level: str, kinds: list[str]) -> None:
    """Each adds to the one before."""
    notebook.run("x = 1", "1 / 0")

    made = await composed(notebook, "Hi", context=level)

    assert [item.kind for item in made.sent] == kinds


async def test_setting_decides_where_the_line_says_nothing(notebook: Notebook) -> None:
    """`COPILOT_NB_CONTEXT` and its like."""
    notebook.run("x = 1")
    settings = Settings(lambda _: None, {"COPILOT_NB_CONTEXT": "none"})

    made = await compose("Hi", AskOptions(), notebook.asking(), settings)

    assert made.sent == ()


async def test_table(notebook: Notebook) -> None:
    """Schema and statistics, no rows."""
    notebook.shell.user_ns["df"] = FRAME

    text = texts(await composed(notebook, "What is in @df?"))

    assert "df: DataFrame, 3 rows × 2 columns" in text
    assert "temp: float64, 1 missing" in text
    assert "temp: Values: 2, missing: 1; Mean: 1.5" in text
    assert "First" not in text


async def test_column(notebook: Notebook) -> None:
    """Only that one."""
    notebook.shell.user_ns["df"] = FRAME

    text = texts(await composed(notebook, "@df.name?"))

    assert "df.name: " in text
    assert "Most frequent: b (2), a (1)" in text
    assert "temp" not in text


async def test_function(notebook: Notebook) -> None:
    """Source, and the function itself for whoever asks whether it may be called."""
    notebook.run("def clean(df):\n    '''Drop what is missing.'''\n    return df.dropna()")

    made = await composed(notebook, "Use @clean() on it, not @clean")

    assert "function clean(df)" in texts(made)
    assert "return df.dropna()" in texts(made)
    assert [name for name, _ in made.functions] == ["clean()"]


async def test_class_is_described_but_not_called(notebook: Notebook) -> None:
    """Making objects is not offered."""
    notebook.run("class A:\n    '''An A.'''")

    made = await composed(notebook, "@A()")

    assert "class A" in texts(made)
    assert made.functions == ()


async def test_other_values_and_modules(notebook: Notebook) -> None:
    """Variables in words, modules by their names, parts of objects."""
    notebook.run("import json", "x = {'key': 1}", "x")

    assert "x: dict, 1 items" in texts(await composed(notebook, "@x"))
    assert "module json" in texts(await composed(notebook, "@json"))
    assert "function json.dumps" in texts(await composed(notebook, "@json.dumps()"))
    assert "Out[3]: dict" in texts(await composed(notebook, "@_"))


async def test_cell_and_error(notebook: Notebook) -> None:
    """Code with what it showed; the traceback with names and types of locals."""
    notebook.run("40 + 2", "def f(a):\n    return a / 0\nf(1)")

    made = await composed(notebook, "@cell:1 and @error")

    assert "In [1]:\n40 + 2\nOut [1]:\n42" in texts(made)
    assert "In cell 2:\n" in texts(made)
    assert "ZeroDivisionError" in texts(made)
    assert "a: int" in texts(made)
    assert [item.kind for item in made.sent] == ["cells", "error"]


async def test_files(notebook: Notebook) -> None:
    """Named to the runtime, with the beginning of data in words; pictures as pictures."""
    file("a b.csv", b"x,y\n1,2\n")
    file("photo.png", PNG)
    file("folder/any", b"")

    made = await composed(notebook, 'See @"a b.csv" and @photo.png in @folder/')

    assert "2 columns, separated by ','" in texts(made)
    assert [(a.type, a.display_name) for a in made.attachments] == [
        ("file", "a b.csv"),
        ("blob", "photo.png"),
        ("directory", "folder"),
    ]
    assert [(i.kind, i.name) for i in made.sent] == [
        ("file", "a b.csv"),
        ("image", "photo.png"),
        ("file", "folder/"),
    ]


async def test_attach_and_see(notebook: Notebook) -> None:
    """The options say the same as references; a thing goes along once."""
    file("data.csv", b"x\n1\n")
    for _ in range(2):
        notebook.shell.pictures.remember(3, base64.b64encode(PNG).decode())

    made = await composed(notebook, "@data.csv", attach=("data.csv",), see=("3", "_"))

    assert [item.name for item in made.sent] == ["data.csv", *["figures of cell 3"] * 2]
    assert [a.type for a in made.attachments] == ["file", "blob", "blob"]


async def test_plots(notebook: Notebook) -> None:
    """Counted back from the newest."""
    for number in (1, 2):
        data = base64.b64encode(PNG + bytes([number])).decode()
        notebook.shell.pictures.remember(number, data)

    made = await composed(notebook, "@plot:2")

    assert made.attachments[0].data == image_output(PNG + b"\x01").data


async def test_figure_of_a_variable(notebook: Notebook) -> None:
    """Goes as a picture."""
    notebook.run("from matplotlib.figure import Figure", "fig = Figure()\nfig.subplots().plot([1])")

    made = await composed(notebook, "@fig")

    assert [a.mime_type for a in made.attachments] == ["image/png"]


@pytest.mark.parametrize(
    ("prompt", "message", "hint"),
    [
        (
            "@station",
            "There is nothing called 'station' in the notebook.",
            "Did you mean @stations?",
        ),
        ("@zzz", "There is nothing called 'zzz' in the notebook.", "Write \\@ where"),
        ("@stations.grupby", "'stations' has no grupby.", "Did you mean @stations.groupby"),
        ("@stations.tmp", "'stations' has no tmp.", "Did you mean @stations.temp or"),
        ("@stations()", "'stations' is no function but DataFrame.", "@stations refers to"),
        ("@cell:9", "No cell 9 was run.", "The newest is @cell:1."),
        ("@cell", "@cell needs a number.", "Such as @cell:1."),
        ("@error", "No cell has failed so far.", ""),
        ("@plot", "There are 0 figures to refer to.", "Draw it again."),
        ("@statoins.csv", "There is nothing called 'statoins.csv'", "Did you mean @stations.csv?"),
        ("@data/x.csv", "There is no file 'data/x.csv'.", "Write \\@ where"),
        ("@./stations.cvs", "There is no file './stations.cvs'.", "Did you mean @stations.csv?"),
    ],
)
async def test_unknown_references(notebook: Notebook, prompt: str, message: str, hint: str) -> None:
    """End the cell with the nearest names; nothing is sent."""
    notebook.run("x = 1")
    notebook.shell.user_ns["stations"] = FRAME
    file("stations.csv", b"")

    with pytest.raises(UsageError) as caught:
        await composed(notebook, prompt)

    assert caught.value.message.startswith(message)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        (
            {"attach": ("statoins.csv",)},
            "There is no file 'statoins.csv'.",
            "Did you mean stations.csv?",
        ),
        ({"attach": ("x/y",)}, "There is no file 'x/y'.", "It is looked for in "),
        ({"see": ("7",)}, "No figure of cell 7 is known.", "Draw it again, then ask."),
        ({"see": ("_",)}, "No figure is known.", "Draw it again, then ask."),
        ({"see": ("last",)}, "--see takes the number of a cell or _, not 'last'.", "Such as"),
    ],
)
async def test_unknown_options(
    notebook: Notebook, options: dict[str, object], message: str, hint: str
) -> None:
    """The same for what the line names, in its own words."""
    file("stations.csv", b"")

    with pytest.raises(UsageError) as caught:
        await composed(notebook, "Hi", **options)

    assert caught.value.message == message
    assert caught.value.hint.startswith(hint)


async def test_hosts_are_left_alone(notebook: Notebook) -> None:
    """A mail provider means no variable, unless there is one of nearly that name."""
    made = await composed(notebook, "How many end in @gmail.com?")

    assert made.sent == ()
    assert made.message.prompt == "How many end in @gmail.com?"


async def test_escaped_sign(notebook: Notebook) -> None:
    """The model reads what was meant, the history what was typed."""
    made = await composed(notebook, "Mention \\@ann.")

    assert made.message.prompt == "Mention @ann."
    assert made.message.display_prompt == "Mention \\@ann."


async def test_privacy_of_columns(notebook: Notebook) -> None:
    """Statistics keep to the rules."""
    notebook.shell.user_ns["df"] = FRAME
    notebook.shell.privacy = Privacy((PrivacyRule("deny", "temp"), PrivacyRule("mask", "name")))

    text = texts(await composed(notebook, "@df and @df.temp"))

    assert text.count("withheld by the user's privacy rules") == 2
    assert "Mean" not in text
    assert "Most frequent: b" not in text


async def test_pictures_where_the_model_does_not_see(notebook: Notebook) -> None:
    """A setting that says no is kept to."""
    file("photo.png", PNG)
    settings = Settings(lambda _: None, {"COPILOT_NB_VISION": "no"})

    with pytest.raises(UsageError, match="vision"):
        await compose("@photo.png", AskOptions(), notebook.asking(), settings)


async def test_rules_hold_for_files(notebook: Notebook) -> None:
    """Named in the prompt or attached."""
    file("patients.csv", b"ssn,n\nAB1234567,1\n")
    notebook.shell.privacy = Privacy((PrivacyRule("deny", "ssn"),))

    named = await composed(notebook, "Read @patients.csv.")
    attached = await composed(notebook, "Read it.", attach=("patients.csv",))

    assert "AB1234567" not in texts(named) + texts(attached)


async def test_parts_of_a_withheld_variable_are_withheld(notebook: Notebook) -> None:
    """Of an object as of a table."""
    notebook.shell.user_ns.update({"vault": SimpleNamespace(pin=4711), "df": FRAME})
    rules = (PrivacyRule("deny", name, variable=True) for name in ("vault", "df"))
    notebook.shell.privacy = Privacy(tuple(rules))

    made = await composed(notebook, "Look at @vault.pin, @vault, @df.temp and @df.")

    assert texts(made).count("withheld") == 4
    assert "4711" not in texts(made)
    assert "Mean" not in texts(made)
