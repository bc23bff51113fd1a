"""What the options of a prompt do before and after it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copilot_nb.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from copilot_nb.magics.result import Text
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.options import AskOptions
    from copilot_nb.notebook.stored.replay import StoredTurn
    from copilot_nb.session.turn import Turn


def check(*, out: str, new: bool, session: str, replay: bool, live: bool) -> None:
    """See that the options can be meant together, before anything changes.

    Raises:
        UsageError: They cannot.
    """
    from keyword import iskeyword

    if out and (not out.isidentifier() or iskeyword(out)):
        raise UsageError(f"--out takes a name, not {out!r}.", hint="Such as --out answer")
    if new and session:
        raise UsageError("--new and --session contradict each other.", hint="Keep one.")
    if replay and live:
        raise UsageError("--replay and --live contradict each other.", hint="Keep one.")


async def prepare(
    conversation: Conversation, *, model: str, effort: str, mode: Any, new: bool, session: str
) -> None:
    """Choose conversation, model, effort and mode; what is empty stays as it is."""
    if new:
        await conversation.new()
    if session:
        from copilot_nb.magics.commands.sessions import go_on_with
        from copilot_nb.notebook.stored.sessions import find

        await go_on_with(conversation, (await find(conversation, session)).id)
    await conversation.use_model(model, effort)
    if mode:
        await conversation.use_mode(mode)


async def dry_run(conversation: Conversation, prompt: str, options: AskOptions) -> Text:
    """What would be sent for the prompt, exactly; nothing is."""
    from copilot_nb.magics.commands.sent import exact
    from copilot_nb.magics.result import Text
    from copilot_nb.notebook.outgoing.ledger import Payload

    composed = await conversation.compose(prompt, options)
    held = await conversation.gate.held(composed)
    head = "Nothing was sent. This would be" + (f", after asking about: {held}" if held else "")
    return Text(f"{head}:\n\n{exact(Payload(composed.prompt, list(composed.sent)))}")


async def cleared(conversation: Conversation, text: str) -> str:
    """Words that go to the model besides prompts, with what they refer to.

    Raises:
        UsageError: They hold something that a person would be asked about, and none is asked here.
    """
    from copilot_nb.notebook.options import AskOptions

    composed = await conversation.compose(text, AskOptions(context="none"))
    held = await conversation.gate.held(composed)
    if held:
        raise UsageError(
            f"Nothing was sent: that holds {held}.",
            hint="Say it in a `%%copilot` cell, which asks you before it sends.",
        )
    return composed.message.prompt


def replayed(conversation: Conversation, prompt: str, options: AskOptions) -> StoredTurn | None:
    """Draw the stored turn of the prompt, if that is wanted; None when somebody is to be asked.

    Raises:
        UsageError: A replay is wanted, and there is none.
    """
    from copilot_nb.kernel import frontend
    from copilot_nb.notebook.stored.replay import Replays

    attended = frontend.detect().allow_stdin
    found = Replays(conversation.settings).wanted(prompt, options, attended=attended)
    if found is not None:
        from IPython.core.getipython import get_ipython

        from copilot_nb.notebook.current import show

        show(found)
        if options.out:
            get_ipython().user_ns[options.out] = found  # type: ignore[union-attr]  # cells have one
    return found


async def ask(
    conversation: Conversation,
    prompt: str,
    options: AskOptions,
    prepare: Callable[[], Awaitable[None]],
) -> Turn:
    """Ask with those options, after what they want changed; the finished turn, which is stored."""
    from copilot_nb.notebook.stored.replay import Replays

    turn = await conversation.run(prompt, options, prepare)
    Replays(conversation.settings).put(turn.transcript)
    if options.format == "code":
        _into_cell(turn)
    if options.format == "json":
        _check_json(turn)
    return turn


def _into_cell(turn: Turn) -> None:
    """Put the answer's Python into a new cell below, or onto the next line of a terminal."""
    from IPython.core.getipython import get_ipython

    from copilot_nb.transcript.safety import visible

    python = {"", "py", "python", "python3", "ipython"}
    code = "\n\n".join(b.code for b in turn.code_blocks if b.language.lower() in python)
    if not code:
        raise UsageError(
            "The answer holds no Python code.", hint="Ask for code, or leave --format."
        )
    get_ipython().set_next_input(visible(code))  # type: ignore[union-attr]  # cells have one


def _check_json(turn: Turn) -> None:
    import json

    try:
        json.loads(turn.text)
    except ValueError:
        raise UsageError(
            "The answer is not JSON.", hint="Not every model can; ask again, or leave --format."
        ) from None
