"""On the real runtime: nothing that a rule withholds reaches the model's server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pytest
import xarray as xr
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from copilot_nb.data.privacy import PrivacyRule
from copilot_nb.errors import CopilotError
from copilot_nb.kernel.tools import KERNEL_TOOLS
from copilot_nb.notebook.conversation import Conversation
from copilot_nb.notebook.settings import Settings
from copilot_nb.testing.model import Reply, ScriptedModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

NAMES = ["Annabel Lee", "Bartholomew Quill", "Cassandra Vane", "Desmond Ashgrove"]
MAILS = [f"{name.split()[0].lower()}@example.org" for name in NAMES]
PAY = [41234.5, 53219.25, 67891.75, 99123.5]
TOKEN = "ghp_" + "aB3" * 12
PEOPLE = pd.DataFrame({"name": NAMES, "mail": MAILS, "pay": PAY, "town": ["Oslo"] * 4})
CREW = pd.DataFrame({"name": ["Uxq", "Vyq", "Wzq"], "wage": [773, 881, 992], "rank": [1, 2, 3]})
SHORT = [*CREW.name, *map(str, CREW.wage)]
"""Values that the gate cannot tell from other words."""
RULES = (
    PrivacyRule("deny", "name"),
    PrivacyRule("mask", "people.mail"),
    PrivacyRule("aggregate", "pay"),
    PrivacyRule("deny", "crew.wage"),
    PrivacyRule("deny", "vault", variable=True),
)
PART = PEOPLE.drop(columns="mail")
RECORDS = PART.to_dict("records")
MADE: dict[str, Any] = {
    "records": RECORDS,
    "nested": {"all": {"of": RECORDS}, "pay": PAY},
    "names": PART.name,
    "row": PART.iloc[0],
    "turned": PART.T,
    "counts": PART.name.value_counts(),
    "by_name": PART.set_index(["name", "town"]),
    "wide": PART.pivot(index="town", columns="name", values="pay"),
    "cells": pd.DataFrame({"person": RECORDS}),
    "frame": pl.DataFrame(RECORDS),
    "arrow": pa.Table.from_pylist(RECORDS),
    "dataset": xr.Dataset({"name": ("i", NAMES), "pay": ("i", PAY)}, attrs={"name": NAMES[0]}),
    "name": NAMES[0],
    "unnamed": pd.Series(NAMES),
    "listed": NAMES,
}
"""What else a notebook has of the same people."""
FILES = {
    "people.json": PEOPLE.to_json(orient="records"),
    "people.jsonl": PEOPLE.to_json(orient="records", lines=True),
    "people.split.json": PEOPLE.to_json(orient="split"),
}
TABLE = {"name": "people"}
CALLS: dict[str, list[dict[str, Any]]] = {
    "list_variables": [{}],
    "describe_variable": [
        TABLE,
        {"name": "vault"},
        {"name": "key"},
        *({"name": made} for made in MADE),
    ],
    "search_variables": [{"text": "e"}],
    "preview_rows": [TABLE, TABLE | {"only": ["name", "town"]}],
    "column_statistics": [TABLE | {"column": c} for c in PEOPLE.columns],
    "value_counts": [TABLE | {"column": c} for c in PEOPLE.columns],
    "missing_values": [TABLE],
    "correlations": [TABLE],
    "compare_frames": [{"left": "people", "right": "people"}],
    "run_code": [
        {"code": "people"},
        {"code": "print(people.to_csv())"},
        {"code": "people.iloc[0].to_dict()"},
        {"code": "raise ValueError(people.name[1])"},
        {"code": "vault"},
        {"code": "key"},
        {"code": "crew"},
        {"code": "print(crew.wage.tolist()); crew"},
        {"code": "print(crew)"},
        {"code": "part = crew.head(2)\nfor _ in range(2): display(part)"},
        {"code": "crew.set_index('name').to_dict()"},
    ],
    "run_scratch": [{"code": "people"}, {"code": "crew"}, {"code": "print(people.mail[0])"}],
    "last_error": [{}],
    "inspect_object": [{"name": "people"}],
    "recent_cells": [{}],
    "preview_file": [{"path": name} for name in ("people.csv", "notes.txt", *FILES)],
    "get_figure": [{}],
    "list_packages": [{}],
    "propose_cell": [{"code": "people"}],
}
"""What the model tries, on everything that can be read."""


NAMELESS = ("unnamed", "listed", "wide")
"""What does not say whose values it holds: a prompt that refers to it is not sent."""
AT = ", ".join(f"@{name}" for name in ("people.json", "same", *MADE) if name not in NAMELESS)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """A notebook with data that must not leave it, in a folder with a file of the same."""
    monkeypatch.chdir(tmp_path)
    PEOPLE.to_csv("people.csv", index=False)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "notes.txt").write_text(f"called {NAMES[2]} today\nkey={TOKEN}\n")
    config = Config({"HistoryManager": {"enabled": False}})
    made = InteractiveShell.instance(config=config, ipython_dir=str(tmp_path / "ipython"))
    made.user_ns |= {
        "people": PEOPLE.copy(),
        "crew": CREW.copy(),
        "vault": {"code": "open-sesame-42"},
        "key": TOKEN,
    } | MADE
    made.user_ns["same"] = made.user_ns["people"]
    yield made
    InteractiveShell.clear_instance()


@pytest.fixture
async def conversation(
    model: ScriptedModel,
    cli_path: Path,
    shell: InteractiveShell,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Conversation]:
    """The notebook's conversation, under rules; a policy allows every code and tool."""
    assert shell is not None
    monkeypatch.setenv("COPILOT_HOME", str(tmp_path / "copilot"))
    environ = {
        "COPILOT_NB_PROVIDER": model.url,
        "COPILOT_NB_MODEL": "scripted",
        "COPILOT_NB_CLI_PATH": str(cli_path),
        "COPILOT_NB_POLICY": "allow",
        "COPILOT_NB_VIEW": "static",
        "COPILOT_NB_CONTEXT": "full",
        "COPILOT_NB_PRIVACY": str(tmp_path / "privacy.toml"),
    }
    made = Conversation(Settings(lambda _: None, environ))
    for rule in RULES:
        made.privacy.add(rule, save=False)
    yield made
    await made.close()


