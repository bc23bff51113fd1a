"""Looks at everything that a turn needs, and says of each part what it is and how to mend it.

Every check has a bound, none raises, and nothing secret is in what they say: keys are named by
their variable. The notebook's own runtime is used, and started if it does not run.
"""

from __future__ import annotations

import asyncio
import os
import platform
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from copilot_nb.errors import (
    AuthenticationError,
    ConfigError,
    CopilotError,
    OfflineError,
    QuotaError,
)
from copilot_nb.kernel import frontend
from copilot_nb.notebook.account import signin
from copilot_nb.notebook.care.reach import reach
from copilot_nb.notebook.models.providers import is_local
from copilot_nb.notebook.settings import SETTINGS
from copilot_nb.notebook.stored.bookmark import state_folder
from copilot_nb.protocol.events import AssistantUsage
from copilot_nb.session.connection import PROTOCOL_VERSION
from copilot_nb.session.locate import CLI_VERSION, find_cli
from copilot_nb.session.uplink import ClientState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.models.providers import Source

State = Literal["ok", "note", "problem"]

OLDEST = {"ipykernel": (6, 17), "IPython": (7, 34)}
"""Oldest versions that are supported."""
_ASK_SECONDS = 30.0
_REACH_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    check: str
    state: State
    detail: str
    fix: str = ""
    """The next step; empty where nothing has to be done."""

    @classmethod
    def of(cls, check: str, error: CopilotError) -> Finding:
        """The problem that an error says."""
        return cls(check, "problem", error.message, error.hint)


async def examine(
    conversation: Conversation, *, ask: bool = False, page: bool = True
) -> tuple[Finding, ...]:
    """Everything that was looked at, in the order in which it is needed.

    Args:
        conversation: The notebook's.
        ask: Also ask the model something where that may cost.
        page: Look at the front end as well.
    """
    settings = conversation.settings
    found = [_python(), *_packages(page=page and frontend.has_comms())]
    found += [_front_end(conversation)] if page else []
    found += [*_settings(conversation), _files(settings.environ), _approvals(conversation)]
    found.append(_cli(conversation))
    try:
        source = conversation.link.source()
    except ConfigError as error:
        return (*found, Finding.of("provider", error))
    if found[-1].state == "problem":
        return tuple(found)
    found += await _runtime(conversation, source)
    if source.own and source.kind != "demo" and source.base_url:
        found.append(await _provider(conversation, source))
    started = not any(each.state == "problem" for each in found if each.check in _NEEDED)
    if started:
        found.append(await _model(conversation, source, ask=ask or _is_free(source)))
    return tuple(found)


_NEEDED = frozenset({"runtime", "start", "sign-in", "provider"})


def _python() -> Finding:
    return Finding("Python", "ok", f"{platform.python_version()} on {platform.system()}")


def _packages(*, page: bool) -> Iterable[Finding]:
    """What is installed of what we stand on; versions come without importing anything.

    Args:
        page: Whether there is a notebook in front of us, which needs more than a terminal.
    """
    for name, needed in (("IPython", True), ("ipykernel", page), ("anywidget", page)):
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            state: State = "problem" if needed else "note"
            yield Finding(name, state, "not installed", f"python -m pip install {name}")
            continue
        oldest = OLDEST.get(name, ())
        if _numbers(version) < oldest:
            wanted = ".".join(map(str, oldest))
            fix = f"python -m pip install --upgrade {name}"
            yield Finding(name, "problem", f"{version}, older than {wanted}", fix)
        else:
            yield Finding(name, "ok", version)


def _front_end(conversation: Conversation) -> Finding:
    from copilot_nb.notebook.screen.screen import choose_mode, page_failed

    here = frontend.detect()
    try:
        mode = choose_mode(conversation.settings)
    except ConfigError as error:
        return Finding.of("front end", error)
    typing = "can type" if here.allow_stdin else "cannot type"
    detail = f"{here.kind}, turns are drawn as {mode}, a person {typing}"
    if page_failed():
        return Finding(
            "front end",
            "note",
            f"{detail}; the page showed no widgets",
            "Install anywidget where the page is served and reload it. A later turn tries again; "
            "`%config Copilot.view = 'widget'` makes the next one.",
        )
    if mode == "static" and not conversation.settings.find("policy").given:
        return Finding(
            "front end",
            "note",
            f"{detail}: nobody can answer",
            "Set COPILOT_NB_POLICY to say what is allowed here.",
        )
    return Finding("front end", "ok", detail)


def _settings(conversation: Conversation) -> Iterable[Finding]:
    """Settings that cannot be meant, and variables that are no settings."""
    settings = conversation.settings
    problems = []
    for each in SETTINGS:
        try:
            settings.find(each.name)
        except ConfigError as error:
            problems.append(Finding.of("settings", error))
    known = {each.variable for each in SETTINGS} | _OTHERS
    problems += [
        Finding("settings", "note", f"{name} is no setting", "`%copilot config` lists them.")
        for name in sorted(settings.environ)
        if name.startswith("COPILOT_NB_") and name not in known
    ]
    if problems:
        return problems
    given = [each.name for each in SETTINGS if settings.find(each.name).given]
    return [Finding("settings", "ok", f"set: {', '.join(given)}" if given else "all default")]


_OTHERS = frozenset({"COPILOT_NB_STATE", "COPILOT_NB_RULES", "COPILOT_NB_DEMO_PACE"})
"""Variables of ours that are not settings."""


