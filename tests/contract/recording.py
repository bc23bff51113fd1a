"""Records one real event of each type into tests/data/events, scrubbed.

    COPILOT_CLI_PATH=… python -m tests.contract.recording

It plays scenes on the real runtime with a scripted model. The runtime's own prompt, paths of this
machine and internal records are left out; ids and times are made the same for every run.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import CopilotError
from copilot_nb.protocol.events import SessionEvent, is_noise
from copilot_nb.protocol.form import ElicitationResult, ExitPlanModeResult
from copilot_nb.protocol.hook import HookOutput
from copilot_nb.protocol.permission import approve_once, reject
from copilot_nb.protocol.session import CommandConfig, CustomAgentConfig, ProviderConfig
from copilot_nb.session.client import Client
from copilot_nb.session.handlers import Handlers, SessionHooks
from copilot_nb.session.tools import tool
from copilot_nb.testing.model import Reply, ScriptedModel
from tests.behaviour.stage import WAIT, Stage, seen, shell

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from copilot_nb.session.session import Session

TARGET = Path(__file__).parents[1] / "data" / "events"
LONG_TEXT = 400
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?")
PRIVATE = {"system.message", "session.skills_loaded", "session.managed_settings_resolved"}
"""Types whose data is the runtime's own text or this machine's state: only their shape is kept."""

TASKS = {
    "description": "tasks",
    "query": "INSERT INTO todos (id, title) VALUES ('read', 'Read the data')",
}
RUNTIME_TEXT = {"transformedContent", "transformedPrompt", "summaryContent"}
"""Fields that hold text of the runtime's own."""


@tool(permission="none")
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


async def talk(stage: Stage, session: Session) -> None:
    """Text, reasoning, our tool, a name, a line in the log, a side question."""
    stage.model.script += [
        Reply("Hello there.", reasoning=["Let me ", "think."]),
        Reply(tools=[("add", {"a": 1, "b": 2})]),
        Reply("Three."),
        Reply("Aside."),
    ]
    await session.ask("Hello.", timeout=WAIT)
    await session.ask("Add.", timeout=WAIT)
    await session.rename("A name")
    for level in ("info", "warning", "error"):
        await session.rpc.log(message="a line", level=level)
    await session.ephemeral_query("Why?")


async def act(stage: Stage, session: Session) -> None:
    """A command, a file, a no, a person's command, a background command."""
    path = str(stage.directory / "note.txt")
    background = {"command": "sleep 1", "description": "wait", "mode": "async"}
    stage.model.script += [
        shell("echo hi"),
        Reply(tools=[("create", {"path": path, "file_text": "one\n"})]),
        Reply("Written."),
        Reply(tools=[("bash", background)]),
        Reply("Started."),
        Reply("Noted."),
    ]
    await session.ask("Act.", timeout=WAIT)
    await session.ask("Background.", timeout=WAIT)
    await session.wait_for_idle(WAIT)
    await session.shell.run("echo person")
    points = await session.history.rewind_points()
    await session.history.rewind(points[-1].event_id)


async def settings(stage: Stage, session: Session) -> None:
    """Model, mode, plan, files, commands, agents, compaction."""
    stage.model.script += [Reply("One."), Reply("Two."), Reply("A summary.")]
    await session.ask("One.", timeout=WAIT)
    await session.ask("Two.", timeout=WAIT)
    await session.model.set("other")
    await session.mode.set("plan")
    await session.mode.set("interactive")
    await session.plan.update("# Plan")
    await session.files.create("a.txt", "a")
    await session.rpc.commands.execute(command_name="deploy", args="prod")
    await session.agents.select("helper")
    await session.agents.deselect()
    await session.history.compact()
    await session.rpc.permissions.set_mode(mode="assisted")


async def questions(stage: Stage, session: Session) -> None:
    """ask_user, a plan, a sub-agent, a list of tasks."""
    session.handlers.permission = lambda _: approve_once()
    task = {"description": "look", "prompt": "look", "agent_type": "helper"}
    stage.model.script += [
        Reply(tools=[("ask_user", {"question": "Which?", "choices": ["a", "b"]})]),
        Reply("A."),
        Reply(tools=[("task", task | {"name": "looker"})]),
        Reply("Looked."),
        Reply("Done."),
    ]
    await session.ask("Ask.", timeout=WAIT)
    await session.ask("Delegate.", timeout=WAIT)
    await session.wait_for_idle(WAIT)
    stage.model.script += [Reply(tools=[("sql", TASKS)]), Reply("On it.")]
    await session.ask("Begin.", timeout=WAIT)
    await session.mode.set("plan")
    await session.plan.update("# Plan")
    stage.model.script += [Reply(tools=[("exit_plan_mode", {"summary": "s"})]), Reply("No plan.")]
    await session.ask("Plan.", timeout=WAIT)


async def forms(stage: Stage, session: Session) -> None:
    """ask_user as a form."""
    schema = {"type": "object", "properties": {"colour": {"type": "string"}}}
    form = {"message": "Which?", "requestedSchema": schema}
    stage.model.script += [Reply(tools=[("ask_user", form)]), Reply("Thanks.")]
    await session.ask("Ask.", timeout=WAIT)


