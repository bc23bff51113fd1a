"""A provider from the environment, where an application asks for it (`auto_byok_from_env`)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from copilot_nb.protocol.session import ProviderConfig, SessionConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "COPILOT_SDK_BYOK_"


def with_environment(
    config: SessionConfig, environment: Mapping[str, str] | None = None
) -> SessionConfig:
    """The configuration with provider and model of the variables, where it has none."""
    variables = os.environ if environment is None else environment
    key = variables.get(PREFIX + "API_KEY")
    if not (config.auto_byok_from_env and key) or config.provider or config.model:
        return config
    provider = ProviderConfig(
        base_url=variables.get(PREFIX + "BASE_URL", "https://api.openai.com/v1"),
        type=variables.get(PREFIX + "PROVIDER_TYPE", "openai"),
        api_key=key,
    )
    return config.model_copy(
        update={"provider": provider, "model": variables.get(PREFIX + "MODEL")}
    )
