"""What a prompt brings along, in a kernel: what cells showed, drew and raised before it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.kernel.driver import Kernel

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]

COMPOSE = """
import json
from copilot_nb.kernel.shell import Shell
from copilot_nb.notebook.context.compose import compose
from copilot_nb.notebook.options import AskOptions
from copilot_nb.notebook.settings import Settings
made = await compose({prompt!r}, AskOptions(context={context!r}), Shell(), Settings())
message = made.message
print(json.dumps([[i.kind for i in made.sent], message.prompt,
                  [a.mime_type for a in message.attachments or ()]]))
"""


def composed(kernel: Kernel, prompt: str, context: str = "none") -> Any:
    """Kinds of what goes along, the text, and the types of attachments."""
    return json.loads(kernel.check(COMPOSE.format(prompt=prompt, context=context)).text)


@pytest.fixture
def notebook(kernel: Kernel) -> Kernel:
    """A notebook in which something was shown, drawn and broken before the first prompt."""
    kernel.check("%load_ext copilot_nb")
    kernel.check("import pandas as pd\ndf = pd.DataFrame({'temp': [1.5, 2.5]})\nprint('loaded')\n7")
    kernel.check("%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);")
    kernel.run("def half(a):\n    return a / 0\nhalf(3)")
    return kernel


def test_what_was_before_the_first_prompt(notebook: Kernel) -> None:
    """The figure, the error and the cells are known although nothing looked at them."""
    loaded = int(notebook.check("print(len(In) - 1)").text) - 3
    kinds, text, types = composed(notebook, f"Why @error after @plot in @cell:{loaded}?")

    assert kinds == ["error", "image", "cells"]
    assert types == ["image/png"]
    assert "return a / 0" in text
    assert f"Out [{loaded}]:\n" in text  # before IPython 9 only the last value is known


def test_index_in_a_kernel(notebook: Kernel) -> None:
    """Nothing of IPython's or ours is in it."""
    kinds, text, _ = composed(notebook, "What is in df?", "index")

    assert kinds == ["index"]
    lines = text.splitlines()[1:-3]
    assert lines[:3] == [
        "Variables, the most relevant first:",
        "df: DataFrame, 2 rows × 1 column: temp float64",
        "half: function (a)",
    ]
    assert "pd = pandas, plt = matplotlib.pyplot" in text
    assert lines[-1].startswith("Last error")
    assert lines[-1].endswith("ZeroDivisionError; last_error tells its message")


def test_tab_completes_references(notebook: Kernel) -> None:
    """In the lines of a cell as well; what is offered goes behind the sign that stands there."""
    has = notebook.check(
        "import IPython.core.completer\nprint(hasattr(IPython.core.completer, 'context_matcher'))"
    )
    if has.text.strip() != "True":
        pytest.skip("this IPython has no matchers, and completes only what stands on our line")
    found = notebook.check(
        "c = get_ipython().Completer\nt = '%%copilot\\nlook at @df.t'\n"
        "from IPython.core.completer import provisionalcompleter\n"
        "with provisionalcompleter():\n"
        "    print([x.text for x in c.completions(t, len(t))])"
    )

    assert found.text.strip() == "['df.temp']"
