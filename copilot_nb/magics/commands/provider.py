"""`%copilot provider`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from copilot_nb.errors import UsageError
from copilot_nb.magics.command import command
from copilot_nb.magics.result import Text

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation


@command
async def provider(  # noqa: PLR0913 - the options of the line, each of them rare
    conversation: Conversation,
    spec: str = "",
    url: str = "",
    *,
    model: str = "",
    key_env: str = "",
    api_version: str = "",
    wire_api: str = "",
) -> Text:
    """Show where the model answers, or choose another place for the next turns.

    SPEC is the URL of an OpenAI-compatible server, or one of ollama, openai, anthropic, azure (with
    its URL), demo (offline, scripted) and account (GitHub Copilot). A key is never typed here: put
    it into an environment variable and name that.

    Args:
        conversation: The notebook's.
        spec: A URL or a name.
        url: The server, when it is not the usual one of that name.
        model: The model to ask for, as that place names it.
        key_env: Name of the environment variable that holds the key.
        api_version: Azure's API version.
        wire_api: completions or responses.
    """
    if not spec:
        if model or key_env or api_version or wire_api:
            raise UsageError("These options need a provider.", hint="Usage: " + provider.usage)
        return Text(await _shown(conversation))
    from copilot_nb.notebook import facts, providers

    source = providers.parse(spec, "set by %copilot provider")
    if url:
        source = replace(source, base_url=providers.checked_url(url))
    if key_env:
        source = replace(source, key_variable=_variable(key_env))
    source = replace(source, model=model, api_version=api_version, wire_api=wire_api)
    await conversation.use_provider(source)
    return Text(facts.provider(conversation.link.source()))


def _variable(name: str) -> str:
    """The name, if it is one: somebody who types the key itself must not succeed.

    Raises:
        UsageError: It looks like anything but the name of a variable.
    """
    if not name.isidentifier() or name != name.upper():
        raise UsageError(
            "--key-env takes the name of an environment variable, in capitals.",
            hint="Never put the key itself into the notebook; if it was typed here, revoke it.",
        )
    return name


async def _shown(conversation: Conversation) -> str:
    from copilot_nb.notebook import facts, local_servers

    lines = [facts.provider(conversation.link.source())]
    found = await local_servers.find()
    if found:
        lines += ["", "These servers answer on this host:"]
        lines += [f"  {server.name}: {server.line}" for server in found]
    return "\n".join(lines)
