"""`%copilot config`: every setting with its value and where that comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.errors import ConfigError, UsageError
from copilot_nb.magics.command import SettingName, SettingValue, command, unknown
from copilot_nb.magics.result import Result, Table, Text

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.settings import Settings

_TRUST, _DISTRUST, _DEFAULT = "trust", "distrust", "default"


@command
def config(
    conversation: Conversation,
    name: SettingName = "",
    value: SettingValue = "",
    *,
    save: bool = False,
) -> Result:
    """Show every setting with its value and where that comes from, or set one.

    It holds until the kernel ends, or with --save in all your notebooks. `%copilot config trust`
    lets the project's `.copilot-nb.toml` count, as it is now; `distrust` takes that back.

    Args:
        conversation: The notebook's.
        name: A setting; or trust, distrust.
        value: Its new value; `default` takes back what was set in this kernel.
        save: Keep it for all your notebooks; with default, no longer.
    """
    from copilot_nb.notebook.settings import SETTINGS, checked

    settings = conversation.settings
    if name == _TRUST:
        return Text(settings.project.trust(checked))
    if name == _DISTRUST:
        return Text(settings.project.distrust())
    names = [each.name for each in SETTINGS]
    if name and name not in names:
        raise unknown("setting", name, names, "`%copilot config` lists them.")
    if save and not value:
        raise UsageError("--save needs a NAME and a VALUE.", hint=f"Usage: {config.usage}")
    note = settings.project.note()
    if value:
        given = None if value == _DEFAULT else value
        settings.choose(name, given, f"%copilot config {name}", save=save)
        note = settings.lasting(name, save=save) if given else note
    wanted = [each for each in SETTINGS if name in {"", each.name}]
    rows = tuple((each.name, *_found(settings, each.name), each.help) for each in wanted)
    return Table(("setting", "value", "from", "meaning"), rows, "", note)


def _found(settings: Settings, name: str) -> tuple[str, str]:
    """A setting's value and where it comes from; what is wrong with it instead."""
    try:
        found = settings.find(name)
    except ConfigError as error:
        return error.message, error.hint
    return "" if found.value is None else str(found.value), found.source
