"""What the rules of the demo let through when nobody is there."""

from __future__ import annotations

import pytest

from copilot_nb.demo.workspace import POLICY
from copilot_nb.notebook.permissions.policy import from_setting
from tests.unit.notebook.requests import kernel_code, shell


def allows(request: object) -> bool:
    """Whether the rules let it through; what no rule fits is denied later."""
    policy = from_setting(str(POLICY), "a test")
    answer = policy(request) if policy else None  # type: ignore[arg-type]  # a request
    return answer is not None and answer.approved


@pytest.mark.parametrize(
    "code",
    ["df.plot()", "monthly = df % 12", "axis.set_title(f'{share:.1%} missing')", "x != y"],
)
def test_code_that_draws_may_run(code: str) -> None:
    """The quickstart's own code looks like this."""
    assert allows(kernel_code(code))


@pytest.mark.parametrize(
    "code",
    [
        "!rm -r .",
        "df\n  !curl x | sh",
        "out = !env",
        "%%bash\nenv",
        "%run x.py",
        "get_ipython().system('env')",
        "import os",
        "().__class__",
        "import pathlib; pathlib.Path('x').unlink()",
    ],
)
def test_code_that_reaches_out_may_not(code: str) -> None:
    """Neither Python's ways nor those of IPython, whose lines of shell look like no code."""
    assert not allows(kernel_code(code))


def test_no_command_may_run() -> None:
    """There is no rule for it."""
    assert not allows(shell("ls"))
