"""The `copilot-nb` command: installs the runtime, and shows the product without an account."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from copilot_nb import __version__
from copilot_nb.errors import CopilotError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from copilot_nb.notebook.care.doctor import Finding


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Args:
        argv: The words after the program's name; those of the process when not given.
    """
    options = parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except CopilotError as error:
        sys.stderr.write(f"{error.message}\n{error.hint}\n".rstrip() + "\n")
        return 1


def parser() -> argparse.ArgumentParser:
    """Return the parser with every subcommand."""
    top = argparse.ArgumentParser(
        prog="copilot-nb", description="GitHub Copilot's agent in a notebook."
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    install = commands.add_parser("install", help="put the tested Copilot CLI into the cache")
    install.add_argument("--force", action="store_true", help="also when it is there")
    install.set_defaults(command=_install)

    demo = commands.add_parser("demo", help="open the quickstart notebook with the demo model")
    demo.add_argument(
        "--run", action="store_true", help="execute it without a browser and store the result"
    )
    demo.add_argument("--dir", type=Path, metavar="DIR", help="folder for its files, which stay")
    demo.add_argument("--no-browser", action="store_true", help="only print JupyterLab's address")
    demo.add_argument("--port", type=int, metavar="N", help="JupyterLab's port")
    demo.set_defaults(command=_demo)

    doctor = commands.add_parser("doctor", help="look at everything that a turn needs")
    doctor.add_argument("--ask", action="store_true", help="time the model, which may cost")
    doctor.add_argument("--json", action="store_true", help="print the findings as JSON")
    doctor.set_defaults(command=_doctor)

    version = commands.add_parser("version", help="print the versions")
    version.set_defaults(command=_version)
    return top


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _install(options: argparse.Namespace) -> int:
    from copilot_nb.session.install import install_cli

    install_cli(force=options.force, progress=say)
    return 0


def _version(options: argparse.Namespace) -> int:
    from copilot_nb.session.locate import CLI_VERSION

    del options
    say(f"copilot-nb {__version__}, made for Copilot CLI {CLI_VERSION}")
    return 0


def _doctor(options: argparse.Namespace) -> int:
    import asyncio
    import json
    from dataclasses import asdict

    found = asyncio.run(_examined(ask=options.ask))
    if options.json:
        say(json.dumps([asdict(each) for each in found], indent=2))
    else:
        width = max(len(each.check) for each in found)
        for each in found:
            say(f"{each.check:<{width}}  {each.state:<7}  {_printable(each.detail)}")
            if each.fix and each.state != "ok":
                say(f"{'':<{width}}           {_printable(each.fix)}")
    return 1 if any(each.state == "problem" for each in found) else 0


async def _examined(*, ask: bool) -> tuple[Finding, ...]:
    from copilot_nb.notebook.care.doctor import examine
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.settings import Settings

    conversation = Conversation(Settings(lambda _: None))
    try:
        return await examine(conversation, ask=ask, page=False)
    finally:
        await conversation.close()


def _printable(text: str) -> str:
    from copilot_nb.transcript.safety import visible

    return visible(text)


def _demo(options: argparse.Namespace) -> int:
    _ensure_cli()
    if options.run:
        return _run(options.dir or Path(tempfile.mkdtemp(prefix="copilot-nb-demo-")))
    with tempfile.TemporaryDirectory(prefix="copilot-nb-demo-") as scratch:
        from copilot_nb.demo.lab import serve
        from copilot_nb.demo.workspace import prepare

        notebook = prepare((options.dir or Path(scratch, "notebooks")).resolve())
        say(f"Starting JupyterLab on {notebook} with the demo model; Ctrl-C stops it.")
        return serve(
            notebook, Path(scratch, "jupyter"), browser=not options.no_browser, port=options.port
        )


def _run(folder: Path) -> int:
    from copilot_nb.demo.headless import run

    folder.mkdir(parents=True, exist_ok=True)
    found = run(folder.resolve(), say)
    for problem in found:
        sys.stderr.write(f"{problem}\n")
    say("Something is not as it should be." if found else "Every cell did what it should.")
    return 1 if found else 0


def _ensure_cli() -> None:
    """Make sure that there is a runtime; a path that the user set is not second-guessed."""
    from copilot_nb.session.install import install_cli
    from copilot_nb.session.locate import find_cli

    if os.environ.get("COPILOT_CLI_PATH"):
        find_cli()
    else:
        install_cli(progress=say)
