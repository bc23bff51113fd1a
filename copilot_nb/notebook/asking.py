"""Lets a person answer where our own widgets do not show: buttons if there can be any, else keys.

In plain mode the page may still draw ordinary widgets; it is given a moment to show that. What is
found out is remembered for the kernel's life.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from copilot_nb.kernel import frontend
from copilot_nb.notebook.screen import forms
from copilot_nb.notebook.screen.prompts import Prompts
from copilot_nb.transcript.blocks import REQUESTS, Transcript

if TYPE_CHECKING:
    from copilot_nb.session.pending import PendingRequests
    from copilot_nb.transcript.blocks import RequestBlock
    from copilot_nb.views.view import Callbacks
    from copilot_nb.views.widget.buttons import Buttons, Probe

BUTTON_SECONDS = 2.0
"""How long a page has to show that ordinary widgets work there."""

_works: dict[int, bool] = {}
"""Whether they do, by process id: a fork of the kernel would ask anew."""


def forget_buttons() -> None:
    """Look again with the next turn."""
    _works.clear()


class Asking:
    """Asks one turn's open requests.

    Args:
        pending: Where they wait.
        callbacks: Where answers go.
        by_keys: Only ask on the keyboard.
    """

    def __init__(self, pending: PendingRequests, callbacks: Callbacks, *, by_keys: bool) -> None:
        self._callbacks = callbacks
        self._latest = Transcript()
        self._prompts = Prompts(
            pending, frontend.ask_line, frontend.ask_text, self._block, callbacks.answer
        )
        self._buttons: Buttons | None = None
        self._probe: Probe | None = None
        self._timer: asyncio.TimerHandle | None = None
        works = False if by_keys or not frontend.has_comms() else _works.get(os.getpid())
        if works is None:
            self._look()
        elif works:
            self._show_buttons()
        else:
            self._prompts.start()

    def update(self, transcript: Transcript) -> None:
        """What is asked now."""
        self._latest = transcript
        if self._buttons is not None:
            self._buttons.update(transcript)

    def close(self) -> None:
        """Ask no more."""
        self._end_probe()
        self._prompts.close()
        if self._buttons is not None:
            self._buttons.close()

    def _look(self) -> None:
        from copilot_nb.views.widget.buttons import Probe

        loop = asyncio.get_running_loop()
        self._probe = Probe(loop, self._works)
        self._timer = loop.call_later(BUTTON_SECONDS, self._works_not)

    def _works(self) -> None:
        if self._probe is not None:  # else it is too late
            self._end_probe()
            _works[os.getpid()] = True
            self._show_buttons()

    def _works_not(self) -> None:
        self._end_probe()
        _works[os.getpid()] = False
        self._prompts.start()

    def _show_buttons(self) -> None:
        from copilot_nb.views.widget.buttons import Buttons

        self._buttons = Buttons(self._callbacks, forms)
        self._buttons.update(self._latest)

    def _end_probe(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._probe is not None:
            self._probe.close()
        self._probe = self._timer = None

    def _block(self, request_id: str) -> RequestBlock | None:
        block = self._latest.get(request_id)
        return block if isinstance(block, REQUESTS) else None
