"""An InteractiveShell without a kernel, and a session."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from copilot_nb.kernel.shell import Shell
from tests.unit.kernel.recording import RecordingSession

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def running_shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InteractiveShell]:
    """A shell of its own, without files in the user's home."""
    config = Config()
    config.HistoryManager.enabled = False
    directory = tmp_path_factory.mktemp("ipython")
    yield InteractiveShell.instance(config=config, ipython_dir=str(directory))
    InteractiveShell.clear_instance()


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
