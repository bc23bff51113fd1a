"""A scripted model: an OpenAI-compatible server on 127.0.0.1 for the real runtime to talk to.

    async with ScriptedModel(Reply("Hello.")) as model:
        ...  # a session with a provider whose base URL is `model.url`

Each request takes the next entry of `script`, then `default`. The server runs on the loop that
entered it, and leaving it ends every answer that is still being sent.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from tornado.httpserver import HTTPServer
from tornado.iostream import StreamClosedError
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from copilot_nb.testing.reply import Reply, chunks, completion

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Completions", "LocalHandler", "Reply", "ScriptEntry", "ScriptedModel"]

ScriptEntry = Reply | Callable[[dict[str, Any]], Reply]
"""An answer, or a function that makes one from the request's JSON."""

_CLOSE_SECONDS = 2.0
_logger = logging.getLogger(__name__)


class ScriptedModel:
    """An OpenAI-compatible server that answers from a script.

    Args:
        script: The first answers, one per request.
        default: The answer once the script is used up.
        models: Ids that `GET /v1/models` lists.
        port: TCP port; 0 takes a free one.
    """

    def __init__(
        self,
        *script: ScriptEntry,
        default: ScriptEntry | None = None,
        models: Sequence[str] = ("scripted",),
        port: int = 0,
    ) -> None:
        self.script: list[ScriptEntry] = list(script)
        """Answers that are still to be given; add to it at any time."""
        self.default: ScriptEntry = default or Reply("Hello from the scripted model.")
        """The answer to every request after the script."""
        self.requests: list[dict[str, Any]] = []
        """The JSON of every chat-completions request, oldest first."""
        self.headers: list[dict[str, str]] = []
        """The HTTP headers of these requests, names in lower case."""
        self.dropped = 0
        """How many answers ended early because the client went away."""
        self.models = tuple(models)
        self._port = port
        self._numbers = itertools.count(1)
        self._running: set[asyncio.Task[Any]] = set()
        self._changed = asyncio.Condition()

    @property
    def url(self) -> str:
        """The base URL, ending in `/v1`."""
        return f"{self.origin}/v1"

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self._port}"

    def routes(self) -> list[tuple[str, type[RequestHandler], dict[str, Any]]]:
        """What is served: path, handler, and what the handler is made with."""
        return [
            (r"/v1/models", _Models, {"model": self}),
            (r"/v1/chat/completions", Completions, {"model": self}),
        ]

    async def __aenter__(self) -> Self:
        application = Application(self.routes(), log_function=lambda _: None)
        sockets = bind_sockets(self._port, "127.0.0.1")
        self._port = sockets[0].getsockname()[1]
        self._server = HTTPServer(application)
        self._server.add_sockets(sockets)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()
        running = list(self._running)
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running, timeout=_CLOSE_SECONDS)
        async with asyncio.timeout(_CLOSE_SECONDS):
            await self._server.close_all_connections()

    async def wait_for_requests(self, count: int = 1, *, timeout: float = 5.0) -> None:
        """Wait until `count` requests have come since the start.

        Raises:
            TimeoutError: They did not come in time.
        """
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: len(self.requests) >= count)

    async def wait_for_drops(self, count: int = 1, *, timeout: float = 5.0) -> None:
        """Wait until clients went away from `count` answers.

        Raises:
            TimeoutError: They did not in time.
        """
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: self.dropped >= count)

    async def take(self, request: dict[str, Any], headers: dict[str, str]) -> tuple[int, Reply]:
        """Record a request; return its number and the answer (called by the server)."""
        async with self._changed:
            self.requests.append(request)
            self.headers.append(headers)
            self._changed.notify_all()
        entry = self.script.pop(0) if self.script else self.default
        try:
            reply = entry(request) if callable(entry) else entry
        except Exception as error:
            _logger.exception("a script entry failed")
            # 400 is not tried again by the runtime, so that the reason is seen at once.
            reply = Reply(status=400, body={"error": {"message": f"script failed: {error!r}"}})
        return next(self._numbers), reply

    async def drop(self) -> None:
        """Count an answer that nobody waits for any more (called by the server)."""
        async with self._changed:
            self.dropped += 1
            self._changed.notify_all()

    def track(self, task: asyncio.Task[Any]) -> None:
        """Own the task of an answer until it is done (called by the server)."""
        self._running.add(task)
        task.add_done_callback(self._running.discard)


class LocalHandler(RequestHandler):
    """Answers programs of this host, not pages: they send an Origin, or a name that was rebound."""

    def prepare(self) -> None:
        """Turn everything else away."""
        host = urlsplit(f"//{self.request.host}").hostname
        if "Origin" in self.request.headers or host not in {"127.0.0.1", "localhost"}:
            self.set_status(403)
            self.finish()


class _Models(LocalHandler):
    """`GET /v1/models`."""

    def initialize(self, model: ScriptedModel) -> None:
        self.model = model

    def get(self) -> None:
        data = [{"id": name, "object": "model", "owned_by": "script"} for name in self.model.models]
        self.write({"object": "list", "data": data})


class Completions(LocalHandler):
    """Chat completions, streaming or not."""

    def initialize(self, model: ScriptedModel) -> None:
        """Take the model whose answers are sent."""
        self.model = model
        self.task: asyncio.Task[Any] | None = None

    def on_connection_close(self) -> None:
        """End an answer that nobody waits for."""
        if self.task is not None and not self.task.done():
            self.task.cancel()

    async def post(self) -> None:
        """Answer, until it is through or the client is gone."""
        self.task = asyncio.current_task()
        assert self.task is not None  # noqa: S101  a coroutine always runs in a task
        self.model.track(self.task)
        try:
            await self._answer()
        except (asyncio.CancelledError, StreamClosedError):
            # The client is gone, or the server closes: nobody is left to tell.
            self._hang_up()
            await self.model.drop()

    async def _answer(self) -> None:
        request = json.loads(self.request.body)
        headers = {name.lower(): value for name, value in self.request.headers.get_all()}
        number, reply = await self.model.take(request, headers)
        for name, value in reply.headers.items():
            self.set_header(name, value)
        await asyncio.sleep(reply.hang)
        if reply.status != 200:  # noqa: PLR2004  HTTP's own number
            self.set_status(reply.status)
            self.write(dict(reply.body))
            return
        count = len(request.get("messages", ()))
        ids = [f"call_{count}_{number}_{index}" for index in range(len(reply.tools))]
        wire = {"model": request.get("model", ""), "number": number, "call_ids": ids}
        if request.get("stream"):
            await self._stream(reply, wire)
        else:
            if reply.gate is not None:
                await reply.gate.wait()
            self.write(completion(reply, **wire))

    async def _stream(self, reply: Reply, wire: dict[str, Any]) -> None:
        self.set_header("content-type", "text/event-stream")
        await self.flush()
        if reply.gate is not None:
            await reply.gate.wait()
        pieces = 0
        for number, (chunk, is_text) in enumerate(chunks(reply, **wire)):
            await self._send(json.dumps(chunk))
            pieces += is_text
            if reply.drop_after is not None and is_text and pieces == reply.drop_after:
                self._hang_up()
                return
            await asyncio.sleep(reply.pause(number))
        await self._send("[DONE]")

    async def _send(self, data: str) -> None:
        self.write(f"data: {data}\n\n")
        await self.flush()

    def _hang_up(self) -> None:
        """Close the connection as it is, in the middle of the answer."""
        if not self._finished:
            self.detach().close()
