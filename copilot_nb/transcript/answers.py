"""What the model says: prompts, reasoning, answer text, and the steps that they come in."""

from __future__ import annotations

from dataclasses import replace

from copilot_nb.protocol.events import (
    AssistantIntent,
    AssistantMessage,
    AssistantMessageDelta,
    AssistantMessageStart,
    AssistantReasoning,
    AssistantReasoningDelta,
    AssistantTurnEnd,
    AssistantTurnRetry,
    AssistantTurnStart,
    AssistantUsage,
    SessionEvent,
    SessionUsageInfo,
    UserMessage,
)
from copilot_nb.transcript.blocks import ReasoningBlock, TextBlock, ToolBlock, Transcript
from copilot_nb.transcript.calls import request_call
from copilot_nb.transcript.fold import (
    begin,
    close_writing,
    find,
    fold,
    fold_nested,
    notice,
    remember,
    seconds_of,
    words,
)
from copilot_nb.transcript.safety import sound, visible


@fold.register
def prompted(data: UserMessage, event: SessionEvent, turn: Transcript) -> Transcript:
    """A prompt begins the turn; one that comes while it runs is a line of its own."""
    if turn.memory.began is None:
        turn = remember(turn, began=seconds_of(event))
        prompt = turn.prompt or sound(data.content)
        return replace(turn, prompt=prompt, state="running", at=turn.at or event.timestamp)
    if data.delivery in {"steering", "queued"} and not data.source:
        return notice(turn, event.id, f"You added: {visible(data.content)}")
    return turn


@fold.register
def step_started(data: AssistantTurnStart, event: SessionEvent, turn: Transcript) -> Transcript:
    """The model is called; a turn that had ended goes on."""
    began = seconds_of(event) if turn.memory.began is None else turn.memory.began
    return replace(
        remember(turn, drafts=(), began=began),
        state="running",
        model=data.model or turn.model,
        at=turn.at or event.timestamp,
    )


@fold.register
def step_retried(data: AssistantTurnRetry, _event: SessionEvent, turn: Transcript) -> Transcript:
    """What the broken try had streamed is void."""
    turn = remember(turn.drop(turn.memory.drafts), drafts=(), written={})
    reason = f" ({words(data.reason)})" if data.reason else ""
    # One line for all tries of a step, however many they become.
    return notice(turn, f"retry-{data.turn_id}", f"The model did not answer{reason}; trying again.")


@fold.register
def step_ended(_data: AssistantTurnEnd, event: SessionEvent, turn: Transcript) -> Transcript:
    """Text without a final message stays, such as one cut by its length; half a call does not."""
    for draft in turn.memory.drafts:
        call = find(turn, ToolBlock, draft)
        if call is not None and call.state == "pending":
            turn = turn.put(replace(call, state="cancelled"))
    return remember(close_writing(turn, event), drafts=())


@fold.register
def intent(data: AssistantIntent, _event: SessionEvent, turn: Transcript) -> Transcript:
    """What the agent says it is doing becomes the status."""
    return remember(turn, intent=visible(data.intent))


@fold.register
def answer_started(
    data: AssistantMessageStart, event: SessionEvent, turn: Transcript
) -> Transcript:
    """Reasoning is over."""
    return close_writing(turn, event) if find(turn, TextBlock, data.message_id) is None else turn


@fold.register
def answer_grew(data: AssistantMessageDelta, event: SessionEvent, turn: Transcript) -> Transcript:
    """Some more of the answer."""
    if data.parent_tool_call_id:
        return turn
    block = find(turn, TextBlock, data.message_id)
    if block is not None:
        text = block.text + sound(data.delta_content)
        return turn.put(TextBlock(id=block.id, text=text, closed=block.closed))
    turn = _draft(close_writing(turn, event), data.message_id)
    return turn.put(TextBlock(id=data.message_id, text=sound(data.delta_content)))


