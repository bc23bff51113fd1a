"""The real CLI calls each kernel tool, and what goes along with a prompt reaches the model."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from copilot_nb.kernel.shell import Shell
from copilot_nb.kernel.tools import KERNEL_TOOLS
from copilot_nb.notebook.context.compose import compose
from copilot_nb.notebook.context.lending import Lent
from copilot_nb.notebook.options import AskOptions
from copilot_nb.notebook.settings import Settings
from copilot_nb.protocol.permission import approve_once
from copilot_nb.protocol.session import ProviderConfig, SessionConfig
from copilot_nb.session.client import Client
from copilot_nb.session.pending import Answer
from copilot_nb.testing.model import Reply, ScriptedModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from copilot_nb.session.session import Session

WAIT = 20
FRAME = pd.DataFrame(
    {
        "day": pd.to_datetime(["1964-01-18", "1964-01-19", "1964-01-20"]),
        "name": ["Ann", "Bo", None],
        "age": [31.5, 40.0, 22.0],
        "height": [1.6, 1.8, 1.7],
    }
)
CALLS: dict[str, tuple[dict[str, Any], str]] = {
    "list_variables": ({}, "people: DataFrame, 3 rows × 4 columns"),
    "describe_variable": ({"name": "people"}, "name: str, 1 missing"),
    "search_variables": ({"text": "height"}, "columns height"),
    "preview_rows": ({"name": "people", "rows": 2}, "0 | 1964-01-18 | Ann | 31.5"),
    "column_statistics": ({"name": "people", "column": "age"}, "Mean: 31.1667"),
    "value_counts": ({"name": "people", "column": "name"}, "Ann: 1 (50.0%)"),
    "missing_values": ({"name": "people"}, "name: 1 (33.3%)"),
    "correlations": ({"name": "people"}, "age ~ height: +"),
    "compare_frames": ({"left": "people", "right": "adults"}, "people: DataFrame, 3 rows"),
    "run_code": ({"code": "len(people) * 111"}, "333"),
    "run_scratch": ({"code": "tried = len(people) * 5\ntried"}, "15"),
    "last_error": ({}, "ZeroDivisionError: division by zero"),
    "inspect_object": ({"name": "half"}, "function half(a)"),
    "list_packages": ({"pattern": "pandas"}, f"pandas {pd.__version__}"),
    "recent_cells": ({"count": 3}, "half = lambda a: a / 2"),
    "propose_cell": ({"code": "people.plot()"}, "waits in a new cell"),
    "get_figure": ({"name": "figure"}, "[figure, "),
    "preview_file": ({"path": "people.csv"}, "2 columns, separated by ','"),
}


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A notebook in a folder of its own, with a table, a figure, an error and some cells."""
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(tmp_path)
    Path("people.csv").write_text("name,age\nAnn,31\n")
    config = Config({"HistoryManager": {"enabled": False}})
    ipython: Any = InteractiveShell(config=config)  # type: ignore[no-untyped-call]  # IPython's
    ipython.user_ns.update(people=FRAME, adults=FRAME[FRAME.age > 30])
    shell = Shell(ipython)
    for cell in (
        "half = lambda a: a / 2",
        "from matplotlib.figure import Figure\nfigure = Figure(); figure.subplots().plot([1, 2]);",
        "1 / 0",
    ):
        ipython.run_cell(cell, store_history=True)
    ipython.history_manager.store_inputs(ipython.execution_count, "%%copilot\nLook.")
    yield shell
    shell.close()


@pytest.fixture
async def session(
    shell: Shell, model: ScriptedModel, cli_path: Path, tmp_path: Path
) -> AsyncIterator[Session]:
    """A session of the real runtime with the kernel tools; everything is allowed."""
    client = Client(
        cli_path=cli_path,
        copilot_home=tmp_path / ".home",
        cwd=tmp_path,
        offline=True,
        provider_base_url=model.url,
    )
    provider = ProviderConfig(base_url=model.url)
    config = SessionConfig(
        model="scripted",
        provider=provider,
        model_capabilities={"supports": {"vision": True}},
        working_directory=tmp_path,
    )
    async with client:
        made = await client.create_session(config, tools=KERNEL_TOOLS, provide={Shell: shell})
        made.pending.policies.append(lambda _: Answer(approve_once(), "the test"))
        yield made


