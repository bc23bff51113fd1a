"""What a script without IPython gets of the notebook's session."""

from __future__ import annotations

import subprocess
import sys

import pytest

from copilot_nb.errors import UsageError
from copilot_nb.notebook import current


def test_a_script_is_told_of_its_own_client() -> None:
    """At once and before anything is started."""
    with pytest.raises(UsageError, match="There is no notebook here") as caught:
        current.current()

    assert "copilot_nb.Client()" in caught.value.hint
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_the_error_of_a_script_is_short() -> None:
    """No chain of errors, and ours are its last two lines."""
    script = "import copilot_nb\ncopilot_nb.current()"

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )

    *_, message, hint = done.stderr.strip().splitlines()
    assert message.endswith("There is no notebook here whose session this could be.")
    assert hint.startswith("In a script: `async with copilot_nb.Client() as client:")
    assert done.stderr.count("Traceback") == 1
    assert len(done.stderr.splitlines()) < 10