async def trouble(stage: Stage, session: Session) -> None:
    """A retry, an error, an abort, a plain no."""
    stage.model.script += [
        Reply(status=500),
        Reply("After all."),
        Reply(status=400),
        Reply(chunks=["w "] * 100, delay=0.05),
        shell("echo no"),
    ]
    await session.ask("Retry.", timeout=WAIT)
    with contextlib.suppress(CopilotError):
        await session.ask("Fail.", timeout=WAIT)
    turn = await session.start_turn("Stop.")
    await seen(turn, "assistant.message_delta")
    await session.abort()
    session.handlers.permission = lambda _: reject()
    with contextlib.suppress(CopilotError):
        await session.ask("No.", timeout=WAIT)
    await session.destroy()


SCENES: dict[Callable[[Stage, Session], Awaitable[None]], dict[str, Any]] = {
    talk: {},
    act: {"config": {"enable_file_change_tracking": True}},
    settings: {
        "config": {
            "commands": [CommandConfig(name="deploy")],
            "custom_agents": [CustomAgentConfig(name="helper", prompt="Help.")],
        }
    },
    questions: {"config": {"custom_agents": [CustomAgentConfig(name="helper", prompt="Help.")]}},
    forms: {"config": {"ask_user_variant": "elicitation"}},
    trouble: {},
}


def handlers() -> Handlers:
    """Answers to everything."""
    return Handlers(
        permission=lambda _: approve_once(),
        user_input=lambda _: "a",
        elicitation=lambda _: ElicitationResult(action="accept", content={"colour": "blue"}),
        exit_plan_mode=lambda _: ExitPlanModeResult(approved=False, feedback="more tests"),
        commands={"deploy": lambda _: None},
        hooks=SessionHooks(on_user_prompt_submitted=lambda _: HookOutput(additional_context="x")),
    )


async def play(stage: Stage) -> dict[str, dict[str, Any]]:
    """All scenes; the richest event of each type."""
    found: dict[str, dict[str, Any]] = {}

    def keep(event: SessionEvent) -> None:
        known = found.get(event.type)
        if not is_noise(event) and len(str(event.raw)) > len(str(known or "")):
            found[event.type] = dict(event.raw)

    for scene, parts in SCENES.items():
        options = dict(parts)
        if scene is not forms:
            options["handlers"] = handlers()
        else:
            options["handlers"] = Handlers(elicitation=handlers().elicitation)
        session = await stage.session(tools=[add], on_event=keep, **options)
        try:
            await scene(stage, session)
        except (CopilotError, TimeoutError) as error:
            print(f"{scene.__name__}: {error}")  # noqa: T201 - a script
        stage.model.script.clear()
    return found


def scrub(raw: Any, places: dict[str, str]) -> Any:
    """The value without this machine and this moment, and without long texts."""
    if isinstance(raw, dict):
        kept = {name: scrub(value, places) for name, value in raw.items()}
        return kept | dict.fromkeys(kept.keys() & RUNTIME_TEXT, "…")
    if isinstance(raw, list):
        return [scrub(value, places) for value in raw[:3]]
    if not isinstance(raw, str):
        return raw
    for place, name in places.items():
        raw = raw.replace(place, name)
    raw = UUID.sub("00000000-0000-4000-8000-000000000000", raw)
    raw = MOMENT.sub("2026-01-01T00:00:00.000Z", raw)
    return raw if len(raw) <= LONG_TEXT else raw[:LONG_TEXT] + "…"


def hide(raw: dict[str, Any]) -> dict[str, Any]:
    """An event whose texts are not ours to keep."""
    if raw["type"] not in PRIVATE:
        return raw
    data = {name: "…" if isinstance(value, str) else value for name, value in raw["data"].items()}
    return raw | {"data": {name: [] if isinstance(v, list) else v for name, v in data.items()}}


@contextlib.asynccontextmanager
async def real_stage(place: Path) -> AsyncIterator[Stage]:
    """The real runtime in that directory."""
    work = place / "work"
    work.mkdir()
    async with (
        ScriptedModel() as model,
        Client(copilot_home=place / "home", offline=True, provider_base_url=model.url) as client,
    ):
        stage = Stage(client, model, work, provider_url=model.url)
        stage.provider = ProviderConfig(base_url=model.url)
        yield stage


async def main() -> None:
    """Record, and say what was found."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        async with real_stage(place) as stage:
            found = await play(stage)
            places = {str(place / "work"): "/folder", str(place): "/copilot"}
            places |= {str(Path.home()): "/home/user", stage.provider.base_url: "http://model/v1"}
    TARGET.mkdir(parents=True, exist_ok=True)
    for old in TARGET.glob("*.json"):
        old.unlink()
    for kind, raw in sorted(found.items()):
        text = json.dumps(hide(scrub(raw, places)), indent=1, ensure_ascii=False)
        (TARGET / f"{kind}.json").write_text(text + "\n")
    print(f"{len(found)} types in {TARGET}")  # noqa: T201 - a script


if __name__ == "__main__":
    asyncio.run(main())
