"""The seed's fluent way to options: `Client.builder().cwd(path).log_level("debug").build()`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from copilot_nb.session.client_options import ModelLister, Telemetry, options_of

if TYPE_CHECKING:
    from copilot_nb.session.client import Client


class ClientBuilder:
    """Collects options; `build` checks them and starts nothing."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}

    def build(self) -> Client:
        """The client.

        Raises:
            ConfigError: Options contradict each other.
        """
        from copilot_nb.session.client import Client

        return Client(options_of(**self._values))

    def cli_path(self, path: str | Path) -> Self:
        """The runtime's executable."""
        return self._set("cli_path", Path(path))

    def cli_args(self, args: list[str]) -> Self:
        """Arguments before our own."""
        return self._set("cli_args", tuple(args))

    def cli_arg(self, arg: str) -> Self:
        """One more argument before our own."""
        return self._add("cli_args", arg)

    def cwd(self, directory: str | Path) -> Self:
        """Where the process runs."""
        return self._set("cwd", Path(directory))

    def use_stdio(self, value: bool = True) -> Self:
        """Pipes, or TCP."""
        return self._set("use_stdio", value)

    def port(self, number: int) -> Self:
        """The TCP port; 0 is any."""
        self._set("use_stdio", self._values.get("use_stdio", False))
        return self._set("port", number)

    def cli_url(self, url: str) -> Self:
        """A runtime that listens already."""
        return self._set("cli_url", url)

    def connection_token(self, token: str) -> Self:
        """What that runtime wants to be shown."""
        return self._set("connection_token", token)

    def log_level(self, level: str) -> Self:
        """none, error, warn, info, debug or all."""
        return self._set("log_level", level)

    def auto_start(self, value: bool) -> Self:
        """Whether the first call starts the client."""
        return self._set("auto_start", value)

    def auto_restart(self, value: bool) -> Self:
        """Whether a call after the runtime's loss starts another."""
        return self._set("auto_restart", value)

    def env(self, name: str, value: str) -> Self:
        """One variable for the runtime."""
        return self._set("env", {**self._values.get("env", {}), name: value})

    def base_directory(self, directory: str | Path) -> Self:
        """Where the runtime keeps settings and sessions."""
        return self._set("copilot_home", Path(directory))

    def github_token(self, token: str) -> Self:
        """The account's token."""
        return self._set("github_token", token)

    def use_logged_in_user(self, value: bool) -> Self:
        """Whether the stored login may be used."""
        return self._set("use_logged_in_user", value)

    def allow_tool(self, rule: str) -> Self:
        """One more rule of what is allowed without asking."""
        return self._add("allow_tools", rule)

    def allow_tools(self, rules: list[str]) -> Self:
        """What is allowed without asking."""
        return self._set("allow_tools", tuple(rules))

    def deny_tool(self, rule: str) -> Self:
        """One more rule of what is denied."""
        return self._add("deny_tools", rule)

    def deny_tools(self, rules: list[str]) -> Self:
        """What is denied without asking; wins."""
        return self._set("deny_tools", tuple(rules))

    def allow_all_tools(self, value: bool = True) -> Self:
        """Allow everything that is not denied."""
        return self._set("allow_all_tools", value)

    def telemetry(self, config: Telemetry) -> Self:
        """Where the runtime sends its records."""
        return self._set("telemetry", config)

    def on_list_models(self, lister: ModelLister) -> Self:
        """Replaces the runtime's list of models."""
        return self._set("on_list_models", lister)

    def _set(self, name: str, value: Any) -> Self:
        self._values[name] = value
        return self

    def _add(self, name: str, value: str) -> Self:
        return self._set(name, (*self._values.get(name, ()), value))
