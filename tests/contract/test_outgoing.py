"""What leaves through the gate, on the real runtime: its own tools' results are held as well."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from copilot_nb.data.privacy import Privacy, PrivacyRule
from copilot_nb.errors import TurnAbortedError
from copilot_nb.notebook.outgoing.gate import Gate
from copilot_nb.notebook.outgoing.ledger import Ledger
from copilot_nb.notebook.permissions.answers import permission_answer
from copilot_nb.session.handlers import SessionHooks
from copilot_nb.testing.model import Reply
from tests.behaviour.stage import WAIT, Stage, next_request, said_to_model, shell

if TYPE_CHECKING:
    from copilot_nb.protocol.hook import PostToolUse
    from copilot_nb.session.pending import Answer, PendingRequest
    from copilot_nb.session.session import Session

TOKEN = "ghp_" + "aB3" * 12
NOTEBOOK = SimpleNamespace(
    privacy=Privacy((PrivacyRule("deny", "name"),)),
    variables={"people": pd.DataFrame({"name": ["Annabel Lee"], "age": [31]})},
)


async def guarded_session(stage: Stage, *script: Reply) -> Session:
    """A session whose results pass a gate; commands are allowed, what is held waits."""
    gate = Gate(Ledger(), lambda: NOTEBOOK)  # type: ignore[arg-type, return-value]  # all it looks at
    sessions: list[Session] = []

    async def after(data: PostToolUse) -> Any:
        return await gate.after_tool(sessions[0], data)

    def policy(request: PendingRequest) -> Answer | None:
        held = request.prompt.get("kind") == "release"
        return None if held else permission_answer("allow_once")

    session = await stage.session(*script, hooks=SessionHooks(on_post_tool_use=after))
    sessions.append(session)
    session.release = gate.release
    session.pending.policies.append(policy)
    session.pending.attended = True
    return session


async def held(session: Session) -> PendingRequest:
    """The result that waits for somebody."""
    request = await next_request(session)
    assert request.prompt["kind"] == "release"
    return request


def answer(choice: str) -> Answer:
    """What a person who pressed that button answers."""
    pressed = permission_answer(choice)
    assert pressed is not None
    return pressed


async def test_a_secret_in_a_commands_output_waits_for_a_person(stage: Stage) -> None:
    """Masked, the model never sees it; the turn goes on."""
    session = await guarded_session(stage, shell(f"echo key={TOKEN}"), Reply("Seen."))
    turn = await session.start_turn("Look.")

    request = await held(session)
    assert TOKEN not in request.prompt["body"]
    session.pending.answer(request.id, answer("send_masked"))
    await turn.wait(WAIT)

    said = said_to_model(stage)
    assert "key=•••" in said
    # The command that the model itself wrote stands in its own call.
    results = [m["content"] for m in stage.model.requests[-1]["messages"] if m["role"] == "tool"]
    assert TOKEN not in str(results)


async def test_a_withheld_value_in_a_file_is_held(stage: Stage) -> None:
    """The runtime's file tools read past the kernel, and pass the gate all the same."""
    (stage.directory / "notes.txt").write_text("age 31, name annabel lee\n")
    view = Reply(tools=[("view", {"path": str(stage.directory / "notes.txt")})])
    session = await guarded_session(stage, view, Reply("Seen."))
    turn = await session.start_turn("Read it.")

    request = await held(session)
    session.pending.answer(request.id, answer("deny"))
    await turn.wait(WAIT)

    assert "annabel" not in said_to_model(stage)
    assert "let nothing of this result be sent" in said_to_model(stage)


async def test_a_turn_can_be_stopped_while_something_is_held(stage: Stage) -> None:
    """The request is withdrawn, nothing leaves, and the session goes on."""
    session = await guarded_session(stage, shell(f"echo {TOKEN}"))
    turn = await session.start_turn("Look.")
    await held(session)

    await session.abort()

    with pytest.raises(TurnAbortedError):
        await turn.wait(WAIT)
    async with asyncio.timeout(WAIT):
        while session.pending.open:  # noqa: ASYNC110 - withdrawn by the runtime's own pace
            await asyncio.sleep(0.01)
    stage.model.script[:] = [Reply("Still here.")]
    assert (await session.ask("Go on.", timeout=WAIT)).text == "Still here."
