"""Puts `%copilot` and `%%copilot` into a shell, and takes every trace of them out again.

Loading is silent, may be repeated, and imports nothing that a first turn does not need yet.
"""

from __future__ import annotations

import sys
from typing import Any

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from traitlets import Bool, Enum, Float, Int, TraitError, Unicode

from copilot_nb.errors import ConfigError
from copilot_nb.kernel.pictures import unwatch, watch
from copilot_nb.magics.complete import Completion
from copilot_nb.magics.transform import MAGIC, CellTransform, LineTransform

_CURRENT = "copilot_nb.notebook.current"


def _everything() -> str:
    from copilot_nb.magics.commands.help import everything

    return everything()


@magics_class
class Copilot(Magics):
    """Settings of the notebook's agent; `%copilot help` tells what can be typed."""

    model = Unicode("", help="Model id; empty lets the runtime choose.").tag(config=True)
    provider = Unicode("", help="demo, ollama, openai, anthropic, azure, account or a URL.").tag(
        config=True
    )
    policy = Unicode("", help="Who answers permission requests: ask, deny, allow, or a file.").tag(
        config=True
    )
    timeout = Float(None, allow_none=True, help="Seconds after which a turn is stopped.").tag(
        config=True
    )
    answer_timeout = Float(
        None, allow_none=True, help="Seconds after which an open request is declined."
    ).tag(config=True)
    view = Enum(
        ["", "auto", "widget", "plain", "static", "terminal"], "", help="How a turn is drawn."
    ).tag(config=True)
    ready_timeout = Float(None, allow_none=True, help="Seconds before plain mode.").tag(config=True)
    record = Bool(None, allow_none=True, help="Store each turn as data, too.").tag(config=True)
    turns = Unicode("", help="Folder of stored turns, which are shown where nobody is there.").tag(
        config=True
    )
    cli_path = Unicode("", help="The Copilot CLI to run.").tag(config=True)
    context = Enum(
        ["", "none", "index", "cells", "full"], "", help="How much of the notebook goes along."
    ).tag(config=True)
    code_timeout = Float(
        None, allow_none=True, help="Seconds after which the agent's code is stopped."
    ).tag(config=True)
    undo_megabytes = Int(None, allow_none=True, help="Memory for copies that undo needs.").tag(
        config=True
    )
    vision = Enum(["", "auto", "yes", "no"], "", help="Whether figures go to the model.").tag(
        config=True
    )
    context_budget = Int(None, allow_none=True, help="Tokens of the index.").tag(config=True)
    budget_cell = Unicode("", help="What one cell may cost: 5, 200k tokens, $2, off.").tag(
        config=True
    )
    budget_session = Unicode("", help="What one session may cost.").tag(config=True)
    budget_day = Unicode("", help="What a day may cost, all notebooks together.").tag(config=True)
    budget_hard = Bool(None, allow_none=True, help="Stop at a cap without asking.").tag(config=True)
    prices = Unicode("", help="MODEL=IN/OUT in dollars per million tokens.").tag(config=True)
    audit = Bool(None, allow_none=True, help="Keep a log of tool calls and decisions.").tag(
        config=True
    )
    instructions = Bool(
        None, allow_none=True, help="Let the folder's instruction files (AGENTS.md) in."
    ).tag(config=True)

    shell: Any

    def __init__(self, shell: Any) -> None:
        super().__init__(shell=shell)
        given = self.config.get("Copilot", {})
        self.profile = {name: getattr(self, name) for name in self.trait_names() if name in given}
        """What was set before the extension was loaded."""
        self._cells = CellTransform(shell)
        self._lines = LineTransform(shell)
        self._completion = Completion(shell)
        self._before: dict[str, Any] = {}

    @no_var_expand
    @line_cell_magic
    def copilot(self, line: str, cell: str | None = None) -> Any:
        """Ask GitHub Copilot's agent, or say what it shall work with; see `%copilot help`."""
        from copilot_nb.magics import run

        if cell is None:
            return run.line_now(line, show=False)
        return run.cell_now(line, cell)

    # What IPython shows for `%copilot?` and `%%copilot?`: made when somebody asks.
    copilot.getdoc = _everything  # type: ignore[union-attr]  # its hook for objects' own help

    def install(self) -> None:
        """Register magics, transformers and completion."""
        manager = self.shell.magics_manager
        self._before = {kind: manager.magics[kind].get(MAGIC) for kind in ("line", "cell")}
        self.shell.register_magics(self)
        self.shell.input_transformers_cleanup.append(self._cells)
        self.shell.input_transformer_manager.token_transformers.append(self._lines)
        self._completion.install()
        watch(self.shell)

    def uninstall(self) -> None:
        """Undo `install`; a magic that had our name before is back."""
        unwatch(self.shell)
        self._completion.uninstall()
        self.shell.input_transformer_manager.token_transformers.remove(self._lines)
        self.shell.input_transformers_cleanup.remove(self._cells)
        manager = self.shell.magics_manager
        manager.registry.pop(type(self).__name__, None)
        for kind, before in self._before.items():
            manager.magics[kind].pop(MAGIC, None)
            if before is not None:
                manager.magics[kind][MAGIC] = before
        self.shell.configurables.remove(self)


def loaded(shell: Any) -> Copilot | None:
    """Our magics in that shell, if they are loaded."""
    return next((c for c in shell.configurables if isinstance(c, Copilot)), None)


def load(shell: Any) -> None:
    """Make `%copilot` available; a second time changes nothing.

    Raises:
        ConfigError: IPython's configuration holds a value that a setting does not take.
    """
    if loaded(shell) is not None:
        return
    try:
        made = Copilot(shell)
    except TraitError as error:
        # What was half made is in the list already, and would pass for loaded the next time.
        shell.configurables[:] = [c for c in shell.configurables if not isinstance(c, Copilot)]
        raise ConfigError(
            f"copilot_nb is not loaded, IPython's configuration has a wrong value: {error}",
            hint="Mend it in the profile, or `del get_ipython().config.Copilot`; then %load_ext.",
        ) from None
    made.install()


def unload(shell: Any) -> None:
    """Remove everything that `load` brought, and end the runtime if one was started."""
    magics = loaded(shell)
    if magics is None:
        return
    magics.uninstall()
    # Not imported means that there was no turn, so there is nothing to end.
    if _CURRENT in sys.modules:
        from copilot_nb.kernel.loop import wait

        wait(sys.modules[_CURRENT].close())
