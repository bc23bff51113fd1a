"""The conversation on a runtime in memory, shared with the room below."""

from tests.unit.notebook.conftest import talk

__all__ = ["talk"]
