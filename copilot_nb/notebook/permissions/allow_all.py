"""Allow-all: the policy "allow", until the mode or the conversation changes.

It takes the place of what a subcommand had set, and gives it back; a policy that is set while it is
on ends it for good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from copilot_nb.notebook.settings import Settings, Value

SOURCE = "%copilot mode allow-all"


class AllowAll:
    """Whether whatever the agent asks is allowed for now.

    Args:
        settings: The notebook's.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._before: Value | None = None

    @property
    def on(self) -> bool:
        """Whether it is the policy that holds."""
        chosen = self._settings.chosen("policy")
        return chosen is not None and chosen.source == SOURCE

    def begin(self) -> None:
        """Allow everything from now on."""
        if not self.on:
            self._before = self._settings.chosen("policy")
            self._settings.choose("policy", "allow", SOURCE)

    def end(self) -> None:
        """Let the policy hold that was there before; one that was set since then stays."""
        if not self.on:
            return
        self._settings.choose("policy", None, SOURCE)  # whatever becomes of the one before
        if self._before is not None:
            self._settings.choose("policy", self._before.value, self._before.source)
