"""The gate through which everything of the notebook goes on its way to the model.

What looks like a secret, or is a value that a privacy rule withholds, is marked and held until a
person or a policy says what becomes of it; what has left is written into the ledger. Our own tools
pass here before they answer, the runtime's by its `postToolUse` hook.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from copilot_nb.data.denied import Find, denied_values, lines_of, replace_finds
from copilot_nb.data.privacy import MASK
from copilot_nb.data.secrets import find_secrets
from copilot_nb.notebook.ledger import SentItem
from copilot_nb.protocol.hook import HookOutput
from copilot_nb.protocol.local import LocalSent
from copilot_nb.session.tools import Invocation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from copilot_nb.kernel.shell import Shell
    from copilot_nb.notebook.ledger import Ledger
    from copilot_nb.protocol.hook import PostToolUse
    from copilot_nb.protocol.tool import BinaryResult, ToolResultObject
    from copilot_nb.session.pending import Answer
    from copilot_nb.session.session import Session

WITHHELD = "[withheld by the user's privacy rules]"
NOTHING = "The user let nothing of this result be sent."
EXCERPT_LINES = 12


@dataclass(frozen=True, slots=True)
class Cleared:
    """A text as it may leave."""

    text: str
    withheld: tuple[str, ...] = ()
    by: str = ""


class Gate:
    """Holds back, asks, and writes down.

    Args:
        ledger: Where what has left is written.
        shell: The notebook: its privacy rules, and the variables whose withheld values are looked
            for.
    """

    def __init__(self, ledger: Ledger, shell: Callable[[], Shell]) -> None:
        self.ledger = ledger
        self._shell = shell

    async def release(self, invocation: Invocation, result: ToolResultObject) -> ToolResultObject:
        """What the model gets of a tool's result; everything of it, unless something is held."""
        cleared = await self._clear(invocation, result.text_result_for_llm)
        if cleared is None:
            self._sent(invocation, [_result_item(invocation, NOTHING)])
            return result.model_copy(
                update={"text_result_for_llm": NOTHING, "binary_results_for_llm": None}
            )
        items = [_result_item(invocation, cleared.text, cleared)]
        items += [_picture(each) for each in result.binary_results_for_llm or ()]
        self._sent(invocation, items)
        return result.model_copy(update={"text_result_for_llm": cleared.text})

    async def after_tool(self, session: Session, data: PostToolUse) -> HookOutput | None:
        """The same for a tool of the runtime; ours have been here already."""
        name = data.tool_name or ""
        given = data.tool_result
        if session.toolbox.runnable(name) is not None or not isinstance(given, dict):
            return None
        invocation = Invocation(session=session, tool_name=name, arguments=data.tool_args)
        text = str(given.get("textResultForLlm") or "")
        cleared = await self._clear(invocation, text)
        sent = Cleared(NOTHING) if cleared is None else cleared
        self._sent(invocation, [_result_item(invocation, sent.text, sent)])
        if sent.text == text:
            return None
        changed = given | {"textResultForLlm": sent.text, "sessionLog": sent.text}
        if cleared is None:
            changed["binaryResultsForLlm"] = []
        return HookOutput(modified_result=changed)

    async def clear_text(self, session: Session, what: str, text: str) -> Cleared | None:
        """A text of the notebook that goes along with a prompt; None when it must not."""
        return await self._clear(Invocation(session=session, tool_name=what), text)

    # -- inside

    async def _clear(self, invocation: Invocation, text: str) -> Cleared | None:
        finds = await self._find(text)
        if not finds:
            return Cleared(text)
        answer = await self._ask(invocation, text, finds)
        kinds = tuple(sorted({find.what for find in finds}))
        if answer.choice == "send_masked":
            return Cleared(_masked(text, finds), kinds, answer.by)
        if answer.approved:
            return Cleared(text, (), answer.by)
        return None

    async def _find(self, text: str) -> tuple[Find, ...]:
        # Importing the detectors takes a while; the values are read where the kernel may wait.
        secrets = await asyncio.to_thread(find_secrets, text) if text else ()
        shell = self._shell()
        rules = shell.privacy
        denied = denied_values(shell.variables, rules).find(text) if rules else ()
        return tuple(sorted((*secrets, *denied), key=lambda find: find.start))

    async def _ask(self, invocation: Invocation, text: str, finds: tuple[Find, ...]) -> Answer:
        kinds = _counted(find.what for find in finds)
        return await invocation.ask_permission(
            kind="release",
            heading=f"Send the model what {invocation.tool_name} returned?",
            body=_excerpt(text, finds),
            intention=f"It holds {kinds}.",
            language="text",
            details={"finds": kinds},
        )

    def _sent(self, invocation: Invocation, items: list[SentItem]) -> None:
        summary = self.ledger.add(items)
        if summary:
            invocation.session.emit_local(LocalSent(summary=summary))


def _masked(text: str, finds: tuple[Find, ...]) -> str:
    return replace_finds(text, finds, MASK)


def _excerpt(text: str, finds: tuple[Find, ...]) -> str:
    """The lines in which something was found, with it masked: a stored notebook keeps the panel."""
    numbers = lines_of(text, finds)
    lines = _masked_lines(text, finds)
    shown = [f"{number}: {lines[number]}" for number in numbers[:EXCERPT_LINES]]
    more = len(numbers) - EXCERPT_LINES
    return "\n".join(shown + ([f"… and {more} more lines"] if more > 0 else []))


def _masked_lines(text: str, finds: tuple[Find, ...]) -> dict[int, str]:
    """Line number -> the line with what was found in it named instead of shown."""
    parts: list[str] = []
    at = 0
    for find in finds:
        if find.start < at:
            continue
        inside = text[find.start : find.end].count("\n")
        parts += [text[at : find.start], f"⟦{find.what}⟧", "\n" * inside]
        at = find.end
    return dict(enumerate("".join([*parts, text[at:]]).split("\n"), start=1))


def _counted(kinds: Iterable[str]) -> str:
    counts: dict[str, int] = {}
    for kind in kinds:
        counts[kind] = counts.get(kind, 0) + 1
    return ", ".join(f"{kind} ({n} times)" if n > 1 else f"a {kind}" for kind, n in counts.items())


def _result_item(invocation: Invocation, text: str, cleared: Cleared | None = None) -> SentItem:
    reading = invocation.readings[0] if invocation.readings else None
    item = SentItem.of_text("result", reading.name if reading else invocation.tool_name, text)
    return replace(
        item,
        rows=reading.rows if reading else 0,
        columns=reading.columns if reading else 0,
        withheld=cleared.withheld if cleared else (),
        by=cleared.by if cleared else "",
    )


def _picture(picture: BinaryResult) -> SentItem:
    size = len(picture.data) * 3 // 4
    return SentItem(kind="image", name=picture.description or "figure", size=size)
