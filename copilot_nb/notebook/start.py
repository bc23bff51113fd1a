"""Starting a runtime for the place where the model answers, and whether one serves another place.

A runtime for an account uses the network and must know somebody; one for a provider of one's own
does neither, and serves all of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from copilot_nb.errors import AuthenticationError
from copilot_nb.notebook.account import signin
from copilot_nb.notebook.models import local_servers, providers
from copilot_nb.notebook.session_config import NOBODY

if TYPE_CHECKING:
    from collections.abc import Callable

    from copilot_nb.notebook.account.signin import Identity
    from copilot_nb.notebook.models.providers import Source
    from copilot_nb.notebook.settings import Settings
    from copilot_nb.session.client import Client


async def started(
    source: Source, settings: Settings, make_client: Callable[..., Client]
) -> tuple[Client, Identity | None]:
    """A runtime that can ask there, and who is signed in to it.

    Args:
        source: Where the model answers, with the URL that is really asked.
        settings: The notebook's.
        make_client: Makes a client out of its options.

    Raises:
        CliError: There is no runtime, or it does not start.
        SessionError: There is no account, it is not accepted, or it cannot be reached.
    """
    client = make_client(
        cli_path=cli_path(settings),
        cwd=Path.cwd(),
        offline=source.own,
        provider_base_url=(source.base_url or NOBODY.base_url) if source.own else None,
        github_token=None if source.own else source.key(settings.environ),
        use_logged_in_user=False if source is NOBODY else None,
    )
    try:
        await client.start()
        if source.own:
            return client, None
        if (await client.get_auth_status()).is_authenticated:
            await signin.check(client)
            return client, await signin.identity(client)
    except BaseException:
        await client.force_stop()
        raise
    await client.stop()
    raise await _nothing_to_ask(source)


def serves(runtime: Source, source: Source) -> bool:
    """Whether the runtime that was started for one source can ask the other."""
    if runtime.own or source.own:
        return runtime.own and source.own
    return (runtime.key_variable, runtime.key_file) == (source.key_variable, source.key_file)


def cli_path(settings: Settings) -> Path | None:
    """The executable that was named, if one was."""
    path = settings.get("cli_path")
    return Path(path).expanduser() if path else None


async def _nothing_to_ask(source: Source) -> AuthenticationError:
    """The error without anybody signed in, with the servers that answer on this host."""
    found = await local_servers.find()
    offers = "".join(f" {server.name} answers here: `{server.line}`." for server in found)
    token = source.key_variable or source.key_file
    if token:
        return AuthenticationError(
            f"No model to ask: the token in {token} signs nobody in.",
            hint=f"Check it and the network. {providers.CHOICES_HINT}{offers}",
        )
    return AuthenticationError(
        "No model to ask: no Copilot account is signed in and no provider is set.",
        hint=providers.CHOICES_HINT + offers,
    )
