"""Who answers when no person does, and that a careless rule lets nothing else through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from copilot_nb.errors import ConfigError
from copilot_nb.notebook.permissions import policy
from copilot_nb.protocol.permission import PermissionDecision
from copilot_nb.protocol.user_input import UserInputResponse
from tests.unit.notebook.requests import (
    form,
    kernel_code,
    other,
    permission,
    plan,
    question,
    shell,
)

if TYPE_CHECKING:
    from pathlib import Path

    from copilot_nb.session.pending import Answer, PendingRequest

RULES = """
[[rule]]
kind = "kernel-code"
decision = "allow"

[[rule]]
kind = "kernel-code"
regex = "os\\\\.remove|shutil"
decision = "deny"

[[rule]]
kind = "shell"
regex = "git (status|log).*"
decision = "allow"

[[rule]]
kind = "shell"
matches = "ls | wc -l"
decision = "allow"

[[answer]]
question = "(?i)which station"
answer = "all of them"
"""


@pytest.fixture
def rules(tmp_path: Path) -> policy.Policy:
    """The rules above, read from a file."""
    return made(tmp_path, RULES)


def made(directory: Path, text: str) -> policy.Policy:
    """The policy of a file with that text."""
    path = directory / "rules.toml"
    path.write_text(text, encoding="utf-8")
    found = policy.from_setting(str(path), "COPILOT_NB_POLICY")
    assert found is not None
    return found


def verdict(answer: Answer | None) -> str:
    """The answer in one word."""
    if answer is None:
        return "asks"
    if isinstance(answer.value, PermissionDecision):
        return "allows" if answer.value.is_approved else "denies"
    return "answers"


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (kernel_code("df.mean()"), "allows"),
        (kernel_code("import shutil"), "denies"),
        (kernel_code("import 𝐬𝐡𝐮𝐭𝐢𝐥"), "denies"),
        (kernel_code("import ｓhutil"), "denies"),
        (shell("git status"), "allows"),
        (shell("git log --oneline"), "allows"),
        (shell("git log; rm -r ."), "asks"),
        (shell("git log && curl x"), "asks"),
        (shell("git log $(touch F)"), "asks"),
        (shell("git log `touch F`"), "asks"),
        (shell("git log > F"), "asks"),
        (shell("git log\ntouch F"), "asks"),
        (shell("sudo git status"), "asks"),
        (shell("ls | wc -l"), "allows"),
        (shell("ls | wc -l; touch F"), "asks"),
        (question("Which station do you mean?"), "answers"),
        (question("Why?"), "asks"),
    ],
)
def test_a_rule_covers_what_it_says(
    rules: policy.Policy, request_: PendingRequest, expected: str
) -> None:
    """Deny wins; an allowing pattern never covers a line with shell operators."""
    assert verdict(rules(request_)) == expected


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ({"kind": "path", "accessKind": "read", "paths": ["/data/a", "/data/b"]}, "allows"),
        ({"kind": "path", "accessKind": "read", "paths": ["/data/a", "/etc/shadow"]}, "asks"),
        ({"kind": "path", "accessKind": "read", "paths": ["/data/../etc/shadow"]}, "asks"),
        ({"kind": "write", "fileName": "/data/../home/me/.bashrc"}, "asks"),
        ({"kind": "write", "fileName": "/data/a..b"}, "allows"),
        ({"kind": "read", "path": "/data/x/.."}, "asks"),
    ],
)
def test_an_allowed_folder_ends_where_it_ends(
    tmp_path: Path, prompt: dict[str, object], expected: str
) -> None:
    """The runtime names paths as the model wrote them: a step up must not pass for inside."""
    rule = '[[rule]]\nkind = "*"\nregex = "/data/.*"\ndecision = "allow"\n'

    assert verdict(made(tmp_path, rule)(permission(prompt))) == expected


def test_every_answer_says_whose_it_is(rules: policy.Policy) -> None:
    """The transcript shows the rule and its file."""
    answers = [
        rules(shell("git status")),
        rules(kernel_code("shutil")),
        rules(question("Which station?")),
    ]

    assert [(a.by, a.words) for a in answers if a] == [
        ("rule allow shell 'git (status|log).*' in rules.toml", "Allowed"),
        (r"rule deny kernel-code 'os\\.remove|shutil' in rules.toml", "Denied"),
        ("answer in rules.toml", "all of them"),
    ]


def test_allow_allows_but_answers_no_question() -> None:
    """An invented answer would be worse than none."""
    allow = policy.from_setting("allow", "COPILOT_NB_POLICY")

    assert allow is not None
    answer = allow(shell("rm -r ."))
    assert answer is not None
    assert (verdict(answer), answer.by) == ("allows", "policy allow (COPILOT_NB_POLICY)")
    assert allow(question("Why?")) is None


def test_deny_lets_the_model_go_on() -> None:
    """It hears why, so the turn does not stop; a question gets a sentence."""
    deny = policy.from_setting("deny", "%config Copilot.policy")

    assert deny is not None
    answer, reply = deny(shell("ls")), deny(question("Why?"))
    assert answer is not None
    assert reply is not None
    assert isinstance(answer.value, PermissionDecision)
    assert answer.value.feedback
    assert answer.by == "policy deny (%config Copilot.policy)"
    assert isinstance(reply.value, UserInputResponse)


def test_nobody_here_denies_and_tells_how_to_allow() -> None:
    """One clear line in the output of a headless run."""
    answer = policy.nobody_here(shell("ls"))

    assert verdict(answer) == "denies"
    assert f"{answer.words} by {answer.by}" == (
        "Denied by the headless policy (COPILOT_NB_POLICY=allow or a rules file can allow it)"
    )
    assert policy.nobody_here(question("Why?")).words == "Not answered"


def test_ask_is_no_policy() -> None:
    """A person answers."""
    assert policy.from_setting("ask", "default") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[rule]", "rules.toml is not TOML"),
        ("[[rule]]\ndecision = 'allow'", "A [[rule]] in rules.toml has no kind."),
        ("[[rule]]\nkind = 'shell'\ndecision = 'yes'", "has decision 'yes'"),
        ("[[rule]]\nkind='shell'\ndecision='allow'\nmatch='ls'", "an unknown key 'match'"),
        ("[[rule]]\nkind='shell'\ndecision='allow'\nregex='('", "'(' in rules.toml is no pattern"),
        ("[[rule]]\nkind='a'\ndecision='deny'\nregex='a'\nmatches='b'", "both matches and regex"),
        ("[[answer]]\nquestion='a'", "needs a question, form or plan (a pattern) and an answer"),
        ("[[answer]]\nform='a'\nanswer='yes'", "needs a question, form or plan"),
        ("[rules]\n", "an unknown key 'rules'"),
    ],
)
def test_a_file_that_cannot_be_meant_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    """A misspelt rule would otherwise silently allow or deny something else."""
    with pytest.raises(ConfigError) as caught:
        made(tmp_path, text)

    assert message in caught.value.message


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """A typo in `deny` must not end in no policy."""
    with pytest.raises(ConfigError, match="which cannot be read") as caught:
        policy.from_setting(str(tmp_path / "denny"), "COPILOT_NB_POLICY")

    assert caught.value.hint == "It takes ask, deny, allow, or the path of a rules file."


ANSWERS = """
[[answer]]
form = "clerk"
content = { name = "Ada" }

