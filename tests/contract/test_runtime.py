"""The real CLI starts, answers, and ends in every way that it must."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import (
    CliStartError,
    ConnectionClosedError,
    MethodNotFoundError,
    RpcError,
)
from copilot_nb.rpc.peer import Peer
from copilot_nb.session.locate import CLI_VERSION, cli_version
from copilot_nb.session.runtime import Runtime, RuntimeOptions
from copilot_nb.testing.model import Reply, ScriptedModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NOWHERE = "http://127.0.0.1:9/v1"
SECRETS = ("GITHUB_TOKEN", "GH_TOKEN", "COPILOT_GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "MY_KEY")
KERNEL = """
import asyncio, json, os, signal, sys
from pathlib import Path
from copilot_nb.rpc.peer import Peer
from copilot_nb.session.runtime import Runtime, RuntimeOptions

async def main():
    cli, home = map(Path, sys.argv[1:])
    runtime = await Runtime.start(RuntimeOptions(
        cli_path=cli, copilot_home=home, offline=True, provider_base_url="http://127.0.0.1:9/v1"))
    peer = Peer(runtime.transport, on_notification=print, on_request=print, on_closed=print)
    peer.start()
    interrupted = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, interrupted.set)
    print(runtime.pid, flush=True)
    await interrupted.wait()
    print(json.dumps(await peer.request("ping", {"message": "after"})), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
def options(cli_path: Path, tmp_path: Path) -> RuntimeOptions:
    """The real CLI, without any network, with a home of its own."""
    return RuntimeOptions(
        cli_path=cli_path, copilot_home=tmp_path, offline=True, provider_base_url=NOWHERE
    )


@pytest.fixture
async def runtime(options: RuntimeOptions) -> AsyncIterator[Runtime]:
    """A running CLI."""
    runtime = await Runtime.start(options)
    yield runtime
    await runtime.stop()


def peer_of(runtime: Runtime) -> tuple[Peer, asyncio.Queue[ConnectionClosedError]]:
    """A client of the runtime, and how it ended."""
    lost: asyncio.Queue[ConnectionClosedError] = asyncio.Queue()

    async def refuse(method: str, _: dict[str, Any]) -> None:
        raise MethodNotFoundError(method, code=-32601)

    peer = Peer(
        runtime.transport,
        on_notification=lambda *_: None,
        on_request=refuse,
        on_closed=lost.put_nowait,
    )
    peer.start()
    return peer, lost


async def test_it_starts_answers_and_stops(options: RuntimeOptions) -> None:
    """Its end is orderly and quick."""
    runtime = await Runtime.start(options)
    peer, _ = peer_of(runtime)

    hello = await peer.request("connect")
    started = time.monotonic()
    await runtime.stop()

    assert hello["protocolVersion"] == 3
    assert time.monotonic() - started < 3
    assert runtime.returncode == 0


async def test_it_says_which_version_it_is(cli_path: Path) -> None:
    """GitHub's own words are recognised; another version than the pinned one may be in use."""
    version = await asyncio.to_thread(cli_version, cli_path)

    assert version is not None
    assert [int(part) for part in version.split(".")[:2]] >= [
        int(part) for part in CLI_VERSION.split(".")[:2]
    ]


async def test_it_needs_neither_node_nor_path(options: RuntimeOptions) -> None:
    """The platform's executable stands alone."""
    runtime = await Runtime.start(replace(options, env={"PATH": ""}))

    await runtime.stop()

    assert runtime.returncode == 0


@pytest.mark.parametrize("level", ["none", "warn", "all"])
async def test_log_levels_are_accepted(options: RuntimeOptions, level: str) -> None:
    """`warn` too, which the runtime itself calls `warning`."""
    runtime = await Runtime.start(replace(options, log_level=level))

    await runtime.stop()


async def test_a_start_that_cannot_be_says_why(options: RuntimeOptions) -> None:
    """Offline without a provider: the runtime's own text and its exit code."""
    with pytest.raises(CliStartError) as caught:
        await Runtime.start(replace(options, provider_base_url=None))

    assert caught.value.exit_code == 1
    assert "COPILOT_PROVIDER_BASE_URL" in caught.value.stderr
    assert caught.value.stderr in caught.value.message


async def test_an_unknown_argument_is_told(options: RuntimeOptions) -> None:
    """What the user adds may be wrong."""
    with pytest.raises(CliStartError, match="--no-such-thing"):
        await Runtime.start(replace(options, cli_args=("--no-such-thing",)))


async def test_its_death_is_noticed_within_a_second(runtime: Runtime) -> None:
    """An open call ends with it."""
    peer, lost = peer_of(runtime)
    call = asyncio.gather(
        peer.request("ping", {"message": "x" * 20_000_000}, timeout=None), return_exceptions=True
    )
    await asyncio.sleep(0)

    os.kill(runtime.pid, signal.SIGKILL)

    async with asyncio.timeout(1):
        reason = await lost.get()
        (error,) = await call
    assert reason.message == "The Copilot CLI was ended by signal 9."
    assert isinstance(error, ConnectionClosedError)


async def test_many_calls_are_in_flight(runtime: Runtime) -> None:
    """Each gets its own answer, large ones too."""
    peer, _ = peer_of(runtime)
    texts = [str(n) * (1 if n else 4_000_000) for n in range(100)]

    answers = await asyncio.gather(*(peer.request("ping", {"message": text}) for text in texts))

    assert [answer["message"] for answer in answers] == [f"pong: {text}" for text in texts]


async def test_an_unknown_method_has_its_own_error(runtime: Runtime) -> None:
    """An older or newer runtime can be told from a failure."""
    peer, _ = peer_of(runtime)

    with pytest.raises(MethodNotFoundError) as caught:
        await peer.request("no.such.method")

    assert caught.value.method == "no.such.method"


@pytest.mark.skipif(sys.platform != "linux", reason="reads the environment in /proc")
async def test_the_kernels_secrets_do_not_reach_it(
    options: RuntimeOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the token that was given to it is there, under its own name."""
    for name in SECRETS:
        monkeypatch.setenv(name, "s3cret")
    monkeypatch.setenv("MY_SETTING", "passed")
    runtime = await Runtime.start(
        replace(options, github_token="given", pass_env=("MY_SETTING",), env={"MINE": "added"})
    )

    with open(f"/proc/{runtime.pid}/environ", "rb") as file:  # noqa: ASYNC230, PTH123 - no disk
        variables = dict(pair.partition("=")[::2] for pair in file.read().decode().split("\0"))
    await runtime.stop()

    assert "s3cret" not in variables.values()
    assert {name: variables[name] for name in ("COPILOT_SDK_AUTH_TOKEN", "MY_SETTING", "MINE")} == {
        "COPILOT_SDK_AUTH_TOKEN": "given",
        "MY_SETTING": "passed",
        "MINE": "added",
    }


async def test_a_shell_command_of_the_agent_sees_no_secret(
    options: RuntimeOptions, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither the kernel's nor the token that the runtime itself was given."""
    for name in SECRETS:
        monkeypatch.setenv(name, "s3cret")
    async with ScriptedModel(Reply(tools=[("bash", {"command": "env", "description": "x"})])) as m:
        runtime = await Runtime.start(replace(options, github_token="t0ken", env={"MINE": "seen"}))
        output = await shell_output(runtime, m.url, tmp_path)
        await runtime.stop()

    assert "MINE=seen" in output
    assert "s3cret" not in output
    assert "t0ken" not in output


async def shell_output(runtime: Runtime, provider: str, folder: Path) -> str:
    """What the one shell command of one turn wrote, with whatever was asked approved."""
    output: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    asked: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def note(_: str, params: dict[str, Any]) -> None:
        event = params.get("event", {})
        if event.get("type") == "permission.requested":
            asked.put_nowait(event["data"])
        if event.get("type") == "tool.execution_complete":
            output.set_result(event["data"]["result"]["content"])

    async def refuse(method: str, _: dict[str, Any]) -> None:
        raise MethodNotFoundError(method, code=-32601)

    peer = Peer(
        runtime.transport, on_notification=note, on_request=refuse, on_closed=lambda _: None
    )
    peer.start()
    await peer.request("connect")
    model = {"type": "openai", "baseUrl": provider, "wireApi": "completions"}
    session = {"model": "m", "provider": model, "workingDirectory": str(folder)}
    rules = {"requestPermission": True, "enableFileHooks": False}
    created = await peer.request("session.create", {**session, **rules})
    here = {"sessionId": created["sessionId"]}
    await peer.request("session.send", {**here, "prompt": "go"})
    question = {"requestId": (await asked.get())["requestId"]}
    await peer.request(
        "session.permissions.handlePendingPermissionRequest",
        {**here, **question, "result": {"kind": "approve-once"}},
    )
    return await output


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a process by its pidfd")
def test_it_survives_the_kernels_interrupt_and_dies_with_the_kernel(
    options: RuntimeOptions, tmp_path: Path
) -> None:
    """A notebook's stop button signals the kernel's whole group; a killed kernel says nothing."""
    with subprocess.Popen(
        [sys.executable, "-c", KERNEL, str(options.cli_path), str(tmp_path)],
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as kernel:
        assert kernel.stdout is not None
        pid = int(kernel.stdout.readline())
        watched = os.pidfd_open(pid)

        os.killpg(kernel.pid, signal.SIGINT)
        answer = json.loads(kernel.stdout.readline())
        kernel.kill()
        ended, _, _ = select.select([watched], [], [], 5)

    os.close(watched)
    assert answer["message"] == "pong: after"
    assert ended == [watched]


async def test_tcp_wants_the_token_first(options: RuntimeOptions) -> None:
    """Another local program that finds the port gets nowhere."""
    runtime = await Runtime.start(replace(options, use_stdio=False))
    peer, lost = peer_of(runtime)

    with pytest.raises(RpcError) as early:
        await peer.request("ping")
    with pytest.raises(RpcError) as wrong:
        await peer.request("connect", {"token": "guess"})
    hello = await peer.request("connect", {"token": runtime.connection_token})
    answer = await peer.request("ping")
    await runtime.stop()

    assert (early.value.code, wrong.value.code) == (-32001, -32002)
    assert hello["protocolVersion"] == answer["protocolVersion"] == 3
    assert runtime.returncode == 0
    assert lost.qsize() == 1


async def test_tcp_on_a_taken_port_says_so(options: RuntimeOptions) -> None:
    """The runtime's own words are in the error."""
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    with pytest.raises(CliStartError, match="in use"):
        await Runtime.start(replace(options, use_stdio=False, port=port))

    server.close()
    await server.wait_closed()
