"""A conversation on a runtime in memory, in a shell without a front end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.notebook.conversation import Conversation
from copilot_nb.notebook.screen.screen import Mode, Screen
from copilot_nb.notebook.settings import Settings
from copilot_nb.session.client import Client
from copilot_nb.testing.reply import Reply
from copilot_nb.testing.runtime import FakeRuntime

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from copilot_nb.transcript.blocks import Transcript
    from copilot_nb.views.view import Callbacks

    Watcher = Callable[[Transcript, Callbacks], None]


class Eyes(Screen):
    """A screen in front of which a test sits and answers."""

    watcher: Watcher | None = None

    @property
    def attended(self) -> bool:
        """Whether the test wants to be asked."""
        return self.watcher is not None

    def update(self, transcript: Transcript) -> None:
        """Show it to the test as well."""
        super().update(transcript)
        if self.watcher is not None:
            self.watcher(transcript, self.callbacks)


class Talk:
    """A conversation, the runtime that it speaks to, and what the runtime was started with."""

    def __init__(self, fake: FakeRuntime, environ: dict[str, str]) -> None:
        self.fake = fake
        self.environ = environ
        self.starts: list[dict[str, Any]] = []
        self.watcher: Watcher | None = None
        """Sees every transcript; who has one is somebody that can answer."""
        self.screens: list[Screen] = []
        """One for each turn, the newest last."""
        settings = Settings(lambda _: None, environ)
        self.conversation = Conversation(settings, self._client, self._screen)

    def _screen(self, mode: Mode, callbacks: Callbacks, settings: Settings) -> Screen:
        made = Eyes(mode, callbacks, settings)
        made.watcher = self.watcher
        self.screens.append(made)
        return made

    def _client(self, **options: Any) -> Client:
        self.starts.append(options)
        return Client(transport=self.fake.connect)

    def never_answers(self) -> asyncio.Event:
        """Let the model's next answer hang; set when it is asked."""
        asked = asyncio.Event()

        def answer(_request: dict[str, Any]) -> Reply:
            asked.set()
            return Reply("Never.", gate=asyncio.Event())

        self.fake.script = [answer]
        return asked

    @property
    def told(self) -> str:
        """Everything that the model was told last."""
        return str(self.fake.requests[-1]["messages"])

    def called(self, method: str) -> list[dict[str, Any]]:
        """The parameters of the calls of that method."""
        return [params for name, params in self.fake.calls if name == method]


@pytest.fixture
async def talk(
    running_shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Talk]:
    """A conversation in an empty folder that has said nothing yet; nobody is there to answer."""
    assert running_shell is not None
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COPILOT_NB_RULES", str(tmp_path / "rules.toml"))
    environ = {
        "COPILOT_NB_PROVIDER": "http://127.0.0.1:1/v1",
        "COPILOT_NB_MODEL": "scripted",
        "COPILOT_NB_VIEW": "static",
        "COPILOT_NB_STATE": str(tmp_path / "state"),
    }
    async with FakeRuntime() as fake:
        made = Talk(fake, environ)
        yield made
        await made.conversation.close()
