"""The models of an account, as `%copilot models` lists them, on the real runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.magics.commands import COMMANDS
from copilot_nb.notebook.conversation import Conversation
from copilot_nb.notebook.settings import Settings
from copilot_nb.session.client import Client
from copilot_nb.testing.account import ScriptedAccount

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def conversation(
    cli_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Conversation]:
    """A notebook whose user is signed in to a scripted account."""
    monkeypatch.chdir(tmp_path)

    def client(**_: Any) -> Client:
        return Client(cli_path=cli_path, **account.options(copilot_home=tmp_path / "home"))

    async with ScriptedAccount() as account:
        made = Conversation(Settings(lambda _: None, {}), client)
        yield made
        await made.close()


async def test_models_of_an_account_show_limits_and_cost(conversation: Conversation) -> None:
    """The runtime's own choice comes first; one that is not enabled says so."""
    table = await COMMANDS["models"].function(conversation)

    rows = {row["id"]: row for row in table}
    assert rows["auto"]["note"] == "asked now"
    assert rows["alpha"] == {
        "id": "alpha",
        "name": "Alpha",
        "context": 128000,
        "prompt": 111616,
        "vision": True,
        "effort": "",
        "multiplier": 1.0,
        "note": "",
    }
    assert (rows["beta"]["effort"], rows["beta"]["multiplier"]) == ("low, medium, high", 3)
    assert rows["gamma"]["vision"] is False
    assert rows["delta"]["note"] == "not enabled for this account"
    assert conversation.known.models == tuple(rows)
