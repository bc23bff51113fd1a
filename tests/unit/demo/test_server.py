"""The demo model's server: its thread, its pace and its streaming."""

from __future__ import annotations

import threading

import httpx
import pytest

from copilot_nb.demo.model import MODEL_ID, brain, pace_from_environment
from copilot_nb.demo.request import read
from copilot_nb.demo.server import start

HELLO = {"messages": [{"role": "user", "content": "hello"}]}


def test_server_answers_while_this_thread_waits() -> None:
    """It runs on a loop of its own and lists its model."""
    server = start("fast")
    try:
        with httpx.Client(base_url=server.url, trust_env=False) as http:
            models = http.get("/models").json()["data"]
            answer = http.post("/chat/completions", json=HELLO).json()
    finally:
        server.close()
    server.close()

    assert [model["id"] for model in models] == [MODEL_ID] == [server.model_id]
    assert "demo model" in answer["choices"][0]["message"]["content"]
    assert "copilot-nb-demo" not in [thread.name for thread in threading.enumerate()]


def test_real_pace_is_readable_and_the_same_each_time() -> None:
    """About seventy pieces a second, with the same small jitter in every run."""
    reply = brain("real")(HELLO)

    seconds = [reply.pause(number) for number in range(80)]

    assert 60 <= len(seconds) / sum(seconds) <= 80
    assert reply == brain("real")(HELLO) or reply.pieces == brain("real")(HELLO).pieces
    assert len(set(seconds)) > 3


def test_fast_pace_does_not_wait() -> None:
    """Tests wait for nothing."""
    reply = brain("fast")(HELLO)

    assert (reply.hang, reply.pause(3)) == (0, 0)
    assert "".join(reply.pieces).startswith("*This is the demo model")


@pytest.mark.parametrize(("value", "pace"), [("fast", "fast"), ("", "real"), ("x", "real")])
def test_environment_chooses_the_pace(
    monkeypatch: pytest.MonkeyPatch, value: str, pace: str
) -> None:
    """Only `fast` is fast."""
    monkeypatch.setenv("COPILOT_NB_DEMO_PACE", value)

    assert pace_from_environment() == pace


def test_request_without_messages_is_answered() -> None:
    """Whatever arrives, an answer goes back."""
    assert brain("fast")({}).pieces


def test_prompt_is_read_without_the_runtimes_additions() -> None:
    """Tagged blocks and message parts are not the user's words; broken arguments are none."""
    call = {"id": "1", "function": {"name": "look", "arguments": "{"}}
    request = read(
        {
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "<a-b c>x</a-b>\nplot"}]},
                {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "tool_call_id": "1", "content": "done"},
            ]
        }
    )

    assert request.prompt == "plot"
    assert [(r.tool, dict(r.arguments), r.text) for r in request.results] == [("look", {}, "done")]


def test_server_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is raised where the server was wanted, and the thread ends."""

    def fail(**_: object) -> None:
        raise OSError("no port")

    monkeypatch.setattr("copilot_nb.demo.server.ScriptedModel", fail)

    with pytest.raises(OSError, match="no port"):
        start("fast")
