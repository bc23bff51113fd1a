"""An InteractiveShell without a kernel, and a session that only records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from copilot_nb.kernel.shell import Shell
from copilot_nb.session.pending import Answer, PendingRequest, PendingRequests
from copilot_nb.session.tools import FunctionTool, Invocation, run_tool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copilot_nb.protocol.base import Wire
    from copilot_nb.protocol.tool import ToolResultObject
    from copilot_nb.session.session import Session


class RecordingSession:
    """What an Invocation needs of a session; keeps the events and has one answer for all."""

    session_id = "s1"

    def __init__(self) -> None:
        self.events: list[Wire] = []
        self.requests: list[PendingRequest] = []
        self.answer: Answer | None = None
        self.pending = PendingRequests()
        self.pending.policies.append(self._decide)

    def emit_local(self, data: Wire) -> None:
        """Keep the event."""
        self.events.append(data)

    async def call(
        self, tool: FunctionTool[Any, Any], shell: Shell, **arguments: Any
    ) -> ToolResultObject:
        """Call a tool as the runtime would."""
        bound = tool.bind({Shell: shell})
        invocation = Invocation(
            session=cast("Session", self),
            tool_name=bound.definition.name,
            tool_call_id="t1",
            arguments=arguments,
        )
        return await run_tool(bound, invocation)

    def _decide(self, request: PendingRequest) -> Answer | None:
        self.requests.append(request)
        return self.answer


@pytest.fixture(scope="module")
def running_shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InteractiveShell]:
    """A shell of its own, without files in the user's home."""
    config = Config()
    config.HistoryManager.enabled = False
    directory = tmp_path_factory.mktemp("ipython")
    yield InteractiveShell.instance(config=config, ipython_dir=str(directory))
    InteractiveShell.clear_instance()


@pytest.fixture
def ipython(
    running_shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> Iterator[InteractiveShell]:
    """The shell without names of other tests and without an error so far."""
    monkeypatch.setattr("sys.last_value", None, raising=False)
    monkeypatch.setattr("sys.last_exc", None, raising=False)
    before = dict(running_shell.user_ns)
    yield running_shell
    running_shell.user_ns.clear()
    running_shell.user_ns.update(before)


@pytest.fixture
def shell(ipython: InteractiveShell) -> Iterator[Shell]:
    """Our view of it."""
    wrapped = Shell(ipython)
    yield wrapped
    wrapped.close()


@pytest.fixture
def session() -> RecordingSession:
    """A session that records."""
    return RecordingSession()
