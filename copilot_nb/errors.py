"""Every exception that copilot_nb raises on purpose.

    CopilotError                  message + hint: what happened, what to do next
    ├── UsageError                the call or the line cannot mean anything; nothing was sent
    │   └── ConfigError           options that contradict each other or do not exist
    ├── CliError                  the runtime (the Copilot CLI process)
    │   ├── CliNotFoundError      not where we looked
    │   ├── CliInstallError       could not be installed
    │   ├── CliStartError         did not start, or ended at once
    │   └── CliVersionError       speaks another protocol version
    ├── ConnectionClosedError     the link to the runtime is gone
    ├── ProtocolError             the peer said something that is not JSON-RPC
    ├── RpcError                  the runtime refused a call (code, message, data)
    │   ├── MethodNotFoundError
    │   └── InvalidParamsError
    ├── SessionError              a turn or a session failed (error_type, status_code)
    │   ├── AuthenticationError
    │   ├── QuotaError
    │   ├── ModelError
    │   └── OfflineError
    ├── BudgetError               a cap on what may be spent is reached
    ├── SessionNotFoundError      the runtime does not know this session
    ├── SessionClosedError        this Session object was closed or destroyed
    ├── TurnAbortedError          the turn was stopped (reason, partial)
    ├── TurnTimeoutError          the wait ended; the turn may still be running
    ├── ShownError                a turn in a cell ended badly; its output says why
    ├── LaggedError               a subscription lost events because its reader was too slow
    └── ToolNotFoundError         no tool of that name is registered

`ToolError` speaks to the model, not to a person, and is not a `CopilotError`.
"""

from __future__ import annotations

from textwrap import shorten
from typing import Any


class CopilotError(Exception):
    """Something the caller can act on: a message, and a hint with the next step.

    Args:
        message: What happened, with the values that matter quoted.
        hint: The next step; the class's own hint when not given.
    """

    hint: str = ""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if hint is not None:
            self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message

    def _render_traceback_(self) -> list[str]:
        """Two lines instead of a traceback; IPython asks for this by name."""
        lines = [f"{type(self).__name__}: {self.message}", *([self.hint] if self.hint else [])]
        return [_printable(line) for line in lines]


class UsageError(CopilotError):
    """The call or the line cannot mean anything; nothing was sent."""


class ConfigError(UsageError):
    """Options that contradict each other or do not exist."""


class CliError(CopilotError):
    """The runtime: the Copilot CLI process."""


class CliNotFoundError(CliError):
    """The Copilot CLI is not where we looked."""

    hint = (
        "Run `%copilot install` in a notebook or `copilot-nb install` in a shell, "
        "or set COPILOT_CLI_PATH to the executable."
    )


class CliInstallError(CliError):
    """The Copilot CLI could not be installed."""

    hint = "Check the network, or install npm package @github/copilot and set COPILOT_CLI_PATH."


