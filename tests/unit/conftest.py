"""What the tests of several rooms stand on."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from IPython.core.interactiveshell import InteractiveShell


@pytest.fixture(scope="module")
def running_shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InteractiveShell]:
    """A shell of its own, without a kernel and without files in the user's home."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config({"HistoryManager": {"enabled": False}})
    directory = tmp_path_factory.mktemp("ipython")
    shell = InteractiveShell.instance(config=config, ipython_dir=str(directory))
    yield shell
    InteractiveShell.clear_instance()
    # At the end of the process each shell collects garbage; fifty of them take half a minute.
    atexit.unregister(shell.atexit_operations)
