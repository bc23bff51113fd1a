"""A runtime's life, with a small stand-in that can be told to misbehave."""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import CliNotFoundError, CliStartError, ConnectionClosedError
from copilot_nb.rpc import stdio
from copilot_nb.rpc.peer import Peer
from copilot_nb.session import runtime as module
from copilot_nb.session.runtime import Runtime, RuntimeOptions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script with a #! line"),
    pytest.mark.thorough,  # a process for each
]

STAND_IN = (
    f"#!{sys.executable} -IS"
    + r"""
import json, os, signal, socket, sys, time
mode = sys.argv[1]
token = os.environ.get("COPILOT_CONNECTION_TOKEN")
read, write = sys.stdin.buffer, sys.stdout.buffer
print("words of", mode, file=sys.stderr, flush=True)
if mode == "ends":
    sys.exit(3)
if mode == "deaf":
    time.sleep(60)
if mode == "unkillable":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if mode == "holder" and os.fork() == 0:
    sys.stdin.close()
    time.sleep(60)
if mode == "listens":
    listener = socket.create_server(("127.0.0.1", 0))
    print("CLI server listening on port", listener.getsockname()[1], flush=True)
    connection = listener.accept()[0]
    read, write = connection.makefile("rb"), connection.makefile("wb")
while line := read.readline():
    read.readline()
    message = json.loads(read.read(int(line.split(b":")[1])))
    if message.get("method") == "close":
        os.close(1)
        time.sleep(60)
    if message.get("method") == "die":
        os._exit(9)
    if mode == "asks" and "method" in message:
        body = b'{"id":7,"method":"any"}'
        write.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    answer = dict(id=message["id"], result=token or os.getpid())
    if mode == "refuses":
        answer = dict(id=message["id"], error=dict(code=-32001, message="AUTHENTICATION_REQUIRED"))
    body = json.dumps(answer).encode()
    write.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    write.flush()
if mode in ("stubborn", "unkillable", "listens"):
    time.sleep(60)
"""
)


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    """A program that speaks a little of the protocol."""
    return written(tmp_path / "copilot", "mode = sys.argv[1]")


def written(path: Path, mode: str) -> Path:
    """The stand-in, with the line that says how it behaves."""
    path.write_text(STAND_IN.replace("mode = sys.argv[1]", mode))
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing here needs long, and nothing is left behind."""
    monkeypatch.setattr(stdio, "CLOSE_GRACE", 0.2)
    monkeypatch.setattr(module, "EXIT_GRACE", 0.2)
    monkeypatch.setattr(module, "LAST_WORDS_GRACE", 0.2)
    started: list[Runtime] = []
    note = Runtime.__init__

    def start(runtime: Runtime, *args: object) -> None:
        note(runtime, *args)  # type: ignore[arg-type]  # handed through
        started.append(runtime)

    monkeypatch.setattr(Runtime, "__init__", start)
    yield
    for runtime in started:
        runtime.kill()


def options(stand_in: Path, mode: str, **more: object) -> RuntimeOptions:
    """Start the stand-in in this mode."""
    return RuntimeOptions(cli_path=stand_in, cli_args=(mode,), **more)  # type: ignore[arg-type]  # as given


def peer_of(runtime: Runtime) -> tuple[Peer, asyncio.Queue[ConnectionClosedError]]:
    """A client of the runtime, and how it ended."""
    lost: asyncio.Queue[ConnectionClosedError] = asyncio.Queue()

    async def answer(method: str, params: object) -> None:
        """Nobody asks."""

    peer = Peer(
        runtime.transport,
        on_notification=lambda *_: None,
        on_request=answer,
        on_closed=lost.put_nowait,
    )
    peer.start()
    return peer, lost


async def test_a_runtime_answers_and_ends_with_its_stdin(stand_in: Path) -> None:
    """The ordinary life: started, used by a peer, stopped without force."""
    runtime = await Runtime.start(options(stand_in, "well"))
    peer, lost = peer_of(runtime)

    assert await peer.request("any") == runtime.pid
    assert runtime.returncode is None
    await runtime.stop()
    await runtime.stop()

    assert runtime.returncode == 0
    assert lost.qsize() == 1
    assert runtime.stderr_tail == "words of well"
    assert runtime.connection_token is None


async def test_it_lives_in_a_process_group_of_its_own(stand_in: Path) -> None:
    """What interrupts the kernel's group does not reach it."""
    runtime = await Runtime.start(options(stand_in, "well"))

    assert os.getpgid(runtime.pid) == runtime.pid != os.getpgid(0)
    await runtime.stop()


