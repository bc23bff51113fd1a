"""`%copilot provider`: where the model answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from copilot_nb.errors import UsageError
from copilot_nb.magics.command import ModelName, ProviderName, command
from copilot_nb.magics.result import Result, Table, Text

if TYPE_CHECKING:
    from copilot_nb.magics.result import Cell
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.models.providers import Source

_NO_MODEL = "No model is named yet: `%copilot models` lists them, `%copilot model NAME` names one."
_REACH_SECONDS = 1.0
_KEY = "COPILOT_NB_PROVIDER_KEY"
"""The variable for a key that was asked for, when its place has none of its own."""


@command
async def provider(  # noqa: PLR0913 - the options of the line, each of them rare
    conversation: Conversation,
    spec: ProviderName = "",
    url: str = "",
    *,
    model: ModelName = "",
    key_env: str = "",
    ask_key: bool = False,
    api_version: str = "",
    wire_api: Literal["", "completions", "responses"] = "",
    save: bool = False,
) -> Result:
    """Show where the model answers, or choose another place for the next turns.

    SPEC is the URL of an OpenAI-compatible server, or one of ollama, openai, anthropic, azure (with
    its URL), demo (offline, scripted) and account (GitHub Copilot); `list` shows them all with the
    servers that answer on this host. A key is never typed here: put it into an environment variable
    and name that, or let it be asked for.

    Args:
        conversation: The notebook's.
        spec: A URL or a name; or list.
        url: The server, when it is not the usual one of that name.
        model: The model to ask for, as that place names it.
        key_env: Name of the environment variable that holds the key.
        ask_key: Ask for the key in a hidden field; it is kept until the kernel ends.
        api_version: Azure's API version.
        wire_api: What the server speaks.
        save: Ask there in all your notebooks; of a key only its variable's name is kept.
    """
    if spec in {"", "list"}:
        if url or model or key_env or ask_key or api_version or wire_api or save:
            raise UsageError("These options need a provider.", hint="Usage: " + provider.usage)
        return await _listed(conversation) if spec else Text(await _shown(conversation))
    from copilot_nb.notebook import facts
    from copilot_nb.notebook.models import providers

    source = providers.parse(spec, "set by %copilot provider")
    if url:
        source = replace(source, base_url=providers.checked_url(url))
    if key_env:
        source = replace(source, key_variable=_variable(key_env))
    source = replace(source, model=model, api_version=api_version, wire_api=wire_api)
    if ask_key:
        source = replace(source, key_variable=await _asked_key(source))
    await conversation.use_provider(source, save=save)
    conversation.known.models = ()
    now = conversation.link.source()
    named = now.model or not now.own or now.kind == "demo"
    names = ("provider", "model") if model else ("provider",)
    lasting = conversation.settings.lasting(*names, save=save)
    notes = [await _silence(conversation, now), "" if named else _NO_MODEL, lasting]
    return Text("\n".join([facts.provider(now), *filter(None, notes)]))


async def _silence(conversation: Conversation, source: Source) -> str:
    """What to say of a server on this host that does not answer: a turn would wait for it long."""
    import asyncio

    from copilot_nb.notebook.care.reach import reach
    from copilot_nb.notebook.models.providers import is_local

    if not source.own or not is_local(source.base_url):
        return ""
    key = source.key(conversation.settings.environ)
    found = await asyncio.to_thread(reach, source, key, _REACH_SECONDS)
    if isinstance(found, int):
        return ""
    return f"It {found}. Start it before the next turn, or check the address."


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


async def _asked_key(source: Source) -> str:
    """Ask for the key and keep it in this process; the variable that holds it.

    Raises:
        UsageError: Nobody can type here, or nothing was typed.
    """
    import os

    from copilot_nb.kernel.frontend import ask_line

    name = source.key_variable or _KEY
    key = await ask_line(f"Key for {source.place}: ", hidden=True)
    if not key or not key.strip():
        raise UsageError("No key was typed.", hint=f"Set {name} before the kernel starts.")
    os.environ[name] = key.strip()
    return name


async def _listed(conversation: Conversation) -> Table:
    """Every place that can be named, and what answers on this host."""
    from copilot_nb.notebook.models import local_servers, providers

    environ = conversation.settings.environ
    now = conversation.link.source()
    rows: list[tuple[Cell, ...]] = [
        (
            kind,
            preset.base_url,
            preset.key_variable,
            bool(environ.get(preset.key_variable)) if preset.key_variable else None,
            "",
            "asked now" if kind == now.kind and now.base_url in {"", preset.base_url} else "",
        )
        for kind, preset in providers.PRESETS.items()
    ]
    rows += [
        (
            server.name,
            server.base_url,
            "",
            None,
            ", ".join(server.models),
            "asked now" if server.base_url == now.base_url else "answers on this host",
        )
        for server in await local_servers.find()
    ]
    columns = ("provider", "url", "key from", "key is set", "models", "note")
    note = "%copilot provider NAME-or-URL --model MODEL chooses one; a key is never typed there."
    return Table(columns, tuple(rows), f"Now: {now.place} ({now.reason})", note)


async def _shown(conversation: Conversation) -> str:
    from copilot_nb.notebook import facts
    from copilot_nb.notebook.models import local_servers

    lines = [facts.provider(conversation.link.source())]
    found = await local_servers.find()
    if found:
        lines += ["", "These servers answer on this host:"]
        lines += [f"  {server.name}: {server.line}" for server in found]
    return "\n".join(lines)
