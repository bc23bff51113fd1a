"""`%copilot fix` and `%copilot explain`: the two questions that are asked most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.magics.command import Rest, command

if TYPE_CHECKING:
    from collections.abc import Container

    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.session.turn import Turn


@command
async def fix(conversation: Conversation, words: Rest = "") -> Turn:
    """Let the agent find out why the last error happened, and fix it.

    Args:
        conversation: The notebook's.
        words: What you know about it.
    """
    prompt = "Find out why this error happened and fix it: @error"
    return await conversation.run(f"{prompt}\n\n{words}" if words else prompt)


@command
async def explain(conversation: Conversation, what: Rest = "") -> Turn:
    """Let the agent explain a variable, a function, a cell by its number, or the newest cell.

    Args:
        conversation: The notebook's.
        what: A name, a number, a reference such as @plot; more words may follow.
    """
    return await conversation.run(question(what, conversation.link.shell.variables))


def question(what: str, names: Container[str]) -> str:
    """The prompt about what stands behind `explain`.

    Args:
        what: What was typed.
        names: The user's variables: the first word is one of them or just a word.
    """
    first, _, rest = what.strip().partition(" ")
    known = first.removesuffix("()").partition(".")[0] in names
    if not first:
        reference = "the code of @_"
    elif first.isdecimal():
        reference = f"what the code of @cell:{first} does"
    elif first.startswith("@"):
        reference = first
    elif known and first.endswith("()"):
        reference = f"what @{first} does"
    elif known:
        reference = f"@{first}"
    else:
        reference, rest = what.strip(), ""
    return f"Explain {reference}{f': {rest}' if rest else '.'}"
