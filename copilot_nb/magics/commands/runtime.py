"""`%copilot install`, `reset` and `version`: the program behind all this."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.errors import UsageError
from copilot_nb.magics.command import command
from copilot_nb.magics.result import Text

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation


@command
async def install(conversation: Conversation, *, yes: bool = False, force: bool = False) -> Text:
    """Put the tested Copilot CLI into the user's cache, after saying its size and terms.

    Args:
        conversation: The notebook's.
        yes: Download it; without this only what would be done is said.
        force: Also when it is there.
    """
    import asyncio
    import sys

    from copilot_nb.session import install as room
    from copilot_nb.session.locate import CLI_VERSION, cached_cli

    found = cached_cli()
    if found is not None and not force:
        return Text(f"Copilot CLI {CLI_VERSION} is there: {found}")
    if not yes:
        raise UsageError(
            f"This downloads Copilot CLI {CLI_VERSION}: {room.SIZE}. Terms: {room.TERMS}",
            hint="If you accept them: %copilot install --yes",
        )
    loop = asyncio.get_running_loop()

    def say(line: str) -> None:
        loop.call_soon_threadsafe(sys.stdout.write, f"{line}\n")

    place = await asyncio.to_thread(room.install_cli, force=force, progress=say)
    await conversation.stop()
    return Text(f"Installed: {place}")


@command
async def reset(conversation: Conversation, *, off: bool = False) -> Text:
    """Restart the runtime and keep the conversation; variables stay as they are.

    Args:
        conversation: The notebook's.
        off: Only end it; the next turn starts it again.
    """
    ran = await conversation.stop()
    if off:
        return Text("The runtime has ended." if ran else "The runtime does not run.")
    link = conversation.link
    client = await link.any_runtime()
    runs = f"Copilot CLI {client.runtime_version} runs"
    if link.missing is not None:
        return Text(f"{runs}, without a model.\n{link.missing}", level="warning")
    return Text(f"{runs}; the conversation goes on.")


@command
def version(conversation: Conversation) -> Text:
    """Show the versions of this package, of the runtime, and of what they run on."""
    import platform
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as version_of

    from copilot_nb import __version__
    from copilot_nb.session.locate import CLI_VERSION

    def of(name: str) -> str:
        try:
            return version_of(name)
        except PackageNotFoundError:
            return "not installed"

    client = conversation.link.client
    running = client.runtime_version if client is not None else "not started"
    found = {
        "copilot-nb": __version__,
        "Copilot CLI": f"{running} (made for {CLI_VERSION})",
        "Python": f"{platform.python_version()} on {platform.system()}",
        **{name: of(name) for name in ("ipython", "ipykernel", "anywidget", "ipywidgets")},
    }
    width = max(map(len, found))
    return Text("\n".join(f"{name:<{width}}  {value}" for name, value in found.items()))
