"""Transcripts of every kind of block, at random."""

from __future__ import annotations

from hypothesis import strategies as st

from copilot_nb.transcript.blocks import (
    EFFECT_KINDS,
    Effect,
    ErrorBlock,
    ImageOutput,
    NoticeBlock,
    PermissionBlock,
    ReasoningBlock,
    TableOutput,
    TextBlock,
    TextOutput,
    ToolBlock,
    Transcript,
    Usage,
    UserInputBlock,
)
from copilot_nb.transcript.forms import (
    Choice,
    FieldChoice,
    FormBlock,
    FormField,
    PlanBlock,
    SignInBlock,
    TodoBlock,
    TodoItem,
)

NAMES = st.sampled_from("abcde")
TEXTS = st.text(alphabet="xy", max_size=4)
MANY = st.lists(TEXTS, max_size=2).map(tuple)
STATES = st.sampled_from(["open", "answered", "cancelled"])
OUTPUTS = st.lists(
    st.one_of(
        st.builds(TextOutput, text=TEXTS, stream=st.sampled_from(["stdout", "stderr"])),
        st.builds(TableOutput, columns=st.just(("a",)), rows=st.tuples(st.tuples(TEXTS))),
        st.builds(ImageOutput, data=st.text(alphabet="AB", min_size=1, max_size=4)),
    ),
    max_size=3,
).map(tuple)
CHOICES = st.lists(st.builds(Choice, id=TEXTS, label=TEXTS, key=TEXTS), max_size=2).map(tuple)
FIELDS = st.builds(
    FormField,
    name=TEXTS,
    kind=st.sampled_from(["text", "number", "boolean", "choices"]),
    label=TEXTS,
    required=st.booleans(),
    default=st.none() | TEXTS | st.floats(0, 9) | st.booleans() | MANY,
    choices=st.lists(st.builds(FieldChoice, value=TEXTS, label=TEXTS), max_size=2).map(tuple),
    minimum=st.none() | st.integers(0, 9),
)
BLOCKS = st.one_of(
    st.builds(TextBlock, id=NAMES, text=TEXTS, closed=st.booleans()),
    st.builds(ReasoningBlock, id=NAMES, text=TEXTS, seconds=st.none() | st.floats(0, 9)),
    st.builds(
        ToolBlock,
        id=NAMES,
        name=st.just("t"),
        output=TEXTS,
        outputs=OUTPUTS,
        changes=MANY,
        undo=st.sampled_from(["", "offered", "done"]),
        cut=st.integers(0, 9),
    ),
    st.builds(
        PermissionBlock,
        id=NAMES,
        subject=TEXTS,
        heading=TEXTS,
        effects=st.lists(
            st.builds(Effect, kind=st.sampled_from(EFFECT_KINDS), text=TEXTS), max_size=2
        ).map(tuple),
        time_limit=st.none() | st.integers(1, 9),
        choices=CHOICES,
        state=STATES,
        answer=TEXTS,
    ),
    st.builds(UserInputBlock, id=NAMES, question=TEXTS, choices=MANY, state=STATES, by=TEXTS),
    st.builds(
        FormBlock,
        id=NAMES,
        heading=TEXTS,
        fields=st.lists(FIELDS, max_size=2).map(tuple),
        state=STATES,
        answer=TEXTS,
    ),
    st.builds(PlanBlock, id=NAMES, plan=TEXTS, choices=CHOICES, state=STATES, answer=TEXTS),
    st.builds(SignInBlock, id=NAMES, host=TEXTS, code=TEXTS, state=STATES),
    st.builds(
        TodoBlock,
        id=NAMES,
        items=st.lists(
            st.builds(
                TodoItem,
                text=TEXTS,
                state=st.sampled_from(["pending", "running", "done", "blocked"]),
            ),
            max_size=3,
        ).map(tuple),
    ),
    st.builds(NoticeBlock, id=NAMES, text=TEXTS, details=TEXTS),
    st.builds(ErrorBlock, id=NAMES, message=TEXTS, hint=TEXTS),
)
TRANSCRIPTS = st.builds(
    Transcript,
    blocks=st.lists(BLOCKS, max_size=5, unique_by=lambda block: block.id).map(tuple),
    status=TEXTS,
    sent=TEXTS,
    usage=st.builds(Usage, requests=st.integers(0, 2), credits=st.floats(0, 9)),
)
