"""docs/tools.md: its examples are run, in order, in one notebook on the runtime in memory."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import copilot_nb
from copilot_nb.notebook import current
from copilot_nb.testing.reply import Reply
from copilot_nb.transcript.blocks import TextOutput
from tests.unit.magics.test_commands import say

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from copilot_nb.transcript.blocks import ToolBlock
    from tests.unit.notebook.conftest import Talk

PAGE = (Path(__file__).parents[3] / "docs" / "tools.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "Which bird is the heaviest?": ("heaviest", {"count": 1}),
    "How heavy is an Emperor?": ("mass_of", {"species": "Emperor"}),
    "Weigh Adelie once more.": ("weigh_again", {"species": "Adelie"}),
    "What are the masses of @birds in pounds? Use @pounds().": ("call_pounds", {"table": "@birds"}),
}
"""What the model calls when a cell of the page asks it."""


class Page:
    """The notebook of somebody who reads the page."""

    def __init__(self, talk: Talk, names: dict[str, Any], printed: Any) -> None:
        self.talk, self.names, self._printed = talk, names, printed
        self.calls: dict[str, ToolBlock] = {}

    async def read(self) -> None:
        """Run every block; what is printed is what the page says."""
        for (kind, text), (after, said) in zip(BLOCKS, [*BLOCKS[1:], ("", "")], strict=True):
            if kind == "python":
                await self.run(text)
                shown = self._printed.readouterr().out
                assert shown == (said if after == "text" else ""), text
            elif text.startswith("%%copilot\n"):
                await self._ask(text.partition("\n")[2].strip())

    async def run(self, code: str) -> None:
        """Run one cell."""
        made = compile(code, "<tools.md>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        if "copilot.tools" in code:  # which waits for the loop
            await asyncio.to_thread(eval, made, self.names)
            return
        done = eval(made, self.names)  # noqa: S307 - the page's own
        if inspect.isawaitable(done):
            await done

    async def _ask(self, prompt: str) -> None:
        name, arguments = CALLS[prompt]
        self.talk.fake.script = [Reply(tools=[(name, arguments)]), Reply("So.")]
        turn = await self.talk.conversation.run(prompt)
        self._printed.readouterr()
        (self.calls[name],) = turn.tool_calls


@pytest.fixture
async def page(
    talk: Talk,
    running_shell: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> AsyncIterator[Page]:
    """The page in a notebook whose user allows everything."""
    monkeypatch.setattr(current, "_conversations", [talk.conversation])
    talk.environ["COPILOT_NB_POLICY"] = "allow"
    await talk.conversation.session()
    loop = asyncio.get_running_loop()

    def now(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(5)

    monkeypatch.setattr(current, "block_on", now)
    before = dict(running_shell.user_ns)
    yield Page(talk, running_shell.user_ns, capsys)
    running_shell.user_ns.clear()
    running_shell.user_ns.update(before)


async def test_every_example_does_what_the_page_says(page: Page) -> None:
    """Code runs, prints what stands below it, and the model gets what is said of its calls."""
    await page.read()

    states = {name: call.state for name, call in page.calls.items()}
    assert states == {
        "heaviest": "ok",
        "mass_of": "failed",
        "weigh_again": "ok",
        "call_pounds": "ok",
    }
    error = page.calls["mass_of"].error
    assert error
    assert f"`{error}`" in PAGE
    weighed = page.calls["weigh_again"]
    texts = [output.text for output in weighed.outputs if isinstance(output, TextOutput)]
    assert (weighed.title, texts) == ("weighs Adelie", ["reading 1\nreading 2\n"])
    assert "8.2" in page.calls["call_pounds"].output
    assert set(CALLS) == {t.split("\n")[1] for _, t in BLOCKS if t.startswith("%%copilot\n")}


async def test_a_file_of_rules_decides_where_nobody_is(page: Page, tmp_path: Path) -> None:
    """The page's own allows its tool, and no other that asks."""
    (rules,) = [text for kind, text in BLOCKS if kind == "toml"]
    (tmp_path / "policy.toml").write_text(rules)
    page.talk.environ["COPILOT_NB_POLICY"] = str(tmp_path / "policy.toml")
    await page.run(BLOCKS[0][1])
    await page.run("@copilot.tool\ndef other() -> None:\n    'Another.'\n")
    await page.run("await copilot.current().register_tool(other)")
    call = Reply(tools=[("heaviest", {}), ("other", {})])
    page.talk.fake.script = [call, Reply("So.")]

    turn = await page.talk.conversation.run("Call both.")

    assert [call.state for call in turn.tool_calls] == ["ok", "denied"]


async def test_the_magics_make_the_rules_that_python_makes(page: Page) -> None:
    """`%copilot allow tool NAME`, and the list in Python."""
    await page.run(BLOCKS[0][1])
    await say(page.talk, "allow tool heaviest")

    await page.run("found = copilot.tools['heaviest'].rule")

    assert page.names["found"] == "allow"


async def test_tools_survive_a_reload_of_the_extension(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the page says; `copilot_nb.current()` of the next conversation has them."""
    await page.read()
    monkeypatch.setattr(current, "_kept_tools", [])

    await current.close()

    assert {"heaviest", "mass_of", "masses"} <= {
        entry.definition.name for entry in current.conversation().link.own_tools
    }
    assert copilot_nb.tool is page.names["copilot"].tool
