"""`%copilot fix` and `%copilot explain`: the two questions that are asked most."""

from __future__ import annotations

import builtins
import re
from difflib import get_close_matches
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING

from copilot_nb.errors import UsageError
from copilot_nb.magics.command import Rest, Subject, command

if TYPE_CHECKING:
    from collections.abc import Collection

    from copilot_nb.kernel.shell import Shell
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.session.turn import Turn

_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*(\(\))?")
"""What may be meant as a name, dots and a call included."""
_BUILTINS = frozenset(name for name in dir(builtins) if name.islower() and name[0] != "_")
_NEAR = 0.7
"""How alike a slip is to the name that was meant: `statoins` is, `histogram` is not `hist`."""


@command
async def fix(conversation: Conversation, words: Rest = "") -> Turn:
    """Let the agent find out why the last error happened, and fix it.

    Args:
        conversation: The notebook's.
        words: What you know about it.
    """
    if conversation.link.shell.last_error is None:
        raise UsageError(
            "No cell has failed so far.",
            hint="Run the one that fails, then `%copilot fix`; or say it in a `%%copilot` cell.",
        )
    prompt = "Find out why this error happened and fix it: @error"
    return await conversation.run(f"{prompt}\n\n{words}" if words else prompt)


@command
async def explain(conversation: Conversation, what: Subject = "") -> Turn:
    """Let the agent explain a variable, a function, a cell by its number, or the newest cell.

    A word that is no name here, but nearly one, is not sent: the names it may mean are shown.

    Args:
        conversation: The notebook's.
        what: A name, a number, a reference such as @plot; more words may follow.
    """
    return await conversation.run(question(what, _names(conversation.link.shell)))


def question(what: str, names: Collection[str]) -> str:
    """The prompt about what stands behind `explain`.

    Args:
        what: What was typed.
        names: The user's variables and modules: the first word is one of them or just a word.

    Raises:
        UsageError: It is one word that is none of them, but nearly.
    """
    first, _, rest = what.strip().partition(" ")
    word = first.rstrip("?!,;:")
    if not first:
        reference = "the code of @_"
    elif word.isdecimal():
        reference = f"what the code of @cell:{word} does"
    elif first.startswith("@"):
        reference = first
    elif _head(word) in names or _is_file(word):
        reference = f"what @{word} does" if word.endswith("()") else f"@{word}"
    else:
        if not rest:
            _check_slip(word, names)
        reference, rest = what.strip(), ""
    return f"Explain {reference}{f': {rest}' if rest else '.'}"


def _names(shell: Shell) -> frozenset[str]:
    """What a reference may begin with: the user's variables, and the modules that they imported."""
    from types import ModuleType

    from copilot_nb.data.values import is_a

    imported = (name for name, value in dict(shell.user_ns).items() if is_a(value, ModuleType))
    return frozenset([*shell.variables, *(name for name in imported if name[0] != "_")])


def _check_slip(word: str, names: Collection[str]) -> None:
    """See that a word is not a slip of the pen, before it is sent.

    Raises:
        UsageError: It nearly is a name of the notebook or of Python; the message says which.
    """
    head = _head(word)
    if not _NAME.fullmatch(word) or hasattr(builtins, head) or iskeyword(head):
        return
    lowered = {name.lower(): name for name in (*_BUILTINS, *names)}
    near = get_close_matches(head.lower(), lowered, n=3, cutoff=_NEAR)
    if not near:
        return
    meant = " or ".join(f"{lowered[name]}{word[len(head) :]}" for name in near)
    raise UsageError(
        f"There is no {head!r} in the notebook.",
        hint=f"Did you mean {meant}? To ask about the word itself: `%copilot ask Explain {word}`.",
    )


def _head(word: str) -> str:
    """The name that a dotted one or a call begins with."""
    return word.removesuffix("()").partition(".")[0]


def _is_file(word: str) -> bool:
    """Whether a file of the folder is meant, by its name with its ending."""
    try:
        return "." in word and Path(word).is_file()
    except (OSError, ValueError):
        return False
