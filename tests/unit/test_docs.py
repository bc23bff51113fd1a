"""What README, docs and notebooks say about the code is so, and the tracked files travel well."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from copilot_nb.cli import parser
from copilot_nb.magics.commands import COMMANDS

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
README_COMMANDS = (
    'python -m pip install -e ".[demo]" && copilot-nb demo',
    'python -m pip install -e ".[test]" && python -m pytest',
)
_CODE = re.compile(r"```[a-z]*\n(?P<block>.*?)```|`(?P<span>[^`\n]+)`", re.DOTALL)
# Spelled in two parts, so that this file passes its own test.
_MACHINE = re.compile(r"(?:^|[^\w.])/(?:wor" + r"k|roo" + r"t|far" + r"m)/")
_REGISTRY = re.compile(
    r"(?:registry\.npm" + r"js|files\.python" + r"hosted|py" + r"pi)\.(?:org|io)"
)


def tracked() -> list[Path]:
    """Return the text files that git knows."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("this is not a clone, so that nothing says which files belong to it")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()]


def code(text: str) -> list[str]:
    """Return the lines of a page's code blocks and its code spans."""
    found = [match["block"] or match["span"] for match in _CODE.finditer(text)]
    return [line.strip() for part in found for line in part.splitlines()]


def everything_written() -> dict[str, list[str]]:
    """Return the code in every page, and in the notebooks' cells, by file name."""
    written = {page.name: code(page.read_text(encoding="utf-8")) for page in PAGES}
    for notebook in NOTEBOOKS:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        texts = [("".join(cell["source"]), cell["cell_type"]) for cell in cells]
        lines = [code(text) if kind == "markdown" else text.splitlines() for text, kind in texts]
        written[notebook.name] = [line for part in lines for line in part]
    return written


def test_readme_has_exactly_its_two_commands() -> None:
    """A newcomer copies one of two lines."""
    blocks = re.findall(r"```shell\n(.*?)```", PAGES[0].read_text(encoding="utf-8"), re.DOTALL)

    assert tuple(block.strip() for block in blocks) == README_COMMANDS


def test_ci_uses_the_readmes_commands() -> None:
    """CI runs the tests and the demo by the same words, with extras that hold the README's."""
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]

    assert 'tests() { python -m pytest "$@"; }' in run
    assert "-m pip install" in run
    assert '-e ".[dev]"' in run
    assert "copilot-nb demo --run" in run
    assert "copilot-nb[test]" in extras["dev"]
    assert "copilot-nb[demo]" in extras["test"]


def test_shell_commands_in_the_docs_exist() -> None:
    """Every `copilot-nb …` that is written somewhere can be parsed."""
    for name, lines in everything_written().items():
        for line in lines:
            for found in re.findall(r"(?<![\w\[/-])copilot-nb((?: [\w.-]+)+)", line):
                try:
                    parser().parse_args(found.split())
                except SystemExit:
                    pytest.fail(f"{name}: {line}")


def test_magics_in_the_docs_exist() -> None:
    """Every `%copilot NAME --option` that is written somewhere has its command."""
    for name, lines in everything_written().items():
        for line in lines:
            for command, rest in re.findall(r"(?<!%)%copilot (\w+)([^%]*)", line):
                assert command in COMMANDS, f"{name}: {line}"
                options = set(re.findall(r"--[\w-]+", rest)) - {"--help"}
                assert options <= set(COMMANDS[command].options), f"{name}: {line}"


def test_variables_in_the_docs_are_read_by_the_code() -> None:
    """Every COPILOT_NB_… that is written somewhere stands in the code too, or is a setting."""
    from copilot_nb.notebook.settings import SETTINGS

    sources = [*(ROOT / "copilot_nb").rglob("*.py"), ROOT / ".ci" / "run"]
    known = set(re.findall(r"COPILOT_NB_[A-Z_]+", "\n".join(s.read_text("utf-8") for s in sources)))
    known |= {setting.variable for setting in SETTINGS}

    for name, lines in everything_written().items():
        assert set(re.findall(r"COPILOT_NB_[A-Z_]+", "\n".join(lines))) <= known, name


def test_relative_links_lead_somewhere() -> None:
    """A link to a file of the repository names a file that is there."""
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_notebooks_are_stored_without_outputs() -> None:
    """Outputs are made by who runs them."""
    for notebook in NOTEBOOKS:
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
            assert not cell.get("outputs"), notebook.name
            assert cell.get("execution_count") is None, notebook.name


def test_tracked_files_name_no_machine_and_no_registry() -> None:
    """Nothing depends on where a developer's files or packages come from."""
    for path in tracked():
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
            assert not _MACHINE.search(line), f"{path.relative_to(ROOT)}:{number}"
            assert not _REGISTRY.search(line), f"{path.relative_to(ROOT)}:{number}"


def test_lock_file_resolves_nothing_to_a_host() -> None:
    """The registry is the one that the machine is set to; the hashes are the recorded ones."""
    lock = json.loads((ROOT / "js" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}

    assert all("resolved" not in entry for entry in packages.values())
    assert all("integrity" in entry for entry in packages.values())
