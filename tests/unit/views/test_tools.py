"""Tools as people see them: the stored table, the card of one, and the live table's line."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.kernel.tools import KERNEL_TOOLS
from copilot_nb.protocol.tool import Tool
from copilot_nb.session.tools import tool
from copilot_nb.transcript.safety import visible
from copilot_nb.views.tool_facts import Parameter, ToolFact, described, parameters
from copilot_nb.views.tools import to_html, to_text
from copilot_nb.views.widget.line import WIDGET_MIME
from copilot_nb.views.widget.tools import ToolsView
from tests.unit.views.corpus import hostile, inspect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.unit.views.bench import Bench

RULE = "Allow here always: run `git status`"
BASH = ToolFact(
    name="bash",
    rules=(RULE,),
    source="runtime",
    description="Run a command.\n\nMore about it.",
    parameters=(Parameter(name="command", type="string", required=True, description="What."),),
    calls=3,
)
OFF = ToolFact(name="sql", source="runtime", enabled=False, asks="no")


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "string"),
        ({"type": "integer", "minimum": 1, "maximum": 50}, "integer ≥ 1 and ≤ 50"),
        ({"type": ["string", "null"]}, "string"),
        ({"enum": ["a", "b"]}, 'one of "a", "b"'),
        ({"const": 7}, "7"),
        ({"type": "array", "items": {"type": "number"}}, "list of number"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string"),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, "string or integer"),
        ({"anyOf": []}, "null"),
        ({"$ref": "#/$defs/Known"}, "boolean"),
        ({"$ref": "#/$defs/Circle"}, "anything"),
        ({"type": 7}, "anything"),
        ("nonsense", "anything"),
    ],
)
def test_types_are_said_in_words(schema: object, words: str) -> None:
    """Whatever a server sends as a schema."""
    known = {"Known": {"type": "boolean"}, "Circle": {"$ref": "#/$defs/Circle"}}

    (parameter,) = parameters({"properties": {"x": schema}, "$defs": known})

    assert parameter.type == words


@pytest.mark.parametrize("schema", [None, [], "x", {"properties": 3}, {"required": ["x"]}])
def test_schema_that_is_none_gives_no_parameters(schema: object) -> None:
    """And no error."""
    assert parameters(schema) == ()


def test_parameters_say_what_is_needed_and_what_is_normal() -> None:
    """With their descriptions, and nothing invisible in them."""
    schema = {
        "properties": {
            "path": {"type": "string", "description": " The file\u202e. "},
            "rows": {"type": "integer", "default": 5},
            "long": {"type": "string", "default": "x" * 100},
        },
        "required": ["path"],
    }

    path, rows, long = parameters(schema)

    assert path == Parameter(
        name="path", type="string", required=True, description="The file⟨U+202E⟩."
    )
    assert (rows.required, rows.default) == (False, "5")
    assert len(long.default) == 60


def test_table_tells_all_without_style_or_script() -> None:
    """Names, first lines, sources, permissions, calls; details unfold."""
    html = to_html([BASH, OFF, replace(BASH, name="x<script>", rule="deny", asks="yes")])

    assert "3 tools, 1 switched off" in html
    assert "<code>bash</code> Run a command." in html
    assert "string, needed" in html
    assert "<li>Allow here always: run `git status`</li>" in html
    assert "switched off" in html
    assert "denied by a rule" in html
    assert "<script" not in html


def test_text_is_a_table_too() -> None:
    """For terminals, and for files that are read without a page."""
    assert to_text([BASH, OFF]).splitlines() == [
        "2 tools, 1 switched off",
        "tool  description     source   permission    calls",
        "----  --------------  -------  ------------  -----",
        "bash  Run a command.  runtime  asks          3",
        "sql                   runtime  switched off",
    ]


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (BASH, "asks"),
        (replace(BASH, asks="no"), "does not ask"),
        (replace(BASH, asks="outside of the folder"), "asks outside of the folder"),
        (replace(BASH, rule="allow"), "allowed by a rule"),
        (replace(BASH, rule="deny"), "denied by a rule"),
        (replace(BASH, rule="deny", enabled=False), "switched off"),
    ],
)
def test_permission_is_said_in_words(fact: ToolFact, words: str) -> None:
    """What becomes of a call, all things considered."""
    assert fact.permission == words


def test_a_tool_shows_its_card() -> None:
    """A declaration, a function, one that is handed things, and one of a listing."""

    @tool(permission="read")
    def look_up(word: str) -> str:
        """Look a word up.

        Args:
            word: The $x$ word.
        """
        return word

    cards = [
        Tool(name="look_up", description="Look a word up.")._repr_html_(),
        look_up._repr_html_(),
        BASH._repr_html_(),
    ]

    assert all("<code>" in card for card in cards)
    assert "Look a word up." in cards[0]
    assert "<code>word</code>" in cards[1]
    assert "does not ask" in cards[1]
    assert "$x$" not in cards[1]
    assert "list_variables" in KERNEL_TOOLS[0]._repr_html_()


def test_descriptions_read_as_prose() -> None:
    """Lines that were broken are joined, those of lists are not; a description is no book."""
    text = "Run it\nin one go.\n\nThen:\n- look\n- go\n on\n1. end"

    assert described(text) == "Run it in one go.\n\nThen:\n- look\n- go on\n1. end"
    assert len(described("x" * 100_000)) == 4000
    assert described(None) == ""


@pytest.mark.parametrize("kind", ["markdown", "command", "output", "url"])
def test_hostile_words_of_servers_stay_words(kind: str) -> None:
    """In every field of the stored table and of the card."""
    for entry in hostile(kind):
        text = entry.text[:1000]
        schema = {"properties": {text: {"type": text, "description": text, "default": text}}}
        fact = ToolFact(
            name=visible(text),
            source=f"MCP server {visible(text)}",
            description=described(text),
            parameters=parameters(schema),
            rules=(visible(text),),
        )

        for html in (to_html([fact]), fact._repr_html_()):
            assert inspect(html).wrong == [], entry.name
        assert to_text([fact]).encode()


# The live table


def table(bench: Bench, **options: Any) -> tuple[ToolsView, list[tuple[str, dict[str, Any]]]]:
    """A live table of two tools, and what was clicked in it."""
    clicks: list[tuple[str, dict[str, Any]]] = []

    def change(name: str, wish: Mapping[str, Any]) -> str:
        clicks.append((name, dict(wish)))
        return "no" if wish.get("rule") == "allow" else ""

    def publish(data: Mapping[str, Any], *, update: bool, **_: Any) -> None:
        bench.shown.append((dict(data), update))
        if update:
            stored.set()

    stored = bench.stored = asyncio.Event()
    loop = asyncio.get_running_loop()
    return ToolsView([BASH, OFF], change, loop=loop, publish=publish, **options), clicks


async def test_table_is_live_and_readable(bench: Bench) -> None:
    """The bundle has the widget and the stored form; a page that asks gets every tool."""
    view, _ = table(bench)

    (data, update), state = bench.shown[0], bench.state(bench.model_id)
    assert not update
    assert {WIDGET_MIME, "text/html", "text/plain"} <= set(data)
    assert state["face"] == "tools"
    names = [block["name"] for block in state["snap"]["t"]["blocks"]]
    assert names == ["bash", "sql"]
    assert json.dumps(state["snap"])
    view.close()


async def test_clicks_are_passed_on_and_confirmed(bench: Bench) -> None:
    """A known tool and a wish that can be meant; whatever came of it, the page hears."""
    view, clicks = table(bench)

    await bench.say(k="act", a="tool", v={"name": "bash", "enabled": False})
    await bench.say(k="act", a="tool", v={"name": "bash", "rule": "allow", "enabled": "x"})
    await bench.say(k="act", a="tool", v={"name": "nobody", "rule": "deny"})
    await bench.say(k="act", a="tool", v={"name": "bash", "rule": "always"})
    await bench.say(k="act", a="tool", v={"name": "bash", "revoke": "no rule of its"})
    await bench.say(k="act", a="tool", v={"name": "bash", "revoke": RULE})
    await bench.say(k="act", a="tool", v="bash")
    await bench.say(k="answer", id="bash", v={})

    assert clicks == [
        ("bash", {"enabled": False}),
        ("bash", {"rule": "allow"}),
        ("bash", {"revoke": RULE}),
    ]
    first, second, _ = bench.sent("d")
    assert [op[:2] for op in first["o"]] == [["set", "bash"], ["head", {"status": ""}]]
    assert second["o"][1] == ["head", {"status": "no"}]
    view.close()


async def test_changes_are_sent_alone(bench: Bench) -> None:
    """A call that was counted, a tool that came, one that went."""
    view, _ = table(bench)

    view.update([replace(BASH, calls=4), ToolFact(name="new", source="python")])
    view.update([replace(BASH, calls=4), ToolFact(name="new", source="python")])

    [message] = bench.sent("d")
    assert [op[:2] for op in message["o"]] == [["del", "sql"], ["set", "bash"], ["add", "new"]]
    assert message["n"] == 1
    view.close()


async def test_table_is_stored_when_it_ends(bench: Bench) -> None:
    """Once, without the widget; a second page is told to store it itself."""
    view, _ = table(bench)
    await bench.say(k="ready", page="one")
    await bench.say(k="ready", page="two")

    view.close()
    view.close()
    view.update([])

    (stored, update) = bench.shown[-1]
    assert (set(stored), update, len(bench.shown)) == ({"text/html", "text/plain"}, True, 2)
    assert len(bench.sent("freeze")) == 1
    assert not view.open


@pytest.mark.parametrize("limit", ["ready_timeout", "idle"])
async def test_table_that_nobody_draws_or_uses_is_stored(bench: Bench, limit: str) -> None:
    """A page without widgets shows it, and so does the file when the kernel is gone."""
    view, _ = table(bench, **{limit: 0.01})

    await asyncio.wait_for(bench.stored.wait(), 5)

    assert not view.open
    assert set(bench.shown[-1][0]) == {"text/html", "text/plain"}