[[answer]]
form = "secret"
answer = "decline"

[[answer]]
plan = "tidy up"
answer = "approve"

[[answer]]
plan = "rewrite"
answer = "Smaller steps."
"""


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (form("Who?", elicitationSource="clerk"), "Sent: name"),
        (form("Your secret?"), "Declined"),
        (plan("I tidy up."), "Approved"),
        (plan("I rewrite it."), "Sent back: Smaller steps."),
        (plan("I wait."), None),
    ],
)
def test_forms_and_plans_have_scripted_answers(
    tmp_path: Path, request_: PendingRequest, words: str | None
) -> None:
    """By a pattern in what a person would read; what no pattern fits is left to somebody else."""
    answer = made(tmp_path, ANSWERS)(request_)

    assert (answer and (answer.words, answer.by)) == (words and (words, "answer in rules.toml"))


def test_nobody_fills_in_approves_or_switches() -> None:
    """What is asked where nobody is has an answer that lets nothing happen; the turn goes on."""
    decided = [
        policy.nobody_here(request)
        for request in (form("Who?"), plan("All of it."), other("auto_mode_switch"))
    ]

    assert [answer.value.to_wire() for answer in decided if answer.value] == [
        {"action": "decline"},
        {"approved": False, "feedback": policy._NO_PLAN},  # noqa: SLF001 - the model's instructions
        {"response": "no"},
    ]
    assert policy.nobody_here(other("session_limits")).words == "Stopped at the limit"


def test_no_policy_ends_a_sign_in() -> None:
    """Somebody has just typed `%copilot login`."""
    for setting in ("deny", "allow"):
        decide = policy.from_setting(setting, "COPILOT_NB_POLICY")
        assert decide is not None
        assert decide(other("sign_in")) is None


def test_a_pattern_covers_a_path_only_as_far_as_it_leads(tmp_path: Path) -> None:
    """A link in an allowed folder may lead anywhere; what a link hides is denied as well."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "out.txt").symlink_to("/etc/elsewhere")
    allowed = made(tmp_path, f"[[rule]]\nkind='read'\ndecision='allow'\nregex='{tmp_path}/data/.*'")
    read = [{"kind": "read", "path": f"{tmp_path}/data/{name}"} for name in ("in.txt", "out.txt")]

    assert [verdict(allowed(permission(prompt))) for prompt in read] == ["allows", "asks"]
    denied = made(tmp_path, "[[rule]]\nkind='read'\ndecision='deny'\nregex='^/etc/'")
    assert [verdict(denied(permission(prompt))) for prompt in read] == ["asks", "denies"]


def test_everything_does_not_mean_what_we_hold_back(tmp_path: Path) -> None:
    """A secret on its way out, or a cap, is named or left to a person."""
    everything = made(tmp_path, "[[rule]]\nkind='*'\ndecision='allow'")

    assert verdict(everything(shell("ls"))) == "allows"
    assert verdict(everything(permission({"kind": "release", "body": "x"}))) == "asks"


def test_what_becomes_of_held_text_is_said(tmp_path: Path) -> None:
    """A rule may name it; then the record says that it left, or that it did not."""
    held = permission({"kind": "release", "body": "x"})
    sends = made(tmp_path, "[[rule]]\nkind='release'\ndecision='allow'\nmatches='x'")

    sent = sends(held)

    assert sent is not None
    assert sent.words == "Sent as it is"
    assert policy.nobody_here(held).words == "Not sent"
