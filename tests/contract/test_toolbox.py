"""What the runtime makes of tools that are switched off, on the real CLI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from copilot_nb.notebook.conversation import Conversation
from copilot_nb.notebook.settings import Settings
from copilot_nb.session.client import Client
from copilot_nb.testing.model import Reply, ScriptedModel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def running_shell(tmp_path: Path) -> Iterator[InteractiveShell]:
    """A shell of its own, without files in the user's home."""
    config = Config({"HistoryManager": {"enabled": False}})
    yield InteractiveShell.instance(config=config, ipython_dir=str(tmp_path / "ipython"))
    InteractiveShell.clear_instance()


def _offered(model: ScriptedModel) -> set[str]:
    """The names of the tools that came with the newest request."""
    return {tool["function"]["name"] for tool in model.requests[-1]["tools"]}


@pytest.mark.usefixtures("running_shell")
async def test_switch_counts_for_calls_at_once_and_for_the_offer_with_the_next_turn(
    cli_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The runtime keeps the offer of a turn that runs; the hook denies what comes of it."""
    monkeypatch.chdir(tmp_path)
    async with ScriptedModel() as model:
        environ = {
            "COPILOT_NB_PROVIDER": f"{model.url}",
            "COPILOT_NB_MODEL": "scripted",
            "COPILOT_NB_VIEW": "static",
        }

        def client(**options: Any) -> Client:
            return Client(**{**options, "cli_path": cli_path, "copilot_home": tmp_path / "home"})

        talk = Conversation(Settings(lambda _: None, environ), client)

        def switch(_request: dict[str, Any]) -> Reply:
            talk.toolbox.switch("glob", enabled=False)
            return Reply(tools=[("glob", {"pattern": "*"})])

        facts = {fact.name: fact for fact in await talk.toolbox.facts()}
        model.script += [switch, Reply("One."), Reply("Two."), Reply("Three.")]
        try:
            turn = await talk.run("Look for files.")
            kept = _offered(model)
            await talk.run("And now?")
            gone = _offered(model)
            talk.toolbox.switch("glob", enabled=True)
            await talk.run("And now?")
            back = _offered(model)
        finally:
            await talk.close()

    assert facts["glob"].parameters
    assert facts["run_code"].source == "kernel"
    assert turn.tool_calls[0].state == "denied"
    assert "glob" in kept
    assert kept - gone == {"glob"}
    assert back == kept
