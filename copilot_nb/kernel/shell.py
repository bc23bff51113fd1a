"""The user's notebook as the agent's tools see it: variables, the last error, running code."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field, replace
from itertools import count
from types import ModuleType
from typing import TYPE_CHECKING, Any

from IPython.core.getipython import get_ipython

from copilot_nb.data.frames import ELLIPSIS, table_text
from copilot_nb.data.namespace import described_as
from copilot_nb.data.privacy import Privacy
from copilot_nb.data.shared import shared
from copilot_nb.data.values import is_a, module_of
from copilot_nb.errors import UsageError
from copilot_nb.kernel.capture import Capture, capturing
from copilot_nb.kernel.cells import last_failed, running
from copilot_nb.kernel.execute import execute
from copilot_nb.kernel.figures import figures_aside, open_figures, show_new_figures
from copilot_nb.kernel.journal import Journal
from copilot_nb.kernel.limits import time_limit
from copilot_nb.kernel.pictures import Pictures, watched
from copilot_nb.kernel.shown import ShownTables
from copilot_nb.kernel.trace import CodeError, code_error, is_foreign, last_error
from copilot_nb.transcript.blocks import ImageOutput, Output, TableOutput, TextOutput
from copilot_nb.transcript.safety import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from copilot_nb.data.effects.analysis import Consequences
    from copilot_nb.data.exposed import Exposed
    from copilot_nb.kernel.journal import Run

_IPYTHON_NAMES = {"In", "Out", "exit", "quit", "get_ipython", "open"}


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """What a piece of code showed, and how it ended."""

    outputs: tuple[Output, ...] = ()
    told: tuple[Output, ...] = ()
    """The same as the model may read it: tables without what the privacy rules withhold."""
    exact: Mapping[str, Collection[float]] = field(default_factory=dict)
    """Numbers as they were shortened in those tables -> what they are."""
    error: CodeError | None = None
    seconds: float = 0.0

    @property
    def images(self) -> tuple[ImageOutput, ...]:
        """The pictures, in order."""
        return tuple(o for o in self.outputs if isinstance(o, ImageOutput))

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows of tables the model may read, and how many columns the widest has."""
        tables = [output for output in self.told if isinstance(output, TableOutput)]
        rows = sum(set(row) != {ELLIPSIS} for table in tables for row in table.rows)
        return rows, max((len(table.columns) for table in tables), default=0)

    @property
    def text(self) -> str:
        """Everything as text, for the model: tables as rows, pictures as a line each."""
        parts = [_as_text(output) for output in self.told]
        return "\n".join(part.rstrip("\n") for part in parts if part)


@dataclass(frozen=True)
class RecentCell:
    """A cell that the user ran."""

    number: int
    code: str
    result: str = ""
    """Type and size of its value; empty when it had none."""


