"""The models that this notebook can ask, as far as anybody says."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import (
    AuthenticationError,
    CopilotError,
    MethodNotFoundError,
    OfflineError,
    UsageError,
)
from copilot_nb.notebook.care.reach import reach
from copilot_nb.notebook.models import provider_models

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.protocol.methods import ModelInfo

_PATIENCE = 5.0
_REFUSED = frozenset({401, 403})


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model."""

    id: str
    name: str = ""
    context: int | None = None
    """Tokens that it can see in all."""
    prompt: int | None = None
    """Tokens that a prompt may have."""
    vision: bool | None = None
    efforts: tuple[str, ...] = ()
    multiplier: float | None = None
    """What a request costs, in premium requests."""
    note: str = ""


async def models(conversation: Conversation) -> tuple[Model, ...]:
    """The account's models, or those that one's own provider names; Tab knows them from here on.

    Raises:
        CopilotError: There is no runtime, or no account where one is needed.
    """
    source = conversation.link.source()
    if source.own:
        found = await _own(conversation)
        if source.model and source.model not in {each.id for each in found}:
            found = (Model(id=source.model), *found)
    else:
        client = await conversation.link.runtime()
        found = tuple(map(_of_account, await client.list_models()))
    conversation.known.models = tuple(each.id for each in found)
    return found


async def unlisted(conversation: Conversation) -> CopilotError:
    """Why a provider of one's own lists no models, with the next step."""
    source = conversation.link.source()
    key = source.key(conversation.settings.environ)
    answer = await asyncio.to_thread(reach, source, key, _PATIENCE) if source.base_url else 0
    if isinstance(answer, str):
        return OfflineError(f"{source.place} {answer}.", hint=OfflineError.local)
    if answer in _REFUSED:
        return AuthenticationError(f"{source.place} does not accept the key.")
    return UsageError(
        "This provider does not say which models it has.",
        hint="Name the one to ask: `%copilot model NAME`.",
    )


async def _own(conversation: Conversation) -> tuple[Model, ...]:
    """What the open session may switch to, and what the provider says that it has."""
    source, session = conversation.link.source(), conversation.link.ready
    listed: list[dict[str, Any]] = []
    if session is not None:
        with suppress(MethodNotFoundError):
            listed = await session.model.list()
    found = tuple(_of(each) for each in listed)
    known = {each.id for each in found}
    offered = await provider_models.listed(source, conversation.settings.environ)
    return (*found, *(Model(id=name) for name in offered if name not in known))


def _of_account(info: ModelInfo) -> Model:
    return _of(info.to_wire())


def _of(info: Mapping[str, Any]) -> Model:
    """A model in the runtime's words, whatever of them is there."""
    capabilities = _part(info, "capabilities")
    limits, supports = _part(capabilities, "limits"), _part(capabilities, "supports")
    policy = _part(info, "policy").get("state")
    return Model(
        id=str(info.get("id") or ""),
        name=str(info.get("name") or ""),
        context=_either(limits, "max_context_window_tokens", "maxContextWindowTokens"),
        prompt=_either(limits, "max_prompt_tokens", "maxPromptTokens"),
        vision=bool(supports.get("vision")) if supports else None,
        efforts=tuple(map(str, info.get("supportedReasoningEfforts") or ())),
        multiplier=_part(info, "billing").get("multiplier"),
        note="not enabled for this account" if policy in {"disabled", "unconfigured"} else "",
    )


def _either(part: Mapping[str, Any], *names: str) -> Any:
    return next((part[name] for name in names if part.get(name) is not None), None)


def _part(info: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = info.get(name)
    return found if isinstance(found, dict) else {}
