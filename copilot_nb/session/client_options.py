"""What a client is made with, and which options contradict each other."""

from __future__ import annotations

import warnings
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from copilot_nb.errors import ConfigError
from copilot_nb.protocol.methods import ModelInfo
from copilot_nb.session.launch import RuntimeOptions

ModelLister = Callable[[], Sequence[ModelInfo] | Awaitable[Sequence[ModelInfo]]]


@dataclass(frozen=True, kw_only=True)
class Telemetry:
    """Where the runtime sends its own OpenTelemetry records; nowhere without it."""

    otlp_endpoint: str | None = None
    otlp_protocol: str | None = None
    file_path: str | None = None
    exporter_type: str | None = None
    source_name: str | None = None
    capture_content: bool | None = None

    def environment(self) -> dict[str, str]:
        """The variables that switch it on."""
        content = None if self.capture_content is None else str(self.capture_content).lower()
        variables = {
            "COPILOT_OTEL_ENABLED": "true",
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.otlp_endpoint,
            "OTEL_EXPORTER_OTLP_PROTOCOL": self.otlp_protocol,
            "COPILOT_OTEL_FILE_EXPORTER_PATH": self.file_path,
            "COPILOT_OTEL_EXPORTER_TYPE": self.exporter_type,
            "COPILOT_OTEL_SOURCE_NAME": self.source_name,
            "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": content,
        }
        return {name: value for name, value in variables.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class ClientOptions(RuntimeOptions):
    """How the runtime is started or found, and how the client behaves."""

    cli_url: str | None = None
    """A runtime that listens already: `8080`, `host:8080` or `http://host:8080`."""
    auto_start: bool = True
    """The first call starts the client."""
    auto_restart: bool = True
    """The next call after the loss of the runtime starts another; no call is repeated."""
    allow_tools: tuple[str, ...] = ()
    """Calls that are allowed without asking: `write`, `shell(git status)`, `my_tool`."""
    deny_tools: tuple[str, ...] = ()
    """Calls that are refused without asking; they win."""
    allow_all_tools: bool = False
    """Allow everything that is not denied."""
    telemetry: Telemetry | None = None
    on_list_models: ModelLister | None = field(default=None, repr=False)
    """Replaces the runtime's list of models."""

    def check(self) -> None:
        """Refuse options that contradict each other.

        Raises:
            ConfigError: Names them.
        """
        if self.cli_url is not None:
            self._check_url()
        elif self.port and self.use_stdio:
            raise ConfigError("port has no meaning with stdio.", hint="Say use_stdio=False.")
        if self.github_token == "":
            raise ConfigError("github_token is empty.")

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port of `cli_url`.

        Raises:
            ConfigError: It has no port.
        """
        return None if self.cli_url is None else _address(self.cli_url)

    def _check_url(self) -> None:
        clashes = {
            "cli_path": self.cli_path is not None,
            "port": bool(self.port),
            "github_token": self.github_token is not None,
            "use_logged_in_user": self.use_logged_in_user is not None,
        }
        for name, given in clashes.items():
            if given:
                raise ConfigError(f"cli_url and {name} contradict each other: that runtime runs.")
        host, _ = _address(self.cli_url or "")
        if not _is_here(host):
            warnings.warn(
                f"cli_url names another host ({host}): what is said and the connection's token "
                "cross the network unencrypted. Use a tunnel.",
                stacklevel=4,
            )


def _is_here(host: str) -> bool:
    """Whether that is this host itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _address(url: str) -> tuple[str, int]:
    text = f":{url}" if url.isdigit() else url
    parts = urlsplit(text if "//" in text else f"//{text}")
    try:
        port = parts.port
    except ValueError:
        port = None
    if port is None:
        raise ConfigError(f"cli_url {url!r} has no port.", hint="Such as host:8080.")
    return parts.hostname or "localhost", port


def options_of(**values: Any) -> ClientOptions:
    """Options by name.

    Raises:
        ConfigError: There is no such option, or some contradict each other.
    """
    known = {option.name for option in fields(ClientOptions)}
    if unknown := sorted(values.keys() - known):
        raise ConfigError(f"No such option: {', '.join(unknown)}; there are {sorted(known)}.")
    options = ClientOptions(**values)
    options.check()
    return options
