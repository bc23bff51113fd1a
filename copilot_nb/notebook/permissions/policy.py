"""Who answers when no person does: deny, allow, or a file of rules.

A policy sees every request before a person does. Whatever it answers says so, by name. When nobody
can answer at all, the last policy denies and tells how to allow.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from copilot_nb.errors import ConfigError
from copilot_nb.notebook.permissions.answers import NOT_SENT, answer_of
from copilot_nb.notebook.permissions.places import link_target
from copilot_nb.notebook.permissions.subject import paths, subject
from copilot_nb.protocol.form import (
    AutoModeSwitchResult,
    ElicitationResult,
    ExitPlanModeResult,
    SessionLimitsResult,
)
from copilot_nb.protocol.permission import approve_once, reject
from copilot_nb.protocol.user_input import UserInputResponse
from copilot_nb.session.pending import Answer, Kind, PendingRequest

if TYPE_CHECKING:
    from copilot_nb.protocol.base import Wire

Policy = Callable[[PendingRequest], Answer | None]

NOBODY_ALLOWS = "the headless policy (COPILOT_NB_POLICY=allow or a rules file can allow it)"
NOBODY_ANSWERS = "the headless policy (an [[answer]] in a COPILOT_NB_POLICY file can answer it)"
_NOBODY = "Nobody is here to answer. Go on with your best judgement and say what you assumed."
_NO_PLAN = (
    "Nobody is here to approve a plan. Do nothing of it: give the plan as your answer, and end."
)
_NOT_ALLOWED = "The user declined: this notebook runs under a policy that does not allow it."
_REFUSALS: dict[Kind, tuple[Wire | None, str]] = {
    "permission": (reject(feedback=_NOT_ALLOWED), "Denied"),
    "user_input": (None, "Not answered"),
    "elicitation": (ElicitationResult(action="decline"), "Declined"),
    "exit_plan_mode": (ExitPlanModeResult(approved=False, feedback=_NO_PLAN), "Sent back"),
    "auto_mode_switch": (AutoModeSwitchResult(response="no"), "Not switched"),
    "session_limits": (SessionLimitsResult(action="cancel"), "Stopped at the limit"),
    "sign_in": (None, "Not answered"),
}
"""The no to each kind of request, with its words."""
_SHELL_OPERATORS = re.compile(r"[;&|<>`\n\r(){}$]")
_WAY_OUT = re.compile(r"(?:^|[/\\\n])\.\.(?:$|[/\\\n])")
"""A step up in a path, which a pattern such as `/data/.*` would not notice."""
_PATHS = frozenset({"read", "write", "path"})
_OUR_OWN = frozenset({"release", "budget"})
"""What this side asks to keep something in or stop something: "everything" does not mean it."""


def from_setting(value: str, source: str) -> Policy | None:
    """The policy that a setting names; None for "ask", which leaves it to a person.

    Args:
        value: ask, deny, allow, or the path of a rules file.
        source: Where the setting came from.

    Raises:
        ConfigError: The file is missing or says something that cannot be meant.
    """
    if value in {"", "ask"}:
        return None
    if value == "deny":
        # A sign-in is what somebody has just asked for; it lets the agent do nothing.
        return lambda request: (
            None if request.kind == "sign_in" else denied(request, f"policy deny ({source})")
        )
    if value == "allow":
        return lambda request: _allowed(request, f"policy allow ({source})")
    return Rules.read(Path(value).expanduser(), source)


def nobody_here(request: PendingRequest) -> Answer:
    """The answer to everything when no person can be asked."""
    return denied(request, NOBODY_ALLOWS if request.kind == "permission" else NOBODY_ANSWERS)


def denied(request: PendingRequest, by: str) -> Answer:
    """A refusal after which the model goes on; a question gets a sentence instead."""
    if request.user_input is not None:
        return Answer(UserInputResponse.to(request.user_input, _NOBODY), by, "Not answered")
    value, words = _REFUSALS[request.kind]
    return Answer(value, by, NOT_SENT if request.prompt.get("kind") == "release" else words)


def _allowed(request: PendingRequest, by: str) -> Answer | None:
    """Permission, but no invented answer to a question, no secret let out and no cap lifted."""
    if request.kind != "permission" or subject(request).kind in {"release", "budget"}:
        return None
    return Answer(approve_once(), by, "Allowed")


@dataclass(frozen=True, slots=True)
class Rule:
    """Allows or denies one kind of request, all of them or those whose text fits."""

    kind: str
    decision: Literal["allow", "deny"]
    matches: str | None = None
    """The whole text."""
    regex: re.Pattern[str] | None = None
    """Allows when it covers the whole text, denies when it is found anywhere in it."""

    @property
    def name(self) -> str:
        """The rule in a few words."""
        what = self.matches if self.matches is not None else self.regex and self.regex.pattern
        return f"rule {self.decision} {self.kind}" + (f" {what!r}" if what else "")

    def fits(self, kind: str, text: str, leads: str = "") -> bool:
        """Whether the rule speaks about this request.

        An allowing pattern never covers a command line with shell operators: `git .*` must not
        let `git log; rm -r .` through. Nor does it cover a path with `..`, a link that leads where
        it does not reach, or several paths unless it covers each.

        Args:
            kind: The request's kind.
            text: What it names.
            leads: Where the paths that it names lead.
        """
        if self.kind not in {kind, "*"} or (self._lets_all and kind in _OUR_OWN):
            return False
        denies, leads = self.decision == "deny", leads or text
        if self.matches is not None:
            return self.matches == text or (denies and self.matches == leads)
        if self.regex is None:
            return True
        if denies:
            # To Python 𝐞𝐱𝐞𝐜 is exec.
            forms = (text, unicodedata.normalize("NFKC", text), leads)
            return any(map(self.regex.search, forms))
        named = [text, leads]
        parts = [part for one in named for part in (one.split("\n") if kind == "path" else [one])]
        return not _is_tricky(kind, text) and all(map(self.regex.fullmatch, parts))

    @property
    def _lets_all(self) -> bool:
        return self.kind == "*" and self.decision == "allow"


def _is_tricky(kind: str, text: str) -> bool:
    """Whether a pattern may mean less than what the text does."""
    if kind == "shell":
        return _SHELL_OPERATORS.search(text) is not None
    return kind in _PATHS and _WAY_OUT.search(text) is not None


@dataclass(frozen=True, slots=True)
class ScriptedAnswer:
    """Answers questions, forms or plans in which the pattern is found."""

    kind: Literal["user_input", "elicitation", "exit_plan_mode"]
    pattern: re.Pattern[str]
    value: Mapping[str, Any]
    """As a view would send it."""

    def fits(self, request: PendingRequest) -> bool:
        """Whether it speaks about this request."""
        if request.kind != self.kind:
            return False
        return self.pattern.search(subject(request).text) is not None


@dataclass(frozen=True, slots=True)
class Rules:
    """A file of rules; deny wins, and what no rule fits is left to whoever comes next."""

    name: str
    rules: tuple[Rule, ...] = ()
    answers: tuple[ScriptedAnswer, ...] = ()

    @classmethod
    def read(cls, path: Path, source: str) -> Rules:
        """Read a TOML file with `[[rule]]` and `[[answer]]` entries.

        Raises:
            ConfigError: It is not there, is not TOML, or an entry cannot be meant.
        """
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError:
            hint = "It takes ask, deny, allow, or the path of a rules file."
            raise ConfigError(
                f"{source} is {str(path)!r}, which cannot be read.", hint=hint
            ) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"{path.name} is not TOML: {error}.", hint="See docs/magics.md."
            ) from None
        _only(data, {"rule", "answer"}, path.name)
        return cls(
            path.name,
            tuple(_rule(entry, path.name) for entry in data.get("rule", ())),
            tuple(_answer(entry, path.name) for entry in data.get("answer", ())),
        )

    def __call__(self, request: PendingRequest) -> Answer | None:
        """The answer of the first rule that fits, a denying one before an allowing one."""
        if request.kind != "permission":
            found = (scripted.value for scripted in self.answers if scripted.fits(request))
            value = next(found, None)
            by = f"answer in {self.name}"
            with suppress(ValueError):  # what does not fit is somebody else's to answer
                return None if value is None else answer_of(request, value, by=by)
            return None
        about = subject(request)
        is_held = about.kind == "release"
        leads = "\n".join(link_target(path) or path for path in paths(request))
        fitting = [rule for rule in self.rules if rule.fits(about.kind, about.text, leads)]
        for rule in sorted(fitting, key=lambda rule: rule.decision != "deny"):
            by = f"{rule.name} in {self.name}"
            if rule.decision == "deny":
                return denied(request, by)
            return Answer(approve_once(), by, "Sent as it is" if is_held else "Allowed")
        return None


def _rule(entry: Mapping[str, Any], file: str) -> Rule:
    _only(entry, {"kind", "decision", "matches", "regex"}, file)
    kind, decision = entry.get("kind"), entry.get("decision")
    if not isinstance(kind, str) or not kind:
        raise ConfigError(f"A [[rule]] in {file} has no kind.", hint="Such as kind = 'shell'.")
    if decision not in {"allow", "deny"}:
        raise ConfigError(
            f"A [[rule]] in {file} has decision {decision!r}.", hint="It takes allow or deny."
        )
    if "matches" in entry and "regex" in entry:
        raise ConfigError(f"A [[rule]] in {file} has both matches and regex.", hint="Keep one.")
    matches = str(entry["matches"]) if "matches" in entry else None
    regex = _pattern(entry["regex"], file) if "regex" in entry else None
    return Rule(kind, decision, matches, regex)


def _answer(entry: Mapping[str, Any], file: str) -> ScriptedAnswer:
    answer = entry.get("answer")
    match sorted(entry):
        case ["answer", "question"] if isinstance(answer, str):
            pattern = _pattern(entry["question"], file)
            return ScriptedAnswer("user_input", pattern, {"answer": answer})
        case ["answer", "plan"] if isinstance(answer, str):
            pattern = _pattern(entry["plan"], file)
            return ScriptedAnswer("exit_plan_mode", pattern, _plan_value(answer))
        case ["answer", "form"] if answer == "decline":
            pattern = _pattern(entry["form"], file)
            return ScriptedAnswer("elicitation", pattern, {"action": "decline"})
        case ["content", "form"] if isinstance(entry["content"], dict):
            value = {"action": "accept", "content": entry["content"]}
            return ScriptedAnswer("elicitation", _pattern(entry["form"], file), value)
    raise ConfigError(
        f"An [[answer]] in {file} needs a question, form or plan (a pattern) and an answer.",
        hint="Such as question = 'station', answer = 'all of them'; see docs/magics.md.",
    )


def _plan_value(answer: str) -> dict[str, str]:
    """How an answer to a plan reads in a file: approve, autopilot, or what is missing."""
    choice = {"approve": "interactive", "autopilot": "autopilot"}.get(answer)
    return {"choice": choice} if choice else {"choice": "reject", "feedback": answer}


def _pattern(text: Any, file: str) -> re.Pattern[str]:
    try:
        return re.compile(str(text), re.DOTALL)
    except re.error as error:
        raise ConfigError(f"{text!r} in {file} is no pattern: {error}.", hint="") from None


def _only(entry: Mapping[str, Any], known: set[str], file: str) -> None:
    """A misspelt key would silently allow or deny something else."""
    for key in entry:
        if key not in known:
            raise ConfigError(
                f"{file} has an unknown key {key!r}.", hint=f"Known are {', '.join(sorted(known))}."
            )
