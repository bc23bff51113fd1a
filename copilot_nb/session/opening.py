"""What a session is opened with: its configuration, and what it can answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from copilot_nb.protocol.session import SessionConfig
from copilot_nb.session.byok import with_environment
from copilot_nb.session.toolbox import AnyTool, Toolbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from copilot_nb.session.handlers import Handlers


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Everything needed to create a session, and to resume it later."""

    config: SessionConfig
    handlers: Handlers
    toolbox: Toolbox

    @classmethod
    def of(
        cls,
        config: SessionConfig | None,
        handlers: Handlers,
        tools: Iterable[AnyTool],
        provide: Mapping[type, Any] | None,
    ) -> Opening:
        """The opening with those tools in its box."""
        toolbox = Toolbox(provide)
        config = with_environment(config or SessionConfig())
        for one in (*(config.tools or ()), *tools):
            toolbox.add(one)
        return cls(config=config, handlers=handlers, toolbox=toolbox)

    def named(self, session_id: str) -> Opening:
        """The same under that id."""
        return replace(self, config=self.config.model_copy(update={"session_id": session_id}))

    def params(self, **changes: Any) -> SessionConfig:
        """The call's parameters: what the handlers can answer decides what is asked of us."""
        handlers, config = self.handlers, self.config
        answers = {
            "tools": self.toolbox.definitions() or None,
            "hooks": True,  # without them nobody is asked before some tools of MCP servers
            "request_elicitation": handlers.elicitation is not None or config.request_elicitation,
            "request_exit_plan_mode": handlers.exit_plan_mode is not None
            or config.request_exit_plan_mode,
            "request_auto_mode_switch": handlers.auto_mode_switch is not None
            or config.request_auto_mode_switch,
        }
        return config.model_copy(update=answers | changes)