@pytest.mark.parametrize(
    ("mode", "code"), [("stubborn", -signal.SIGTERM), ("unkillable", -signal.SIGKILL)]
)
async def test_stopping_gets_firmer_step_by_step(stand_in: Path, mode: str, code: int) -> None:
    """A runtime that does not end by itself is terminated, then killed."""
    runtime = await Runtime.start(options(stand_in, mode))

    async with asyncio.timeout(5):
        await runtime.stop()

    assert runtime.returncode == code


async def test_a_start_that_ends_at_once_says_why(stand_in: Path) -> None:
    """Exit code and stderr are in the error."""
    with pytest.raises(CliStartError) as caught:
        await Runtime.start(options(stand_in, "ends"))

    assert caught.value.exit_code == 3
    assert caught.value.stderr == "words of ends"
    assert "ended with exit code 3.\nwords of ends" in caught.value.message


async def test_a_start_without_an_answer_is_bounded(stand_in: Path) -> None:
    """The process is killed and its words are told."""
    with pytest.raises(CliStartError, match=r"did not answer within 0\.5 s") as caught:
        await Runtime.start(options(stand_in, "deaf", start_timeout=0.5))

    assert caught.value.exit_code is None


async def test_a_refusal_is_an_answer(stand_in: Path) -> None:
    """Whether we may use it is the client's business."""
    runtime = await Runtime.start(options(stand_in, "refuses"))

    await runtime.stop()


async def test_a_request_before_the_first_client_is_refused(stand_in: Path) -> None:
    """The runtime does not wait for an answer that nobody would give."""
    runtime = await Runtime.start(options(stand_in, "asks"))

    await runtime.stop()


async def test_a_program_that_cannot_be_run_is_a_start_error(tmp_path: Path) -> None:
    """The system's reason is in the message."""
    broken = tmp_path / "copilot"
    broken.write_text("no program")

    with pytest.raises(CliStartError, match="Permission denied"):
        await Runtime.start(RuntimeOptions(cli_path=broken))


async def test_a_missing_program_is_not_found(tmp_path: Path) -> None:
    """`find_cli` decides."""
    with pytest.raises(CliNotFoundError):
        await Runtime.start(RuntimeOptions(cli_path=tmp_path / "none"))


