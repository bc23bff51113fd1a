"""Kernels to test on; started once per version and used by all tests of the tier."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.kernel.driver import Kernel
from tests.kernel.environments import OWN, python_of, versions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Kernels = dict[str, Kernel]


@pytest.fixture(scope="session")
def kernels() -> Iterator[Kernels]:
    """The kernels that run so far, ended with the session."""
    running: Kernels = {}
    yield running
    with ExitStack() as stack:
        for kernel in running.values():
            stack.enter_context(kernel)


@pytest.fixture(params=[OWN, *versions()])
def kernel(
    request: pytest.FixtureRequest, kernels: Kernels, tmp_path_factory: pytest.TempPathFactory
) -> Kernel:
    """A kernel of each version, with the extension's modules at hand and nothing left over."""
    name: str = request.param
    if name not in kernels or not kernels[name].alive:
        kernels[name] = Kernel(_python(name), tmp_path_factory.mktemp(f"kernel-{name}"))
    kernel = kernels[name]
    kernel.check(_PREPARE)
    kernel.forget()
    return kernel


def _python(name: str) -> Path:
    python = python_of(name)
    if python is None:
        reason = f"no ipykernel {name}: run `python -m tests.kernel.environments` first"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return python


_PREPARE = """
%reset -sf
import asyncio, os, signal, time
from copilot_nb.kernel.loop import wait, wait_in_cell, wait_nested
from tests.kernel.fake_turn import compute, log, turn, turn_with_callback, turn_with_tool
log.clear()
"""
