"""What a streamed answer costs in the page: ours beside the usual ways, in the same run.

    python -m benchmarks.page --words 2000 --rate 200

Bytes are what the page's websockets received, main thread is the renderer's task time, lateness is
from the word's making to the frame that shows it. The row "nothing" is what the page costs by
itself, the probe included. Compare rows of one run with each other: digits
depend on the machine, ratios hardly do.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from tests.browser.driver import Lab, LabPage, launch

if TYPE_CHECKING:
    from playwright.sync_api import Browser

METHODS = ("nothing", "widget", "markdown-50", "markdown-250", "html-50")
SETUP = "from benchmarks.page_methods import Run"
PROBE = """
window.probe = {bytes: 0, tasks: [], seen: {}};
const Socket = window.WebSocket;
window.WebSocket = class extends Socket {
    constructor(...args) {
        super(...args);
        this.addEventListener("message", ({ data }) => {
            window.probe.bytes += data.byteLength ?? data.size ?? data.length;
        });
    }
};
new PerformanceObserver(list => {
    for (const entry of list.getEntries()) window.probe.tasks.push(entry.duration);
}).observe({ entryTypes: ["longtask"] });
window.watchMarks = (cell, every) => {
    let next = every, planned = false;
    const node = document.querySelectorAll(".jp-Cell")[cell];
    const look = () => {
        planned = false;
        const text = node.querySelector(".jp-OutputArea").textContent;
        while (text.includes(`m${next}x`)) {
            window.probe.seen[`m${next}x`] = Date.now() / 1000;
            next += every;
        }
    };
    new MutationObserver(() => {
        if (!planned) requestAnimationFrame(look);
        planned = true;
    }).observe(node, { childList: true, subtree: true, characterData: true });
};
"""


@dataclass(frozen=True)
class Result:
    """One row of the table."""

    method: str
    kilobytes: float
    kernel: float
    main_thread: float
    longest_task: float
    late_median: float
    late_worst: float

    def __str__(self) -> str:
        return (
            f"| {self.method} | {self.kilobytes:,.0f} kB | {self.kernel:.2f} s |"
            f" {self.main_thread:.2f} s | {self.longest_task:.0f} ms |"
            f" {self.late_median:.0f} / {self.late_worst:.0f} ms |"
        )


def measure(browser: Browser, lab: Lab, method: str, words: int, rate: float) -> Result:
    """Streams one answer in a fresh page and kernel."""
    cells = [
        SETUP,
        f"run = Run({method!r}, {words}, {rate})\nawait run.play()",
        "import json\nprint(json.dumps([run.marks, run.kernel_seconds]))",
    ]
    page = LabPage(browser, lab, lab.write_notebook(f"{method}.ipynb", cells))
    page.page.add_init_script(PROBE)
    page.open()
    page.run_to_end(0)
    tracing = page.page.context.new_cdp_session(page.page)
    tracing.send("Performance.enable")
    before, start = _task_seconds(tracing), page.page.evaluate("probe.bytes")
    page.page.evaluate("probe.tasks = []; watchMarks(1, 25)")

    page.run_to_end(1, timeout=words / rate + 120)
    page.page.wait_for_timeout(1000)
    main_thread = _task_seconds(tracing) - before
    probe = page.page.evaluate("probe")
    page.run_to_end(2)
    marks, kernel = json.loads(page.output_text(2))
    page.close()

    late = [
        (probe["seen"][mark] - made) * 1000 for mark, made in marks.items() if mark in probe["seen"]
    ]
    assert method == "nothing" or len(late) == len(marks), (
        f"{method}: {len(marks) - len(late)} marks never shown"
    )
    return Result(
        method=method,
        kilobytes=(probe["bytes"] - start) / 1000,
        kernel=kernel,
        main_thread=main_thread,
        longest_task=max(probe["tasks"], default=0),
        late_median=statistics.median(late or [0]),
        late_worst=statistics.quantiles(late or [0, 0], n=20)[-1],
    )


def _task_seconds(session: Any) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--methods", nargs="+", default=METHODS, choices=METHODS)
    options = parser.parse_args()
    print("| method | wire | kernel CPU | main thread | longest task | late, median / p95 |")
    print("|--|--:|--:|--:|--:|--:|")
    with (
        tempfile.TemporaryDirectory() as folder,
        Lab(Path(folder) / "lab").running() as lab,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        for method in options.methods:
            print(measure(browser, lab, method, options.words, options.rate), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