class Shell:
    """One InteractiveShell; remembers its last error until `close()`.

    Args:
        shell: The InteractiveShell; the running one when not given.

    Raises:
        UsageError: There is no IPython here.
    """

    def __init__(self, shell: Any = None) -> None:
        shell = shell if shell is not None else get_ipython()
        if shell is None:
            raise UsageError("There is no IPython here.", hint="Kernel tools need a notebook.")
        self.ipython = shell
        self.privacy = Privacy()
        self.sees = True
        """Whether the model gets pictures."""
        self._error: BaseException | None = last_error()
        self.error_cell = last_failed(shell)
        """The number of the cell that raised the last error; 0 when that is not known."""
        self.journal = Journal(self._undoable, self.user_ns)
        """What agent code changed, and how to take it back."""
        self.trial: dict[str, Any] = {}
        """What the last trial in a scratch namespace has made, by name."""
        self.code_seconds: float | None = None
        """How long one run of agent code may take."""
        self._numbers = count(1)
        self._running = asyncio.Lock()
        self.pictures = watched(shell) or Pictures(shell)
        """What the user's cells showed lately."""
        shell.events.register("post_run_cell", self._cell_ended)

    def close(self) -> None:
        """Take back what was registered in IPython."""
        if self.pictures is not watched(self.ipython):
            self.pictures.close()
        with contextlib.suppress(ValueError):
            self.ipython.events.unregister("post_run_cell", self._cell_ended)

    @property
    def user_ns(self) -> dict[str, Any]:
        """The namespace in which the user's code runs."""
        namespace: dict[str, Any] = self.ipython.user_ns
        return namespace

    @property
    def variables(self) -> Mapping[str, Any]:
        """The user's variables by name: nothing of IPython's or ours, no modules."""
        hidden = self.ipython.user_ns_hidden
        # A copy: code in another thread may be adding names.
        names = dict(self.user_ns)
        return {
            name: value
            for name, value in names.items()
            if _is_users_name(name) and hidden.get(name, _MISSING) is not value and _is_data(value)
        }

    @property
    def privacy(self) -> Privacy:
        """What of the user's data may leave the kernel; a rule holds for an object by any name."""
        if not self._privacy:
            return self._privacy
        results = self.user_ns.get("Out") or {}
        shown = {f"Out[{number}]": value for number, value in dict(results).items()}
        names = {**self.variables, **shown}
        known = self._privacy.among(names)
        return replace(known, shared=shared(names, known))

    @privacy.setter
    def privacy(self, rules: Privacy) -> None:
        from copilot_nb.kernel.results import guard_results

        self._privacy = rules
        guard_results(rules)

    @property
    def last_error(self) -> BaseException | None:
        """The newest error of the user's own code."""
        return self._error

    def recent_cells(self, count: int) -> list[RecentCell]:
        """The last cells before the running one, oldest first."""
        codes = list(enumerate(self.ipython.history_manager.input_hist_raw))
        values, rules = self.user_ns.get("Out", {}), self.privacy

        def told(number: int) -> str:
            return described_as(f"Out[{number}]", values[number], rules) if number in values else ""

        return [
            RecentCell(number, code, told(number))
            for number, code in codes[1:-1][-count:]  # 0 is empty, the last one is running
        ]

    def consequences(self, code: str) -> Consequences:
        """What code would do here, as far as it can be seen; runs nothing."""
        from copilot_nb.data.effects.analysis import consequences

        return consequences(code, self.user_ns, self._plain)

    def withheld(self, code: str) -> tuple[Exposed, ...]:
        """The variables with something withheld that code reads; any, if it cannot be followed."""
        from copilot_nb.data.exposed import exposed

        rules, variables = self.privacy, self.variables
        if not rules:
            return ()
        expected = self.consequences(code)
        read = expected.reads if expected.known else variables.keys()
        return exposed({n: value for n, value in variables.items() if n in read}, rules)

    def propose_cell(self, code: str) -> None:
        """Put code into the next cell or prompt, without running it, as a view shows it."""
        self.ipython.set_next_input(visible(code))

    async def run(
        self,
        code: str,
        on_output: Callable[[dict[str, Any]], None],
        *,
        timeout: float | None = None,
        noted: Callable[[Run], None] | None = None,
        namespace: dict[str, Any] | None = None,
    ) -> RunResult:
        """Run code as the user would type it; one piece at a time.

        Args:
            code: What to run.
            on_output: Gets each output at once, as a dict in the form of `transcript.blocks`.
            timeout: Seconds after which it is broken off, which is an error of the code.
            noted: Gets what the run changed, however it ends; without it nothing is compared.
            namespace: Where it runs, with no open figures; the user's own when not given.
        """
        apart = contextlib.nullcontext() if namespace is None else figures_aside()
        # A piece of code that asks the agent, which runs code, must not wait for itself.
        async with contextlib.nullcontext() if capturing() else self._running:
            with apart:
                filename = f"<copilot-{next(self._numbers)}>"
                if noted is None:
                    return await self._run(code, filename, on_output, timeout, namespace)
                trial = namespace is not None
                snapshot = self.journal.before(self.consequences(code), trial=trial)
                try:
                    return await self._run(code, filename, on_output, timeout, namespace)
                finally:
                    run = self.journal.after(snapshot)
                    run.code = code
                    noted(run)

    async def _run(
        self,
        code: str,
        filename: str,
        on_output: Callable[[dict[str, Any]], None],
        timeout: float | None,
        namespace: dict[str, Any] | None,
    ) -> RunResult:
        start = time.perf_counter()
        figures = open_figures()
        error: CodeError | None = None
        tables = self._tables(code)
        with Capture(self.ipython, on_output) as capture, tables.taken(self.ipython, capture):
            try:
                async with time_limit(timeout):
                    value = await execute(self.ipython, code, filename, namespace)
                if value is not None:
                    capture.show(value)
            except (asyncio.CancelledError, GeneratorExit):
                raise
            except BaseException as caught:  # noqa: BLE001 - whatever agent code raises is its result
                error = code_error(caught, filename)
            error = _show_figures(capture, figures) or error if error is None else error
            if error is not None:
                capture.write(f"{error.traceback}\n", "error")
        seconds = time.perf_counter() - start
        outputs = tuple(capture.outputs)
        told = tables.told(outputs)
        return RunResult(
            outputs=outputs,
            told=told,
            exact=tables.exact,
            error=error,
            seconds=seconds,
        )

    def _tables(self, code: str) -> ShownTables:
        """Takes the tables that code shows; where it cannot be followed, it may read anything."""
        rules, variables = self.privacy, self.variables
        if not rules:
            return ShownTables(rules=rules)
        expected = self.consequences(code)
        read = tuple(sorted(expected.reads if expected.known else variables))
        return ShownTables(rules=rules, variables=variables, read=read)

    def _plain(self, code: str) -> str:
        """Code without magics."""
        return str(self.ipython.transform_cell(code))

    def _undoable(self) -> dict[str, Any]:
        """The user's names, modules too: what code may bind and undo gives back."""
        hidden = self.ipython.user_ns_hidden
        return {
            name: value
            for name, value in dict(self.user_ns).items()
            if _is_users_name(name) and hidden.get(name, _MISSING) is not value
        }

    def _cell_ended(self, result: Any = None) -> None:
        error = getattr(result, "error_in_exec", None) or getattr(result, "error_before_exec", None)
        if isinstance(error, BaseException) and is_foreign(error):
            self._error = error
            self.error_cell = running(self.ipython)


_MISSING = object()


def _is_users_name(name: str) -> bool:
    return not name.startswith("_") and name not in _IPYTHON_NAMES


def _is_data(value: object) -> bool:
    return not is_a(value, ModuleType) and module_of(value).partition(".")[0] != "copilot_nb"


def _show_figures(capture: Capture, before: set[int]) -> CodeError | None:
    try:
        show_new_figures(capture, before)
    except Exception as caught:  # noqa: BLE001 - drawing runs the figure's own code
        return code_error(caught)
    return None


def _as_text(output: Output) -> str:
    match output:
        case TextOutput(text=text):
            return text
        case TableOutput(caption=caption):
            return f"{table_text(output)}\n[{caption}]"
        case ImageOutput(width=width, height=height):
            return f"[picture, {width} × {height} pixels]"
