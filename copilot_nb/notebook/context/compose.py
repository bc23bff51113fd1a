"""Puts together what is sent for one prompt: the prompt, the index, what it refers to.

What of the notebook goes along stands before the prompt, each piece in an envelope that says that
it is data; `display_prompt` keeps the person's own words for the history and the page.
docs/context.md says why it travels in this way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from copilot_nb.data.envelope import untrusted
from copilot_nb.errors import UsageError
from copilot_nb.notebook.context.index import CELLS, cells_text, error_text, index_of
from copilot_nb.notebook.context.references import mentions, unescaped
from copilot_nb.notebook.context.resolve import attached, pictures_of, resolved
from copilot_nb.notebook.outgoing.ledger import SentItem
from copilot_nb.protocol.session import Attachment, MessageOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from copilot_nb.kernel.shell import Shell
    from copilot_nb.notebook.context.resolve import Resolved
    from copilot_nb.notebook.options import AskOptions
    from copilot_nb.notebook.outgoing.ledger import SentKind
    from copilot_nb.notebook.settings import Settings

_VISION = '`%config Copilot.vision = "yes"` lets them.'
PIECE = 16_000
"""Characters of one piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A prompt with what goes along."""

    prompt: str
    """As the person wrote it."""
    sent: tuple[SentItem, ...] = ()
    """What of the notebook goes along, in the order of sending."""
    attachments: tuple[Attachment, ...] = ()
    functions: tuple[tuple[str, Callable[..., Any]], ...] = ()
    """Functions that the agent may call in this turn, if the person says so."""

    @property
    def message(self) -> MessageOptions:
        """What is sent; made of the texts in `sent`."""
        asked = unescaped(self.prompt)
        texts = [item.text for item in self.sent if item.text]
        whole = "\n\n".join([*texts, asked])
        return MessageOptions(
            prompt=whole,
            display_prompt=self.prompt if whole != self.prompt else None,
            attachments=list(self.attachments) or None,
        )


async def compose(prompt: str, options: AskOptions, shell: Shell, settings: Settings) -> Composed:
    """What is sent for a prompt; reads the notebook, changes nothing and sends nothing.

    Args:
        prompt: As it was typed.
        options: How it is asked.
        shell: The notebook.
        settings: Its settings.

    Raises:
        UsageError: It refers to something that does not exist.
        ConfigError: A setting cannot be meant.
    """
    found = _along(prompt, options, shell)
    if settings.get("vision") == "no" and any(each.pictures for each in found):
        raise UsageError("Pictures do not go to the model: `vision` is no.", hint=_VISION)
    level = settings.get("context", options.context)
    own = _index(prompt, level, shell, settings.get("context_budget"))
    return Composed(
        prompt=prompt,
        sent=(*own, *(item for each in found for item in _items(each))),
        attachments=tuple(made for each in found for made in _attachments(each)),
        functions=tuple((each.name, each.function) for each in found if each.function is not None),
    )


def _along(prompt: str, options: AskOptions, shell: Shell) -> list[Resolved]:
    """What the prompt and the options refer to, each thing once."""
    found = [resolved(mention, shell) for mention in mentions(prompt)]
    found += [attached(path, shell.privacy) for path in options.attach]
    found += [pictures_of(which, shell) for which in options.see]
    return list({(each.kind, each.name): each for each in found if each is not None}.values())


def _index(prompt: str, level: str, shell: Shell, budget: int) -> Iterator[SentItem]:
    if level == "none":
        return
    index = index_of(shell, prompt, budget=budget)
    if index.text:
        name = "1 name" if index.names == 1 else f"{index.names:,} names"
        yield _piece("index", name, index.text, "index of the notebook, without values")
    if level not in CELLS:
        return
    text, count = cells_text(shell, CELLS[level])
    if text:
        yield _piece("cells", f"{count} of them", text, "last cells of the notebook")
    if level == "full" and shell.last_error is not None:
        error = shell.last_error
        yield _piece("error", type(error).__name__, error_text(shell, error), "last error")


def _items(found: Resolved) -> Iterator[SentItem]:
    if found.text:
        item = _piece(cast("SentKind", found.kind), found.name, found.text, f"@{found.name}")
        yield replace(item, rows=found.rows, columns=found.columns)
    for picture in found.pictures:
        yield SentItem(kind="image", name=found.name, size=len(picture.data) * 3 // 4)
    if found.path is not None and not found.text:
        yield SentItem(kind="file", name=found.name)


def _piece(kind: SentKind, name: str, text: str, source: str) -> SentItem:
    return SentItem.of_text(kind, name, untrusted(text, source, limit=PIECE))


def _attachments(found: Resolved) -> Iterator[Attachment]:
    for picture in found.pictures:
        yield Attachment(
            type="blob", data=picture.data, mime_type=picture.mime, display_name=found.name
        )
    if found.path is not None:
        kind = "directory" if found.path.is_dir() else "file"
        yield Attachment(type=kind, path=str(found.path), display_name=found.path.name)
