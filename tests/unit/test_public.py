"""The public names are decided, and loading the extension stays cheap."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import copilot_nb

NAMES = {
    *("Client", "Session", "SessionConfig", "ProviderConfig", "MessageOptions", "SessionEvent"),
    *("Turn", "Tool", "tool", "Invocation", "ToolResultObject", "UserInputResponse"),
    *("PermissionDecision", "approve_once", "approve_for_session", "reject"),
    *("CopilotError", "UsageError", "ConfigError", "CliError", "ConnectionClosedError"),
    *("ProtocolError", "RpcError", "SessionError", "AuthenticationError", "QuotaError"),
    *("SessionNotFoundError", "SessionClosedError", "TurnAbortedError", "TurnTimeoutError"),
    *(
        "ToolError",
        "current",
        "show",
        "tools",
        "load_ipython_extension",
        "unload_ipython_extension",
    ),
}
HEAVY = {"pydantic", "ipywidgets", "anywidget", "rich", "mistune", "nest_asyncio2", "tornado"}
"""What comes in with the first turn, and not before."""

LOAD = """
import sys
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
before = set(sys.modules)
import copilot_nb
copilot_nb.load_ipython_extension(shell)
copilot_nb.load_ipython_extension(shell)
print(*sorted(set(sys.modules) - before))
"""


def test_the_public_names_are_these() -> None:
    """Adding one is a decision, written down here."""
    assert set(copilot_nb.__all__) == NAMES
    assert list(copilot_nb.__all__) == sorted(copilot_nb.__all__)
    assert dir(copilot_nb) == sorted([*NAMES, "__version__"])


def test_every_public_name_is_there_and_documented() -> None:
    """Lazy names lead somewhere."""
    found = {name: getattr(copilot_nb, name) for name in copilot_nb.__all__}

    assert [name for name, value in found.items() if not value.__doc__] == []


def test_other_names_are_refused() -> None:
    """With Python's own words, so that `hasattr` and star imports work."""
    assert not hasattr(copilot_nb, "Wire")
    assert not hasattr(copilot_nb, "_ipython_display_")


def test_loading_imports_nothing_heavy() -> None:
    """The budget is 40 ms; a structure that cannot be slow is better than a clock."""
    result = subprocess.run(
        [sys.executable, "-c", LOAD], capture_output=True, text=True, check=True, timeout=20
    )
    loaded = set(result.stdout.split())

    assert {name.partition(".")[0] for name in loaded} & HEAVY == set()
    assert sorted(name for name in loaded if name.startswith("copilot_nb")) == [
        "copilot_nb",
        "copilot_nb.errors",
        "copilot_nb.kernel",
        "copilot_nb.kernel.pictures",  # figures of cells before the first turn
        "copilot_nb.magics",
        "copilot_nb.magics.complete",
        "copilot_nb.magics.extension",
        "copilot_nb.magics.offers",
        "copilot_nb.magics.transform",
        "copilot_nb.magics.values",
    ]


def test_the_log_is_silent_unless_somebody_listens() -> None:
    """Without a handler Python would print warnings beneath the user's cells."""
    result = subprocess.run(
        [
            sys.executable,
            "-c",
            "import copilot_nb, logging; logging.getLogger('copilot_nb.x').error('x')",
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )

    assert result.stderr == ""


def test_the_version_is_a_literal() -> None:
    """The build reads it without importing anything."""
    source = Path(copilot_nb.__file__).read_text(encoding="utf-8")

    assert f'__version__ = "{copilot_nb.__version__}"' in source
