"""How long a person waits for words, a click and ■, on the real CLI in JupyterLab and Chromium.

    python -m benchmarks.answers            on the terminal
    python -m benchmarks.answers --write    into docs/performance.md

The page's own clock is read: from the click to the frame in which the request is answered; from ■,
or the death of the runtime, to the frame in which the cell has ended. Our share until the first
words is from Enter to the frame that shows them, without the time between the prompt that went to
the runtime and the first piece that came from it.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from playwright.sync_api import sync_playwright

from benchmarks.report import Budget, Report, machine
from benchmarks.run import PAGE, replaced, section
from copilot_nb.session.locate import find_cli
from tests.browser.driver import Lab, LabPage, launch
from tests.browser.scenes import asking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

CLICKS: Final = 20
TURNS: Final = 12
STOPS: Final = 8
BEGIN: Final = "<!-- begin: written by `python -m benchmarks.answers --write` -->"
HEAD: Final = ("what", "median", "slowest")
HOW: Final = (
    f"Milliseconds of wall time on the page's clock; {TURNS} warm turns, {CLICKS} clicks, {STOPS} "
    "ends of each kind. Our share until the first words is that of page, server, kernel and "
    "client, without the runtime's and the model's. "
    "The CLI is the real one, its model a script that runs in the kernel. The clicks are on "
    "“Allow once” for a command, ■ is Lab's own, and a runtime dies by SIGKILL."
)

SETUP: Final = """\
import os
from copilot_nb.testing.model import Reply, ScriptedModel
model = ScriptedModel()
await model.__aenter__()
os.environ.update(COPILOT_NB_PROVIDER=model.url, COPILOT_NB_MODEL="scripted")
%load_ext copilot_nb
from copilot_nb.notebook.current import conversation
import time
from copilot_nb.rpc.peer import Peer
marks, request = {}, Peer.request
async def marked(self, method, params=None, **options):
    if method == "session.send":
        marks["sent"] = time.time()
    return await request(self, method, params, **options)
Peer.request = marked
def came(event):
    if event.type == "assistant.message_delta":
        marks.setdefault("came", time.time())
def asks(count):
    commands = [{"command": f"echo {n}", "description": "say"} for n in range(count)]
    return [Reply(tools=[("bash", command)]) for command in commands]
