"""An InteractiveShell without a kernel, and a session."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from copilot_nb.kernel.shell import Shell
from tests.unit.kernel.recording import RecordingSession

if TYPE_CHECKING:
    from collections.abc import Iterator

    from IPython.core.interactiveshell import InteractiveShell


@pytest.fixture
def ipython(running_shell: InteractiveShell) -> Iterator[InteractiveShell]:
    """The shell without names of other tests and without an error so far."""
    for name in ("last_value", "last_exc"):
        vars(sys).pop(name, None)
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
