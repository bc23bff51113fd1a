"""The scripted model answers like an OpenAI-compatible server, and misbehaves on request."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from copilot_nb.testing.model import Reply, ScriptedModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PROMPT = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
STREAM = {**PROMPT, "stream": True}


@pytest.fixture
async def model() -> AsyncIterator[ScriptedModel]:
    """A running server with an empty script."""
    async with ScriptedModel() as server:
        yield server


@pytest.fixture
async def http(model: ScriptedModel) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose base URL is the server's."""
    async with httpx.AsyncClient(base_url=model.url, timeout=5, trust_env=False) as client:
        yield client


async def stream(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Post a streaming request and return its objects; the last line must be [DONE]."""
    answer = await http.post("/chat/completions", json=STREAM)
    lines = [line.removeprefix("data: ") for line in answer.text.splitlines() if line]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


def deltas(objects: list[dict[str, Any]], field: str) -> list[Any]:
    """Return a field of each delta that has it."""
    found = [choice["delta"] for item in objects for choice in item["choices"]]
    return [delta[field] for delta in found if field in delta]


async def test_text_is_streamed_word_by_word(model: ScriptedModel, http: httpx.AsyncClient) -> None:
    """The pieces join to the text; the end names the reason and the usage."""
    model.script.append(Reply("one two  three\n"))

    objects = await stream(http)

    assert deltas(objects, "content") == ["one ", "two ", " ", "three\n"]
    assert objects[-2]["choices"][0]["finish_reason"] == "stop"
    assert objects[-1]["usage"]["total_tokens"] == 120


async def test_tool_calls_come_in_fragments(model: ScriptedModel, http: httpx.AsyncClient) -> None:
    """The first fragment has id and name; the arguments join to the JSON."""
    model.script.append(Reply(tools=[("look", {"name": "df"}), ("raw", "{broken")]))

    objects = await stream(http)

    calls = [call for [call] in deltas(objects, "tool_calls")]
    arguments = ["", ""]
    for call in calls:
        arguments[call["index"]] += call["function"]["arguments"]
    assert arguments == ['{"name": "df"}', "{broken"]
    assert [call["function"]["name"] for call in calls if "id" in call] == ["look", "raw"]
    assert len({call["id"] for call in calls if "id" in call}) == 2
    assert objects[-2]["choices"][0]["finish_reason"] == "tool_calls"


async def test_reasoning_comes_before_the_answer(
    model: ScriptedModel, http: httpx.AsyncClient
) -> None:
    """Pieces of reasoning are deltas of their own."""
    model.script.append(Reply("yes", reasoning=("think ", "hard")))

    objects = await stream(http)

    assert deltas(objects, "reasoning_content") == ["think ", "hard"]
    assert deltas(objects[2:], "content") == ["yes"]


async def test_request_without_stream_gets_one_object(
    model: ScriptedModel, http: httpx.AsyncClient
) -> None:
    """Text, reasoning and tool calls are in one message."""
    model.script.append(Reply("yes", reasoning=("think",), tools=[("look", {})], usage={"a": 1}))

    answer = (await http.post("/chat/completions", json=PROMPT)).json()

    message = answer["choices"][0]["message"]
    assert (message["content"], message["reasoning_content"]) == ("yes", "think")
    assert message["tool_calls"][0]["function"] == {"name": "look", "arguments": "{}"}
    assert answer["choices"][0]["finish_reason"] == "tool_calls"
    assert answer["usage"] == {"a": 1}


async def test_script_is_used_up_then_the_default(
    model: ScriptedModel, http: httpx.AsyncClient
) -> None:
    """Entries are taken in order, functions see the request, the default goes on forever."""
    model.default = Reply("default")
    model.script += [Reply(chunks=("a", "b")), lambda request: Reply(request["model"])]

    texts = ["".join(deltas(await stream(http), "content")) for _ in range(4)]

    assert texts == ["ab", "m", "default", "default"]
    assert model.requests == [STREAM] * 4
    assert model.headers[0]["content-type"] == "application/json"


async def test_http_errors_carry_body_and_headers(
    model: ScriptedModel, http: httpx.AsyncClient
) -> None:
    """Status, JSON body and headers are as scripted."""
    model.script.append(Reply(status=429, body={"error": 1}, headers={"retry-after": "7"}))

    answer = await http.post("/chat/completions", json=STREAM)

    assert (answer.status_code, answer.json()) == (429, {"error": 1})
    assert answer.headers["retry-after"] == "7"


async def test_failing_script_entry_is_an_error_400(
    model: ScriptedModel, http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    """The reason reaches the client and the log, and nobody hangs."""

    def broken(request: dict[str, Any]) -> Reply:
        raise LookupError("no such scene")

    model.script.append(broken)

    answer = await http.post("/chat/completions", json=STREAM)

    assert answer.status_code == 400
    assert "no such scene" in answer.text
    assert "a script entry failed" in caplog.text


async def test_dropped_stream_ends_in_the_middle(
    model: ScriptedModel, http: httpx.AsyncClient
) -> None:
    """The connection closes after the scripted number of pieces."""
    model.script.append(Reply("one two three four", drop_after=2))

    seen: list[str] = []
    with pytest.raises(httpx.RemoteProtocolError):
        await read(http, seen)

    assert "two" in "".join(seen)
    assert "three" not in "".join(seen)


async def read(http: httpx.AsyncClient, seen: list[str]) -> None:
    """Read a stream into `seen`, as far as it goes."""
    async with http.stream("POST", "/chat/completions", json=STREAM) as answer:
        async for line in answer.aiter_lines():
            seen.append(line)  # noqa: PERF401  what came before the end is wanted


async def test_gate_holds_the_answer(model: ScriptedModel, http: httpx.AsyncClient) -> None:
    """Nothing of the answer is sent before the event is set."""
    gate = asyncio.Event()
    model.script += [Reply("streamed", gate=gate), Reply("whole", gate=gate)]

    async with asyncio.TaskGroup() as group:
        first = group.create_task(stream(http))
        second = group.create_task(http.post("/chat/completions", json=PROMPT))
        await model.wait_for_requests(2)
        assert not first.done()
        assert not second.done()
        gate.set()

    assert {"".join(deltas(first.result(), "content"))} <= {"streamed", "whole"}


async def test_client_that_goes_away_is_counted(
    model: ScriptedModel, http: httpx.AsyncClient
) -> None:
    """A client that gives up ends the answer; the next request is served."""
    model.script += [Reply(hang=60), Reply("ok")]

    with pytest.raises(httpx.ReadTimeout):
        await http.post("/chat/completions", json=STREAM, timeout=0.1)

    assert "".join(deltas(await stream(http), "content")) == "ok"
    await model.wait_for_drops()
    assert model.dropped == 1


async def test_leaving_ends_open_answers() -> None:
    """Leaving the server does not wait for a hanging answer."""
    async with (
        httpx.AsyncClient(timeout=5, trust_env=False) as http,
        asyncio.TaskGroup() as group,
        ScriptedModel(Reply(hang=60)) as model,
    ):
        request = group.create_task(failing(http, f"{model.url}/chat/completions"))
        await model.wait_for_requests()

    assert request.result()


async def failing(http: httpx.AsyncClient, url: str) -> bool:
    """Return whether the connection was closed before an answer came."""
    try:
        await http.post(url, json=STREAM)
    except httpx.TransportError:
        return True
    return False


async def test_models_are_listed(http: httpx.AsyncClient) -> None:
    """`GET /v1/models` names the models."""
    assert [m["id"] for m in (await http.get("/models")).json()["data"]] == ["scripted"]


async def test_delay_may_depend_on_the_piece(model: ScriptedModel, http: httpx.AsyncClient) -> None:
    """A function gets the number of each piece."""
    numbers: list[int] = []

    def delay(number: int) -> float:
        numbers.append(number)
        return 0.0

    model.script.append(Reply("one two", delay=delay))

    await stream(http)

    assert numbers == [0, 1, 2, 3]


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
async def test_pages_get_no_answer(
    model: ScriptedModel, http: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    """A page in the browser reaches every port of this host; it is told nothing."""
    posted = await http.post("/chat/completions", json=PROMPT, headers=headers)
    listed = await http.get("/models", headers=headers)

    assert (posted.status_code, listed.status_code) == (403, 403)
    assert posted.text == ""
    assert model.requests == []
