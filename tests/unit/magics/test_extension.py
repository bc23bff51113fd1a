"""Loading puts our magics into a shell, and unloading leaves no trace."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import copilot_nb
from copilot_nb.errors import ConfigError, UsageError
from copilot_nb.magics.commands import COMMANDS
from copilot_nb.magics.extension import Copilot, loaded
from copilot_nb.notebook.settings import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def shell() -> Iterator[Any]:
    """A shell of its own that writes no history."""
    made: Any = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))  # type: ignore[no-untyped-call]  # IPython's
    yield made
    copilot_nb.unload_ipython_extension(made)
    atexit.unregister(made.atexit_operations)  # it collects garbage, once for each shell


def hooks(shell: Any) -> dict[str, Any]:
    """Everything that loading may touch."""
    return {
        "line": shell.magics_manager.magics["line"].get("copilot"),
        "cell": shell.magics_manager.magics["cell"].get("copilot"),
        "registry": shell.magics_manager.registry.get("Copilot"),
        "cleanup": list(shell.input_transformers_cleanup),
        "tokens": list(shell.input_transformer_manager.token_transformers),
        "matchers": list(shell.Completer.custom_matchers),
        "configurables": [type(c).__name__ for c in shell.configurables],
        "namespace": sorted(name for name in shell.user_ns if not name.startswith("_")),
        "error handlers": shell.custom_exceptions,
    }


def test_unloading_restores_everything(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Magics, transformers, matchers and settings are gone; nothing was printed."""
    before = hooks(shell)

    copilot_nb.load_ipython_extension(shell)
    changed = hooks(shell)
    copilot_nb.unload_ipython_extension(shell)

    assert hooks(shell) == before
    assert {name for name in before if before[name] != changed[name]} == {
        *("line", "cell", "registry", "cleanup", "tokens", "matchers", "configurables")
    }
    assert capsys.readouterr() == ("", "")


def test_loading_twice_changes_nothing(shell: Any) -> None:
    """So does unloading twice."""
    copilot_nb.load_ipython_extension(shell)
    once = hooks(shell)

    copilot_nb.load_ipython_extension(shell)

    assert hooks(shell) == once
    copilot_nb.unload_ipython_extension(shell)
    copilot_nb.unload_ipython_extension(shell)
    assert loaded(shell) is None


def test_a_magic_of_the_same_name_comes_back(shell: Any) -> None:
    """Somebody else's `%copilot` is not lost."""

    def other(line: str) -> str:
        return "other " + line

    shell.register_magic_function(other, "line", "copilot")
    copilot_nb.load_ipython_extension(shell)
    copilot_nb.unload_ipython_extension(shell)

    assert shell.run_line_magic("copilot", "x") == "other x"


def test_help_is_ours_and_names_every_subcommand(shell: Any) -> None:
    """`%copilot?` and `%%copilot?` show all that `%copilot help` does."""
    copilot_nb.load_ipython_extension(shell)

    for name in ("%copilot", "%%copilot"):
        text = shell.object_inspect(name)["docstring"]
        shown = {line.split()[0] for line in text.splitlines() if line.startswith("  ")}
        assert shown == {*COMMANDS, *COMMANDS["ask"].options}


def test_config_names_every_setting(shell: Any) -> None:
    """`%config Copilot.x` and the settings are the same list."""
    copilot_nb.load_ipython_extension(shell)

    assert sorted(Copilot.class_own_traits(config=True)) == sorted(s.name for s in SETTINGS)


def test_config_is_where_settings_look(shell: Any) -> None:
    """A profile's `c.Copilot.model` and `%config Copilot.model = …` are seen."""
    shell.config.Copilot.model = "from-profile"
    copilot_nb.load_ipython_extension(shell)
    magics = loaded(shell)

    assert magics is not None
    assert magics.model == "from-profile"
    shell.run_line_magic("config", "Copilot.model = 'typed'")
    assert magics.model == "typed"


def test_line_and_cell_magic_wait_where_nothing_can_be_awaited(shell: Any) -> None:
    """Called as functions, as `%%time` does, they run to their end and return the value."""
    copilot_nb.load_ipython_extension(shell)

    assert "%copilot model" in str(shell.run_line_magic("copilot", "help model"))
    with pytest.raises(UsageError, match="There is no option '--modle'"):
        shell.run_cell_magic("copilot", "--modle x", "hi\n")


def test_a_mistake_is_two_lines(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """No traceback of ours for what somebody mistyped."""
    copilot_nb.load_ipython_extension(shell)

    result = shell.run_cell("%copilot provder")

    assert isinstance(result.error_in_exec, UsageError)
    out = capsys.readouterr().out
    assert out == "UsageError: There is no subcommand 'provder'.\nDid you mean provider?\n"


def test_tab_completes_through_ipython(shell: Any) -> None:
    """IPython's completer asks us, and replaces the word that stands there."""
    copilot_nb.load_ipython_extension(shell)

    with provisionalcompleter():
        found = {
            code: [(c.text, code[c.start : c.end]) for c in shell.Completer.completions(code, end)]
            for code, end in (("%copilot ask --ti", 17), ("%copilot prov", 13))
        }

    assert found == {
        "%copilot ask --ti": [("--timeout", "--ti")],
        "%copilot prov": [("provider", "prov")],
    }


def test_wrong_value_in_the_profile_is_two_lines_and_can_be_mended(
    shell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing half loaded stays behind, which would make the next `%load_ext` do nothing."""
    shell.config.Copilot.timeout = "soon"

    result = shell.run_cell("%load_ext copilot_nb")

    assert isinstance(result.error_in_exec, ConfigError)
    assert loaded(shell) is None
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 2
    assert "'timeout'" in said[0]
    assert "'soon'" in said[0]

    shell.run_cell("del get_ipython().config.Copilot\n%load_ext copilot_nb")

    assert loaded(shell) is not None
