"""What a warm turn costs on the real CLI, against a raw probe that speaks JSON-RPC by hand.

Both are connected to the same runtime over TCP and take turns with the same scripted model, so
that the difference is ours alone.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import secrets
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Self

from benchmarks.report import Report
from benchmarks.standin import Message, frame
from copilot_nb.errors import CliError
from copilot_nb.protocol.session import ProviderConfig, SessionConfig
from copilot_nb.session.client import Client
from copilot_nb.session.launch import RuntimeOptions, command_line, environment
from copilot_nb.session.locate import find_cli
from copilot_nb.testing.model import Reply, ScriptedModel

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ANSWER = (
    "A short answer of some twenty words, so that the model's part is small and ours shows. " * 4
)
MODEL = "scripted"

Times = tuple[float, float, float]
"""Milliseconds until the first piece, until the end, and of CPU time in this process."""


class Probe:
    """The least that gets a turn out of the runtime."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._numbers = itertools.count(1)
        self._session = ""

    @classmethod
    async def open(cls, port: int, token: str, config: Message) -> Self:
        """Connect and create a session."""
        probe = cls(*await asyncio.open_connection("127.0.0.1", port))
        await probe._call("connect", {"token": token})
        probe._session = (await probe._call("session.create", config))["sessionId"]
        return probe

    async def turn(self) -> Times:
        """Send a prompt and read until the answer is there."""
        first, begin, cpu = 0.0, time.perf_counter(), time.process_time()
        self._send("session.send", {"sessionId": self._session, "prompt": "go"})
        while True:
            kind = (await self._read()).get("params", {}).get("event", {}).get("type")
            if kind == "assistant.message_delta" and not first:
                first = time.perf_counter() - begin
            if kind == "assistant.idle":
                return _times(first, begin, cpu)

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        await self._writer.wait_closed()

    async def _call(self, method: str, params: Message) -> Any:
        number = self._send(method, params)
        while (message := await self._read()).get("id") != number:
            pass
        return message["result"]

    def _send(self, method: str, params: Message) -> int:
        number = next(self._numbers)
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        self._writer.write(frame(request))
        return number

    async def _read(self) -> Message:
        header = await self._reader.readuntil(b"\r\n\r\n")
        message: Message = json.loads(await self._reader.readexactly(int(header[16:])))
        return message


def measure(turns: int = 60) -> Report:
    """Take turns, literally."""
    title = "A warm turn on the real CLI"
    try:
        cli = find_cli()
    except CliError as error:
        return Report(title, "Skipped.", ("what",), (), notes=(f"no CLI: {error.message}",))
    probed, asked = asyncio.run(_pairs(cli, turns))
    shares = [median(b - a for a, b in zip(*both, strict=True)) for both in _columns(probed, asked)]
    rows: list[list[object]] = [
        ["raw socket", *(median(times) for times in zip(*probed, strict=True))],
        ["`session.ask`", *(median(times) for times in zip(*asked, strict=True))],
        ["difference of neighbours", *shares],
    ]
    return Report(
        title,
        f"{turns} pairs of turns; the scripted model runs in the same process for both.",
        ("median", "first piece ms", "end ms", "CPU ms"),
        rows,
        notes=(
            "What a person waits for, up to the painted words, is measured in JupyterLab below.",
        ),
    )


def _columns(probed: list[Times], asked: list[Times]) -> list[tuple[Any, Any]]:
    return list(zip(zip(*probed, strict=True), zip(*asked, strict=True), strict=True))


async def _pairs(cli: Path, turns: int) -> tuple[list[Times], list[Times]]:
    with tempfile.TemporaryDirectory(prefix="copilot-nb-", ignore_cleanup_errors=True) as place:
        async with ScriptedModel(default=Reply(ANSWER)) as model:
            options = RuntimeOptions(
                copilot_home=Path(place),
                offline=True,
                provider_base_url=model.url,
                use_stdio=False,
                connection_token=secrets.token_urlsafe(16),
            )
            process = await asyncio.create_subprocess_exec(
                *command_line(cli, options),
                env=environment(options),
                cwd=place,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
            try:
                return await _on(await _port(process), options, turns)
            finally:
                process.terminate()
                await process.wait()


async def _port(process: asyncio.subprocess.Process) -> int:
    assert process.stdout is not None
    async with asyncio.timeout(60):
        line = await process.stdout.readline()
    found = re.search(rb"listening on port (\d+)", line)
    assert found is not None, line
    return int(found[1])


async def _on(port: int, options: RuntimeOptions, turns: int) -> tuple[list[Times], list[Times]]:
    assert options.provider_base_url is not None
    config = SessionConfig(
        model=MODEL,
        provider=ProviderConfig(base_url=options.provider_base_url, wire_api="completions"),
        working_directory=options.copilot_home,
    )
    token = options.connection_token or ""
    probe = await Probe.open(port, token, config.to_wire())
    async with Client(cli_url=str(port), connection_token=token) as client:
        session = await client.create_session(config)

        async def ask() -> Times:
            first, begin, cpu = 0.0, time.perf_counter(), time.process_time()
            async for event in session.ask_stream("go"):
                if not first and event.type == "assistant.message_delta":
                    first = time.perf_counter() - begin
            return _times(first, begin, cpu)

        pairs = await _alternate(probe.turn, ask, turns)
    await probe.close()
    return pairs


async def _alternate(
    one: Callable[[], Awaitable[Times]], other: Callable[[], Awaitable[Times]], turns: int
) -> tuple[list[Times], list[Times]]:
    found: tuple[list[Times], list[Times]] = ([], [])
    for number in range(turns + 3):
        order = ((0, one), (1, other)) if number % 2 else ((1, other), (0, one))
        for which, turn in order:
            async with asyncio.timeout(60):
                times = await turn()
            if number >= 3:  # the first turns warm up
                found[which].append(times)
    return found


def _times(first: float, begin: float, cpu: float) -> Times:
    end, spent = time.perf_counter() - begin, time.process_time() - cpu
    return first * 1000, end * 1000, spent * 1000


if __name__ == "__main__":
    print(measure().markdown())
