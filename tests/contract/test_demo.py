"""The demo model drives the real runtime: tools, approvals, questions, files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from copilot_nb.demo.model import LABEL
from copilot_nb.demo.server import start
from copilot_nb.kernel.shell import Shell
from copilot_nb.kernel.tools import KERNEL_TOOLS
from copilot_nb.protocol.permission import approve_once, reject
from copilot_nb.protocol.session import ProviderConfig, SessionConfig
from copilot_nb.protocol.user_input import UserInputResponse
from copilot_nb.session.client import Client
from copilot_nb.session.pending import Answer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from copilot_nb.demo.server import DemoServer
    from copilot_nb.protocol.permission import PermissionDecision
    from copilot_nb.session.pending import PendingRequest
    from copilot_nb.session.session import Session
    from copilot_nb.session.turn import Turn

PEOPLE = pd.DataFrame({"name": ["Ann", "Bo", "Ann"], "age": [31.5, None, 40.0]})


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A notebook that holds one small frame; its figures open no window."""
    monkeypatch.setenv("MPLBACKEND", "agg")
    config = Config({"HistoryManager": {"enabled": False}})
    ipython = InteractiveShell(config=config)  # type: ignore[no-untyped-call]  # IPython's
    ipython.user_ns["people"] = PEOPLE
    shell = Shell(ipython)
    yield shell
    shell.close()


@pytest.fixture
def demo() -> Iterator[DemoServer]:
    """The demo model, as fast as it can."""
    server = start("fast")
    yield server
    server.close()


@pytest.fixture
async def session(
    shell: Shell, demo: DemoServer, cli_path: Path, tmp_path: Path
) -> AsyncIterator[Session]:
    """A session of the real runtime with the kernel tools, in an empty folder."""
    work = tmp_path / "work"
    work.mkdir()
    client = Client(
        cli_path=cli_path,
        copilot_home=tmp_path / "home",
        cwd=work,
        offline=True,
        provider_base_url=demo.url,
    )
    provider = ProviderConfig(base_url=demo.url)
    config = SessionConfig(model=demo.model_id, provider=provider, working_directory=work)
    async with client:
        yield await client.create_session(config, tools=KERNEL_TOOLS, provide={Shell: shell})


def decide(session: Session, *decisions: PermissionDecision) -> list[str]:
    """Answer permission requests in order, and questions with `age`; return what was asked."""
    asked: list[str] = []
    left = list(decisions)

    def policy(request: PendingRequest) -> Answer:
        if request.user_input is not None:
            asked.append(request.user_input.question)
            return Answer.reply(UserInputResponse(answer="age", was_freeform=False))
        asked.append(str(request.prompt["kind"]))
        return Answer.decision(left.pop(0))

    session.pending.policies.append(policy)
    return asked


def called(turn: Turn) -> list[str]:
    """Return the tools of a turn, in order."""
    return [call.name for call in turn.tool_calls]


async def test_tour_runs_its_code_after_an_approval(session: Session, shell: Shell) -> None:
    """The explanation has the numbers that the code printed in this notebook."""
    asked = decide(session, approve_once())

    turn = await session.ask("Explore the data and plot it.", timeout=30)

    assert called(turn) == ["list_variables", "describe_variable", "run_code"]
    assert asked == ["kernel-code"]
    assert LABEL in turn.text
    assert "goes from 31.5 to 40" in turn.text


async def test_tour_in_an_empty_notebook_makes_an_example(session: Session, shell: Shell) -> None:
    """Without a DataFrame one is offered, and it is there after the approval."""
    del shell.user_ns["people"]
    decide(session, approve_once())

    turn = await session.ask("Explore.", timeout=30)

    assert "**no DataFrame**" in turn.text
    assert len(shell.user_ns["example"]) == 12


async def test_refusals_are_understood(session: Session) -> None:
    """A reason leads to another proposal, a plain no to none."""
    asked = decide(
        session,
        reject(feedback="bars of name please"),
        reject(feedback="The user declined."),
    )

    turn = await session.ask("Explore.", timeout=30)

    assert asked == ["kernel-code", "kernel-code"]
    assert "*bars of name please*" in turn.text
    assert "**nothing was run**" in turn.text


async def test_question_reaches_the_user_and_its_answer_the_model(session: Session) -> None:
    """The runtime's own tool asks; the choice decides what is drawn."""
    asked = decide(session, approve_once())

    turn = await session.ask("Ask me which column to show.", timeout=30)

    assert asked == ["Which column of people shall I look at?", "kernel-code"]
    assert "**age** it is." in turn.text


async def test_file_is_written_and_not_written_over(session: Session, tmp_path: Path) -> None:
    """The runtime's own tool writes after the approval; a second file gets another name."""
    asked = decide(session, approve_once(), approve_once())

    for name in ("people-summary.md", "people-summary-2.md"):
        turn = await session.ask("Write a summary file.", timeout=30)
        assert f"Done: **`{name}`**" in turn.text
        assert "3 rows, 2 columns" in (tmp_path / "work" / name).read_text()

    assert asked == ["write", "write"]


async def test_refused_file_is_not_written(session: Session, tmp_path: Path) -> None:
    """The text stands in the answer instead."""
    decide(session, reject(feedback="The user declined."))

    turn = await session.ask("Write a summary file.", timeout=30)

    assert "**no file was written**" in turn.text
    assert not list((tmp_path / "work").iterdir())


async def test_shell_command_runs_after_an_approval(session: Session) -> None:
    """The command of the prompt is run as it stands."""
    asked = decide(session, approve_once())

    turn = await session.ask("Run `echo one && echo two` in the shell.", timeout=30)

    assert asked == ["commands"]
    assert re.search(r"printed 2 lines and ended with exit code \*\*0\*\*", turn.text)


async def test_last_error_is_mended(session: Session, shell: Shell) -> None:
    """The misspelt column of the user's own cell is corrected and run."""
    shell.ipython.run_cell('people["agee"].mean()')
    decide(session, approve_once())

    turn = await session.ask("Fix the last error.", timeout=30)

    assert "`agee` is not there, but `age` is" in turn.text
    assert "That works." in turn.text
