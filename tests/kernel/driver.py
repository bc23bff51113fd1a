"""A front end without a screen: starts a kernel, sends cells, clicks, interrupts, collects.

Everything is bounded: a wait that is not fulfilled fails with what had arrived until then.
"""

from __future__ import annotations

import contextlib
import os
import queue
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from tests.kernel.environments import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType

BOUND = 15.0
"""Seconds that any wait may take."""
Message = dict[str, Any]


@dataclass
class Cell:
    """One execute request and everything that came back."""

    id: str
    messages: list[Message] = field(default_factory=list)
    reply: Message | None = None
    replied_at: float = 0.0
    idle: bool = False

    @property
    def status(self) -> str:
        """ok, error, aborted; empty while it runs."""
        return str(self.reply["status"]) if self.reply else ""

    @property
    def ename(self) -> str:
        """The error's name in the reply."""
        return str((self.reply or {}).get("ename", ""))

    @property
    def text(self) -> str:
        """What it wrote to stdout and stderr."""
        return "".join(c["text"] for c in self.contents("stream"))

    @property
    def result(self) -> str:
        """The text of its last expression."""
        return "".join(c["data"]["text/plain"] for c in self.contents("execute_result"))

    @property
    def traceback(self) -> str:
        """What is shown of its error."""
        return "\n".join("\n".join(c["traceback"]) for c in self.contents("error"))

    def contents(self, kind: str) -> list[Message]:
        """The contents of its messages of that type."""
        return [m["content"] for m in self.messages if m["msg_type"] == kind]


class Kernel:
    """One kernel process and a client of it.

    Args:
        python: Whose ipykernel runs.
        directory: Where IPython keeps its files and the log is written.
    """

    def __init__(self, python: Path, directory: Path) -> None:
        self.cells: dict[str, Cell] = {}
        self.widgets: dict[str, str] = {}
        """Model id by description, the newest of each."""
        self.messages: list[Message] = []
        self._typed: list[str] = []
        self._holding = False
        self._log = (directory / "kernel.log").open("ab")
        self._manager = KernelManager()
        self._manager._kernel_spec = KernelSpec(  # noqa: SLF001 - the only way without a file
            argv=[str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="test",
            language="python",
        )
        environment = os.environ | {
            "IPYTHONDIR": str(directory),
            "MPLCONFIGDIR": str(directory),
            "PYTHONPATH": str(ROOT),
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        }
        self._manager.start_kernel(env=environment, stdout=self._log, stderr=self._log)
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=60)

    def __enter__(self) -> Kernel:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)
        self._log.close()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return bool(self._manager.is_alive())

    @property
    def pid(self) -> int:
        """The process."""
        return int(getattr(self._manager.provisioner, "pid", 0))

    def forget(self) -> None:
        """Forget what was shown and said so far."""
        self.cells.clear()
        self.widgets.clear()
        self.messages.clear()

    def pause(self, seconds: float) -> None:
        """Take messages for that long: a person's pace, not a wait for something."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._pump()

    def send(self, code: str, *, allow_stdin: bool = False) -> Cell:
        """Queue a cell."""
        cell = Cell(self._client.execute(code, allow_stdin=allow_stdin))
        self.cells[cell.id] = cell
        return cell

    def wait(self, *cells: Cell) -> None:
        """Until the cells have replied and are idle."""
        self.until(lambda: all(cell.reply and cell.idle for cell in cells), "the cells to end")

    def run(self, code: str, *, allow_stdin: bool = False) -> Cell:
        """Run a cell to its end."""
        cell = self.send(code, allow_stdin=allow_stdin)
        self.wait(cell)
        return cell

    def check(self, code: str) -> Cell:
        """Run a cell that must succeed; again if it fell among those that an error aborts."""
        end = time.monotonic() + BOUND
        cell = self.run(code)
        while cell.status == "aborted" and time.monotonic() < end:
            cell = self.run(code)
        assert cell.status == "ok", cell.traceback
        return cell

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Take messages until the condition holds."""
        end = time.monotonic() + BOUND
        while not condition():
            assert time.monotonic() < end, f"waited in vain for {what}: {self._report()}"
            self._pump()

    def until_written(self, cell: Cell, text: str) -> None:
        """Until the cell has written that text."""
        self.until(lambda: text in cell.text or cell.reply, f"{text!r}")
        assert text in cell.text, cell.traceback or cell.text

    def until_shown(self, description: str) -> str:
        """Until a widget with that description is there; its model id."""
        self.until(lambda: description in self.widgets, f"the widget {description!r}")
        return self.widgets.pop(description)

    def click(self, description: str) -> float:
        """Click the button, on the main shell as most front ends do; the time of the click."""
        model = self.until_shown(description)
        self.comm(model, {"method": "custom", "content": {"event": "click"}})
        return time.monotonic()

    def comm(self, model: str, data: Mapping[str, Any]) -> str:
        """Send a comm message; its id."""
        return self.request("comm_msg", {"comm_id": model, "data": dict(data)})

    def request(self, kind: str, content: Mapping[str, Any]) -> str:
        """Send any message on the shell channel; its id."""
        message = self._client.session.msg(kind, dict(content))
        self._client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def interrupt(self) -> float:
        """Press ■; the time of it."""
        self._manager.interrupt_kernel()
        return time.monotonic()

    def type(self, line: str) -> None:
        """Answer the next question on stdin."""
        self._holding = False
        self._typed.append(line)

    def hold_typing(self) -> None:
        """Let the next question wait."""
        self._holding = True

    def until_idle(self, message_id: str) -> None:
        """Until the kernel says that it has handled that message."""
        self.until(
            lambda: any(
                m["parent_header"].get("msg_id") == message_id
                and m["content"].get("execution_state") == "idle"
                for m in self.messages
            ),
            "idle",
        )

    def replies(self, kind: str) -> list[Message]:
        """The replies of that type."""
        return [m for m in self.messages if m["msg_type"] == kind]

    def _pump(self) -> None:
        with contextlib.suppress(queue.Empty):
            self._take(self._client.get_iopub_msg(timeout=0.02))
        for channel in (self._client.shell_channel, self._client.stdin_channel):
            while channel.msg_ready():
                self._take(channel.get_msg(timeout=1))

    def _take(self, message: Message) -> None:
        self.messages.append(message)
        cell = self.cells.get(message["parent_header"].get("msg_id", ""))
        content = message["content"]
        match message["msg_type"]:
            case "execute_reply" if cell:
                cell.reply, cell.replied_at = content, time.monotonic()
            case "input_request" if not self._holding:
                self._client.input(self._typed.pop(0) if self._typed else "")
            case "comm_open":
                description = content["data"].get("state", {}).get("description")
                self.widgets[description or content["target_name"]] = content["comm_id"]
        if cell is not None:
            cell.messages.append(message)
            cell.idle = cell.idle or content.get("execution_state") == "idle"

    def _report(self) -> list[tuple[str, Any]]:
        return [(m["msg_type"], m["content"]) for m in self.messages[-8:]]