def _files(environ: Mapping[str, str]) -> Finding:
    """Whether things can be kept between kernels, and by nobody else read."""
    folder = state_folder(environ)
    nearest = folder
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not os.access(nearest, os.W_OK):
        return Finding(
            "files",
            "problem",
            f"{folder} cannot be written",
            "Name another folder in COPILOT_NB_STATE.",
        )
    if os.name == "posix" and folder.exists() and folder.stat().st_mode & 0o022:
        fix = f"chmod 700 {str(folder)!r}"
        return Finding("files", "problem", f"{folder} can be changed by others", fix)
    return Finding("files", "ok", str(folder))


def _approvals(conversation: Conversation) -> Finding:
    try:
        conversation.decisions.check()
        rules = len(conversation.rules.list())
        policy = conversation.settings.find("policy")
    except (CopilotError, ValueError) as error:
        hint = error.hint if isinstance(error, CopilotError) else ""
        return Finding("approvals", "problem", str(error).partition("\n")[0], hint)
    standing = f"{rules} standing rule{'s' if rules != 1 else ''} here"
    if policy.value == "allow":
        detail = f"everything is allowed without asking ({policy.source}), {standing}"
        return Finding("approvals", "note", detail, f"Unset {policy.source} to be asked.")
    who = f"policy {policy.value} ({policy.source})" if policy.given else "you are asked"
    return Finding("approvals", "ok", f"{who}, {standing}")


def _cli(conversation: Conversation) -> Finding:
    path = conversation.settings.get("cli_path")
    try:
        return Finding("runtime", "ok", str(find_cli(Path(path).expanduser() if path else None)))
    except CopilotError as error:
        return Finding.of("runtime", error)


async def _runtime(conversation: Conversation, source: Source) -> list[Finding]:
    """Start it, or greet the one that runs; for an account, who is signed in."""
    link = conversation.link
    running = link.client is not None and link.client.state is ClientState.CONNECTED
    began = time.perf_counter()
    try:
        client = await link.runtime()
        await client.ping()
    except (AuthenticationError, OfflineError, QuotaError) as error:
        return [Finding.of("sign-in", error)]
    except ConfigError as error:
        return [Finding.of("provider", error)]
    except CopilotError as error:
        return [Finding.of("start", error)]
    seconds = time.perf_counter() - began
    how = f"answered in {seconds * 1000:.0f} ms" if running else f"started in {seconds:.1f} s"
    version = client.runtime_version
    detail = f"version {version}, protocol {PROTOCOL_VERSION}, {how}"
    if version == CLI_VERSION:
        found = [Finding("start", "ok", detail)]
    else:
        fix = f"`%copilot install` gets {CLI_VERSION}, the tested version."
        found = [Finding("start", "note", detail, fix)]
    if source.own:
        return [*found, Finding("sign-in", "ok", f"not needed: {source.place}")]
    who = await signin.identity(client)
    return [*found, Finding("sign-in", "ok", f"{who or 'signed in'} ({source.reason})")]


async def _provider(conversation: Conversation, source: Source) -> Finding:
    """Whether a server of one's own can be reached and takes the key."""
    try:
        key = source.key(conversation.settings.environ)
    except ConfigError as error:
        return Finding.of("provider", error)
    began = time.perf_counter()
    answer = await asyncio.to_thread(reach, source, key, _REACH_SECONDS)
    took = f"{(time.perf_counter() - began) * 1000:.0f} ms"
    named = f"{source.place}, from {source.reason}"
    if answer in {401, 403}:
        where = source.key_variable or "no key is set"
        fix = f"Put the right key into {source.key_variable or 'a variable'} and name it with "
        return Finding(
            "provider", "problem", f"{named}: refuses the key ({where})", fix + "--key-env."
        )
    if isinstance(answer, str):
        return Finding(
            "provider", "problem", f"{named}: {answer}", "Start the server, or check its address."
        )
    return Finding("provider", "ok", f"{named}: answers in {took}")


async def _model(conversation: Conversation, source: Source, *, ask: bool) -> Finding:
    """How long the first words take: of a question of our own, or of the newest turn."""
    if not ask:
        known = _last_first_token(conversation)
        if known is not None:
            return Finding("model", "ok", f"first token after {known:.0f} ms in the newest turn")
        return Finding("model", "note", "was not asked", "`%copilot doctor --ask` asks it a word.")
    try:
        async with asyncio.timeout(_ASK_SECONDS):
            milliseconds = await _asked(conversation)
    except TimeoutError:
        fix = "Choose a faster model with `%copilot model`, or try again when it is loaded."
        return Finding("model", "problem", f"no answer within {_ASK_SECONDS:g} s", fix)
    except CopilotError as error:
        return Finding.of("model", error)
    name = source.model or "the runtime's choice"
    return Finding("model", "ok", f"{name}: first token after {milliseconds:.0f} ms")


async def _asked(conversation: Conversation) -> float:
    """Milliseconds until the first piece of an answer, in a session beside the conversation."""
    async with conversation.aside("doctor") as session:
        first: list[float] = []
        began = time.perf_counter()

        def take(kind: str) -> None:
            if kind in {"assistant.message_delta", "assistant.reasoning_delta"} and not first:
                first.append(time.perf_counter())

        session.on(lambda event: take(event.type))
        await session.ask("Answer with the word OK.")
        return ((first or [time.perf_counter()])[0] - began) * 1000


def _last_first_token(conversation: Conversation) -> float | None:
    for turn in reversed(conversation.history.turns):
        for event in turn.events:
            if isinstance(event.data, AssistantUsage) and event.data.time_to_first_token_ms:
                return event.data.time_to_first_token_ms
    return None


def _is_free(source: Source) -> bool:
    return source.kind == "demo" or (source.own and is_local(source.base_url))


def _numbers(version: str) -> tuple[int, ...]:
    digits: Callable[[str], str] = lambda part: "".join(filter(str.isdigit, part))  # noqa: E731 - one use, on the next line
    return tuple(int(digits(part) or 0) for part in version.split(".")[:2])
