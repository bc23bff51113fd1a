"""What the runtime's process is started with: options, command line and environment.

The environment is an allow-list: an approved shell command of the agent can print all of it.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from copilot_nb.errors import CliNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TOKEN_NAME = "COPILOT_SDK_AUTH_TOKEN"  # noqa: S105 - the name of the variable, not its value

START_MODEL = "chosen-per-session"
"""A runtime with a provider does not start without a model; sessions then bring their own."""

ALLOWED = frozenset(
    {
        *("PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP"),
        *("USER", "LOGNAME", "SHELL", "TERM"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"),
        *("COPILOT_HOME", "GH_HOST", "GH_CONFIG_DIR"),
        # Where the account is and how its login is kept; no secrets.
        *("COPILOT_GH_HOST", "COPILOT_API_URL", "COPILOT_DEBUG_GITHUB_API_URL"),
        "COPILOT_DISABLE_KEYTAR",
        *("VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV"),
        "DBUS_SESSION_BUS_ADDRESS",  # the key ring that holds the account's login
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "PROGRAMDATA"),
        *("APPDATA", "LOCALAPPDATA", "USERPROFILE", "USERNAME", "HOMEDRIVE", "HOMEPATH"),
    }
)
ALLOWED_PREFIXES = ("LC_", "XDG_")
EITHER_CASE = frozenset(name for name in ALLOWED if name.endswith("_PROXY"))
LOG_LEVELS = {"warn": "warning"}
"""Names that people use, and what the runtime calls them."""


@dataclass(frozen=True, kw_only=True)
class RuntimeOptions:
    """How the runtime is started."""

    cli_path: Path | None = None
    """The executable; None looks in the usual places."""
    cli_args: tuple[str, ...] = ()
    """Put before our own arguments."""
    cwd: Path | None = None
    """Working directory of the process; None is ours."""
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Variables added to the allowed ones; they win over everything else."""
    pass_env: tuple[str, ...] = ()
    """Names of our own variables that the runtime, and so the agent's shell, may see too."""
    log_level: str = "info"
    """none, error, warn, info, debug or all; for the runtime's log files."""
    github_token: str | None = field(default=None, repr=False)
    """Account token, handed over in the environment."""
    use_logged_in_user: bool | None = None
    """Whether the stored login may be used; None means: unless a token is given."""
    copilot_home: Path | None = None
    """Instead of ~/.copilot: settings, logs and sessions."""
    offline: bool = False
    """Start without any network use of the runtime's own; needs `provider_base_url`."""
    provider_base_url: str | None = None
    """Address of the local model server; only an offline start asks for it."""
    use_stdio: bool = True
    """Talk over pipes; False lets the process listen on TCP."""
    port: int = 0
    """For TCP; 0 is any free port."""
    connection_token: str | None = field(default=None, repr=False)
    """For TCP: what a client must present; made up when None."""
    session_idle_timeout: int | None = None
    """Seconds after which the runtime puts an idle session away."""
    start_timeout: float = 60.0
    """Seconds until it must have answered; a first start unpacks a lot."""


def command_line(cli: Path, options: RuntimeOptions) -> list[str]:
    """The words that start the runtime."""
    words = [*program(cli), *options.cli_args, "--headless", "--no-auto-update"]
    words += ["--log-level", LOG_LEVELS.get(options.log_level, options.log_level)]
    if options.github_token is not None:
        words += ["--auth-token-env", TOKEN_NAME]
        words.append(f"--secret-env-vars={TOKEN_NAME}")  # or every shell command would see it
    if not _uses_login(options):
        words.append("--no-auto-login")
    if options.session_idle_timeout is not None:
        words += ["--session-idle-timeout", str(options.session_idle_timeout)]
    return [*words, "--stdio"] if options.use_stdio else [*words, "--port", str(options.port)]


def program(cli: Path) -> list[str]:
    """The words that run this executable: JavaScript needs Node before it.

    Raises:
        CliNotFoundError: It is JavaScript and there is no Node.
    """
    if cli.suffix not in {".js", ".mjs", ".cjs"}:
        return [str(cli)]
    node = shutil.which("node")
    if node is None:
        raise CliNotFoundError(
            f"{str(cli)!r} needs Node.js, and there is no `node` on PATH.",
            hint="Set COPILOT_CLI_PATH to the platform's own executable, or install Node.js.",
        )
    return [node, str(cli)]


def environment(options: RuntimeOptions, ours: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that the runtime gets, chosen from ours."""
    chosen = {name: value for name, value in ours.items() if _is_allowed(name, options)}
    if options.copilot_home is not None:
        chosen["COPILOT_HOME"] = str(options.copilot_home)
    if options.github_token is not None:
        chosen[TOKEN_NAME] = options.github_token
    if options.offline:
        chosen["COPILOT_OFFLINE"] = "true"
    if options.provider_base_url is not None:
        chosen["COPILOT_PROVIDER_BASE_URL"] = options.provider_base_url
        chosen["COPILOT_MODEL"] = START_MODEL
    if not options.use_stdio and options.connection_token is not None:
        chosen["COPILOT_CONNECTION_TOKEN"] = options.connection_token
    return {**chosen, **options.env}


def _is_allowed(name: str, options: RuntimeOptions) -> bool:
    known = name.upper() if os.name == "nt" or name.upper() in EITHER_CASE else name
    return known in ALLOWED or known.startswith(ALLOWED_PREFIXES) or name in options.pass_env


def _uses_login(options: RuntimeOptions) -> bool:
    if options.use_logged_in_user is None:
        return options.github_token is None
    return options.use_logged_in_user
