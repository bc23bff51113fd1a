"""Rules that outlive a session: what is allowed here always, and what never is.

They are bound to a project's folder and never reach the runtime: a rule answers each request anew,
and the transcript says which one did. A denial wins. Allowing is narrow: a command by its whole
text, a path as it leads when the rule is made, a URL by all of it. Denying is broad: what is
below a folder, a host or a page, and all tools of a server.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

from copilot_nb.errors import UsageError
from copilot_nb.notebook.permissions import addresses
from copilot_nb.notebook.permissions.places import project_folder, real_path
from copilot_nb.notebook.permissions.rule_file import (
    KINDS,
    Decision,
    RuleFile,
    StandingRule,
    ToolName,
)
from copilot_nb.notebook.permissions.rule_texts import FOLDER, checked
from copilot_nb.notebook.permissions.shell_lines import PATTERN, allowed_by, denied_by, segments
from copilot_nb.notebook.permissions.subject import Subject, subject
from copilot_nb.notebook.stored.bookmark import config_folder
from copilot_nb.protocol.permission import approve_once, reject
from copilot_nb.session.pending import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from copilot_nb.session.pending import PendingRequest

ToolRule = Literal["ask", "allow", "deny"]
RUNS_ANYTHING: Final = frozenset(
    {"bash", "powershell", "write_bash", "run_code", "run_scratch", "task"}
)
"""Tools that can do everything: allowing one of them whole ends with the kernel."""
_ASKING: Final = {
    "shell": frozenset({"bash", "powershell", "write_bash", "write_powershell"}),
    "write": frozenset({"create", "edit", "apply_patch", "str_replace_editor"}),
    "read": frozenset({"view", "grep", "glob", "rg", "preview_file"}),
    "url": frozenset({"web_fetch", "fetch"}),
}
"""Kind of request -> the tools that ask it: the runtime names them by the id of the call alone, and
whoever answers as the model may give two calls one id."""
KNOWN_TOOLS: Final = RUNS_ANYTHING.union(*_ASKING.values())
"""Tools that we know without asking the runtime."""
_PATHS: Final = frozenset({"read", "write"})


class StandingRules:
    """The rules of one user: a policy, and what `%copilot rules` lists.

    Args:
        path: Their file; by default what `COPILOT_NB_RULES` names, or the user's own.
        folder: Tells where the agent works.
    """

    def __init__(self, path: Path | None = None, folder: Callable[[], Path] = Path.cwd) -> None:
        self._file = RuleFile(path)
        self._folder = folder
        self._passing: list[StandingRule] = []

    @property
    def path(self) -> Path:
        """The file that they are in."""
        return self._file.path

    def list(self, *, everywhere: bool = False) -> tuple[StandingRule, ...]:
        """The rules that hold here, or all; the numbers stand until one is added or revoked.

        Raises:
            ConfigError: The file cannot be read or understood.
        """
        here = real_path(self._folder())
        rules = (replace(rule, number=at) for at, rule in enumerate(self._all(), 1))
        return tuple(rule for rule in rules if everywhere or rule.holds(here))

    def add(
        self, kind: str, decision: str, text: str, place: str | Path | None = None
    ) -> StandingRule:
        """Add a rule, or give the one that says the same already.

        Args:
            kind: One of `KINDS`.
            decision: Allow or deny.
            text: What it is about. Of commands the whole line, or `git log:*` for all lines that
                begin so and hold nothing that the shell would act on; of paths a path, or
                `folder/**`; of tools a name. To deny, a host or an MCP server is enough.
            place: The folder it holds in; this project's when not given, everywhere when empty.

        Raises:
            UsageError: It cannot be meant, or nothing could match it.
            ConfigError: The file cannot be read or written.
        """
        if not text.strip():
            raise UsageError("A rule needs a text.", hint="Such as the whole command, or a path.")
        rule = self._made(kind, decision, text, place)
        return self._keep(replace(rule, text=checked(kind, decision, rule.text)))

    def _keep(self, rule: StandingRule) -> StandingRule:
        """It, with its number; the one that says the same already when there is one."""
        if rule not in self._all():
            if not rule.until:
                self._file.write([*self._file.read(), rule])
            else:
                self._passing.append(rule)
        return replace(rule, number=self._all().index(rule) + 1)

    def revoke(self, number: int) -> StandingRule:
        """Take back the rule of that number; what was revoked.

        Raises:
            UsageError: There is none.
            ConfigError: The file cannot be read or written.
        """
        found = next((rule for rule in self.list(everywhere=True) if rule.number == number), None)
        if found is None:
            raise UsageError(
                f"There is no rule {number}.", hint="`%copilot rules` lists them with numbers."
            )
        self._drop([found])
        return found

    def remember(self, request: PendingRequest) -> tuple[StandingRule, ...]:
        """Allow here always: the rules that let exactly that through from now on.

        Raises:
            UsageError: Nothing of its kind can be allowed for ever.
            ConfigError: The file cannot be read or written.
        """
        about = subject(request)
        if about.text.endswith((PATTERN, FOLDER)):
            raise UsageError("That would be read as a pattern.", hint="It is allowed this once.")
        made = [self._made(about.rule_kind, "allow", text, None) for text in _texts(about)]
        return tuple(map(self._keep, made))

    def tool_rules(self, tools: Iterable[ToolName]) -> dict[str, ToolRule]:
        """What holds here for every request of these tools, by the model's names of them.

        Raises:
            ConfigError: The file cannot be read or understood.
        """
        here = self.list()
        found = {tool.name: {rule.decision for rule in here if rule.is_of(tool)} for tool in tools}
        return {
            name: "deny" if "deny" in decisions else "allow" if decisions else "ask"
            for name, decisions in found.items()
        }

    def set_tool(self, tool: ToolName, decision: ToolRule) -> StandingRule | None:
        """Set what holds in this project for every request of a tool.

        "ask" takes back what was set here, by a panel too; what holds in other places as well, or
        for other tools, is not touched.

        Raises:
            UsageError: A rule of that kind would still decide otherwise.
            ConfigError: The file cannot be read or written.
        """
        here = str(project_folder(self._folder()))
        about = [rule for rule in self.list() if rule.is_of(tool)]
        own = [rule for rule in about if rule.place == here and _is_of_one(rule)]
        stands = next(
            (rule for rule in about if rule not in own and _is_against(rule, decision)), None
        )
        if stands is not None:
            raise UsageError(
                f"Another rule decides. {stands.words}.",
                hint=f"`%copilot rules revoke {stands.number}` takes it back.",
            )
        self._drop(own)
        if decision == "ask":
            return None
        return self._keep(self._made("tool", decision, tool.name, None))

    def check(self) -> None:
        """See that the rules can be read.

        Raises:
            ConfigError: They cannot.
        """
        self._file.read()

    def denial_of(self, tool: ToolName) -> StandingRule | None:
        """The rule that denies every request of a tool, if one does.

        Raises:
            ConfigError: The file cannot be read or understood.
        """
        return next((rule for rule in self._rules("deny") if rule.is_of(tool)), None)

    def denial(self, request: PendingRequest, tool: str = "") -> Answer | None:
        """The answer of a rule that denies; it wins over all that allows.

        Args:
            request: What is asked.
            tool: The model's name of the tool that asks, where it is known.

        Raises:
            ConfigError: The file cannot be read or understood.
        """
        if request.kind != "permission":
            return None
        about = subject(request)
        for rule in self._rules("deny"):
            if _denies(rule, about, tool):
                decision = reject(feedback=f"The user has a rule. {rule.words}.")
                return Answer(decision, rule.name, "Denied")
        return None

    def allowance(self, request: PendingRequest, tool: str = "") -> Answer | None:
        """The answer of a rule that allows; see `denial`. Several may allow a request together.

        Raises:
            ConfigError: The file cannot be read or understood.
        """
        if request.kind != "permission":
            return None
        about = subject(request)
        if self._is_ours(about) or _is_odd(request):
            return None
        rules = self._rules("allow")
        parts = segments(about.text) if about.kind == "shell" else _texts(about)
        whole = _allowing(rules, about, (about.text,), tool)
        using = whole or _allowing(rules, about, parts, tool)
        if not using:
            return None
        return Answer(approve_once(), ", ".join(rule.name for rule in using), "Allowed")

    def __call__(self, request: PendingRequest) -> Answer | None:
        """What the rules say of a request, as a policy; None when they say nothing."""
        return self.denial(request) or self.allowance(request)

    def _all(self) -> tuple[StandingRule, ...]:
        return (*self._file.read(), *self._passing)

    def _rules(self, decision: Decision) -> tuple[StandingRule, ...]:
        return tuple(rule for rule in self.list() if rule.decision == decision)

    def _drop(self, rules: Sequence[StandingRule]) -> None:
        gone = [replace(rule, number=0) for rule in rules]
        if not all(rule.until for rule in gone):
            self._file.write([rule for rule in self._file.read() if rule not in gone])
        self._passing = [rule for rule in self._passing if rule not in gone]

    def _made(self, kind: str, decision: str, text: str, place: str | Path | None) -> StandingRule:
        if kind not in KINDS:
            raise UsageError(
                f"There are no rules about {kind!r}.", hint=f"There are about {', '.join(KINDS)}."
            )
        if decision not in get_args(Decision):
            raise UsageError(f"A rule cannot {decision!r}.", hint="It can allow or deny.")
        where = project_folder(self._folder()) if place is None else place and real_path(place)
        passes = decision == "allow" and kind == "tool" and text in RUNS_ANYTHING
        return StandingRule(
            decision="deny" if decision == "deny" else "allow",
            kind=kind,
            text=self._leading(text) if kind in _PATHS else text,
            place=str(where),
            until="kernel" if passes else "",
        )

    def _leading(self, text: str) -> str:
        """The path as it leads now, seen from where the agent works."""
        folder = text.removesuffix(FOLDER)
        path = self._folder() / Path(folder or os.sep).expanduser()
        return str(real_path(path)) + text[len(folder) :]

    def _is_ours(self, about: Subject) -> bool:
        """Whether it would write the file of rules itself, or settings and privacy beside it."""
        if about.rule_kind != "write":
            return False
        rules, folder = real_path(self.path), real_path(config_folder(os.environ))
        paths = map(real_path, _texts(about))
        return any(path == rules or path.is_relative_to(folder) for path in paths)


def is_about(rule: StandingRule, tool: ToolName) -> bool:
    """Whether a rule decides about requests of that tool."""
    return rule.is_of(tool) or tool.name in _ASKING.get(rule.kind, ())


def _is_of_one(rule: StandingRule) -> bool:
    """Whether a rule is about one tool, and not about all of a server's."""
    return rule.kind != "mcp" or "/" in rule.text


