"""The conversation on a runtime in memory, shared with the room below."""

from tests.unit.notebook.conftest import running_shell, talk

__all__ = ["running_shell", "talk"]
