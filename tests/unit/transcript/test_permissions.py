"""Requests in words, kind by kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.transcript.blocks import Effect
from copilot_nb.transcript.diffs import diff_counts
from copilot_nb.transcript.permissions import permission

if TYPE_CHECKING:
    from copilot_nb.transcript.blocks import PermissionBlock

DIFF = "\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n-one\n+two\n+three\n"


def asked(kind: str, **prompt: Any) -> PermissionBlock:
    """The block of a request."""
    return permission("r", {"kind": kind, **prompt}, tool_call_id="c")


def ids(block: PermissionBlock) -> list[str]:
    """What can be chosen."""
    return [choice.id for choice in block.choices]


KINDS = [
    (
        {
            "kind": "commands",
            "fullCommandText": "ls",
            "intention": "look",
            "workingDirectory": "/p",
        },
        ("shell", "Run this command?", "ls", "bash", "look", "/p"),
    ),
    (
        {"kind": "read", "path": "/p/a.csv", "intention": "Read file: /p/a.csv"},
        ("read", "Read a.csv?", "/p/a.csv", "text", "", ""),
    ),
    (
        {"kind": "read", "path": "/p", "intention": "Search for gaps"},
        ("read", "Search in p?", "/p", "text", "Search for gaps", ""),
    ),
    (
        {"kind": "path", "accessKind": "write", "paths": ["/etc", "/usr"]},
        ("path", "Write outside the working folder?", "/etc\n/usr", "text", "", ""),
    ),
    (
        {"kind": "path", "path": "/etc"},
        ("path", "Read outside the working folder?", "/etc", "text", "", ""),
    ),
    (
        {"kind": "url", "url": "https://example.org/x", "intention": "docs"},
        ("url", "Fetch from example.org?", "https://example.org/x", "text", "docs", ""),
    ),
    (
        {"kind": "url", "url": "http://[x"},
        ("url", "Fetch from the network?", "http://[x", "text", "", ""),
    ),
    ({"kind": "url"}, ("url", "Fetch from the network?", "", "text", "", "")),
    (
        {
            "kind": "mcp",
            "serverName": "web",
            "toolName": "get",
            "toolTitle": "Get",
            "args": {"a": 1},
        },
        ("mcp", "Call get of web?", '{\n  "a": 1\n}', "json", "Get", ""),
    ),
    (
        {"kind": "custom-tool", "toolName": "plot", "toolDescription": "Draw\nmore", "args": {}},
        ("custom-tool", "Call plot?", "", "json", "Draw …", ""),
    ),
    (
        {"kind": "hook", "toolName": "bash", "toolArgs": {"a": 1}, "hookMessage": "sure?"},
        ("hook", "A hook asks: call bash?", '{\n  "a": 1\n}', "json", "sure?", ""),
    ),
    (
        {"kind": "memory", "fact": "likes tea"},
        ("memory", "Remember this for later sessions?", "likes tea", "text", "", ""),
    ),
    (
        {"kind": "memory", "subject": "tea"},
        ("memory", "Remember this for later sessions?", '{\n  "subject": "tea"\n}', "text", "", ""),
    ),
    (
        {"kind": "kernel-code", "body": "x = 1", "heading": "Run?", "place": "kernel"},
        ("kernel-code", "Run?", "x = 1", "python", "", "kernel"),
    ),
    (
        {"kind": "teleport", "to": "Mars", "intention": "go"},
        ("unknown", "Allow teleport?", '{\n  "to": "Mars"\n}', "text", "go", ""),
    ),
    ({}, ("unknown", "Allow this?", "", "text", "", "")),
    (
        {"kind": "insert-cell", "heading": "Insert?", "body": "x", "language": "python"},
        ("unknown", "Insert?", "x", "python", "", ""),
    ),
]


@pytest.mark.parametrize(("prompt", "said"), KINDS)
def test_each_kind_in_words(prompt: dict[str, Any], said: tuple[str, ...]) -> None:
    """Heading, exact text, its language, why and where; unknown kinds are shown whole."""
    block = permission("r", prompt)

    fields = (
        block.subject,
        block.heading,
        block.body,
        block.language,
        block.intention,
        block.place,
    )
    assert fields == said


def test_a_write_shows_its_diff_and_counts() -> None:
    """The diff says it all; without one the new text is shown."""
    block = asked("write", fileName="/p/x.py", diff=DIFF, intention="Edit file")
    new = asked("write", fileName="new.py", newFileContents="x = 1", intention="Create file")

    assert (block.heading, block.place, block.body) == ("Change x.py? (+2 −1)", "/p/x.py", "")
    assert block.diff == DIFF.strip()
    assert (new.heading, new.body, new.language) == ("Create new.py?", "x = 1", "python")
    gone = asked(
        "write", fileName="old.py", diff="--- a\n+++ b\n@@ -1 +0,0 @@\n-x", intention="Delete file"
    )
    assert gone.heading == "Delete old.py? (+0 −1)"
    assert diff_counts(DIFF) == (2, 1)


def test_a_yes_for_the_session_says_what_it_covers() -> None:
    """A tool is allowed with any arguments, a file with any content: more than what is shown."""
    kinds = ("custom-tool", "mcp", "write", "url")
    labels = {
        kind: [choice.label for choice in block.choices if choice.id == "allow_session"]
        for kind in kinds
        for block in [asked(kind, canOfferSessionApproval=True)]
    }

    assert labels == {
        "custom-tool": ["Allow this tool for this session"],
        "mcp": ["Allow this tool for this session"],
        "write": ["Allow this file for this session"],
        "url": ["Allow for this session"],
    }


@pytest.mark.parametrize("kind", ["read", "write", "commands", "url", "mcp", "custom-tool"])
def test_a_question_always_says_what_it_is_about(kind: str) -> None:
    """Fields that we do not expect are shown as they are, not left out."""
    assert "/etc/passwd" in asked(kind, file="/etc/passwd").body


def test_a_name_cannot_pose_as_another_line() -> None:
    """Line ends in a path, a tool's name or a reason do not begin a line of the panel."""
    block = asked(
        "write",
        fileName="/p/a\n✓ Allowed.py",
        intention="tidy\n✓ Allowed once by you",
        newFileContents="x",
    )

    assert "\n" not in block.heading + block.place + block.intention
    assert "a⟨U+000A⟩✓ Allowed.py" in block.place


