"""What a notebook's sessions are created and resumed with, as things are set now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import ConfigError
from copilot_nb.notebook.instructions import INSTRUCTIONS
from copilot_nb.notebook.models import providers
from copilot_nb.notebook.models.providers import Source
from copilot_nb.protocol.session import SessionConfig, SystemMessageConfig

if TYPE_CHECKING:
    from copilot_nb.notebook.settings import Settings
    from copilot_nb.notebook.setup import Setup

NOBODY = Source("openai", "there is no model to ask", base_url="http://127.0.0.1:9")
"""Stands for no model: its runtime has neither network nor account, its sessions ask nobody.

A runtime without network does not start without an address; this one is never asked.
"""
_FULLY_KNOWN = {providers.PRESETS[kind].base_url for kind in ("openai", "anthropic")}


def session_config(source: Source, settings: Settings, setup: Setup) -> SessionConfig:
    """The configuration of a session that asks there.

    Args:
        source: Where the model answers, with the URL that is really asked.
        settings: The notebook's.
        setup: What its subcommands chose.

    Raises:
        ConfigError: The source's URL or key is missing.
    """
    options: dict[str, Any] = {
        "client_name": "copilot-nb",
        "working_directory": Path.cwd(),
        "system_message": SystemMessageConfig(content=INSTRUCTIONS),
        # A person or a policy answers all of these.
        "request_elicitation": True,
        "request_exit_plan_mode": True,
        "request_auto_mode_switch": True,
    }
    # Without a model of its own a stored conversation keeps the one that it had.
    if source.own and source is not NOBODY:
        options["provider"] = source.config(settings.environ)
        if sees(source, settings):
            options["model_capabilities"] = {"supports": {"vision": True}}
    if source.model:
        options["model"] = source.model
    if not settings.get("instructions"):
        options["skip_custom_instructions"] = True
    return SessionConfig(**options, **setup.options())


def sees(source: Source, settings: Settings) -> bool:
    """Whether the model gets the pictures that tools return, as far as that is known."""
    setting = settings.get("vision")
    if setting != "auto":
        return bool(setting == "yes")
    # A server of one's own may run any model, and refuses pictures when it cannot see.
    return not source.own or source.kind == "azure" or source.base_url in _FULLY_KNOWN


def check_model(source: Source) -> None:
    """See that a model is named where one has to be.

    Raises:
        ConfigError: None is.
    """
    if source.own and source.kind != "demo" and not source.model:
        raise ConfigError(
            f"No model is named for {source.place}.",
            hint="`%copilot models` asks which there are; name one: `%copilot model NAME`.",
        )