@fold.register
def reasoning_grew(
    data: AssistantReasoningDelta, event: SessionEvent, turn: Transcript
) -> Transcript:
    """Some more of the reasoning."""
    block = find(turn, ReasoningBlock, data.reasoning_id)
    if block is not None:
        return turn.put(replace(block, text=block.text + sound(data.delta_content)))
    turn = begin(_draft(close_writing(turn, event), data.reasoning_id), data.reasoning_id, event)
    return turn.put(ReasoningBlock(id=data.reasoning_id, text=sound(data.delta_content)))


@fold.register
def reasoned(data: AssistantReasoning, _event: SessionEvent, turn: Transcript) -> Transcript:
    """The whole reasoning; it comes after the answer, and is new only without streaming."""
    text = sound(data.content)
    block = find(turn, ReasoningBlock, data.reasoning_id)
    if block is not None:
        return turn.put(replace(block, text=text or block.text))
    return (
        turn
        if not text.strip() or _has_reasoning(turn, text)
        else turn.put(ReasoningBlock(id=data.reasoning_id, text=text, closed=True))
    )


@fold.register
def answered(data: AssistantMessage, event: SessionEvent, turn: Transcript) -> Transcript:
    """The whole answer takes the place of what was streamed; the calls in it are announced."""
    if data.parent_tool_call_id:
        return turn
    turn = close_writing(turn, event)
    turn = _reason_of(data, turn)
    turn = _text_of(data, turn)
    for request in data.tool_requests or ():
        turn = request_call(turn, request)
    return replace(remember(turn, drafts=()), model=data.model or turn.model)


@fold.register
@fold_nested.register
def used(data: AssistantUsage, _event: SessionEvent, turn: Transcript) -> Transcript:
    """What a model call cost, those of sub-agents too."""
    usage = turn.usage
    return replace(
        turn,
        usage=replace(
            usage,
            input_tokens=usage.input_tokens + (data.input_tokens or 0),
            output_tokens=usage.output_tokens + (data.output_tokens or 0),
            cached_tokens=usage.cached_tokens + (data.cache_read_tokens or 0),
            requests=usage.requests + 1,
            cost=usage.cost + (data.cost or 0.0),
            credits=usage.credits + _credits(data),
            reasoning_tokens=usage.reasoning_tokens + (data.reasoning_tokens or 0),
        ),
    )


@fold.register
def context_filled(data: SessionUsageInfo, _event: SessionEvent, turn: Transcript) -> Transcript:
    """How full the model's context is."""
    usage = replace(turn.usage, context_tokens=data.current_tokens, context_limit=data.token_limit)
    return replace(turn, usage=usage)


def _credits(data: AssistantUsage) -> float:
    """AI credits of a model call; the runtime counts in billionths."""
    nano = (data.copilot_usage or {}).get("totalNanoAiu")
    return nano / 1e9 if isinstance(nano, int | float) else 0.0


def _draft(turn: Transcript, block_id: str) -> Transcript:
    return remember(turn, drafts=(*turn.memory.drafts, block_id))


def _text_of(data: AssistantMessage, turn: Transcript) -> Transcript:
    block = find(turn, TextBlock, data.message_id)
    text = sound(data.content)
    if block is not None:
        return turn.put(replace(block, text=text, closed=True))
    return turn.put(TextBlock(id=data.message_id, text=text, closed=True)) if text.strip() else turn


def _reason_of(data: AssistantMessage, turn: Transcript) -> Transcript:
    text = sound(data.reasoning_text or "")
    streamed = any(find(turn, ReasoningBlock, draft) for draft in turn.memory.drafts)
    if not text.strip() or streamed or _has_reasoning(turn, text):
        return turn
    return turn.put(ReasoningBlock(id=f"reasoning-{data.message_id}", text=text, closed=True))


def _has_reasoning(turn: Transcript, text: str) -> bool:
    return any(isinstance(block, ReasoningBlock) and block.text == text for block in turn.blocks)
