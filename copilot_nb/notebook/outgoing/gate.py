"""The gate through which everything of the notebook goes on its way to the model.

What looks like a secret, or is a value that a privacy rule withholds, is marked and held until a
person or a policy says what becomes of it; what has left is written into the ledger. Our own tools
pass here before they answer, the runtime's by its `postToolUse` hook.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from copilot_nb.data.denied import denied_values
from copilot_nb.data.finds import Find, lines_of, replace_finds
from copilot_nb.data.known import PERHAPS
from copilot_nb.data.privacy import MASK
from copilot_nb.data.secrets import find_secrets
from copilot_nb.errors import UsageError
from copilot_nb.notebook.outgoing.ledger import SentItem
from copilot_nb.protocol.hook import HookOutput
from copilot_nb.protocol.local import LocalSent
from copilot_nb.session.tools import Invocation

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from copilot_nb.kernel.shell import Shell
    from copilot_nb.notebook.context.compose import Composed
    from copilot_nb.notebook.outgoing.ledger import Ledger
    from copilot_nb.protocol.hook import PostToolUse
    from copilot_nb.protocol.tool import BinaryResult, ToolResultObject
    from copilot_nb.session.pending import Answer
    from copilot_nb.session.session import Session

NOTHING = "The user let nothing of this result be sent."
AS_IT_IS = "as it is"
"""What is added to who decided, where what was found was sent all the same."""
UNSURE = "Short values cannot be told from other words: the code reads and names their column."
UNCHECKED = "The result was withheld: it could not be checked."
EXCERPT_LINES = 12
_REFUSED = {"denied", "rejected"}
"""Types of results that say only that a tool did not run."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cleared:
    """A text as it may leave."""

    text: str
    withheld: tuple[str, ...] = ()
    let_out: tuple[str, ...] = ()
    by: str = ""
    is_refusal: bool = False
    """Whether it stands in the place of what was not sent."""


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
        if cleared.is_refusal:
            result = result.model_copy(update={"binary_results_for_llm": None})
        elif result.result_type in _REFUSED:
            cleared = replace(cleared, is_refusal=True)
        pictures = [_picture(each) for each in result.binary_results_for_llm or ()]
        self._sent(invocation, [_result_item(invocation, cleared), *pictures])
        return _with_text(result, cleared.text)

    async def after_tool(self, session: Session, data: PostToolUse) -> HookOutput | None:
        """The same for a tool of the runtime; ours have been here already."""
        name = data.tool_name or ""
        given = data.tool_result
        if session.toolbox.runnable(name) is not None or not isinstance(given, dict):
            return None
        invocation = Invocation(session=session, tool_name=name, arguments=data.tool_args)
        text = str(given.get("textResultForLlm") or "")
        try:
            cleared = await self._clear(invocation, text)
        except Exception:  # noqa: BLE001 - a hook that fails would let everything out
            _log.exception("The check of what %s sends failed", name)
            cleared = Cleared(UNCHECKED, is_refusal=True)
        self._sent(invocation, [_result_item(invocation, cleared)])
        if cleared.text == text:
            return None
        changed = given | {"textResultForLlm": cleared.text, "sessionLog": cleared.text}
        if cleared.is_refusal:
            changed["binaryResultsForLlm"] = []
        return HookOutput(modified_result=changed)

    async def prompt(self, session: Session, composed: Composed) -> Composed:
        """A prompt and what goes along with it, as they may leave.

        Raises:
            UsageError: Nothing of it may.
        """
        pieces = [composed.prompt, *(item.text for item in composed.sent)]
        found = await self._find(pieces)
        if not any(found):
            return composed
        whole, finds = _joined(pieces, found)
        invocation = Invocation(session=session, tool_name="this prompt")
        answer = await self._ask(invocation, whole, finds, "Send this prompt to the model?")
        if not answer.approved:
            raise UsageError(
                "Nothing was sent: the prompt, or what goes along, holds: " + _kinds(finds) + ".",
                hint="`%%copilot --dry-run` shows it; `%copilot privacy` lists the rules.",
            )
        if answer.choice != "send_masked":
            kept = zip(composed.sent, found[1:], strict=True)
            return replace(composed, sent=tuple(_let_out(*each, answer.by) for each in kept))
        prompt, *texts = (_masked(*pair) for pair in zip(pieces, found, strict=True))
        sent = (
            replace(item, text=text, withheld=_names(held), by=answer.by)
            for item, text, held in zip(composed.sent, texts, found[1:], strict=True)
        )
        return replace(composed, prompt=prompt, sent=tuple(sent))

    async def held(self, composed: Composed) -> str:
        """What of a prompt would be asked about before it leaves; empty when nothing would."""
        pieces = [composed.prompt, *(item.text for item in composed.sent)]
        return _kinds(tuple(find for found in await self._find(pieces) for find in found))

    # -- inside

    async def _clear(self, invocation: Invocation, text: str) -> Cleared:
        (finds,) = await self._find([text], invocation.exposed, invocation.exact)
        if not finds:
            return Cleared(text)
        question = f"Send the model what {invocation.tool_name} returned?"
        answer = await self._ask(invocation, text, finds, question)
        if answer.choice == "send_masked":
            return Cleared(_masked(text, finds), withheld=_names(finds), by=answer.by)
        if answer.approved:
            return Cleared(text, let_out=_names(finds), by=f"{answer.by}, {AS_IT_IS}")
        return Cleared(NOTHING, by=answer.by, is_refusal=True)

    async def _find(
        self,
        texts: list[str],
        exposed: Iterable[str] = (),
        exact: Mapping[str, Collection[float]] | None = None,
    ) -> list[tuple[Find, ...]]:
        """What was found in each text; the withheld values are read once for all of them."""
        # Importing the detectors takes a while; the values are read where the kernel may wait.
        secrets = [await asyncio.to_thread(find_secrets, text) if text else () for text in texts]
        shell = self._shell()
        values = denied_values(shell.variables, shell.privacy, exposed)
        found = [
            (*one, *values.find(text, exact)) for one, text in zip(secrets, texts, strict=True)
        ]
        return [tuple(sorted(finds, key=lambda find: find.start)) for finds in found]

    async def _ask(
        self, invocation: Invocation, text: str, finds: tuple[Find, ...], question: str
    ) -> Answer:
        return await invocation.ask_permission(
            kind="release",
            heading=question,
            body=_excerpt(text, finds),
            intention=f"It holds: {_kinds(finds)}.{_doubt(finds)}",
            language="text",
            details={"finds": _names(finds)},
        )

    def _sent(self, invocation: Invocation, items: list[SentItem]) -> None:
        summary = self.ledger.add(items)
        if summary:
            invocation.session.emit_local(LocalSent(summary=summary))