def results(model: ScriptedModel) -> dict[str, str]:
    """What the model was told by each tool that it called last."""
    messages = model.requests[-1]["messages"]
    names = {
        call["id"]: call["function"]["name"]
        for message in messages
        for call in message.get("tool_calls") or ()
    }
    return {
        names[message["tool_call_id"]]: str(message["content"])
        for message in messages
        if message["role"] == "tool"
    }


def test_no_tool_is_left_out() -> None:
    """A new kernel tool needs a line here."""
    assert {tool.name for tool in KERNEL_TOOLS} <= set(CALLS)


async def test_each_tool_is_called(session: Session, model: ScriptedModel) -> None:
    """Arguments arrive, results go back to the model."""
    calls = {str(tool.name): CALLS[str(tool.name)] for tool in KERNEL_TOOLS}
    model.script = [
        *(Reply(tools=[(name, arguments)]) for name, (arguments, _) in calls.items()),
        Reply("Done."),
    ]

    turn = await session.ask("Use everything.", timeout=WAIT)

    told = results(model)
    assert {name: text for name, (_, text) in calls.items() if text not in told[name]} == {}
    assert {call.state for call in turn.tool_calls} == {"ok"}


async def test_figures_reach_the_model(session: Session, model: ScriptedModel) -> None:
    """What agent code draws comes back as a picture."""
    code = "import matplotlib.pyplot as plt\nplt.figure()\nplt.plot([1, 3, 2]);"  # a new one
    model.script = [Reply(tools=[("run_code", {"code": code})]), Reply("A line.")]

    await session.ask("Draw.", timeout=WAIT)

    assert "data:image/png;base64," in str(model.requests[-1]["messages"])


async def composed(prompt: str, shell: Shell, **options: Any) -> Any:
    """A prompt with what goes along."""
    settings = Settings(lambda _: None, {})
    return await compose(prompt, AskOptions(**options), shell, settings)


async def test_context_travels_with_the_prompt(
    session: Session, model: ScriptedModel, shell: Shell
) -> None:
    """The model gets it before the prompt; history and turn keep the person's own words."""
    model.script = [Reply("One."), Reply("Two.")]
    first = await composed("What is in @people?", shell)

    turn = await session.ask(first.message, timeout=WAIT)
    await session.ask("And now?", timeout=WAIT)

    (asked, *_, again) = [m for m in model.requests[-1]["messages"] if m["role"] == "user"]
    assert "index of the notebook" in asked["content"]
    assert "Statistics:" in asked["content"]
    assert asked["content"].endswith("What is in @people?")
    assert again["content"].endswith("And now?")
    assert turn.transcript.prompt == "What is in @people?"
    stored = [e.raw["data"] for e in await session.get_messages() if e.type == "user.message"]
    assert stored[0]["content"] == "What is in @people?"
    before = model.requests[0]["messages"]
    assert model.requests[-1]["messages"][: len(before)] == before


async def test_pictures_and_files_go_along(
    session: Session, model: ScriptedModel, shell: Shell
) -> None:
    """Figures as images, files by their names with the beginning of what they hold."""
    prompt = await composed("Compare @figure with @people.csv", shell, context="none")

    await session.ask(prompt.message, timeout=WAIT)

    content = model.requests[-1]["messages"][-1]["content"]
    texts = " ".join(part.get("text", "") for part in content)
    (image,) = [part["image_url"]["url"] for part in content if part["type"] == "image_url"]
    assert base64.b64decode(image.partition(",")[2]).startswith(b"\x89PNG")
    assert "people.csv (" in texts
    assert "Ann | 31" in texts


async def test_lent_function_is_called(
    session: Session, model: ScriptedModel, shell: Shell
) -> None:
    """With a variable of the notebook; afterwards it is offered no more."""

    def spread(frame: Any, column: str) -> float:
        return float(np.ptp(frame[column]))

    lent = Lent()
    await lent.lend(session, [("spread()", spread)], shell)
    call = Reply(tools=[("call_spread", {"frame": "@people", "column": "age"})])
    model.script = [call, Reply("18."), Reply("Bye.")]

    await session.ask("How far apart?", timeout=WAIT)
    told = results(model)
    await lent.take_back()
    await session.ask("Thanks.", timeout=WAIT)

    offered = [[t["function"]["name"] for t in r["tools"]] for r in model.requests]
    assert told == {"call_spread": "18.0"}
    assert ["call_spread" in names for names in offered] == [True, True, False]