class CliStartError(CliError):
    """The Copilot CLI did not start, or ended at once.

    Args:
        message: What happened.
        exit_code: The process's exit code, if it ended.
        stderr: The last lines that it wrote.
    """

    hint = "The lines above are its own words; `copilot-nb install --force` reinstalls it."

    def __init__(
        self,
        message: str,
        *,
        exit_code: int | None = None,
        stderr: str = "",
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.exit_code = exit_code
        self.stderr = stderr


class CliVersionError(CliError):
    """The runtime speaks a protocol version that we do not."""

    hint = "Run `copilot-nb install` for the version that is tested with this release."


class ConnectionClosedError(CopilotError):
    """The link to the runtime is gone; every open call and wait ends with this."""

    hint = "Run the cell again: the runtime starts anew and the conversation is resumed."


class ProtocolError(CopilotError):
    """The peer sent something that is not JSON-RPC; the connection is closed."""

    hint = "Another program may be writing to the runtime's output; start a new client."


class RpcError(CopilotError):
    """The runtime refused a call.

    Args:
        message: The runtime's own text.
        code: JSON-RPC error code.
        data: Whatever came with it.
        method: The method that was called.
    """

    def __init__(
        self, message: str, *, code: int = -32603, data: Any = None, method: str = ""
    ) -> None:
        super().__init__(message)
        self.code = code
        self.data = data
        self.method = method


class MethodNotFoundError(RpcError):
    """The runtime does not have this method."""

    hint = "This runtime may be too old or too new; `copilot-nb install` gets the tested one."


class InvalidParamsError(RpcError):
    """The runtime did not accept the parameters."""


class SessionError(CopilotError):
    """A turn failed.

    Args:
        message: The runtime's own text.
        error_type: `query`, `authentication`, `rate_limit`, …, as the runtime names it.
        status_code: HTTP status of the model provider, if there was one.
        remediation: The runtime's own advice.
    """

    def __init__(
        self,
        message: str,
        *,
        error_type: str = "",
        status_code: int | None = None,
        remediation: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.error_type = error_type
        self.status_code = status_code
        self.remediation = remediation


class AuthenticationError(SessionError):
    """The account or the provider's key was not accepted."""

    hint = (
        "Check the token or key: `%copilot provider` shows what is used and where it came from; "
        "`%copilot login` signs in to GitHub."
    )


class QuotaError(SessionError):
    """The account's allowance or the provider's rate limit is used up."""

    hint = "Wait, choose another model with `%copilot model`, or another `%copilot provider`."


class ModelError(SessionError):
    """The model does not exist or may not be used."""

    hint = "`%copilot models` lists those that there are; choose one with `%copilot model ID`."


class OfflineError(SessionError):
    """The model's service cannot be reached."""

    hint = (
        "Check the network and HTTPS_PROXY; without network, `%copilot provider` finds a server "
        "on this host, and `%copilot provider demo` needs none."
    )
    local = "Start the server, or check its address: `%copilot provider` shows it."
    """The next step when it is a server of one's own."""


class BudgetError(CopilotError):
    """A cap on what may be spent is reached; nothing more was asked."""

    hint = "`%copilot budget` shows the caps and changes them."


class SessionNotFoundError(CopilotError):
    """The runtime does not know this session."""

    hint = "It was deleted or never had a turn; `%copilot new` starts another."


class SessionClosedError(CopilotError):
    """This Session was closed or destroyed."""

    hint = "Make another with `client.create_session()` or `client.resume_session(id)`."


class TurnAbortedError(CopilotError):
    """The turn was stopped before its end.

    Args:
        message: What stopped it.
        reason: `user_initiated`, `rejected by user`, … as far as it is known.
        partial: The text that had arrived.
    """

    def __init__(self, message: str, *, reason: str = "", partial: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.partial = partial


class TurnTimeoutError(CopilotError, TimeoutError):
    """The wait ended; the turn may still be running."""

    hint = "Give a longer `timeout`, or call `session.abort()`."


class LaggedError(CopilotError):
    """A subscription lost events because its reader was too slow.

    Args:
        message: What happened.
        count: How many were lost.
    """

    hint = "Read faster, or subscribe with a larger `capacity`."

    def __init__(self, message: str, *, count: int = 0) -> None:
        super().__init__(message)
        self.count = count


class ShownError(CopilotError):
    """A turn in a cell ended badly, and its output there already says why.

    Raised so that the cell fails and the cells queued behind it do not run.
    """

    def _render_traceback_(self) -> list[str]:
        """One short line instead of a traceback; IPython asks for this by name."""
        return [_printable(shorten(self.message.partition("\n")[0], 100, placeholder=" …"))]


class ToolNotFoundError(CopilotError):
    """No tool of that name is registered in this session."""


class ToolError(Exception):
    """Raised by a tool to tell the model what went wrong; the turn goes on.

    Args:
        message: Text for the model.
    """


def _printable(text: str) -> str:
    """The text without control and hiding characters: a provider's words end up in a terminal."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)