def _is_against(rule: StandingRule, decision: ToolRule) -> bool:
    """Whether a rule decides otherwise; a denial wins over all that allows."""
    return decision not in {"deny", rule.decision}


def _texts(about: Subject) -> tuple[str, ...]:
    """Its parts, each of which something must allow."""
    return tuple(about.text.split("\n")) if about.kind == "path" else (about.text,)


def _is_odd(request: PendingRequest) -> bool:
    """Whether a path has a line end in it, which would make two of it."""
    return any("\n" in str(path) for path in request.prompt.get("paths") or ())


def _allowing(
    rules: Sequence[StandingRule], about: Subject, parts: Sequence[str], tool: str
) -> list[StandingRule]:
    """For each part a rule that allows it; nothing when one has none."""
    using: list[StandingRule] = []
    for part in parts:
        rule = next((rule for rule in rules if _allows(rule, about, part, tool)), None)
        if rule is None:
            return []
        if rule not in using:
            using.append(rule)
    return using


def _allows(rule: StandingRule, about: Subject, text: str, tool: str) -> bool:
    if rule.kind == "tool":
        # Neither paths outside of the folder, nor what is held for review, nor more money.
        asks = about.kind not in {"path", "release", "hook", "budget"}
        return asks and rule.text == tool and tool in _ASKING.get(about.kind, {tool})
    if rule.kind != about.rule_kind:
        return False
    if rule.kind == "shell":
        return allowed_by(text, rule.text)
    return _covers(rule, text) if rule.kind in _PATHS else rule.text == text


def _denies(rule: StandingRule, about: Subject, tool: str) -> bool:
    if rule.kind == "tool":
        return rule.text == tool
    if rule.kind != about.rule_kind:
        return False
    if rule.kind == "shell":
        return denied_by(about.text, rule.text)
    if rule.kind == "url":
        return addresses.denied_by(about.text, rule.text)
    if rule.kind in _PATHS:
        return any(_covers(rule, text, below=True) for text in _texts(about))
    return rule.text == about.text or (
        rule.kind == "mcp" and about.text.startswith(f"{rule.text}/")
    )


def _covers(rule: StandingRule, path: str, *, below: bool = False) -> bool:
    """Whether a path leads where the rule's did when it was made, or below where that counts."""
    real, text = real_path(path), rule.text
    if below or text.endswith(FOLDER):
        return real.is_relative_to(text.removesuffix(FOLDER) or os.sep)
    return str(real) == text
