"""Takes back what a test has set in its kernel: several tests share one, in any order."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from copilot_nb.notebook.current import conversation
from copilot_nb.notebook.known import Known
from copilot_nb.notebook.settings import SETTINGS
from copilot_nb.notebook.setup import Setup

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["as_new"]

_environment: dict[str, str] = {}
"""The kernel's, before the first test."""


def as_new(environment: Mapping[str, str]) -> None:
    """Environment, folder, model, settings and standing rules as a new kernel has them.

    Args:
        environment: What is set beyond the process's own; its COPILOT_HOME is the folder.
    """
    if not _environment:
        _environment.update(os.environ | environment)
    os.environ.clear()
    os.environ.update(_environment)
    os.chdir(os.environ["COPILOT_HOME"])
    talk = conversation()
    talk.known = Known()
    talk.link.setup = Setup()
    for setting in SETTINGS:
        talk.settings.choose(setting.name, None, "")
    while talk.rules.list(everywhere=True):
        talk.rules.revoke(1)
