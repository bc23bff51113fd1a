"""A question to the user, and the chart that the answer chooses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from copilot_nb.demo.act import Act
from copilot_nb.demo.charts import choose
from copilot_nb.demo.scenes.look import look
from copilot_nb.demo.scenes.run import draw
from copilot_nb.demo.scenes.tour import empty

if TYPE_CHECKING:
    from copilot_nb.demo.act import Scene
    from copilot_nb.demo.request import Request

_NOBODY = "Nobody is here"
_PREFIXES = ("User selected: ", "User responded: ")


def ask(request: Request) -> Scene:
    """Ask which column to look at, then draw it."""
    asker = request.tool("ask_user")
    frame = yield from look(request, "I will look first, then ask.")
    if frame is None:
        yield from empty(request)
        return
    columns = [column.name for column in (*frame.numbers, *frame.categories)][:5]
    if asker is None or not columns:
        yield Act(f"I have nothing to ask about `{frame.name}` here.")
        return
    question = {"question": f"Which column of {frame.name} shall I look at?", "choices": columns}
    answered = yield Act("More than one thing is worth a look, so you decide.", asker, question)
    answer = _words(answered.text)
    if answer.startswith(_NOBODY) or not answer:
        yield Act("Nobody chose, so I stop here. Name a column in a prompt and I will go on.")
        return
    named = choose(frame, answer)
    if named is None:
        yield Act(f"I cannot draw anything of `{frame.name}`.")
        return
    said = f"**{named.column.name}** it is."
    if answer.lower() != named.column.name.lower():
        said = f"You said *{answer}*; `{named.column.name}` comes closest."
    only = replace(frame, columns=(*frame.times, named.column))
    yield from draw(request, choose(only, request.prompt) or named, said)


def _words(text: str) -> str:
    """Return the answer without the runtime's words around it."""
    for prefix in _PREFIXES:
        if text.startswith(prefix):
            return text.removeprefix(prefix).strip()
    return ""