async def test_the_default_options_look_for_the_cli(
    stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No options at all start what COPILOT_CLI_PATH names."""
    monkeypatch.setenv("COPILOT_CLI_PATH", str(written(stand_in, 'mode = "ends"')))

    with pytest.raises(CliStartError, match="words of ends"):
        await Runtime.start()


async def test_a_cancelled_start_leaves_no_process(stand_in: Path) -> None:
    """Interrupting a slow start ends what was started."""
    loop = asyncio.get_running_loop()
    seen: asyncio.Future[subprocess.Popen[bytes]] = loop.create_future()
    spawn = subprocess.Popen

    def note(*args: Any, **kwargs: Any) -> subprocess.Popen[bytes]:
        process = spawn(*args, **kwargs)
        seen.set_result(process)
        return process

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", note)
        start = loop.create_task(Runtime.start(options(stand_in, "deaf")))
        process = await asyncio.wait_for(seen, 5)
        start.cancel()
        await asyncio.wait([start])

    assert start.cancelled()
    assert await asyncio.to_thread(process.wait, 5) == -signal.SIGKILL


async def test_a_crash_is_told_with_code_and_last_words(stand_in: Path) -> None:
    """Open calls end with it, at once."""
    runtime = await Runtime.start(options(stand_in, "well"))
    peer, lost = peer_of(runtime)

    with pytest.raises(ConnectionClosedError) as caught:
        await peer.request("die")

    assert caught.value.message == "The Copilot CLI ended with exit code 9.\nwords of well"
    assert (await asyncio.wait_for(lost.get(), 5)).message == caught.value.message
    await runtime.stop()


async def test_a_runtime_that_closes_its_output_is_lost(stand_in: Path) -> None:
    """It still runs, but nothing can come from it any more."""
    runtime = await Runtime.start(options(stand_in, "well"))
    peer, _ = peer_of(runtime)

    with pytest.raises(ConnectionClosedError, match="closed its output"):
        await peer.request("close")

    await runtime.stop()
    assert runtime.returncode == -signal.SIGTERM


async def test_output_held_open_by_another_process_does_not_hide_the_end(stand_in: Path) -> None:
    """A command that the agent left behind may have inherited the pipe."""
    runtime = await Runtime.start(options(stand_in, "holder"))
    _, lost = peer_of(runtime)

    os.kill(runtime.pid, signal.SIGKILL)

    assert (await asyncio.wait_for(lost.get(), 2)).message.startswith(
        "The Copilot CLI was ended by signal 9."
    )
    os.killpg(runtime.pid, signal.SIGKILL)


async def test_killing_ends_what_it_started_too(
    stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The output ends only when the whole group is gone; killing again does nothing."""
    monkeypatch.setattr(module, "LAST_WORDS_GRACE", 60.0)
    runtime = await Runtime.start(options(stand_in, "holder"))
    _, lost = peer_of(runtime)

    runtime.kill()
    await asyncio.wait_for(lost.get(), 5)
    runtime.kill()

    assert runtime.returncode == -signal.SIGKILL


async def test_a_forked_child_does_not_keep_it_alive(stand_in: Path) -> None:
    """A worker that multiprocessing forked from the kernel may live longer than the kernel."""
    runtime = await Runtime.start(options(stand_in, "well"))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(reading, 1)
        os._exit(0)

    await runtime.stop()

    assert runtime.returncode == 0
    os.write(writing, b"x")
    assert await asyncio.to_thread(os.waitpid, child, 0) == (child, 0)
    os.close(reading)
    os.close(writing)


async def test_a_forked_child_that_exits_does_not_end_it(stand_in: Path) -> None:
    """Over TCP it is ended as Python exits; the child's exit is another one."""
    runtime = await Runtime.start(options(stand_in, "listens", use_stdio=False))
    peer, _ = peer_of(runtime)
    child = os.fork()
    if child == 0:
        try:
            atexit._run_exitfuncs()  # noqa: SLF001 - what `sys.exit` comes to
        finally:
            os._exit(0)

    assert await asyncio.to_thread(os.waitpid, child, 0) == (child, 0)

    assert await peer.request("any") == runtime.connection_token
    await runtime.stop()


async def test_tcp_is_told_its_port_and_guarded_by_a_token(stand_in: Path) -> None:
    """A token is made up, so that no other local program can connect."""
    runtime = await Runtime.start(options(stand_in, "listens", use_stdio=False))
    peer, _ = peer_of(runtime)

    assert await peer.request("any") == runtime.connection_token
    await runtime.stop()

    assert len(runtime.connection_token or "") >= 32
    assert runtime.returncode == -signal.SIGTERM


async def test_a_given_token_is_used(stand_in: Path) -> None:
    """For a runtime that others shall connect to as well."""
    runtime = await Runtime.start(
        options(stand_in, "listens", use_stdio=False, connection_token="mine")
    )
    peer, _ = peer_of(runtime)

    assert await peer.request("any") == "mine" == runtime.connection_token
    await runtime.stop()


async def test_a_tcp_crash_is_told_with_the_exit_code(stand_in: Path) -> None:
    """As over pipes."""
    runtime = await Runtime.start(options(stand_in, "listens", use_stdio=False))
    peer, _ = peer_of(runtime)

    with pytest.raises(ConnectionClosedError, match="exit code 9"):
        await peer.request("die")

    await runtime.stop()


async def test_a_tcp_start_that_ends_says_why(stand_in: Path) -> None:
    """For example when the port is taken."""
    with pytest.raises(CliStartError, match="words of ends") as caught:
        await Runtime.start(options(stand_in, "ends", use_stdio=False))

    assert caught.value.exit_code == 3


async def test_a_tcp_start_without_a_port_is_bounded(stand_in: Path) -> None:
    """Silence is an error, not a wait."""
    with pytest.raises(CliStartError, match="did not answer"):
        await Runtime.start(options(stand_in, "deaf", use_stdio=False, start_timeout=0.3))


def test_a_closed_loop_does_not_trouble_the_threads(stand_in: Path) -> None:
    """A loop that ends without stopping the runtime lets it go."""

    async def start() -> Runtime:
        return await Runtime.start(options(stand_in, "well"))

    before = threading.enumerate()

    runtime = asyncio.run(start())
    os.kill(runtime.pid, signal.SIGTERM)
    for thread in threading.enumerate():
        if thread not in before:
            thread.join(5)

    assert runtime.returncode == -signal.SIGTERM