"""
ASKS: Final = "model.script[:] = [*asks({}), Reply('Done.')]"
SAYS: Final = "model.script[:] = [Reply('word ' * 20, delay=0.02)]"
STREAMS: Final = "model.script[:] = [Reply('word ' * 20_000, delay=0.01)]"
TURN: Final = "%%copilot\nGo on."

STOPWATCH: Final = """
window.stopwatch = (cell, what) => {
    const node = document.querySelectorAll(".jp-Cell")[cell];
    const over = {
        painted: () => node.querySelector(".copilot-text")?.innerText,
        answered: () => !node.querySelector(".copilot-request[data-state=asking]"),
        ended: () => /[0-9]/.test(node.querySelector(".jp-InputPrompt").innerText),
    }[what];
    window.taken = new Promise((done) => {
        let begin = performance.now();
        const look = () => (over() ? done(performance.now() - begin) : requestAnimationFrame(look));
        if (what === "ended") return look();
        const clicked = () => { begin = performance.now(); look(); };
        if (what === "painted") {
            const heard = new AbortController();
            const pressed = ({ key }) => {
                if (key !== "Enter") return;
                heard.abort();
                clicked();
            };
            const { signal } = heard;
            return document.addEventListener("keydown", pressed, { capture: true, signal });
        }
        node.addEventListener("click", clicked, { once: true, capture: true });
    });
};
"""


def words(page: LabPage) -> list[float]:
    """Our share from Enter to the frame that shows the first words."""
    page.wait_done(_begin(page, SAYS))
    page.run_to_end(page.add_cell("_ = conversation().link.session.on(came)"))
    found = []
    for _ in range(TURNS):
        page.run_to_end(page.add_cell(f"marks.clear(); {SAYS}"))
        turn = page.add_cell(TURN)
        page.page.evaluate(f"stopwatch({turn}, 'painted')")
        page.run(turn)
        taken = float(page.page.evaluate("window.taken"))
        page.wait_done(turn)
        told = page.add_cell("print((marks['came'] - marks['sent']) * 1000)")
        page.run_to_end(told)
        found.append(taken - float(page.output_text(told)))
    return found


def clicks(page: LabPage) -> list[float]:
    """From each click to the frame in which its request is no longer asked."""
    turn = _begin(page, ASKS.format(CLICKS))
    found = []
    for number in range(CLICKS):
        panel = asking(page.output(turn).filter(has_text=f"echo {number}"), timeout=30)
        page.page.evaluate(f"stopwatch({turn}, 'answered')")
        panel.get_by_role("button", name="Allow once").click()
        found.append(float(page.page.evaluate("window.taken")))
    page.wait_done(turn, 60)
    return found


def ends(
    page: LabPage, script: str, prepare: Callable[[LabPage], Callable[[], None]]
) -> list[float]:
    """From what ends a turn to the cell's end.

    Args:
        page: The notebook.
        script: What the model does.
        prepare: Called before each turn; what it gives ends that turn.
    """
    found = []
    for _ in range(STOPS):
        end = prepare(page)
        turn = _begin(page, script)
        going_on = page.output(turn).locator(".copilot-text, .copilot-request[data-state=asking]")
        going_on.first.wait_for(timeout=30_000)
        page.page.wait_for_timeout(500)
        page.page.evaluate(f"stopwatch({turn}, 'ended')")
        end()
        found.append(float(page.page.evaluate("window.taken")))
    return found


def interrupt(page: LabPage) -> Callable[[], None]:
    """■ of the toolbar."""
    return page.interrupt


def kill(page: LabPage) -> Callable[[], None]:
    """SIGKILL to the runtime, which a short turn has started before."""
    page.wait_done(_begin(page, "model.script[:] = [Reply('Hello.')]"))
    number = page.add_cell("conversation().link.client.pid")
    page.run_to_end(number)
    runtime = int(page.output_text(number).split()[-1])
    return lambda: os.kill(runtime, signal.SIGKILL)


def measure() -> Report:
    """All of it, in one notebook."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab = Lab(Path(folder) / "lab")
        with lab.running({"COPILOT_CLI_PATH": str(find_cli())}):
            browser = launch(playwright)
            page = LabPage(browser, lab, lab.write_notebook("answers.ipynb", [SETUP]))
            page.page.add_init_script(STOPWATCH)
            page.open()
            page.run_to_end(0)
            measured = {
                "from Enter to the first words: our share": words(page),
                "a click, until its request is answered": clicks(page),
                "■ while an answer streams": ends(page, STREAMS, interrupt),
                "■ while a request is open": ends(page, ASKS.format(1), interrupt),
                "the death of the runtime while an answer streams": ends(page, STREAMS, kill),
            }
            page.close()
            browser.close()
    return report(measured)


def report(measured: Mapping[str, Sequence[float]]) -> Report:
    """The table, and what was promised."""
    share, click, streaming, asked, death = map(statistics.median, measured.values())
    return Report(
        title="First words, a click, and ■",
        how=HOW,
        head=HEAD,
        rows=[(what, statistics.median(each), max(each)) for what, each in measured.items()],
        budgets=[
            Budget("our share from Enter to the first words that are painted", share, 60, "ms"),
            Budget("click to answer", click, 150, "ms"),
            Budget("■ to the end of the cell, streaming", streaming, 500, "ms"),
            Budget("■ to the end of the cell, asking", asked, 500, "ms"),
            Budget("death of the runtime to the error", death, 1000, "ms"),
        ],
    )


def _begin(page: LabPage, script: str) -> int:
    """A turn whose model follows that script; the number of its cell."""
    page.run_to_end(page.add_cell(script))
    turn = page.add_cell(TURN)
    page.run(turn)
    return turn


def main() -> None:
    """Prints the table, or writes it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    text = section(machine(), [measure()])
    print(text)
    if write:
        PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), text, BEGIN), encoding="utf-8")


if __name__ == "__main__":
    main()
