"""Everything that agent code shows, in order, as it comes.

For the length of a run stdout, stderr, `display()` and the last value go to the transcript instead
of the cell. Only what the run itself does is taken: other tasks of the kernel and threads that
were there before keep their usual way. Rich output that we do not draw ourselves (HTML, plotly,
widgets) goes out as an ordinary cell output beneath, and its plain text into the transcript.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from contextvars import ContextVar
from dataclasses import asdict, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

from copilot_nb.data.frames import frame_of
from copilot_nb.data.images import image_output
from copilot_nb.data.namespace import own_words
from copilot_nb.kernel.interrupt import raise_postponed, uninterruptible
from copilot_nb.kernel.streams import replaced_stream, shadowed
from copilot_nb.transcript.blocks import Output, TextOutput
from copilot_nb.transcript.cuts import TAIL, Rest, after_gap
from copilot_nb.transcript.output import divided, grown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Stream = Literal["stdout", "stderr", "result", "error"]

BURST = 20
"""Lines that are passed on at once, each by itself."""
PER_SECOND = 20
"""How often text is passed on after that."""
MAX_TEXT = 100_000
"""Characters of one run; of what follows only the end is kept."""
MAX_TAIL = 2 * TAIL
MODEL_TAIL = 7_000
"""Characters of that end that the model gets: with the beginning they pass whole."""
MAX_RICH = 40
"""Tables and pictures of one run."""
_FOR_MODELS = "text/llm+plain"
_TEXTS = (_FOR_MODELS, "text/markdown", "text/latex", "text/plain")
"""Which text of a rich output says most, in order."""

_active: ContextVar[Capture | None] = ContextVar("copilot_nb_capture", default=None)


def capturing() -> bool:
    """Whether this context belongs to a run of agent code."""
    return _active.get() is not None


class Capture:
    """Takes the output of what runs inside the `with` block.

    Args:
        shell: The InteractiveShell whose displays are taken.
        on_output: Called at once, on the thread that entered, with each output as a dict.
    """

    def __init__(self, shell: Any, on_output: Callable[[dict[str, Any]], None]) -> None:
        self.outputs: list[Output] = []
        self._shell = shell
        self._on_output = on_output
        self._queue: deque[Output] = deque()
        self._kept = self._waiting = 0
        self._held: dict[Stream, str] = {}
        self._rest = Rest(MAX_TAIL)
        self._rest_stream: Stream = "stdout"
        self._rich = 0
        self._credit = float(BURST)
        self._last_sent = time.monotonic()
        self._stack = contextlib.ExitStack()

    @uninterruptible
    def __enter__(self) -> Capture:
        self._thread = threading.current_thread()
        self._earlier = set(threading.enumerate())
        self._around = _active.get()
        token = _active.set(self)
        self._stack.callback(_active.reset, token)
        for name in ("stdout", "stderr"):
            self._stack.enter_context(replaced_stream(self, name))
        formatter, publisher = self._shell.display_formatter, self._shell.display_pub
        self._format, self._publish = formatter.format, publisher.publish
        self._clear = publisher.clear_output
        self._stack.enter_context(shadowed(formatter, "format", self._on_format))
        self._stack.enter_context(shadowed(publisher, "publish", self._on_publish))
        self._stack.enter_context(shadowed(publisher, "clear_output", self._on_clear))
        return self

    @uninterruptible
    def __exit__(self, *_: object) -> None:
        self._stack.close()
        self._send()
        self._end()

    def takes(self) -> bool:
        """Whether what happens right now belongs to the run."""
        if _active.get() is self:
            return True
        # Threads that the run started have no context of it before Python 3.14.
        return threading.current_thread() not in self._earlier

    @uninterruptible
    def write(self, text: str, stream: Stream) -> None:
        """Take text; passed on soon, at the latest when something else is shown."""
        if stream == "error":  # comes last, and is shown however long the rest was
            self._send()
            self._end()
        if len(text) > self._room and not self._rest:
            self._send()  # states of a line that were overwritten leave room
        room = self._room
        if len(text) > room:
            self._rest_stream = self._rest_stream if self._rest else stream
            self._rest.add(text[room:])
            text = text[:room]
        if text:
            self._waiting += len(text)
            self._queue.append(TextOutput(text=text, stream=stream))
        if text.endswith("\n") or "\r" in text:
            self._send_if_due()

    @uninterruptible
    def flush(self) -> None:
        """Pass on what waits, unless that is too often."""
        if self._queue:
            self._send_if_due()

    @uninterruptible
    def add(self, output: Output) -> None:
        """Take a table or a picture; passed on at once."""
        self._rich += 1
        if self._rich > MAX_RICH:
            self.write(f"[{output.kind} left out: more than {MAX_RICH} in one run]\n", "stdout")
        else:
            self._queue.append(output)
        self._send()

    def show(self, value: object) -> None:
        """Show a value as a cell would show its last expression."""
        data, metadata = self._shell.display_formatter.format(value)
        if data:
            self._on_publish(data, metadata)

    @property
    def _room(self) -> int:
        """Characters that are passed on yet."""
        return 0 if self._rest else max(0, MAX_TEXT - self._kept - self._waiting)

    def _send_if_due(self) -> None:
        credit = self._credit + (time.monotonic() - self._last_sent) * PER_SECOND
        if credit >= 1:
            self._credit = min(credit - 1, BURST)
            self._send()

    @uninterruptible
    def _send(self) -> None:
        if threading.current_thread() is not self._thread:
            return
        taken = [self._queue.popleft() for _ in range(len(self._queue))]
        self._waiting -= sum(len(out.text) for out in taken if isinstance(out, TextOutput))
        for output in self._merged(taken):
            self._keep(output)
            self._pass_on({"kind": output.kind, **asdict(output)})
        self._last_sent = time.monotonic()

    def _pass_on(self, output: dict[str, Any]) -> None:
        """Tell of an output; what is drawn of it is not the run's own, and must not come back."""
        token = _active.set(self._around)
        try:
            self._on_output(output)
        finally:
            _active.reset(token)

    def _keep(self, output: Output) -> None:
        if isinstance(output, TextOutput):
            before = self._continued(output.stream)
            output = replace(output, text=grown(before, output.text))
            self._kept += len(output.text) - len(before)
        self.outputs.append(output)

    def _continued(self, stream: Stream) -> str:
        """Take back the last output if text of that stream goes on there; its text."""
        last = self.outputs[-1] if self.outputs else None
        if isinstance(last, TextOutput) and last.stream == stream:
            self.outputs.pop()
            return last.text
        return ""

    def _merged(self, outputs: list[Output]) -> Iterator[Output]:
        """Neighbouring texts of one stream as one, without control sequences."""
        for is_text, group in groupby(outputs, lambda o: getattr(o, "stream", "")):
            if not is_text:
                yield from group
                continue
            texts = [output for output in group if isinstance(output, TextOutput)]
            stream = texts[0].stream
            text = self._held.pop(stream, "") + "".join(output.text for output in texts)
            text, self._held[stream] = divided(text)
            if text := compact(text):
                yield TextOutput(text=text, stream=stream)

    def _end(self) -> None:
        """Pass on the end of what was too long, and how much is missing before it."""
        rest, stream = self._rest, self._rest_stream
        if not rest:
            return
        self._rest = Rest(MAX_TAIL)
        text = compact(divided(self._held.pop(stream, "") + rest.text)[0])
        missing = {"left_out": rest.gap.characters, "lines_left_out": rest.gap.lines}
        before, gap = self._continued(stream), rest.gap.characters
        kept = after_gap(before, rest.gap, text, MODEL_TAIL) if gap else grown(before, text)
        self.outputs.append(TextOutput(text=kept, stream=stream))
        self._pass_on({"kind": "text", "text": text, "stream": stream, **missing})

    def _on_format(self, value: object, include: Any = None, exclude: Any = None) -> Any:
        frame = frame_of(value) if self.takes() else None
        if frame is None:
            data, metadata = self._format(value, include=include, exclude=exclude)
            words = own_words(value) if data and self.takes() else ""
            return ({**data, _FOR_MODELS: words} if words else data), metadata
        self.add(frame.table())
        raise_postponed()
        return {}, {}

    def _on_publish(
        self, data: Mapping[str, Any], metadata: Mapping[str, Any] | None = None, **options: Any
    ) -> None:
        if not self.takes():
            self._publish(data, metadata, **options)
            return
        has_id = bool(options.get("update") or (options.get("transient") or {}).get("display_id"))
        if "image/png" in data and not has_id:
            self.add(image_output(data["image/png"]))
        elif "image/jpeg" in data and not has_id:
            self.add(image_output(data["image/jpeg"], jpeg=True))
        else:
            self._beneath(data, metadata, options)
        raise_postponed()

    def _beneath(
        self, data: Mapping[str, Any], metadata: Mapping[str, Any] | None, options: dict[str, Any]
    ) -> None:
        plain = next((str(data[kind]) for kind in _TEXTS if kind in data), "")
        if plain and not options.get("update"):
            self.write(f"{plain}\n", "result")
        # A terminal would print the text a second time.
        if set(data) - {"text/plain", _FOR_MODELS} and hasattr(self._shell, "kernel"):
            self._send()
            self._publish(data, metadata, **options)

    def _on_clear(self, wait: bool = False) -> None:
        # In a run it would wipe the agent's own answer from the cell.
        if not self.takes():
            self._clear(wait)


def compact(text: str) -> str:
    """Text without overwritten states of lines; it may still begin by overwriting a line."""
    text = text.replace("\r\n", "\n")
    if "\r" not in text:
        return text
    first, newline, rest = text.partition("\n")
    kept, *states = first.split("\r")
    last = next((state for state in reversed(states) if state), "")
    return (f"\r{last}" if last else kept) + newline + grown("", rest)
