"""What all tests share: the marker of their folder, its time limit, and the real CLI."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from copilot_nb.errors import CliError
from copilot_nb.session.install import install_cli
from copilot_nb.session.locate import find_cli

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

LIMITS = {"behaviour": 60, "contract": 60, "kernel": 180, "browser": 300}
"""Seconds for a test of these folders; the others have the limit of pyproject.toml."""
TIERS = ("unit", *LIMITS)
TESTS = Path(__file__).parent

_cli = pytest.StashKey[Path | str]()


def pytest_configure(config: pytest.Config) -> None:
    """`-m unit` is the quick loop: few examples for each property, many everywhere else."""
    settings.register_profile("all", deadline=None)  # a loaded machine is slow, not wrong
    settings.register_profile("quick", max_examples=20, deadline=None)
    settings.load_profile("quick" if config.getoption("markexpr") == "unit" else "all")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for garbage in what the tests leave, and not in the tests and the libraries."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test's folder is its marker, unless it is one of the long ones."""
    for item in items:
        tier = item.path.relative_to(TESTS).parts[0]
        if tier in TIERS and item.get_closest_marker("thorough") is None:
            item.add_marker(tier)
        if tier in LIMITS and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(LIMITS[tier]))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Find or install the CLI before the first test, because its time limit is too short for it."""
    wanted = any("cli_path" in getattr(item, "fixturenames", ()) for item in session.items)
    if wanted and not session.config.getoption("collectonly"):
        try:
            session.config.stash[_cli] = _find_or_install()
        except CliError as error:
            session.config.stash[_cli] = str(error)


@pytest.fixture(scope="session", autouse=True)
def no_rules_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whoever runs the tests may have standing rules, and notebooks that are remembered."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPILOT_NB_RULES", str(tmp_path_factory.mktemp("rules") / "rules.toml"))
        patch.setenv("COPILOT_NB_STATE", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def cli_path(request: pytest.FixtureRequest) -> Path:
    """The real CLI; the test is skipped where it cannot be had, and fails in CI."""
    found = request.config.stash[_cli]
    if isinstance(found, Path):
        return found
    reason = f"The Copilot CLI cannot be had: {found}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _find_or_install() -> Path:
    try:
        return find_cli()
    except CliError:
        if os.environ.get("COPILOT_CLI_PATH"):
            raise
        return install_cli(progress=print)
