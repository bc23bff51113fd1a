"""The page's side of a live view, without a browser: is ready, reads what is drawn, clicks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.kernel.driver import Kernel


class Page:
    """The newest turn that a kernel shows as a widget.

    Args:
        kernel: Who shows it.
    """

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self.model = ""
        """The widget's model id."""

    def open(self) -> None:
        """Wait for the newest turn's widget and say that it is drawn."""
        before = self.model
        self._kernel.until(lambda: self._newest() not in {"", before}, "the turn's widget")
        self.model = self._newest()
        self.say({"k": "ready", "v": 1, "page": "test", "e": "", "have": 0})

    def say(self, content: dict[str, Any]) -> None:
        """Send a message to the view."""
        self._kernel.comm(self.model, {"method": "custom", "content": content})

    @property
    def blocks(self) -> dict[str, dict[str, Any]]:
        """What is drawn, by the blocks' ids: all that was added and changed."""
        drawn: dict[str, dict[str, Any]] = {}
        for operation in self._operations():
            match operation:
                case ["add", str(block_id), dict(block)]:
                    drawn[block_id] = dict(block)
                case ["txt", str(block_id), str(field), str(more)]:
                    drawn[block_id][field] = drawn[block_id].get(field, "") + more
                case ["set", str(block_id), dict(changes)]:
                    drawn[block_id] |= changes
        return drawn

    @property
    def printed(self) -> list[str]:
        """What code had printed each time that it was drawn anew."""
        return [
            output["text"]
            for operation in self._operations()
            for output in operation
            if operation[0] == "out" and isinstance(output, dict)
        ]

    @property
    def text(self) -> str:
        """The answer as it is drawn."""
        return "".join(b["text"] for b in self.blocks.values() if b["kind"] == "text")

    def until_text(self, text: str) -> None:
        """Until the answer holds that text."""
        self._kernel.until(lambda: text in self.text, f"{text!r} on the page")

    def until_asked(self, kind: str = "permission") -> str:
        """Until a request of that kind is open; its id."""
        self._kernel.until(lambda: self._asked(kind), f"an open {kind}")
        return self._asked(kind)

    def answer(self, request_id: str, **value: str) -> None:
        """Click a button or send an answer."""
        self.say({"k": "answer", "id": request_id, "v": value})

    def stop(self) -> None:
        """Press the view's own stop button."""
        self.say({"k": "stop"})

    def _asked(self, kind: str) -> str:
        asked = [i for i, b in self.blocks.items() if b["kind"] == kind and b["state"] == "open"]
        return asked[0] if asked else ""

    def _newest(self) -> str:
        for message in reversed(self._kernel.messages):
            if message["msg_type"] == "comm_open":
                state = message["content"]["data"].get("state", {})
                if "snap" in state:
                    return str(message["content"]["comm_id"])
        return ""

    def _operations(self) -> list[Any]:
        found: list[Any] = []
        for message in self._kernel.messages:
            content = message["content"]
            if message["msg_type"] == "comm_msg" and content["comm_id"] == self.model:
                custom = content["data"].get("content", {})
                found += custom.get("o", []) if custom.get("k") == "d" else []
        return found
