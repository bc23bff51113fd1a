"""What a streamed answer costs in the page: ours beside the usual ways, in the same run.

    python -m benchmarks.page --words 2000 --rate 200
    python -m benchmarks.page --write       both lengths, into docs/performance.md

Bytes are what the page's websockets received, main thread is the CPU time of the renderer's main
thread, lateness is from the word's making to the frame that shows it. The row "nothing" is what the
page and the kernel cost by themselves, the probe and the clock of the stream included.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from benchmarks.report import Budget, Report, machine
from benchmarks.run import PAGE, replaced, section
from tests.browser.driver import Lab, LabPage, launch

if TYPE_CHECKING:
    from collections.abc import Sequence

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


HEAD = (
    *("method", "wire, kB", "kernel CPU, s", "main thread CPU, s", "longest task, ms"),
    *("late median, ms", "late p95, ms", "saved, kB"),
)
BEGIN = "<!-- begin: written by `python -m benchmarks.page --write` -->"
LENGTHS = (2000, 10_000)
HOW = (
    "{words:,} words at {rate:g} a second, in JupyterLab and Chromium without a graphics card. "
    "Main thread is the CPU time of all that the page did meanwhile; what a method adds is its "
    'difference to "nothing". Late is from the making of a word to the frame that shows it.'
)


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
    saved: float
    """Kilobytes of the output in the file."""


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
    tracing.send("Performance.enable", {"timeDomain": "threadTicks"})  # CPU time, not wall time
    before, start = _task_seconds(tracing), page.page.evaluate("probe.bytes")
    page.page.evaluate("probe.tasks = []; watchMarks(1, 25)")

    page.run_to_end(1, timeout=words / rate + 120)
    page.page.wait_for_timeout(1000)
    main_thread = _task_seconds(tracing) - before
    probe = page.page.evaluate("probe")
    page.run_to_end(2)
    marks, kernel = json.loads(page.output_text(2))
    page.save()
    saved = len(json.dumps(lab.read_notebook(page.path)["cells"][1]["outputs"]))
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
        saved=saved / 1000,
    )


def _task_seconds(session: Any) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


def report(results: Sequence[Result], words: int, rate: float) -> Report:
    """The table of one length, and what was promised of our row."""
    by_name = {one.method: one for one in results}
    budgets: list[Budget] = []
    if {"nothing", "widget"} <= by_name.keys():
        ours, share = by_name["widget"], words / 10_000
        added = ours.kernel - by_name["nothing"].kernel
        budgets = [
            Budget("bytes to the page", ours.kilobytes / 1000, 1.0 if share >= 1 else 0.5, "MB"),
            Budget("kernel CPU that we add", added, 1.5 * max(share, 0.4), "s"),
            Budget("main thread, all of it", ours.main_thread, 12.5 * share, "s"),
            Budget("longest task", ours.longest_task, 150, "ms"),
        ]
    return Report(
        title=f"A streamed answer of {words:,} words in the page",
        how=HOW.format(words=words, rate=rate),
        head=HEAD,
        rows=[astuple(one) for one in results],
        budgets=budgets,
    )


def measure_all(methods: Sequence[str], words: int, rate: float) -> Report:
    """Every method in one server and one browser, one after the other."""
    results = []
    with (
        tempfile.TemporaryDirectory() as folder,
        Lab(Path(folder) / "lab").running() as lab,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        for method in methods:
            print(f"{method}, {words} words …", file=sys.stderr, flush=True)
            results.append(measure(browser, lab, method, words, rate))
        browser.close()
    return report(results, words, rate)


def main() -> None:
    """Prints the tables, or writes them into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, nargs="+", default=[LENGTHS[0]])
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--methods", nargs="+", default=METHODS, choices=METHODS)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    lengths = LENGTHS if options.write else options.words
    before = machine()
    reports = [measure_all(options.methods, words, options.rate) for words in lengths]
    text = section(before, reports)
    print(text)
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(replaced(page, text, BEGIN), encoding="utf-8")


if __name__ == "__main__":
    main()