def test_every_kernel_tool_is_tried() -> None:
    """A new tool needs a line here."""
    assert set(CALLS) == {tool.name for tool in KERNEL_TOOLS}


async def test_no_withheld_value_reaches_the_server(
    conversation: Conversation, model: ScriptedModel
) -> None:
    """By tools, code, references, the index, files and errors; the model is told that it is so."""
    calls = [(name, arguments) for name, each in CALLS.items() for arguments in each]
    calls += [
        ("view", {"path": "notes.txt"}),
        ("bash", {"command": "cat *.csv", "description": "d"}),
    ]
    model.script[:] = [*(Reply(tools=[call]) for call in calls), Reply("Done.")]

    turn = await conversation.run(f"Tell me all of @people and @people.pay and @vault, {AT}.")

    assert turn.text == "Done."
    assert len(turn.tool_calls) == len(calls)
    received = str([request["messages"] for request in model.requests])
    results = str([m for m in model.requests[-1]["messages"] if m["role"] == "tool"])
    numbers = [str(pay) for pay in PAY]
    assert [v for v in (*NAMES, *MAILS, *numbers, "open-sesame-42", TOKEN) if v in received] == []
    assert [value for value in SHORT if re.search(rf"\b{value}\b", received)] == []
    assert "0 | ••• | ••• | 1" in results
    assert "Oslo" in results
    assert "withheld" in results


@pytest.mark.parametrize("name", NAMELESS)
async def test_a_prompt_that_holds_a_withheld_value_is_not_sent(
    conversation: Conversation, model: ScriptedModel, name: str
) -> None:
    """Where nobody is who could decide; the model's server hears nothing."""
    with pytest.raises(CopilotError, match="Nothing was sent"):
        await conversation.run(f"What is in @{name}?")

    assert model.requests == []
