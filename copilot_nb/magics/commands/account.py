"""`%copilot login` and `%copilot logout`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.errors import UsageError
from copilot_nb.magics.command import command
from copilot_nb.magics.result import Text

if TYPE_CHECKING:
    from copilot_nb.magics.command import PathName
    from copilot_nb.notebook.conversation import Conversation


@command
async def login(
    conversation: Conversation,
    *,
    host: str = "",
    plaintext: bool = False,
    token_env: str = "",
    token_file: PathName = "",
) -> Text:
    """Sign in to GitHub Copilot: type the code that is shown on GitHub's page.

    The Copilot CLI keeps the login, in the system's key ring where there is one. A token of your
    own is never typed here: name the variable or the file that holds it.

    Args:
        conversation: The notebook's.
        host: Another GitHub than github.com, such as https://example.ghe.com.
        plaintext: Where there is no key ring, keep the login in the CLI's own file without asking.
        token_env: Name of an environment variable with a token, instead of signing in.
        token_file: Path of a file with a token, instead of signing in.
    """
    from dataclasses import replace

    from copilot_nb.notebook.account import signin
    from copilot_nb.notebook.models.providers import Source

    if token_env and token_file:
        raise UsageError("Name a variable or a file, not both.", hint="Usage: " + login.usage)
    if token_env or token_file:
        source = Source("account", signin.BY_LOGIN)
        if token_env:
            source = replace(source, key_variable=_variable(token_env))
        who = await signin.use(conversation, replace(source, key_file=token_file))
        where = token_env or token_file
        return Text(f"The token in {where} is of {who}. The next turn asks Copilot.")
    who = await signin.sign_in(conversation, host=host, plaintext=True if plaintext else None)
    return Text(f"Signed in as {who}. The next turn asks Copilot.")


@command
async def logout(conversation: Conversation) -> Text:
    """Forget the login of GitHub Copilot on this machine.

    Args:
        conversation: The notebook's.
    """
    from copilot_nb.notebook.account import signin

    return Text(await signin.sign_out(conversation))


def _variable(name: str) -> str:
    """The name, if it is one: somebody who types the token itself must not succeed.

    Raises:
        UsageError: It looks like anything but the name of a variable.
    """
    if not name.isidentifier() or name != name.upper():
        raise UsageError(
            "--token-env takes the name of an environment variable, in capitals.",
            hint="Never put the token itself into the notebook; if it was typed here, revoke it.",
        )
    return name
