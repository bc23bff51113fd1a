"""The small parts of the session room, each by itself."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from copilot_nb.errors import (
    AuthenticationError,
    ModelError,
    ProtocolError,
    QuotaError,
    RpcError,
    SessionError,
    SessionNotFoundError,
)
from copilot_nb.protocol.base import Empty
from copilot_nb.protocol.events import SessionErrorEvent
from copilot_nb.protocol.hook import HookOutput, PreToolUse
from copilot_nb.protocol.methods import PING, PingParams
from copilot_nb.protocol.session import ProviderConfig, SessionConfig
from copilot_nb.session import lifecycle
from copilot_nb.session.answer_text import AnswerText
from copilot_nb.session.byok import with_environment
from copilot_nb.session.calls import Calls
from copilot_nb.session.failures import call_error, session_error
from copilot_nb.session.handlers import Handlers, SessionHooks, arity, call_handler
from copilot_nb.session.hooks import FAILED, answer_hook
from copilot_nb.session.rpc_path import RpcPath


def test_answer_text_replaces_pieces_by_the_whole() -> None:
    """In the order in which messages began."""
    text = AnswerText()
    text.add("a", "He")
    text.complete("a", "Hello")
    text.complete("b", "")
    text.add("c", "half")
    text.complete("d", "other")
    text.retry()
    text.retry()

    assert text.join() == "Hello\n\nother"
    assert text.last() == "other"
    assert AnswerText().last() == ""


def test_kept_and_dropped_messages() -> None:
    """A step's end keeps pieces; a message of somebody else goes."""
    text = AnswerText()
    text.add("a", "kept")
    text.keep()
    text.retry()
    text.add("b", "gone")
    text.drop("b")
    text.retry()
    text.drop("unknown")

    assert text.join() == "kept"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ({"error_type": "authentication"}, AuthenticationError),
        ({"error_type": "query", "status_code": 403}, AuthenticationError),
        ({"message": "No GitHub OAuth token or Copilot HMAC key provided"}, AuthenticationError),
        ({"error_type": "rate_limit"}, QuotaError),
        ({"message": "You have exceeded your premium request allowance"}, QuotaError),
        ({"message": "400 The requested model is not supported."}, ModelError),
        ({"message": "503 overloaded"}, SessionError),
        ({}, SessionError),
    ],
    ids=lambda value: str(value)[:40],
)
def test_errors_are_told_apart_by_their_words(
    data: dict[str, Any], kind: type[SessionError]
) -> None:
    """There are no codes for most of it."""
    error = session_error(SessionErrorEvent(**data))

    assert type(error) is kind
    assert error.message


def test_error_carries_the_runtimes_advice() -> None:
    """As text, whatever it is."""
    error = session_error(SessionErrorEvent(message="x", remediation={"kind": "login"}))

    assert error.remediation == "{'kind': 'login'}"


def test_refused_calls_become_clearer() -> None:
    """Unknown sessions and missing accounts have errors of their own."""
    plain = RpcError("Unhandled something")

    assert isinstance(call_error(RpcError("… Session not found: abc")), SessionNotFoundError)
    assert isinstance(call_error(RpcError("Not authenticated. Please …")), AuthenticationError)
    assert call_error(plain) is plain


async def test_calls_carry_the_session_and_check_the_answer() -> None:
    """An answer that does not fit is an error that says so."""
    seen: list[Any] = []

    async def invoke(method: str, params: Any, *, timeout: float | None) -> Any:
        seen.append((method, params, timeout))
        return {"message": "pong"} if len(seen) == 1 else {"message": 5}

    calls = Calls(invoke, "s1")

    reply = await calls(PING, PingParams(message="x"))
    with pytest.raises(RpcError, match="does not fit"):
        await calls(PING, PingParams())

    assert reply.message == "pong"
    assert seen[0] == ("ping", {"sessionId": "s1", "message": "x"}, 30.0)


async def test_rpc_path_is_the_methods_name() -> None:
    """Snake case becomes camel case; values become JSON; unset ones are not sent."""
    seen: list[Any] = []

    async def invoke(method: str, params: Any, *, timeout: float | None) -> Any:
        seen.append((method, params, timeout))

    rpc = RpcPath(Calls(invoke, "s1"), "session.")
    await rpc.model.switch_to(model_id="m", provider=ProviderConfig(base_url="u"), effort=None)
    await rpc.tools.set(tools=[Empty()])
    await rpc.history.compact()

    assert seen == [
        (
            "session.model.switchTo",
            {"sessionId": "s1", "modelId": "m", "provider": {"baseUrl": "u", "type": "openai"}},
            30.0,
        ),
        ("session.tools.set", {"sessionId": "s1", "tools": [{}]}, 30.0),
        ("session.history.compact", {"sessionId": "s1"}, None),
    ]
    assert repr(rpc.model.switch_to) == "<rpc session.model.switchTo>"
    with pytest.raises(AttributeError):
        _ = rpc._private  # noqa: SLF001 - the point


