"""Waiting in sync code: scripts, threads, and what the kernel does for us."""

from __future__ import annotations

import asyncio
import sys
import threading
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.session import blocking
from copilot_nb.session.blocking import block_on, portal
from copilot_nb.session.client import Client
from copilot_nb.testing.model import Reply
from copilot_nb.testing.runtime import FakeRuntime

if TYPE_CHECKING:
    from collections.abc import Coroutine


async def where() -> tuple[str, asyncio.AbstractEventLoop]:
    """The thread and the loop that this runs on."""
    return threading.current_thread().name, asyncio.get_running_loop()


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands in place of the kernel's own ways to wait; what was used."""
    used: list[str] = []
    module = ModuleType("kernel_in_a_test")

    def wait(work: Coroutine[Any, Any, Any]) -> str:
        work.close()
        used.append("wait")
        return "waited"

    def wait_nested(work: Coroutine[Any, Any, Any]) -> str:
        work.close()
        used.append("wait_nested")
        return "nested"

    vars(module).update(wait=wait, wait_nested=wait_nested)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(blocking, "KERNEL_LOOP", module.__name__)
    return used


def test_script_without_a_loop_uses_the_portal() -> None:
    """One thread for the whole process, so that a client lives between calls."""
    first, second = block_on(where()), block_on(where())

    assert first == second == ("copilot-nb-portal", portal())


def test_script_without_a_loop_asks_on_the_portal() -> None:
    """Client, session and `ask_sync` in plain sync code."""

    async def open_session() -> tuple[FakeRuntime, Client, Any]:
        fake = FakeRuntime(Reply("One."), Reply("Two."))
        client = Client(transport=fake.connect)
        return fake, client, await client.create_session()

    fake, client, session = block_on(open_session())

    texts = [session.ask_sync(prompt, timeout=5).text for prompt in ("1", "2")]

    assert texts == ["One.", "Two."]
    assert block_on(client.stop()) == []
    block_on(fake.__aexit__(None, None, None))


def test_loop_that_does_not_run_is_run() -> None:
    """A loop of the caller's, between his own runs."""
    loop = asyncio.new_event_loop()

    assert block_on(where(), loop) == ("MainThread", loop)
    loop.close()


async def test_other_threads_hand_their_work_over() -> None:
    """A client belongs to the loop that started it."""
    loop = asyncio.get_running_loop()

    name, ran_on = await asyncio.to_thread(block_on, where(), loop)

    assert (name, ran_on) == ("MainThread", loop)


def test_failures_come_through() -> None:
    """What the coroutine raises is raised here."""

    async def fails() -> None:
        raise LookupError("there")

    with pytest.raises(LookupError):
        block_on(fails())


async def test_running_loop_is_entered_by_the_kernels_way(kernel: list[str]) -> None:
    """By name, because the kernel stands above the session."""
    result: object = block_on(where())

    assert result == "nested"
    assert kernel == ["wait_nested"]


def test_terminal_ipython_waits_on_its_own_loop(
    kernel: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop of its `await` cells."""
    ipython = ModuleType("IPython")
    vars(ipython)["get_ipython"] = object
    monkeypatch.setitem(sys.modules, "IPython", ipython)

    block_on(where())

    assert kernel == ["wait"]


def test_ipython_without_a_shell_is_a_script(monkeypatch: pytest.MonkeyPatch) -> None:
    """Importing IPython does not make a program one."""
    ipython = ModuleType("IPython")
    vars(ipython)["get_ipython"] = lambda: None
    monkeypatch.setitem(sys.modules, "IPython", ipython)

    assert block_on(where())[0] == "copilot-nb-portal"
