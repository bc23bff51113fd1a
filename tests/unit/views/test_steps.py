"""Old steps of long turns, as they are stored."""

from __future__ import annotations

import pytest

from copilot_nb.transcript.blocks import (
    Block,
    NoticeBlock,
    PermissionBlock,
    ReasoningBlock,
    TextBlock,
    TextOutput,
    ToolBlock,
    Transcript,
)
from copilot_nb.views.document import to_html
from copilot_nb.views.steps import KEPT, MANY, runs, words


def calls(count: int, first: int = 0) -> list[Block]:
    """Finished tool calls."""
    return [ToolBlock(id=f"t{n + first}", name="bash", state="ok") for n in range(count)]


def folded(blocks: list[Block]) -> list[list[str]]:
    """The ids of the blocks that fold, run by run."""
    return [[block.id for block in run] for run, folds in runs(blocks) if folds]


def test_short_turn_stays_as_it_is() -> None:
    """One block after the other."""
    blocks = calls(MANY)

    assert [run for run, _ in runs(blocks)] == [(block,) for block in blocks]
    assert folded(blocks) == []


def test_answers_results_and_what_runs_stay() -> None:
    """The same as in the live view."""
    blocks = [
        *calls(3),
        TextBlock(id="a", text="answer", closed=True),
        ToolBlock(id="figure", name="run_code", state="ok", outputs=(TextOutput(text="7"),)),
        ToolBlock(id="undoable", name="run_code", state="ok", undo="offered"),
        ToolBlock(id="late", name="bash", state="running"),
        *calls(10, 3),
    ]

    assert folded(blocks) == [["t0", "t1", "t2"], ["t3", "t4", "t5", "t6"]]
    assert [block for run, _ in runs(blocks) for block in run] == blocks


@pytest.mark.parametrize(
    ("block", "folds"),
    [
        (ReasoningBlock(id="x", text="why", closed=True), True),
        (ReasoningBlock(id="x", text="why"), False),
        (PermissionBlock(id="x", subject="shell", heading="?", state="answered"), True),
        (PermissionBlock(id="x", subject="shell", heading="?"), False),
        (NoticeBlock(id="x", text="n"), True),
        (NoticeBlock(id="x", text="n", level="warning"), False),
    ],
)
def test_what_stands_between_calls_folds_along(block: Block, folds: bool) -> None:
    """Unless somebody must see it; too few calls are no run."""
    blocks = [*calls(3), block, *calls(2, 3), *calls(KEPT + 5, 5)]
    between = folded(blocks)[0]

    assert ("x" in between) == folds
    assert folded([*calls(2), TextBlock(id="a"), *calls(KEPT + 6, 2)])[0][0] == "t2"


def test_stored_turn_has_one_line_for_them() -> None:
    """With how many failed; everything is behind it."""
    blocks = calls(MANY + 4)
    blocks[1] = ToolBlock(id="t1", name="bash", title="rm x", state="failed", error="no")
    html = to_html(Transcript(state="done", blocks=tuple(blocks)))

    (run, _), *_ = runs(blocks)
    assert words(run) == "10 earlier steps · 1 failed or denied"
    assert html.count("earlier steps") == 1
    assert html.index("earlier steps") < html.index("rm x")


def nested(ids: str, agent: str = "scout") -> list[Block]:
    """Finished calls of a sub-agent, one per letter."""
    return [ToolBlock(id=one, name="view", agent=agent, state="ok") for one in ids]


def test_steps_of_a_sub_agent_fold_at_once() -> None:
    """With what was asked on the way; what runs, and what others do, stays."""
    asked = PermissionBlock(id="p", subject="shell", heading="?", state="answered")
    late = ToolBlock(id="late", name="view", agent="scout", state="running")
    blocks = [*calls(1), *nested("ab"), asked, *nested("c"), late, *nested("def", "critic")]

    assert folded(blocks) == [["a", "b", "p", "c"], ["d", "e", "f"]]
    assert [block for run, _ in runs(blocks) for block in run] == blocks


def test_a_sub_agents_line_has_its_name() -> None:
    """In a long turn its old steps are earlier steps like all others."""
    blocks = nested("abc")
    html = to_html(Transcript(state="done", blocks=tuple(blocks)))

    assert words(tuple(blocks)) == "3 steps of scout"
    assert '<details class="copilot-steps copilot-nested">' in html
    (run, folds), *_ = runs([*calls(2), *blocks, *calls(MANY, 2)])
    assert folds
    assert words(run) == "11 earlier steps"
