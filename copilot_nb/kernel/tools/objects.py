# ruff: noqa: D417 - the docstrings are the model's words; it does not see what we hand in
"""Tools that look up functions, classes, modules and packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.data.envelope import untrusted
from copilot_nb.data.namespace import nearest
from copilot_nb.data.objects import describe_object, packages, resolve
from copilot_nb.errors import ToolError
from copilot_nb.kernel.limits import LOOK_SECONDS
from copilot_nb.session.tools import Invocation, tool

if TYPE_CHECKING:
    from copilot_nb.kernel.shell import Shell


@tool(permission="read", timeout=LOOK_SECONDS)
def inspect_object(name: str, *, shell: Shell, invocation: Invocation) -> str:
    """Show signature, documentation and source of a function, class, method or module.

    Args:
        name: A name in the notebook, also dotted, such as "pd.merge" or "model.fit".
    """
    invocation.describe(title=name)
    try:
        value = resolve(name, shell.user_ns)
    except LookupError as error:
        close = nearest(name, shell.user_ns)
        hint = f" Did you mean {', '.join(map(repr, close))}?" if close else ""
        raise ToolError(f"{name!r} cannot be found: there is no {error}.{hint}") from None
    if shell.privacy.variable(name.partition(".")[0]) != "allow":
        raise ToolError(f"{name!r} is withheld by the user's privacy rules.")
    return untrusted(describe_object(name, value, shell.privacy), f"object {name}")


@tool(permission="read", timeout=LOOK_SECONDS)
def list_packages(pattern: str = "", *, invocation: Invocation) -> str:
    """List the Python packages installed in the kernel's environment, with their versions.

    Args:
        pattern: Only names that contain this text.
    """
    invocation.describe(title=pattern)
    return untrusted("\n".join(packages(pattern)) or "None found.", "installed packages")