def test_provider_from_the_environment() -> None:
    """Only where it is asked for, and where nothing is set."""
    variables = {"COPILOT_SDK_BYOK_API_KEY": "k", "COPILOT_SDK_BYOK_MODEL": "m"}
    asked = SessionConfig(auto_byok_from_env=True)

    found = with_environment(asked, variables)

    assert found.provider is not None
    assert (found.provider.base_url, found.provider.type, found.provider.api_key, found.model) == (
        "https://api.openai.com/v1",
        "openai",
        "k",
        "m",
    )
    assert with_environment(SessionConfig(), variables).provider is None
    assert with_environment(asked, {}).provider is None
    with_model = asked.model_copy(update={"model": "mine"})
    assert with_environment(with_model, variables) is with_model
    assert "autoByokFromEnv" not in asked.to_wire()


async def test_handlers_get_as_much_as_they_take() -> None:
    """None, one, two or all arguments; sync and async."""

    async def later(one: int, two: int) -> int:
        return one + two

    assert await call_handler(lambda: "none", 1, 2) == "none"
    assert await call_handler(lambda one: one, 1, 2) == 1
    assert await call_handler(lambda *all_: all_, 1, 2) == (1, 2)
    assert await call_handler(later, 1, 2) == 3
    assert arity(dict, 2) == 1


async def test_hooks_are_found_and_their_answers_are_json() -> None:
    """By the wire's name; outputs leave out what is unset."""
    hooks = SessionHooks(
        on_pre_tool_use=lambda data: HookOutput(
            permission_decision="ask", modified_args=data.tool_args
        ),
        on_session_start=lambda _: {"additional_context": "hi"},
        on_session_end=lambda _: None,
        on_agent_stop=lambda _: 5,  # type: ignore[arg-type,return-value]  # what a mistake looks like
    )
    handlers = Handlers(hooks=hooks)

    assert bool(hooks)
    assert not SessionHooks()
    assert await answer_hook(handlers, "preToolUse", {"toolName": "x", "toolArgs": {"a": 1}}) == {
        "permissionDecision": "ask",
        "modifiedArgs": {"a": 1},
    }
    assert await answer_hook(handlers, "sessionStart", {}) == {"additionalContext": "hi"}
    assert await answer_hook(handlers, "sessionEnd", {}) is None
    assert await answer_hook(handlers, "agentStop", {}) is None
    assert await answer_hook(handlers, "postToolUse", {}) is None
    assert await answer_hook(handlers, "brandNew", {}) is None
    with pytest.raises(ProtocolError, match="Invalid preToolUse input"):
        await answer_hook(handlers, "preToolUse", {"toolName": {}})


async def test_failing_pre_tool_use_hook_denies_unless_told_otherwise() -> None:
    """Elsewhere a failure is no opinion."""

    def broken(_: PreToolUse) -> HookOutput:
        raise OSError("rules")

    strict = Handlers(hooks=SessionHooks(on_pre_tool_use=broken, on_post_tool_use=broken))
    loose = Handlers(hooks=strict.hooks, deny_when_hook_fails=False)

    assert await answer_hook(strict, "preToolUse", {}) == FAILED.to_wire()
    assert await answer_hook(loose, "preToolUse", {}) is None
    assert await answer_hook(strict, "postToolUse", {}) is None


async def test_lifecycle_is_told_once_each(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The runtime repeats itself; updates are told when they have settled."""
    monkeypatch.setattr(lifecycle, "SETTLE_SECONDS", 0.01)
    changes = lifecycle.Lifecycle()
    told: list[str] = []
    settled = asyncio.Event()
    changes.take({"type": "session.created", "sessionId": "early"})

    def broken(_: lifecycle.LifecycleEvent) -> None:
        raise RuntimeError("a callback")

    def note(event: lifecycle.LifecycleEvent) -> None:
        told.append(event.type)
        if event.type == "session.updated":
            settled.set()

    stop_broken = changes.on(broken)
    changes.on(note)
    with caplog.at_level(logging.ERROR):
        for kind in ("created", "created", "updated", "updated", "updated"):
            changes.take({"type": f"session.{kind}", "sessionId": "s"})
        async with asyncio.timeout(5):
            await settled.wait()
    stop_broken()
    stop_broken()
    changes.take({"type": "session.deleted", "sessionId": "s"})
    changes.take({"type": "session.updated", "sessionId": "s"})
    changes.close()

    assert told == ["session.created", "session.updated", "session.deleted"]
    assert "A lifecycle callback failed" in caplog.text