@pytest.mark.parametrize(
    ("prompt", "offered"),
    [
        ({"kind": "commands", "commandIdentifiers": ["ls"]}, True),
        ({"kind": "commands"}, False),
        ({"kind": "write", "canOfferSessionApproval": True}, True),
        ({"kind": "write", "canOfferSessionApproval": False}, False),
        ({"kind": "read"}, True),
        ({"kind": "mcp"}, True),
        ({"kind": "teleport"}, False),
    ],
)
def test_a_session_is_offered_only_where_it_can_be_kept(
    prompt: dict[str, Any], offered: bool
) -> None:
    """Every request can be allowed once, denied, denied with a reason, and stopped."""
    block = permission("r", prompt)

    session = ["allow_session"] if offered else []
    assert ids(block) == ["allow_once", *session, "deny", "deny_feedback", "deny_stop"]


def test_kernel_code_can_be_run_edited_or_taken() -> None:
    """No yes for later: every code is another one."""
    details = {"editable": True, "effects": [{"kind": "overwrites", "text": "df (3 x\n2)"}]}

    block = asked("kernel-code", body="df = 1", details=details)
    other = asked("commands", fullCommandText="ls", details={"editable": True, "effects": 1})

    assert block.editable
    assert block.effects == (Effect(kind="overwrites", text="`df` (3 x⟨U+000A⟩2)"),)
    assert [(choice.id, choice.label) for choice in block.choices[:2]] == [
        ("allow_once", "Run"),
        ("new_cell", "Put in a new cell"),
    ]
    assert (other.editable, other.effects) == (False, ())


def test_there_is_an_end_to_consequences() -> None:
    """What is left out is counted, and what we do not know is said to be so."""
    effects = [{"kind": "melts", "text": "x"}, "odd"] + [{"kind": "reads", "text": "y"}] * 70

    found = asked("kernel-code", body="x", details={"effects": effects}).effects

    assert found[0] == Effect(kind="unknown", text="x")
    assert found[-1] == Effect(kind="unknown", text="11 more that are not shown")
    assert len(found) == 61


def test_what_is_withheld_can_be_sent_masked() -> None:
    """Somebody decides about data before it leaves; the key of every yes is the safe one's."""
    block = asked("release", body="1: ⟦e-mail address⟧")

    assert block.heading == "Send this to the model?"
    assert [(choice.id, choice.key) for choice in block.choices] == [
        ("send_masked", "y"),
        ("allow_once", "i"),
        ("deny", "n"),
        ("deny_stop", "x"),
    ]
    assert [choice.id for choice in block.choices if choice.style == "primary"] == ["send_masked"]


def test_a_cap_says_what_it_asks_for() -> None:
    """Nothing of it is remembered: the next cap asks again."""
    block = asked("budget", body="This cell has spent 1 AI credit.", intention="The cap.")

    assert (block.heading, block.body) == ("Spend more?", "This cell has spent 1 AI credit.")
    assert not {"allow_session", "allow_always"} & set(ids(block))


@pytest.mark.parametrize(
    ("prompt", "label"),
    [
        ({"kind": "commands", "fullCommandText": "pytest -q"}, "Allow here always"),
        ({"kind": "commands", "fullCommandText": "ls | wc"}, None),
        ({"kind": "commands", "fullCommandText": "ls $(pwd)"}, None),
        ({"kind": "commands", "fullCommandText": "ls\u200b"}, None),
        ({"kind": "commands"}, None),
        ({"kind": "write", "fileName": "a.py"}, "Allow this file here always"),
        ({"kind": "read", "path": "a.csv"}, "Allow here always"),
        ({"kind": "read", "body": "/a.csv"}, "Allow here always"),
        ({"kind": "url", "url": "https://a.b/c"}, "Allow here always"),
        ({"kind": "mcp", "toolName": "get"}, "Allow this tool here always"),
        ({"kind": "custom-tool", "toolName": "plot"}, "Allow this tool here always"),
        ({"kind": "path", "paths": ["/etc"]}, None),
        ({"kind": "memory", "fact": "tea"}, None),
    ],
)
def test_a_rule_is_offered_only_where_it_says_all(prompt: dict[str, Any], label: str) -> None:
    """A line with operators does more than its text says, and odd text is not made a rule."""
    found = [c.label for c in permission("r", prompt).choices if c.id == "allow_always"]

    assert found == ([label] if label else [])


def test_a_request_warns_of_what_a_look_does_not_show() -> None:
    """In its text, in what a diff adds, and in its own words."""
    command = asked("commands", fullCommandText="ls\u202e")
    diff = asked("write", fileName="x", diff="@@\n-a\u200b\n+b\u200b\n" + "+" + "x" * 999)
    clean = asked("write", fileName="x", diff="@@\n-a\u200b\n+b")
    own = asked("kernel-code", body="x", warnings=["It deletes `df`."])

    assert command.body == "ls⟨U+202E⟩"
    assert len(command.warnings) == len(diff.warnings) == 1
    assert clean.warnings == ()
    assert own.warnings == ("It deletes `df`.",)
