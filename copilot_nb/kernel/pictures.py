"""The last pictures that the user's cells showed, for an agent that is asked about "the plot"."""

from __future__ import annotations

import contextlib
from collections import deque
from typing import TYPE_CHECKING, Any

from copilot_nb.data.images import image_output

if TYPE_CHECKING:
    from copilot_nb.transcript.blocks import ImageOutput

KEPT = 8


class Pictures:
    """Remembers pictures as they are published; in kernels only, a terminal shows none.

    Args:
        shell: The InteractiveShell whose outputs are watched.
    """

    def __init__(self, shell: Any) -> None:
        self._seen: deque[str] = deque(maxlen=KEPT)
        # Only newer displayhooks have hooks: there a figure as a cell's value is seen as well.
        publishers = (shell.display_pub, shell.displayhook)
        self._publishers = [p for p in publishers if hasattr(p, "register_hook")]
        for publisher in self._publishers:
            publisher.register_hook(self._published)

    def close(self) -> None:
        """Watch no longer."""
        for publisher in self._publishers:
            publisher.unregister_hook(self._published)
        self._publishers = []

    def get(self, number: int) -> ImageOutput | None:
        """The number-th picture, counted back from the newest, which is 1."""
        return image_output(self._seen[-number]) if 0 < number <= len(self._seen) else None

    def __len__(self) -> int:
        return len(self._seen)

    def _published(self, message: dict[str, Any]) -> dict[str, Any]:
        with contextlib.suppress(KeyError, TypeError):
            data = message["content"]["data"]["image/png"]
            if isinstance(data, str):
                self._seen.append(data)
        return message