def _with_text(result: ToolResultObject, text: str) -> ToolResultObject:
    """The result with another text; what repeats the old one goes with it."""
    if text == result.text_result_for_llm:
        return result
    error = text if result.error else None
    return result.model_copy(
        update={"text_result_for_llm": text, "session_log": text, "error": error}
    )


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
            at = max(at, find.end)
            continue
        inside = text[find.start : find.end].count("\n")
        parts += [text[at : find.start], f"⟦{find.what}⟧", "\n" * inside]
        at = find.end
    return dict(enumerate("".join([*parts, text[at:]]).split("\n"), start=1))


def _joined(pieces: list[str], found: list[tuple[Find, ...]]) -> tuple[str, tuple[Find, ...]]:
    """All pieces as one text, and where in it something was found."""
    finds: list[Find] = []
    at = 0
    for piece, held in zip(pieces, found, strict=True):
        finds += [replace(find, start=find.start + at, end=find.end + at) for find in held]
        at += len(piece) + 2
    return "\n\n".join(pieces), tuple(finds)


def _names(finds: tuple[Find, ...]) -> tuple[str, ...]:
    return tuple(sorted({find.what for find in finds}))


def _kinds(finds: tuple[Find, ...]) -> str:
    """What was found, each kind once: "GitHub token, value of df.ssn (3 times)"."""
    counts = Counter(find.what for find in finds)
    return ", ".join(f"{kind} ({n} times)" if n > 1 else kind for kind, n in counts.items())


def _doubt(finds: tuple[Find, ...]) -> str:
    """Why something is held that may be something else."""
    return f" {UNSURE}" if any(find.what.startswith(PERHAPS) for find in finds) else ""


def _result_item(invocation: Invocation, cleared: Cleared) -> SentItem:
    if cleared.is_refusal:
        refusal = SentItem.of_text("refusal", invocation.tool_name, cleared.text)
        return replace(refusal, by=cleared.by)
    reading = invocation.readings[0] if invocation.readings else None
    name = reading.name if reading else ""
    item = SentItem.of_text("result", name or invocation.tool_name, cleared.text)
    return replace(
        item,
        made=not name,
        rows=reading.rows if reading else 0,
        columns=reading.columns if reading else 0,
        withheld=cleared.withheld,
        let_out=cleared.let_out,
        by=cleared.by,
    )


def _let_out(item: SentItem, finds: tuple[Find, ...], by: str) -> SentItem:
    """A piece that is sent although something was found in it."""
    return replace(item, let_out=_names(finds), by=f"{by}, {AS_IT_IS}") if finds else item


def _picture(picture: BinaryResult) -> SentItem:
    size = len(picture.data) * 3 // 4
    return SentItem(kind="image", name=picture.description or "figure", size=size)
