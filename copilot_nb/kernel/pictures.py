"""The last pictures that the user's cells showed, for an agent that is asked about "the plot".

Watching begins when the extension is loaded, so that a picture from before the first prompt is
there. This file imports nothing of the package until a picture is asked for.
"""

from __future__ import annotations

import contextlib
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from copilot_nb.transcript.blocks import ImageOutput

KEPT = 8

_watching: dict[int, Pictures] = {}
"""By the identity of the shell."""


def watch(shell: Any) -> None:
    """Watch that shell from now on, for whoever comes later."""
    if id(shell) not in _watching:
        _watching[id(shell)] = Pictures(shell)


def unwatch(shell: Any) -> None:
    """Watch it no longer."""
    pictures = _watching.pop(id(shell), None)
    if pictures is not None:
        pictures.close()


def watched(shell: Any) -> Pictures | None:
    """What `watch` has seen of that shell; None when it is not watched."""
    return _watching.get(id(shell))


class Pictures:
    """Remembers pictures as they are published; in kernels only, a terminal shows none.

    Args:
        shell: The InteractiveShell whose outputs are watched.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._seen: deque[tuple[int, str]] = deque(maxlen=KEPT)
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

    def remember(self, cell: int, data: str) -> None:
        """Keep a picture that a cell showed, as base64."""
        self._seen.append((cell, data))

    def get(self, number: int) -> ImageOutput | None:
        """The number-th picture, counted back from the newest, which is 1."""
        return _image(self._seen[-number][1]) if 0 < number <= len(self._seen) else None

    def of_cell(self, number: int) -> list[ImageOutput]:
        """The pictures that are left of the cell of that number, in order."""
        return [_image(data) for cell, data in self._seen if cell == number]

    @property
    def cells(self) -> tuple[int, ...]:
        """The numbers of the cells that they are from, the oldest first."""
        return tuple(dict.fromkeys(cell for cell, _ in self._seen))

    def __len__(self) -> int:
        return len(self._seen)

    def _published(self, message: dict[str, Any]) -> dict[str, Any]:
        with contextlib.suppress(KeyError, TypeError):
            data = message["content"]["data"]["image/png"]
            if isinstance(data, str):
                cell = len(self._shell.history_manager.input_hist_raw) - 1
                self.remember(cell, data)
        return message


def _image(data: str) -> ImageOutput:
    from copilot_nb.data.images import image_output

    return image_output(data)
