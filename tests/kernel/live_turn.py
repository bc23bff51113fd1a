"""A turn drawn live, to be run inside of a kernel whose front end a test plays."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

from copilot_nb.notebook.conversation import Conversation
from copilot_nb.notebook.screen.screen import forget_pages
from copilot_nb.notebook.settings import Settings
from copilot_nb.session.client import Client
from copilot_nb.testing.reply import Reply
from copilot_nb.testing.runtime import FakeRuntime
from copilot_nb.transcript.blocks import PermissionBlock

COMMAND = Reply(tools=[("bash", {"command": "echo hi", "description": "try it"})])
COLAB = "https://example.org/manager"


async def command(ready_timeout: float = 5.0) -> None:
    """The agent wants to run a command; who answered is printed."""
    environ = {
        "COPILOT_NB_PROVIDER": "http://127.0.0.1:1/v1",
        "COPILOT_NB_MODEL": "scripted",
        "COPILOT_NB_VIEW": "widget",
        "COPILOT_NB_READY_TIMEOUT": str(ready_timeout),
    }
    forget_pages()
    async with FakeRuntime(COMMAND) as fake:
        settings = Settings(lambda _: None, environ)
        talk = Conversation(settings, lambda **_: Client(transport=fake.connect))
        turn = await talk.run("Go")
        for block in turn.transcript.blocks:
            if isinstance(block, PermissionBlock):
                print(f"{block.answer} by {block.by}", flush=True)  # noqa: T201 - the test reads it
        await talk.close()


def pretend(name: str) -> None:
    """Look like that front end's kernel, as far as widgets ask."""
    if name == "marimo":
        marimo = ModuleType("marimo")
        marimo.running_in_notebook = lambda: True  # type: ignore[attr-defined]  # made for this
        sys.modules["marimo"] = marimo
    elif name == "colab":
        output = ModuleType("google.colab.output")
        output.enable_custom_widget_manager = lambda: None  # type: ignore[attr-defined]  # made for this
        output._widgets = SimpleNamespace(_installed_url=COLAB)  # type: ignore[attr-defined]  # noqa: SLF001 - what anywidget asks
        sys.modules["google.colab.output"] = output


def be_yourself() -> None:
    """No front end in particular again."""
    for name in ("marimo", "google.colab.output"):
        sys.modules.pop(name, None)
