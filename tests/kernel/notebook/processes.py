"""Processes that are not the tests' own children."""

from __future__ import annotations

import os
import time


def ended_within(process: int, *, seconds: float) -> bool:
    """Whether a process is gone soon."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)  # a process of somebody else's cannot be waited for
    return False
