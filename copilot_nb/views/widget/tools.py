"""The live table of tools: what changes in the kernel shows at once, what is clicked comes back.

It speaks the same line as a turn: each tool is a block, and what is not a block is the head.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copilot_nb.views import tools
from copilot_nb.views.tool_facts import RULES, ToolFact
from copilot_nb.views.widget.line import Line
from copilot_nb.views.widget.widget import Publish, publish_in_cell

if TYPE_CHECKING:
    import asyncio


@dataclass(frozen=True, slots=True)
class _Sent:
    """What the page knows when it has taken message `n`; replaced as one value, never changed."""

    n: int
    facts: tuple[ToolFact, ...]


class ToolsView:
    """Draws a listing live, and leaves its stored form behind.

    Everything but the state that pages ask for happens on the loop's thread.

    Args:
        facts: The tools as they are now.
        change: Told of a click: a tool's name and `{"rule": …}`, `{"enabled": …}` or
            `{"revoke": …}` with the words of one of its rules; says what went wrong, if anything
            did.
        loop: The loop on whose thread the view is used.
        publish: How bundles get into the output.
        ready_timeout: Seconds until a page has said that it draws the table; after that the
            stored form takes its place.
        idle: Seconds without a word from the page or a change after which that happens too: a
            notebook that is reopened without its kernel must find a table.
    """

    def __init__(
        self,
        facts: Sequence[ToolFact],
        change: Callable[[str, Mapping[str, Any]], str],
        *,
        loop: asyncio.AbstractEventLoop,
        publish: Publish = publish_in_cell,
        ready_timeout: float = 3.0,
        idle: float = 600.0,
    ) -> None:
        self._change = change
        self._loop = loop
        self._publish = publish
        self._idle = idle
        self._sent = _Sent(0, tuple(facts))
        self._line = Line("tools", loop=loop, state=self._state, heard=self._heard)
        self._rest: asyncio.TimerHandle | None = None
        live, metadata = self._line.start(ready_timeout, self.close)
        bundle = {**bundle_of(self._sent.facts), **live}
        publish(bundle, metadata=metadata, display_id=self.display_id, update=False)
        self._stir()

    @property
    def display_id(self) -> str:
        """The output that the table is in."""
        return f"copilot-tools-{self._line.epoch}"

    @property
    def open(self) -> bool:
        """Whether it is live."""
        return self._line.open

    def update(self, facts: Sequence[ToolFact]) -> None:
        """Draw the tools as they are now."""
        before = {fact.name: fact for fact in self._sent.facts}
        operations: list[list[Any]] = [
            ["del", name] for name in before.keys() - {fact.name for fact in facts}
        ]
        for fact in facts:
            if fact.name not in before:
                operations.append(["add", fact.name, _block(fact)])
            elif before[fact.name] != fact:
                operations.append(["set", fact.name, _block(fact)])
        if operations and self.open:
            self._send(operations, tuple(facts))
            self._stir()

    def close(self) -> None:
        """Put the stored form in the table's place; the second time nothing happens."""
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None
        if self.open:
            stored = bundle_of(self._sent.facts)
            self._publish(stored, display_id=self.display_id, update=True)
            self._line.end(stored)

    def _send(self, operations: list[list[Any]], facts: tuple[ToolFact, ...]) -> None:
        self._sent = _Sent(self._sent.n + 1, facts)
        epoch, number = self._line.epoch, self._sent.n
        self._line.send({"k": "d", "e": epoch, "n": number, "o": operations})

    def _state(self) -> dict[str, Any]:
        """May run on any thread: it reads one value that is never changed."""
        sent = self._sent
        blocks = [{"id": fact.name, **_block(fact)} for fact in sent.facts]
        return {"n": sent.n, "t": {"state": "running", "blocks": blocks}}

    def _heard(self, content: Mapping[str, Any]) -> None:
        value = content.get("v")
        if (
            content.get("k") != "act"
            or content.get("a") != "tool"
            or not isinstance(value, Mapping)
        ):
            return
        self._stir()
        name = value.get("name")
        fact = next((fact for fact in self._sent.facts if fact.name == name), None)
        if fact is not None and (wish := wished(value, fact)):
            trouble = self._change(fact.name, wish)
            # Also when nothing has changed: the page waits for a word.
            fact = next(fact for fact in self._sent.facts if fact.name == name)
            operations = [["set", fact.name, _block(fact)], ["head", {"status": trouble}]]
            self._send(operations, self._sent.facts)

    def _stir(self) -> None:
        """Somebody is here: rest later."""
        if self._rest is not None:
            self._rest.cancel()
        self._rest = self._loop.call_later(self._idle, self.close)


def wished(value: Mapping[str, Any], fact: ToolFact) -> dict[str, Any]:
    """What a page wants of that tool, as far as it can be meant."""
    wish: dict[str, Any] = {}
    if value.get("rule") in RULES:
        wish["rule"] = value["rule"]
    if isinstance(value.get("enabled"), bool):
        wish["enabled"] = value["enabled"]
    if value.get("revoke") in fact.rules:
        wish["revoke"] = value["revoke"]
    return wish


def bundle_of(facts: Sequence[ToolFact]) -> dict[str, str]:
    """Both stored forms, by MIME type."""
    return {"text/html": tools.to_html(facts), "text/plain": tools.to_text(facts)}


def _block(fact: ToolFact) -> dict[str, Any]:
    return {"kind": "tool_fact", **fact.to_wire()}
