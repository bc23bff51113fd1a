"""Front ends other than JupyterLab, as a kernel meets them: the test plays the page.

What VS Code, Colab and marimo do differently is taken from their documentation: comm messages on
the main shell only, a page that is slow or never comes, metadata that must stay with the bundle,
widgets that cannot see each other. None of them runs here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.views.widget.carrier import runtime_code
from copilot_nb.views.widget.line import WIDGET_MIME
from tests.kernel.live_turn import COLAB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.kernel.driver import Cell, Kernel

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(120)]


@pytest.fixture
def front(kernel: Kernel) -> Iterator[Front]:
    """A page of the kernel that shows nothing and says what the test says."""
    kernel.check("from tests.kernel import live_turn")
    yield Front(kernel)
    kernel.check("live_turn.be_yourself()")


class Front:
    """A front end without a screen.

    Args:
        kernel: The kernel that it shows.
    """

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.cell: Cell

    def begin(self, call: str = "live_turn.command()", **options: Any) -> None:
        """Run the cell until its turn is shown."""
        self.cell = self.kernel.send(f"await wait_in_cell({call})", **options)
        shown = lambda: self.bundles("display_data") or self.cell.reply  # noqa: E731 - short
        self.kernel.until(shown, "the turn's output")

    def bundles(self, kind: str) -> list[dict[str, Any]]:
        """The outputs of the cell, or their updates."""
        return self.cell.contents(kind)

    @property
    def model(self) -> str:
        """The turn's widget."""
        return str(self.bundles("display_data")[0]["data"][WIDGET_MIME]["model_id"])

    @property
    def state(self) -> dict[str, Any]:
        """What the widget was opened with."""
        opened = [m["content"] for m in self.kernel.messages if m["msg_type"] == "comm_open"]
        (state,) = (one["data"]["state"] for one in opened if one["comm_id"] == self.model)
        return dict(state)

    def says(self, **message: Any) -> None:
        """The page speaks, on the main shell: it knows of no subshells."""
        self.kernel.comm(self.model, {"method": "custom", "content": message})

    def hears(self, kind: str) -> list[dict[str, Any]]:
        """What the kernel said of that kind."""
        contents = (m["content"] for m in self.kernel.messages if m["msg_type"] == "comm_msg")
        said = (one["data"].get("content", {}) for one in contents if one["comm_id"] == self.model)
        return [one for one in said if one.get("k") == kind]

    def allow(self) -> None:
        """Answer what is asked, once the panel has come."""
        self.kernel.until(self.request, "the panel")
        self.says(k="answer", id=self.request(), v={"choice": "allow_once"})

    def request(self) -> str:
        """The id of what is asked; empty while nothing is."""
        added = [op for message in self.hears("d") for op in message["o"] if op[0] == "add"]
        return next((op[1] for op in added if op[2]["kind"] == "permission"), "")

    def end(self) -> str:
        """Until the cell has ended; what it printed."""
        self.kernel.wait(self.cell)
        assert self.cell.status == "ok", self.cell.traceback
        return self.cell.text


def test_page_without_subshells_answers_in_the_running_cell(front: Front) -> None:
    """ready, a panel, a click, the stored form: all while one cell runs."""
    front.begin()
    front.says(k="ready", v=1, page="one", e="", have=0)
    front.allow()

    assert front.end() == "Allowed once by you\n"
    assert front.hears("ok")[0]["mid"] == front.model
    assert front.state["runtime"].startswith("IPY_MODEL_")
    assert front.state["face"] == "turn"
    stored = front.bundles("update_display_data")[-1]["data"]
    assert WIDGET_MIME not in stored
    assert "Allowed once" in stored["text/html"]


def test_slow_page_is_waited_for(front: Front) -> None:
    """Its first word may come late, as long as it comes in time."""
    front.begin()
    front.kernel.pause(1.5)
    front.says(k="ready", v=1, page="one", e="", have=0)
    front.allow()

    assert front.end() == "Allowed once by you\n"


def test_page_that_never_comes_gets_the_stored_form_and_prompts(front: Front) -> None:
    """In the same output; and a word that comes too late changes nothing."""
    front.kernel.type("y")
    front.begin("live_turn.command(0.3)", allow_stdin=True)
    model = front.model
    front.kernel.until(lambda: front.bundles("update_display_data"), "the stored form")
    front.kernel.comm(
        model, {"method": "custom", "content": {"k": "ready", "v": 1, "page": "late"}}
    )

    assert front.end() == "Allowed once by you\n"
    assert not front.hears("ok")
    display_ids = {one["transient"]["display_id"] for one in front.bundles("update_display_data")}
    assert display_ids == {front.bundles("display_data")[0]["transient"]["display_id"]}
    assert all(WIDGET_MIME not in one["data"] for one in front.bundles("update_display_data"))


def test_second_page_gets_a_snapshot(front: Front) -> None:
    """A page that was reloaded knows nothing: it asks, and has all at once."""
    front.begin()
    front.says(k="ready", v=1, page="one", e="", have=0)
    front.kernel.until(front.request, "the panel")
    front.says(k="ready", v=1, page="two", e="", have=0)
    front.says(k="sync", e="", have=0)
    front.kernel.until(lambda: front.hears("s"), "the snapshot")
    (snapshot,) = front.hears("s")
    front.allow()
    front.end()

    assert "permission" in [block["kind"] for block in snapshot["t"]["blocks"]]
    assert snapshot["n"] == front.hears("d")[snapshot["n"] - 1]["n"]
    assert "text/html" in front.hears("freeze")[0]["data"]


def test_colab_keeps_the_metadata_of_its_widget_manager(front: Front) -> None:
    """It stands beside the bundle, or Colab would not know where widgets come from."""
    front.kernel.check("live_turn.pretend('colab')")
    front.begin()
    front.says(k="ready", v=1, page="one", e="", have=0)
    front.allow()
    front.end()

    metadata = front.bundles("display_data")[0]["metadata"]
    assert metadata == {WIDGET_MIME: {"colab": {"custom_widget_manager": {"url": COLAB}}}}


def test_marimo_gets_the_whole_bundle(front: Front) -> None:
    """Widgets there cannot see each other: each brings all that it needs."""
    front.kernel.check("live_turn.pretend('marimo')")
    front.begin()
    front.says(k="ready", v=1, page="one", e="", have=0)
    front.allow()
    front.end()

    assert "runtime" not in front.state
    assert front.state["_esm"] == runtime_code()
